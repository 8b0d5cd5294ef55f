//! Any number of spike trains and live sources as one sequence, in order.

use crate::queue::live::{LiveReceiver, Polled, live};
use crate::queue::{LiveSender, QueueError, QueuedSpike};
use spike_core::SpikeView;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

/// What a merge can hand on now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeFront {
    /// The next spike.
    Spike(QueuedSpike),
    /// A live source could still send an earlier spike than the others have.
    WaitsFor {
        /// The source.
        source: u32,
    },
    /// All sources have ended.
    Ended,
}

/// k-way merge of rows of spikes and of live sources, in order of (step, source, sequence).
///
/// Sources carry numbers that the caller gives, so that the order does not depend on the order in which they were
/// added. Memory: one entry for each source, and the bounded channels of live sources; time: logarithmic in the
/// number of sources for each spike.
///
/// # Errors
/// Adding a source refuses numbers that are taken, delays beyond the last step, and channels without room.
///
/// ```
/// use spike_core::{SpikeTrain, TimeGrid};
/// use spike_sim::Merge;
/// let grid = TimeGrid::from_ms(10.0, 1.0)?;
/// let one = SpikeTrain::from_neurons(grid, &[vec![0, 4], vec![4]])?;
/// let other = SpikeTrain::from_neurons(grid, &[vec![1]])?;
/// let mut merge = Merge::new();
/// merge.add_train(5, one.view(), 0)?;
/// merge.add_train(2, other.view(), 3)?;
/// let order: Vec<_> = merge.map(|spike| (spike.step, spike.source)).collect();
/// assert_eq!(order, [(0, 5), (4, 2), (4, 5), (4, 6)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Merge<'a> {
    sources: Vec<Source<'a>>,
    numbers: HashSet<u32>,
    /// The next spike of each source that has one: step, source, index in `sources`.
    ready: BinaryHeap<Reverse<(u64, u32, usize)>>,
    /// Live sources without one, by the step before which they will send nothing.
    silent: BinaryHeap<Reverse<(u64, u32, usize)>>,
}

#[derive(Debug)]
struct Source<'a> {
    kind: Kind<'a>,
    taken: u64,
}

#[derive(Debug)]
enum Kind<'a> {
    Row { steps: &'a [u32], delay: u64 },
    Live(LiveReceiver),
}

impl<'a> Merge<'a> {
    /// A merge without sources.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds each row of spikes as a source: row i as source `first_source` + i, each spike `delay_steps` later than
    /// it stands there. A delay is also how a later window of a stream is placed behind an earlier one.
    ///
    /// # Errors
    /// [`QueueError::DuplicateSource`] and [`QueueError::SourceRange`]; nothing is added then.
    pub fn add_train(&mut self, first_source: u32, spikes: SpikeView<'a>, delay_steps: u64) -> Result<(), QueueError> {
        let rows = spikes.num_neurons();
        let fits = u32::try_from(rows).is_ok_and(|rows| first_source.checked_add(rows).is_some());
        if !fits || delay_steps.checked_add(u64::from(u32::MAX)).is_none() {
            return Err(QueueError::SourceRange { first: first_source, rows });
        }
        let numbers = first_source..first_source + rows as u32;
        if let Some(source_id) = numbers.clone().find(|number| self.numbers.contains(number)) {
            return Err(QueueError::DuplicateSource { source_id });
        }
        self.numbers.extend(numbers.clone());
        for (source, steps) in numbers.zip(spikes.neurons()) {
            let index = self.sources.len();
            self.sources.push(Source { kind: Kind::Row { steps, delay: delay_steps }, taken: 0 });
            if let Some(&first) = steps.first() {
                self.ready.push(Reverse((u64::from(first) + delay_steps, source, index)));
            }
        }
        Ok(())
    }

    /// Adds a live source with room for `capacity` spikes, and returns its sending end.
    ///
    /// # Errors
    /// [`QueueError::DuplicateSource`], and [`QueueError::Size`] for a capacity of 0.
    pub fn add_live(&mut self, source: u32, capacity: usize) -> Result<LiveSender, QueueError> {
        let (sender, receiver) = live(capacity)?;
        if !self.numbers.insert(source) {
            return Err(QueueError::DuplicateSource { source_id: source });
        }
        self.silent.push(Reverse((0, source, self.sources.len())));
        self.sources.push(Source { kind: Kind::Live(receiver), taken: 0 });
        Ok(sender)
    }

    /// What can be handed on now. The spike stays until [`advance`](Self::advance).
    pub fn front(&mut self) -> MergeFront {
        loop {
            let ready = self.ready.peek().map(|&Reverse((step, source, _))| (step, source));
            let Some(&Reverse((until, source, index))) = self.silent.peek() else {
                return ready.map_or(MergeFront::Ended, |_| self.ready_spike());
            };
            if ready.is_some_and(|ready| ready < (until, source)) {
                return self.ready_spike();
            }
            // Only a silent source that stands in the way is asked, and only as long as its answer changes.
            match self.poll(index) {
                Polled::NoneBefore(promise) if promise == until => return MergeFront::WaitsFor { source },
                answer => {
                    self.silent.pop();
                    self.place(answer, source, index);
                }
            }
        }
    }

    /// Takes the spike that [`front`](Self::front) showed; nothing happens if there was none.
    pub fn advance(&mut self) {
        if !matches!(self.front(), MergeFront::Spike(_)) {
            return;
        }
        let Some(Reverse((_, source, index))) = self.ready.pop() else { return };
        self.sources[index].taken += 1;
        let taken = self.sources[index].taken;
        let next = match &self.sources[index].kind {
            Kind::Row { steps, delay } => {
                steps.get(taken as usize).map_or(Polled::Ended, |&step| Polled::Spike(u64::from(step) + delay))
            }
            Kind::Live(_) => self.poll(index),
        };
        self.place(next, source, index);
    }

    fn ready_spike(&self) -> MergeFront {
        self.ready.peek().map_or(MergeFront::Ended, |&Reverse((step, source, index))| {
            MergeFront::Spike(QueuedSpike { step, source, sequence: self.sources[index].taken, payload: () })
        })
    }

    fn poll(&mut self, index: usize) -> Polled {
        match &mut self.sources[index].kind {
            Kind::Live(receiver) => receiver.poll(),
            Kind::Row { .. } => Polled::Ended,
        }
    }

    fn place(&mut self, answer: Polled, source: u32, index: usize) {
        match answer {
            Polled::Spike(step) => self.ready.push(Reverse((step, source, index))),
            Polled::NoneBefore(step) => self.silent.push(Reverse((step, source, index))),
            Polled::Ended => {}
        }
    }
}

/// The spikes that can be handed on now: the iteration stops at the end, and also where a live source keeps the
/// others waiting. It may go on later.
impl Iterator for Merge<'_> {
    type Item = QueuedSpike;

    fn next(&mut self) -> Option<QueuedSpike> {
        match self.front() {
            MergeFront::Spike(spike) => {
                self.advance();
                Some(spike)
            }
            MergeFront::WaitsFor { .. } | MergeFront::Ended => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{SpikeTrain, TimeGrid};

    fn train(rows: &[Vec<u32>]) -> SpikeTrain {
        SpikeTrain::from_neurons(TimeGrid::from_ms(100.0, 1.0).unwrap(), rows).unwrap()
    }

    #[test]
    fn numbers_are_unique() {
        let train = train(&[vec![1], vec![2]]);
        let mut merge = Merge::new();
        merge.add_train(3, train.view(), 0).unwrap();
        assert_eq!(merge.add_train(4, train.view(), 0), Err(QueueError::DuplicateSource { source_id: 4 }));
        assert!(matches!(merge.add_live(3, 1), Err(QueueError::DuplicateSource { source_id: 3 })));
        assert!(matches!(merge.add_train(u32::MAX, train.view(), 0), Err(QueueError::SourceRange { .. })));
        assert_eq!(merge.count(), 2);
    }

    #[test]
    fn live_sources_hold_back_what_they_could_precede() {
        let train = train(&[vec![2, 8]]);
        let mut merge = Merge::new();
        merge.add_train(1, train.view(), 0).unwrap();
        let mut live = merge.add_live(0, 4).unwrap();
        assert_eq!(merge.front(), MergeFront::WaitsFor { source: 0 });
        live.promise_none_before(2).unwrap();
        // Source 0 may still send step 2, which precedes step 2 of source 1.
        assert_eq!(merge.front(), MergeFront::WaitsFor { source: 0 });
        live.send(2).unwrap();
        let order: Vec<_> = merge.by_ref().map(|s| (s.step, s.source, s.sequence)).collect();
        assert_eq!(order, [(2, 0, 0), (2, 1, 0)]);
        live.send(7).unwrap();
        live.send(9).unwrap();
        drop(live);
        let order: Vec<_> = merge.by_ref().map(|s| (s.step, s.source, s.sequence)).collect();
        assert_eq!(order, [(7, 0, 1), (8, 1, 1), (9, 0, 2)]);
        assert_eq!(merge.front(), MergeFront::Ended);
    }

    #[test]
    fn a_merge_without_sources_has_ended() {
        assert_eq!(Merge::new().front(), MergeFront::Ended);
    }
}
