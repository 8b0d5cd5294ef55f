//! What decoding, conversion and benchmarking report, with the field names of the specification.

use crate::scheme::DecodingMethod;
use ndarray::{Array2, ArrayD};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Decoded values with their confidence.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodingResult {
    /// Values in the caller's units, shape (sample, channel).
    pub values: Array2<f64>,
    /// Confidence of each value, 0 to 1: 1 − posterior variance / prior variance.
    pub confidence: Array2<f64>,
    /// The specification's activity measure, spikes / (window · f_max), under its own name.
    pub activity: Array2<f64>,
    /// The method that was used.
    pub method: DecodingMethod,
    /// Mean squared error against the original, when it is given.
    pub reconstruction_mse: Option<f64>,
    /// 1 − MSE / variance of the original, when it is given and not constant.
    pub reconstruction_r2: Option<f64>,
}

/// Result of converting an analog network.
///
/// The network stands here twice, and one of the two is to be run, never a mixture: `snn_weights` with a threshold of
/// 1 in every layer, or the weights of the analog network with the thresholds of `threshold_balancing`.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversionResult {
    /// Normalised weights W·λ₍l−1₎/λ₍l₎ by layer name, with BatchNorm folded in, and under `{layer}.bias` b/λ₍l₎: for
    /// thresholds of 1. Channels have thresholds of their own, which are in the weights.
    pub snn_weights: BTreeMap<String, ArrayD<f64>>,
    /// Threshold λ₍l₎/λ₍l−1₎ for the weights of the analog network, by layer name; the ratio of the means where channels
    /// have their own.
    pub threshold_balancing: BTreeMap<String, f64>,
    /// λ₍l₎ by layer name: the activation that a spike stands for; the mean where channels have their own, 1 for a layer
    /// that only accumulates.
    pub normalization_factors: BTreeMap<String, f64>,
    /// Top-1 accuracy of the analog network, as a fraction.
    pub accuracy_original: f64,
    /// Top-1 accuracy of the spiking network, as a fraction.
    pub accuracy_converted: f64,
    /// Relative loss of accuracy in percent.
    pub accuracy_loss_pct: f64,
    /// Steps simulated.
    pub num_timesteps_simulated: u32,
    /// Wall time of the conversion.
    pub conversion_time_s: f64,
}

impl ConversionResult {
    /// Relative loss of accuracy in percent: 100·(original − converted)/original; 0 if the original is 0.
    #[must_use]
    pub fn loss_pct(accuracy_original: f64, accuracy_converted: f64) -> f64 {
        if accuracy_original > 0.0 { 100.0 * (accuracy_original - accuracy_converted) / accuracy_original } else { 0.0 }
    }
}

/// What benchmarking an encoding reports.
#[expect(non_snake_case, reason = "energy_proxy_nJ is the name in the specification")]
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodingMetrics {
    /// Mutual information of values and spikes per second.
    pub information_rate_bits_per_s: f64,
    /// R² of decoded against original values.
    pub reconstruction_accuracy: f64,
    /// Mutual information per spike.
    pub coding_efficiency_bits_per_spike: f64,
    /// Spikes / (neurons × window).
    pub mean_firing_rate_hz: f64,
    /// Time from stimulus onset to the first spike.
    pub latency_to_first_spike_ms: f64,
    /// Share of (neuron, step) cells without a spike.
    pub sparsity: f64,
    /// Spikes × energy per spike.
    pub energy_proxy_nJ: f64,
    /// Wall time of encoding.
    pub encode_wall_time_ms: f64,
    /// Wall time of decoding.
    pub decode_wall_time_ms: f64,
}
