//! A source of spikes that is still running: a bounded channel with a promise of what will not come.

use crate::queue::QueueError;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};

/// The sending end of a live source of a [`Merge`](crate::Merge).
///
/// Steps of a source are strictly increasing. A merge can hand on a spike of another source only when no live
/// source can still send an earlier one; a source that is silent says so with
/// [`promise_none_before`](Self::promise_none_before). Dropping the sender ends the source.
///
/// ```
/// use spike_sim::{Merge, MergeFront, QueueError};
/// let mut merge = Merge::new();
/// let mut quick = merge.add_live(0, 2)?;
/// let mut slow = merge.add_live(1, 2)?;
/// quick.send(5)?;
/// assert_eq!(merge.front(), MergeFront::WaitsFor { source: 1 });
/// slow.promise_none_before(6)?;
/// assert!(matches!(merge.front(), MergeFront::Spike(spike) if spike.step == 5));
/// assert_eq!(slow.send(5), Err(QueueError::Unordered { step: 5, earliest: 6 }));
/// # Ok::<(), QueueError>(())
/// ```
#[derive(Debug)]
pub struct LiveSender {
    sender: SyncSender<u64>,
    capacity: usize,
    earliest: u64,
    promise: Arc<AtomicU64>,
}

/// The receiving end.
#[derive(Debug)]
pub(super) struct LiveReceiver {
    receiver: Receiver<u64>,
    promise: Arc<AtomicU64>,
    earliest: u64,
}

/// What a live source has for a merge now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Polled {
    Spike(u64),
    NoneBefore(u64),
    Ended,
}

/// The two ends of a channel with room for `capacity` spikes.
pub(super) fn live(capacity: usize) -> Result<(LiveSender, LiveReceiver), QueueError> {
    if capacity == 0 {
        return Err(QueueError::Size { what: "capacity", found: 0, min: 1, max: usize::MAX });
    }
    let (sender, receiver) = sync_channel(capacity);
    let promise = Arc::new(AtomicU64::new(0));
    let sender = LiveSender { sender, capacity, earliest: 0, promise: Arc::clone(&promise) };
    Ok((sender, LiveReceiver { receiver, promise, earliest: 0 }))
}

impl LiveSender {
    /// Sends a spike if there is room.
    ///
    /// # Errors
    /// [`QueueError::Full`] without room, [`QueueError::Unordered`] for a step that is not later than the last one,
    /// and [`QueueError::Disconnected`].
    pub fn send(&mut self, step: u64) -> Result<(), QueueError> {
        self.check(step)?;
        self.sender.try_send(step).map_err(|error| match error {
            TrySendError::Full(_) => QueueError::Full { capacity: self.capacity },
            TrySendError::Disconnected(_) => QueueError::Disconnected,
        })?;
        self.earliest = step.saturating_add(1);
        Ok(())
    }

    /// Sends a spike, and waits until there is room: for a source on a thread of its own.
    ///
    /// # Errors
    /// [`QueueError::Unordered`] and [`QueueError::Disconnected`].
    pub fn send_blocking(&mut self, step: u64) -> Result<(), QueueError> {
        self.check(step)?;
        self.sender.send(step).map_err(|_| QueueError::Disconnected)?;
        self.earliest = step.saturating_add(1);
        Ok(())
    }

    /// Promises that no spike before `step` will be sent any more.
    ///
    /// # Errors
    /// [`QueueError::Unordered`] if an earlier promise or spike reaches further, so that this one says nothing new.
    pub fn promise_none_before(&mut self, step: u64) -> Result<(), QueueError> {
        self.check(step)?;
        self.earliest = step;
        // Released after the spikes that were sent before it, so that who sees the promise sees those spikes.
        self.promise.store(step, Ordering::Release);
        Ok(())
    }

    fn check(&self, step: u64) -> Result<(), QueueError> {
        if step < self.earliest { Err(QueueError::Unordered { step, earliest: self.earliest }) } else { Ok(()) }
    }
}

impl LiveReceiver {
    pub(super) fn poll(&mut self) -> Polled {
        // Read first: a spike that was sent before the promise is then in the channel.
        let promise = self.promise.load(Ordering::Acquire);
        match self.receiver.try_recv() {
            Ok(step) => {
                self.earliest = step.saturating_add(1);
                Polled::Spike(step)
            }
            Err(TryRecvError::Empty) => Polled::NoneBefore(promise.max(self.earliest)),
            Err(TryRecvError::Disconnected) => Polled::Ended,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_channel_refuses_and_keeps_the_order() {
        let (mut sender, mut receiver) = live(2).unwrap();
        sender.send(3).unwrap();
        sender.send(4).unwrap();
        assert_eq!(sender.send(5), Err(QueueError::Full { capacity: 2 }));
        assert_eq!(receiver.poll(), Polled::Spike(3));
        sender.send(5).unwrap();
        assert_eq!(sender.send(5), Err(QueueError::Unordered { step: 5, earliest: 6 }));
        assert_eq!([receiver.poll(), receiver.poll()], [Polled::Spike(4), Polled::Spike(5)]);
        assert_eq!(receiver.poll(), Polled::NoneBefore(6));
        sender.promise_none_before(9).unwrap();
        assert_eq!(sender.promise_none_before(8), Err(QueueError::Unordered { step: 8, earliest: 9 }));
        assert_eq!(receiver.poll(), Polled::NoneBefore(9));
        drop(sender);
        assert_eq!(receiver.poll(), Polled::Ended);
        assert!(live(0).is_err());
    }

    #[test]
    fn a_sender_without_merge_is_told() {
        let (mut sender, receiver) = live(1).unwrap();
        drop(receiver);
        assert_eq!(sender.send(0), Err(QueueError::Disconnected));
        assert_eq!(sender.send_blocking(0), Err(QueueError::Disconnected));
    }
}
