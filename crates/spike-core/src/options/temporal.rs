//! Options of the codes in which the times of spikes carry the value.

use serde::{Deserialize, Serialize};

/// How a value becomes a latency.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TtfsForm {
    /// t = T·(1 − x).
    #[default]
    Linear,
    /// t = τ·ln(θ₀/x), the crossing of an exponentially falling threshold.
    Logarithmic {
        /// Time constant τ of the threshold.
        tau_ms: f64,
        /// Threshold θ₀ at time 0, in normalised units.
        theta0: f64,
    },
}

/// What a value of 0 does in a latency code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroValue {
    /// It spikes in the last step.
    #[default]
    LastStep,
    /// It is silent.
    Silent,
}

/// Options of the time-to-first-spike code.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TtfsOptions {
    /// How a value becomes a latency.
    pub form: TtfsForm,
    /// What a value of 0 does.
    pub zero: ZeroValue,
}

/// Options of the rank-order code.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RankOrderOptions {
    /// Time between ranks; by default the largest whole number of steps with which all ranks fit the window.
    pub isi_ms: Option<f64>,
    /// Modulation factor m of the decoder m^rank, in (0, 1).
    pub modulation: f64,
}

impl Default for RankOrderOptions {
    fn default() -> Self {
        Self { isi_ms: None, modulation: 0.9 }
    }
}

/// Part of the cycle that values use.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PhaseRange {
    /// Values 0 to 1 lie at these shares of the cycle, so that they do not meet on the circle.
    Guarded {
        /// Share of the cycle of the value 0.
        low: f64,
        /// Share of the cycle of the value 1.
        high: f64,
    },
    /// φ = 2πx, the formula of the specification: 0 and 1 are neighbours.
    FullCircle,
}

impl Default for PhaseRange {
    fn default() -> Self {
        Self::Guarded { low: 0.1, high: 0.9 }
    }
}

impl PhaseRange {
    /// Shares of the cycle of the values 0 and 1.
    #[must_use]
    pub fn bounds(self) -> (f64, f64) {
        match self {
            Self::Guarded { low, high } => (low, high),
            Self::FullCircle => (0.0, 1.0),
        }
    }
}

/// Options of the phase code.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhaseOptions {
    /// Frequency of the reference oscillation.
    pub frequency_hz: f64,
    /// Part of the cycle that values use.
    pub range: PhaseRange,
}

impl Default for PhaseOptions {
    fn default() -> Self {
        Self { frequency_hz: 40.0, range: PhaseRange::default() }
    }
}

/// Options of the weighted-phase code.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WeightedPhaseOptions {
    /// Binary digits K, 1 to 32.
    pub bits: u32,
    /// Time between digits; by default the refractory period and one step.
    pub slot_ms: Option<f64>,
}

impl Default for WeightedPhaseOptions {
    fn default() -> Self {
        Self { bits: 8, slot_ms: None }
    }
}
