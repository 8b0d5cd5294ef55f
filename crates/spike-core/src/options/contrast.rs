//! Options of the codes that report changes. Thresholds are in normalised units: 0.1 is a tenth of the range.

use serde::{Deserialize, Serialize};

/// Options of the temporal contrast of the specification. The code takes no refractory period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThresholdOptions {
    /// θ_up: a larger rise from one sample to the next is an ON spike.
    pub up: f64,
    /// θ_down: a larger fall is an OFF spike.
    pub down: f64,
}

impl Default for ThresholdOptions {
    fn default() -> Self {
        Self { up: 0.1, down: 0.1 }
    }
}

/// Options of send-on-delta.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SendOnDeltaOptions {
    /// Distance θ from the reference at which a spike is sent.
    pub threshold: f64,
    /// Spikes that one sample may cause: steps of the spike grid in each sample of the signal.
    pub events_per_sample: u32,
}

impl Default for SendOnDeltaOptions {
    fn default() -> Self {
        Self { threshold: 0.1, events_per_sample: 1 }
    }
}

/// Options of step-forward.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StepForwardOptions {
    /// Half-width θ of the band around the baseline, and the step of the baseline.
    pub threshold: f64,
    /// Steps that the baseline may take in one sample: 1 is the published algorithm, more follow steep signals.
    pub events_per_sample: u32,
}

impl Default for StepForwardOptions {
    fn default() -> Self {
        Self { threshold: 0.1, events_per_sample: 1 }
    }
}

/// Options of the moving window. The code takes no refractory period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MovingWindowOptions {
    /// Half-width θ of the band around the mean of the window.
    pub threshold: f64,
    /// Window length w: the mean is over the w + 1 samples before.
    pub window_samples: u32,
}

impl Default for MovingWindowOptions {
    fn default() -> Self {
        Self { threshold: 0.1, window_samples: 3 }
    }
}

/// Options of the threshold-based representation. The code takes no refractory period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TbrOptions {
    /// Factor f of the threshold |mean| + f·(standard deviation) of the changes; 0 to 3 in the literature.
    pub factor: f64,
}

impl Default for TbrOptions {
    fn default() -> Self {
        Self { factor: 1.0 }
    }
}

/// How Ben's Spiker compares its two errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BenSpikerRule {
    /// Spike if e₁ ≤ e₂ − θ (Schrauwen and Van Campenhout 2003).
    Additive,
    /// Spike if e₁ ≤ e₂·θ.
    #[default]
    Multiplicative,
}

/// Options of Ben's Spiker Algorithm, with a low-pass filter designed by a Hamming window. The code takes no
/// refractory period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BenSpikerOptions {
    /// Order n of the filter, which has n + 1 taps.
    pub filter_order: u32,
    /// Cut-off frequency as a share of the sampling frequency, at most ½.
    pub cutoff: f64,
    /// Factor on the taps, whose sum is 1 without it.
    pub gain: f64,
    /// Threshold θ.
    pub threshold: f64,
    /// How the errors are compared.
    pub rule: BenSpikerRule,
}

impl Default for BenSpikerOptions {
    fn default() -> Self {
        Self { filter_order: 32, cutoff: 0.04, gain: 2.0, threshold: 0.95, rule: BenSpikerRule::default() }
    }
}

/// Options of the pixel model of a dynamic vision sensor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DvsPixelOptions {
    /// ON threshold as a change of ln intensity.
    pub on_threshold: f64,
    /// OFF threshold as a change of ln intensity.
    pub off_threshold: f64,
    /// Standard deviation of the thresholds between pixels, as a share of the threshold, drawn by seed.
    pub threshold_sd: f64,
    /// Time after an event in which a pixel sends none and its reference follows the signal.
    pub refractory_us: u32,
    /// Added to the normalised intensity before the logarithm, so that black has one.
    pub log_offset: f64,
}

impl Default for DvsPixelOptions {
    fn default() -> Self {
        Self { on_threshold: 0.2, off_threshold: 0.2, threshold_sd: 0.0, refractory_us: 0, log_offset: 0.001 }
    }
}
