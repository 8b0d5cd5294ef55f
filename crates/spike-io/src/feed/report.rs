//! What a feed holds and what became of the spikes.

use super::{Arrangement, FeedTarget};
use serde::Serialize;
use spike_core::{Duplicates, GridReport, Rounding};

/// What a feed holds and what became of the spikes on the way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeedReport {
    /// The program that it is for.
    pub target: FeedTarget,
    /// Samples of the input.
    pub num_samples: u64,
    /// Neurons of each sample.
    pub num_neurons: usize,
    /// Neurons of the source in the simulator.
    pub num_rows: u64,
    /// Spikes in the feed: those of the input without the merged ones.
    pub num_spikes: u64,
    /// Step width of the simulator.
    pub dt_ms: f64,
    /// Steps of each sample on the simulator's grid.
    pub num_steps: u32,
    /// Silent steps before the first sample; every spike comes so much later.
    pub shift_steps: u32,
    /// How long the simulator runs.
    pub duration_ms: f64,
    /// How samples are arranged.
    pub arrangement: Arrangement,
    /// Shape of the array, or of each array, of spikes.
    pub shape: Vec<u64>,
    /// The rule for spikes between steps.
    pub grid_rule: Rounding,
    /// The rule for two spikes in a step.
    pub duplicates: Duplicates,
    /// What the rules did.
    pub grid: GridReport,
}
