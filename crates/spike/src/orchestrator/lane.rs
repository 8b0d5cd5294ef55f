//! A bounded channel that counts what waits in it and says how it ended.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What a receiver finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received<T> {
    /// The next item.
    Item(T),
    /// The sender finished, and all was received.
    End,
    /// The sender went away without finishing; all that it had sent was received.
    Aborted,
}

/// The other end is gone; what was to be sent comes back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Closed<T>(pub(super) T);

/// Why an item could not be sent at once.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Full,
    Closed,
}

#[derive(Debug)]
pub(super) struct Sender<T>(Arc<Lane<T>>);

#[derive(Debug)]
pub(super) struct Receiver<T>(Arc<Lane<T>>);

/// Closes the receiving end from outside, so that nobody waits on it.
#[derive(Debug)]
pub(super) struct Closer<T>(Arc<Lane<T>>);

#[derive(Debug)]
struct Lane<T> {
    capacity: usize,
    state: Mutex<State<T>>,
    room: Condvar,
    item: Condvar,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<T>,
    high_water: usize,
    sender: End,
    receiver_open: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Open,
    Finished,
    Aborted,
}

/// The two ends of a channel with room for `capacity` items, at least one.
pub(super) fn lane<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let state = State { items: VecDeque::new(), high_water: 0, sender: End::Open, receiver_open: true };
    let lane = Arc::new(Lane {
        capacity: capacity.max(1),
        state: Mutex::new(state),
        room: Condvar::new(),
        item: Condvar::new(),
    });
    (Sender(Arc::clone(&lane)), Receiver(lane))
}

impl<T> Lane<T> {
    /// A thread that panicked elsewhere has left the state whole: it is changed in single steps only.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close_receiver(&self) {
        let mut state = self.lock();
        state.receiver_open = false;
        state.items.clear();
        drop(state);
        self.room.notify_all();
        self.item.notify_all();
    }
}

impl<T> Sender<T> {
    /// Waits for room, sends, and returns how long it waited.
    pub(super) fn send(&self, item: T) -> Result<Duration, Closed<T>> {
        let mut state = self.0.lock();
        let mut waited = Duration::ZERO;
        if state.receiver_open && state.items.len() == self.0.capacity {
            let start = Instant::now();
            while state.receiver_open && state.items.len() == self.0.capacity {
                state = self.0.room.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            waited = start.elapsed();
        }
        if !state.receiver_open {
            return Err(Closed(item));
        }
        self.push(state, item);
        Ok(waited)
    }

    /// Sends if there is room now.
    pub(super) fn try_send(&self, item: T) -> Result<(), Refused> {
        let state = self.0.lock();
        if !state.receiver_open {
            return Err(Refused::Closed);
        }
        if state.items.len() == self.0.capacity {
            return Err(Refused::Full);
        }
        self.push(state, item);
        Ok(())
    }

    /// Says that all was sent. Without it the receiver learns that the sender was cut off.
    pub(super) fn finish(self) {
        self.0.lock().sender = End::Finished;
    }

    pub(super) fn capacity(&self) -> usize {
        self.0.capacity
    }

    fn push(&self, mut state: MutexGuard<'_, State<T>>, item: T) {
        state.items.push_back(item);
        state.high_water = state.high_water.max(state.items.len());
        drop(state);
        self.0.item.notify_one();
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if state.sender == End::Open {
            state.sender = End::Aborted;
        }
        drop(state);
        self.0.item.notify_all();
    }
}

impl<T> Receiver<T> {
    /// Waits for the next item, and returns how long it waited.
    pub(super) fn receive(&self) -> (Received<T>, Duration) {
        let mut state = self.0.lock();
        let mut waited = Duration::ZERO;
        let waits = |state: &State<T>| state.items.is_empty() && state.sender == End::Open && state.receiver_open;
        if waits(&state) {
            let start = Instant::now();
            while waits(&state) {
                state = self.0.item.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            waited = start.elapsed();
        }
        (self.take(state), waited)
    }

    /// The next item if there is one now.
    pub(super) fn try_receive(&self) -> Option<T> {
        match self.take(self.0.lock()) {
            Received::Item(item) => Some(item),
            Received::End | Received::Aborted => None,
        }
    }

    /// The most items that ever waited.
    pub(super) fn high_water(&self) -> usize {
        self.0.lock().high_water
    }

    /// A handle that closes this end.
    pub(super) fn closer(&self) -> Closer<T> {
        Closer(Arc::clone(&self.0))
    }

    fn take(&self, mut state: MutexGuard<'_, State<T>>) -> Received<T> {
        let Some(item) = state.items.pop_front() else {
            return if state.sender == End::Finished { Received::End } else { Received::Aborted };
        };
        drop(state);
        self.0.room.notify_one();
        Received::Item(item)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.0.close_receiver();
    }
}

impl<T> Closer<T> {
    pub(super) fn close(&self) {
        self.0.close_receiver();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_in_order_and_the_end_is_told() {
        let (sender, receiver) = lane(2);
        assert_eq!(sender.send(1), Ok(Duration::ZERO));
        sender.try_send(2).unwrap();
        assert_eq!(sender.try_send(3), Err(Refused::Full));
        assert_eq!(receiver.receive().0, Received::Item(1));
        assert_eq!(receiver.try_receive(), Some(2));
        assert_eq!((receiver.try_receive(), receiver.high_water()), (None, 2));
        sender.send(4).unwrap();
        sender.finish();
        assert_eq!(receiver.receive().0, Received::Item(4));
        assert_eq!(receiver.receive().0, Received::End);
    }

    #[test]
    fn a_sender_that_is_dropped_did_not_finish() {
        let (sender, receiver) = lane(3);
        sender.send(7).unwrap();
        drop(sender);
        assert_eq!(receiver.receive().0, Received::Item(7));
        assert_eq!(receiver.receive().0, Received::Aborted);
    }

    #[test]
    fn who_waits_for_room_is_woken_by_room_and_by_the_end() {
        let (sender, receiver) = lane(1);
        std::thread::scope(|scope| {
            let sending = scope.spawn(move || {
                let waited = sender.send(1).and(sender.send(2));
                // Sent, or refused by the end of the receiver while it waited.
                let third = sender.send(3);
                (waited, third, sender)
            });
            std::thread::sleep(Duration::from_millis(30));
            assert_eq!(receiver.receive().0, Received::Item(1));
            while receiver.try_receive() != Some(2) {
                std::thread::yield_now();
            }
            drop(receiver);
            let (waited, third, sender) = sending.join().unwrap();
            assert!(waited.unwrap() > Duration::ZERO);
            assert!(third.is_ok() || third == Err(Closed(3)));
            assert_eq!(sender.send(4), Err(Closed(4)));
        });
    }

    #[test]
    fn who_waits_for_an_item_is_woken_by_a_closer() {
        let (sender, receiver) = lane::<u8>(1);
        let closer = receiver.closer();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(move || receiver.receive().0);
            std::thread::sleep(Duration::from_millis(10));
            closer.close();
            assert_eq!(waiting.join().unwrap(), Received::Aborted);
        });
        assert_eq!(sender.send(1), Err(Closed(1)));
        assert_eq!(sender.try_send(1), Err(Refused::Closed));
    }
}
