//! Results of encoding that carry more than spikes: population and temporal codes.

use crate::train::SpikeTrain;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// A scalar or vector encoded by populations of tuned neurons.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationCode {
    /// One train for each input dimension.
    pub spike_trains: Vec<SpikeTrain>,
    /// Preferred stimuli, in the caller's units.
    pub tuning_centers: Vec<f64>,
    /// Receptive-field widths, in the caller's units.
    pub tuning_widths: Vec<f64>,
    /// Range of the input.
    pub input_range: (f64, f64),
    /// Neurons for each dimension.
    pub num_neurons_per_dim: usize,
}

/// The kind of a temporal code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemporalScheme {
    /// Time to first spike.
    Ttfs,
    /// Order of spikes.
    RankOrder,
    /// Phase of spikes.
    Phase,
}

/// Spikes whose times carry the values, with what is needed to read them.
#[derive(Debug, Clone, PartialEq)]
pub struct TemporalCode {
    /// The spikes.
    pub spike_train: SpikeTrain,
    /// How times carry values.
    pub scheme: TemporalScheme,
    /// Reference time of phase or rank.
    pub reference_time_ms: f64,
    /// Frequency of the reference oscillation, for phase codes.
    pub phase_frequency_hz: Option<f64>,
    /// Channels in descending order of importance, shape (sample, channel), for rank order.
    pub rank_order: Option<Array2<u32>>,
}
