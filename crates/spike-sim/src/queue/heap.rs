//! A binary heap: logarithmic time for each spike, any number of steps ahead.

use crate::queue::QueuedSpike;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

#[derive(Debug, Clone)]
pub(super) struct Heap<T> {
    spikes: BinaryHeap<Reverse<ByKey<T>>>,
}

/// A spike that is compared by its key alone.
#[derive(Debug, Clone)]
struct ByKey<T>(QueuedSpike<T>);

impl<T> ByKey<T> {
    fn key(&self) -> (u64, u32, u64) {
        (self.0.step, self.0.source, self.0.sequence)
    }
}

impl<T> PartialEq for ByKey<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<T> Eq for ByKey<T> {}

impl<T> PartialOrd for ByKey<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for ByKey<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl<T> Heap<T> {
    pub(super) fn new() -> Self {
        Self { spikes: BinaryHeap::new() }
    }

    pub(super) fn push(&mut self, spike: QueuedSpike<T>) {
        self.spikes.push(Reverse(ByKey(spike)));
    }

    pub(super) fn next_step(&self) -> Option<u64> {
        self.spikes.peek().map(|Reverse(ByKey(spike))| spike.step)
    }

    pub(super) fn pop(&mut self) -> Option<QueuedSpike<T>> {
        self.spikes.pop().map(|Reverse(ByKey(spike))| spike)
    }
}
