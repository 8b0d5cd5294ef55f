//! What a user chooses about a spiking network.

use serde::{Deserialize, Serialize};
use spike_sim::IfReset;

/// How the threshold λ of a group of neurons follows from the activations of the analog network.
///
/// Under every rule λ is at least 1e-3 of the largest of its layer, so that a group that was silent hardly fires, and at
/// most the upper bound of a clipped rectifier.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Normalisation {
    /// λ = max a (Diehl et al. 2015). Nothing saturates; rates are low.
    Max,
    /// λ is a percentile of a (Rueckauer et al. 2017), between order statistics by linear interpolation. A group that
    /// is active so seldom that its percentile is 0 takes its maximum.
    Percentile {
        /// In (0, 100].
        percent: f64,
        /// Whether activations of 0 are left out, as snntoolbox does; otherwise they count.
        nonzero_only: bool,
    },
    /// λ minimises the mean of (λ/T·clip(⌊a·T/λ + ½⌋, 0, T) − a)² over 95 candidates, 1.00 to 0.06 of the maximum
    /// (Li et al. 2021). Neurons that carry values of attention take the 99.9th percentile of the magnitude.
    MeanSquare {
        /// The number of steps T for which it is best.
        num_steps: u32,
    },
    /// λ ← λ + 2·mean(max(a − λ, 0)) from λ = 0 until it moves by less than 1e-4 of the maximum: local threshold
    /// balancing. Neurons that carry values of attention take the 99.9th percentile of the magnitude.
    LocalBalance,
}

/// Which neurons share a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// All of a layer.
    Layer,
    /// Those of one channel of an image, or of one feature.
    #[default]
    Channel,
    /// None: a spatial map of thresholds. It cannot be folded into the shared weights of a convolution.
    Neuron,
}

/// Which spikes the neurons of a rectifier emit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpikeSigns {
    /// Spikes of one sign, as every chip has them.
    Binary,
    /// Spikes that may be taken back: counts are right whatever the order of arrival.
    #[default]
    Ternary,
}

/// How spikes pass a maximum pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaxPooling {
    /// The rise of the largest cumulative count of a window: exact in every step.
    #[default]
    Cumulative,
    /// The spikes of the unit with the largest cumulative count at that time (Rueckauer et al. 2017).
    MostActive,
    /// The spikes of the unit that fired first (the specification); the lowest index of several.
    Earliest,
}

/// How a softmax over scores is computed from spikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attention {
    /// t·f(X/t) − (t−1)·f(X/(t−1)) of the accumulated scores, as signed spikes: exact in the limit.
    #[default]
    Differential,
    /// One spike a step for the largest accumulated score (the specification). Not an approximation of softmax.
    WinnerTakeAll,
}

/// What is read from the last layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readout {
    /// The membrane of neurons that only accumulate.
    #[default]
    Membrane,
    /// The number of spikes of integrate-and-fire neurons.
    SpikeCount,
}

/// Where the thresholds are: forms of one network that emit the same spikes, and one that is kept for comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// W and b as trained, threshold λ, a spike carries λ: pools and sums need no bookkeeping.
    #[default]
    Amplitude,
    /// W·λ_{l−1}/λ_l, b/λ_l, threshold 1, spikes of 1 (Diehl et al. 2015; Rueckauer et al. 2017).
    WeightNormalised,
    /// W as trained, b/λ_{l−1}, threshold λ_l/λ_{l−1}, spikes of 1. One λ for each layer.
    ThresholdBalanced,
    /// Normalised weights and balanced thresholds at once, as steps 2 and 3 of the specification read together. It
    /// normalises twice: rates shrink by the product of the thresholds and biases weigh too much.
    Combined,
}

/// Everything that decides the spiking network.
///
/// ```
/// use spike_convert::{ConversionOptions, Granularity};
/// let options = ConversionOptions { granularity: Granularity::Layer, ..ConversionOptions::default() };
/// assert_eq!(options.initial_share, 0.5);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConversionOptions {
    /// Rule of the thresholds.
    pub normalisation: Normalisation,
    /// Which neurons share one.
    pub granularity: Granularity,
    /// What a spike does to the membrane.
    pub reset: IfReset,
    /// Membrane at the start, as a share of the threshold.
    pub initial_share: f64,
    /// Spikes of rectifiers.
    pub spikes: SpikeSigns,
    /// Maximum pools.
    pub max_pooling: MaxPooling,
    /// Softmax.
    pub attention: Attention,
    /// Last layer.
    pub readout: Readout,
    /// Where the thresholds are.
    pub form: Form,
    /// Calibrate biases layer by layer for this number of steps: the shift acts in every step, so that it fits this
    /// number and no other.
    pub bias_calibration: Option<u32>,
    /// Calibrate the charge at the start layer by layer for this number of steps: it makes up for what arrives late,
    /// and its share of the sum vanishes as steps go on.
    pub charge_calibration: Option<u32>,
}

impl Default for ConversionOptions {
    /// Least mean square error at 8 steps for each channel, subtraction, half a threshold at the start, ternary spikes,
    /// cumulative pooling, differential attention, membrane read-out, amplitude form, no calibration of biases.
    ///
    /// Chosen on training images that take no part in calibration: `docs/conversion.md` has the figures.
    fn default() -> Self {
        Self {
            normalisation: Normalisation::MeanSquare { num_steps: 8 },
            granularity: Granularity::Channel,
            reset: IfReset::Subtract,
            initial_share: 0.5,
            spikes: SpikeSigns::Ternary,
            max_pooling: MaxPooling::Cumulative,
            attention: Attention::Differential,
            readout: Readout::Membrane,
            form: Form::Amplitude,
            bias_calibration: None,
            charge_calibration: None,
        }
    }
}
