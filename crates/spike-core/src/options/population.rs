//! Options of the codes in which several neurons share a value.

use super::rate::PoissonOptions;
use serde::{Deserialize, Serialize};

/// How a neuron of a population spikes at its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PopulationSpikes {
    /// At random, as `rate_poisson`.
    #[default]
    Poisson,
    /// At equal intervals from a random phase, as `rate_regular`.
    Regular,
}

/// Where the preferred values stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CenterPlacement {
    /// μ_j = j/(N − 1): the outermost at the ends of the range.
    #[default]
    Ends,
    /// μ_j = (j − ½)/(N − 2), j from 0: the outermost half a spacing beyond the range (Bohte et al. 2002); N ≥ 3.
    Beyond,
}

/// Options of the population codes with Gaussian and triangular tuning.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PopulationOptions {
    /// Gaussian tuning: σ = spacing/β; triangular tuning has the half-width of one spacing.
    pub beta: f64,
    /// Where the preferred values stand.
    pub centers: CenterPlacement,
    /// How neurons spike.
    pub spikes: PopulationSpikes,
    /// Options of the Poisson spikes; regular spikes use its `refractory`.
    pub poisson: PoissonOptions,
}

impl Default for PopulationOptions {
    fn default() -> Self {
        Self {
            beta: 1.5,
            centers: CenterPlacement::default(),
            spikes: PopulationSpikes::default(),
            poisson: PoissonOptions::default(),
        }
    }
}

/// Options of the latency population.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LatencyPopulationOptions {
    /// σ = spacing/β.
    pub beta: f64,
    /// Where the preferred values stand.
    pub centers: CenterPlacement,
    /// Responses below this share of the largest are silent.
    pub silent_below: f64,
}

impl Default for LatencyPopulationOptions {
    fn default() -> Self {
        Self { beta: 1.5, centers: CenterPlacement::Beyond, silent_below: 0.1 }
    }
}
