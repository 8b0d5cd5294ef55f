//! A ring of one slot for each step: constant time for each spike, a bounded number of steps ahead.

use crate::queue::QueuedSpike;

/// Slots for the steps `now` to `now` + horizon.
#[derive(Debug, Clone)]
pub(super) struct Ring<T> {
    slots: Vec<Slot<T>>,
}

/// The spikes of one step, the first in order at the end when sorted.
#[derive(Debug, Clone)]
struct Slot<T> {
    spikes: Vec<QueuedSpike<T>>,
    sorted: bool,
}

impl<T> Ring<T> {
    pub(super) fn new(num_slots: usize) -> Self {
        Self { slots: (0..num_slots).map(|_| Slot { spikes: Vec::new(), sorted: true }).collect() }
    }

    pub(super) fn num_slots(&self) -> u64 {
        self.slots.len() as u64
    }

    fn slot(&mut self, step: u64) -> &mut Slot<T> {
        let index = (step % self.num_slots()) as usize;
        &mut self.slots[index]
    }

    pub(super) fn push(&mut self, spike: QueuedSpike<T>) {
        let slot = self.slot(spike.step);
        slot.spikes.push(spike);
        slot.sorted = slot.spikes.len() == 1;
    }

    /// The first step from `now` on that holds a spike.
    pub(super) fn next_step(&self, now: u64) -> Option<u64> {
        (now..now.saturating_add(self.num_slots()))
            .find(|step| !self.slots[(step % self.num_slots()) as usize].spikes.is_empty())
    }

    pub(super) fn pop(&mut self, now: u64) -> Option<QueuedSpike<T>> {
        let slot = self.next_step(now).map(|step| self.slot(step))?;
        if !std::mem::replace(&mut slot.sorted, true) {
            slot.spikes.sort_unstable_by_key(|spike| std::cmp::Reverse((spike.source, spike.sequence)));
        }
        slot.spikes.pop()
    }

    /// Moves the spikes of one step to `into`, in order, and keeps the memory of the slot.
    pub(super) fn drain_step(&mut self, step: u64, into: &mut Vec<QueuedSpike<T>>) {
        let slot = self.slot(step);
        let start = into.len();
        into.append(&mut slot.spikes);
        slot.sorted = true;
        into[start..].sort_unstable_by_key(|spike| (spike.source, spike.sequence));
    }
}
