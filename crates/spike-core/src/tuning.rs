//! Tuning curves of a population: vocabulary shared by its encoder and decoders.

use serde::{Deserialize, Serialize};

/// Shape of a tuning curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TuningShape {
    /// exp(−(x − μ)²/(2σ²)).
    Gaussian,
    /// max(0, 1 − |x − μ|/w).
    Triangular,
}

/// The tuning curves of the neurons that share one input dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuning {
    /// Shape of every curve.
    pub shape: TuningShape,
    /// Preferred values μ, ascending, in normalised units.
    pub centers: Vec<f64>,
    /// Width of each curve: σ or half-width.
    pub widths: Vec<f64>,
}
