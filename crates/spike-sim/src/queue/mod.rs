//! Spikes on their way: a queue with a total order, bounded memory and explicit refusals.

mod error;
mod heap;
mod live;
mod merge;
mod ring;

pub use error::QueueError;
pub use live::LiveSender;
pub use merge::{Merge, MergeFront};

use heap::Heap;
use ring::Ring;

/// A spike in a queue.
///
/// The order of spikes is that of (step, source, sequence).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuedSpike<T = ()> {
    /// Step of the encoder's grid, counted on over windows.
    pub step: u64,
    /// Number of the source.
    pub source: u32,
    /// Place among the spikes of a source: the order in which a queue took them, or the position in a train.
    pub sequence: u64,
    /// What the spike carries.
    pub payload: T,
}

/// Why [`EventQueue::fill`] stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// The queue is full: take spikes out.
    Full,
    /// The next spike lies beyond the ring: take out the spikes of earlier steps.
    BeyondHorizon,
    /// A live source has neither sent a spike nor said that it will not.
    WaitsFor {
        /// The source.
        source: u32,
    },
    /// All sources have ended.
    Ended,
}

/// A queue of spikes: out they come in order of (step, source, sequence), whatever the order in which they went in.
///
/// A clock-driven simulation uses a ring, with one slot for each step up to the longest delay and constant time for
/// each spike; an event-driven one uses a heap, without a limit of steps and with logarithmic time. Both give the
/// same spikes in the same order. Memory is bounded by the capacity. Nothing is dropped: a spike that does not fit
/// is refused with the reason, and the caller takes spikes out before it pushes again.
///
/// The order of spikes of different sources does not depend on the order of pushes; that of spikes of the same
/// source and step is the order in which they were pushed.
///
/// # Errors
/// [`EventQueue::push`] refuses with [`QueueError::Full`], [`QueueError::Late`] or [`QueueError::BeyondHorizon`].
///
/// ```
/// use spike_sim::{EventQueue, QueueError};
/// let mut queue = EventQueue::ring(10, 3)?;
/// queue.push(7, 2, "b")?;
/// queue.push(7, 0, "a")?;
/// queue.push(4, 9, "first")?;
/// assert_eq!(queue.push(5, 1, "no room"), Err(QueueError::Full { capacity: 3 }));
/// let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|spike| spike.payload).collect();
/// assert_eq!(order, ["first", "a", "b"]);
/// assert_eq!(queue.push(6, 0, "late"), Err(QueueError::Late { step: 6, now: 7 }));
/// # Ok::<(), QueueError>(())
/// ```
#[derive(Debug, Clone)]
pub struct EventQueue<T = ()> {
    store: Store<T>,
    capacity: usize,
    len: usize,
    now: u64,
    next_sequence: u64,
}

#[derive(Debug, Clone)]
enum Store<T> {
    Ring(Ring<T>),
    Heap(Heap<T>),
}

impl<T> EventQueue<T> {
    /// A ring for steps up to `horizon_steps` ahead, with room for `capacity` spikes.
    ///
    /// # Errors
    /// [`QueueError::Size`] for a capacity of 0 or more than 2²⁴ steps.
    pub fn ring(horizon_steps: u32, capacity: usize) -> Result<Self, QueueError> {
        let (found, max) = (horizon_steps as usize, 1 << 24);
        if max < found {
            return Err(QueueError::Size { what: "horizon_steps", found, min: 0, max });
        }
        Self::with(Store::Ring(Ring::new(found + 1)), capacity)
    }

    /// A heap with room for `capacity` spikes.
    ///
    /// # Errors
    /// [`QueueError::Size`] for a capacity of 0.
    pub fn heap(capacity: usize) -> Result<Self, QueueError> {
        Self::with(Store::Heap(Heap::new()), capacity)
    }

    fn with(store: Store<T>, capacity: usize) -> Result<Self, QueueError> {
        if capacity == 0 {
            return Err(QueueError::Size { what: "capacity", found: 0, min: 1, max: usize::MAX });
        }
        Ok(Self { store, capacity, len: 0, now: 0, next_sequence: 0 })
    }

    /// Takes a spike of `source` that is due at `step`.
    ///
    /// # Errors
    /// [`QueueError`] if it does not fit; the queue is then as before.
    pub fn push(&mut self, step: u64, source: u32, payload: T) -> Result<(), QueueError> {
        if step < self.now {
            return Err(QueueError::Late { step, now: self.now });
        }
        if let Some(last) = self.last_step()
            && last < step
        {
            return Err(QueueError::BeyondHorizon { step, last });
        }
        if self.len == self.capacity {
            return Err(QueueError::Full { capacity: self.capacity });
        }
        let spike = QueuedSpike { step, source, sequence: self.next_sequence, payload };
        match &mut self.store {
            Store::Ring(ring) => ring.push(spike),
            Store::Heap(heap) => heap.push(spike),
        }
        self.next_sequence += 1;
        self.len += 1;
        Ok(())
    }

    /// The earliest spike. Spikes of steps before its step are refused from now on.
    pub fn pop(&mut self) -> Option<QueuedSpike<T>> {
        let spike = match &mut self.store {
            Store::Ring(ring) => ring.pop(self.now),
            Store::Heap(heap) => heap.pop(),
        }?;
        self.now = spike.step;
        self.len -= 1;
        Some(spike)
    }

    /// Appends all spikes of steps up to and with `step` to `into`, in order, and moves the queue behind that step.
    pub fn drain_until(&mut self, step: u64, into: &mut Vec<QueuedSpike<T>>) {
        let before = into.len();
        match &mut self.store {
            Store::Ring(ring) => {
                let last = step.min(self.now.saturating_add(ring.num_slots() - 1));
                for due in self.now..=last {
                    ring.drain_step(due, into);
                }
            }
            Store::Heap(heap) => {
                while heap.next_step().is_some_and(|next| next <= step) {
                    into.extend(heap.pop());
                }
            }
        }
        self.len -= into.len() - before;
        self.now = self.now.max(step.saturating_add(1));
    }

    /// Step of the earliest spike.
    #[must_use]
    pub fn next_step(&self) -> Option<u64> {
        match &self.store {
            Store::Ring(ring) => ring.next_step(self.now),
            Store::Heap(heap) => heap.next_step(),
        }
    }

    /// The earliest step that can be pushed.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    /// The last step that can be pushed; nothing for a heap, which has no last step.
    #[must_use]
    pub fn last_step(&self) -> Option<u64> {
        match &self.store {
            Store::Ring(ring) => Some(self.now.saturating_add(ring.num_slots() - 1)),
            Store::Heap(_) => None,
        }
    }

    /// Number of spikes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no spike.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Largest number of spikes.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }
}

impl EventQueue {
    /// Pulls spikes from merged sources until one does not fit, a live source keeps the others waiting, or all have
    /// ended. What does not fit stays in the merge.
    ///
    /// # Errors
    /// [`QueueError::Late`] if the merge is behind the queue, which no repetition can mend.
    ///
    /// ```
    /// use spike_core::{SpikeTrain, TimeGrid};
    /// use spike_sim::{EventQueue, Filled, Merge};
    /// let grid = TimeGrid::from_ms(10.0, 1.0)?;
    /// let train = SpikeTrain::from_neurons(grid, &[vec![0, 4, 9], vec![4]])?;
    /// let mut merge = Merge::new();
    /// merge.add_train(0, train.view(), 0)?;
    /// let mut queue = EventQueue::heap(3)?;
    /// assert_eq!(queue.fill(&mut merge)?, Filled::Full);
    /// queue.pop();
    /// assert_eq!(queue.fill(&mut merge)?, Filled::Ended);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fill(&mut self, merge: &mut Merge<'_>) -> Result<Filled, QueueError> {
        loop {
            let spike = match merge.front() {
                MergeFront::Spike(spike) => spike,
                MergeFront::WaitsFor { source } => return Ok(Filled::WaitsFor { source }),
                MergeFront::Ended => return Ok(Filled::Ended),
            };
            match self.push(spike.step, spike.source, ()) {
                Ok(()) => merge.advance(),
                Err(QueueError::Full { .. }) => return Ok(Filled::Full),
                Err(QueueError::BeyondHorizon { .. }) => return Ok(Filled::BeyondHorizon),
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both() -> [EventQueue<u8>; 2] {
        [EventQueue::ring(4, 3).unwrap(), EventQueue::heap(3).unwrap()]
    }

    #[test]
    fn sizes_are_checked() {
        assert!(EventQueue::<()>::ring(4, 0).is_err());
        assert!(EventQueue::<()>::heap(0).is_err());
        assert!(matches!(EventQueue::<()>::ring(1 << 25, 1), Err(QueueError::Size { what: "horizon_steps", .. })));
    }

    #[test]
    fn what_does_not_fit_is_refused_and_changes_nothing() {
        for mut queue in both() {
            queue.push(2, 1, 10).unwrap();
            queue.push(2, 0, 11).unwrap();
            queue.push(3, 0, 12).unwrap();
            assert_eq!(queue.push(3, 1, 13), Err(QueueError::Full { capacity: 3 }));
            assert_eq!((queue.len(), queue.next_step()), (3, Some(2)));
            assert_eq!(queue.pop().map(|spike| (spike.step, spike.payload)), Some((2, 11)));
            assert_eq!(queue.push(1, 1, 14), Err(QueueError::Late { step: 1, now: 2 }));
            queue.push(2, 5, 15).unwrap();
            let mut due = Vec::new();
            queue.drain_until(2, &mut due);
            assert_eq!(due.iter().map(|spike| spike.payload).collect::<Vec<_>>(), [10, 15]);
            assert_eq!((queue.len(), queue.now()), (1, 3));
            queue.drain_until(1_000_000, &mut due);
            assert!(queue.is_empty() && due.len() == 3);
            assert_eq!(queue.pop(), None);
        }
    }

    #[test]
    fn a_ring_ends_at_its_horizon() {
        let [mut ring, mut heap] = both();
        assert_eq!(ring.last_step(), Some(4));
        assert_eq!(ring.push(5, 0, 0), Err(QueueError::BeyondHorizon { step: 5, last: 4 }));
        heap.push(5, 0, 0).unwrap();
        heap.push(u64::MAX, 0, 0).unwrap();
        ring.push(4, 0, 0).unwrap();
        ring.pop().unwrap();
        ring.push(8, 0, 0).unwrap();
        assert_eq!(ring.next_step(), Some(8));
    }

    #[test]
    fn spikes_of_one_source_and_step_keep_their_order() {
        for mut queue in both() {
            for payload in [5, 3, 4] {
                queue.push(1, 7, payload).unwrap();
            }
            let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|spike| spike.payload).collect();
            assert_eq!(order, [5, 3, 4]);
        }
    }
}
