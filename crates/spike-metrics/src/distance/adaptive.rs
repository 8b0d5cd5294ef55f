//! What ISI- and SPIKE-distance need of one train: its intervals with the rules for the edges.

use super::merge::padded;
use crate::times::SpikeTimes;

/// One train, prepared for comparison with many.
#[derive(Debug, Clone)]
pub(crate) struct Edges {
    pub(crate) start_ms: f64,
    pub(crate) stop_ms: f64,
    /// Times between −∞ and +∞.
    pub(crate) padded: Vec<f64>,
    /// Interval k is that before spike k, the last one that after the last spike; always above 0.
    pub(crate) intervals: Vec<f64>,
}

impl Edges {
    /// A train without spikes gets one at either edge.
    pub(crate) fn new(train: SpikeTimes<'_>) -> Self {
        let (start_ms, stop_ms) = (train.start_ms(), train.stop_ms());
        let at_edges = [start_ms, stop_ms];
        let times = if train.times_ms().is_empty() { &at_edges } else { train.times_ms() };
        let (first, last) = (times[0], times[times.len() - 1]);
        let mut intervals = Vec::with_capacity(times.len() + 1);
        intervals.push(first - start_ms);
        intervals.extend(times.array_windows().map(|[a, b]| b - a));
        intervals.push(stop_ms - last);
        if let [before, next, .., previous, after] = intervals.as_mut_slice() {
            *before = before.max(*next);
            *after = after.max(*previous);
        } else if let [before, inner, after] = intervals.as_mut_slice() {
            *before = before.max(*inner);
            *after = after.max(*inner);
        }
        // A piece of length zero at an edge has no weight; any positive interval keeps its value finite.
        for interval in &mut intervals {
            if *interval <= 0.0 {
                *interval = stop_ms - start_ms;
            }
        }
        Self { start_ms, stop_ms, padded: padded(times), intervals }
    }

    /// Number of spikes, at least one.
    pub(crate) fn num_spikes(&self) -> usize {
        self.padded.len() - 2
    }

    /// The times.
    pub(crate) fn times(&self) -> &[f64] {
        &self.padded[1..=self.num_spikes()]
    }
}
