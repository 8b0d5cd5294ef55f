//! Options of the codes in which the number of spikes carries the value.

use serde::{Deserialize, Serialize};

/// How a rate becomes a probability per step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probability {
    /// p = rate·dt, as the specification has it; more than 1 is an error.
    #[default]
    PerStep,
    /// p = 1 − exp(−rate·dt): the probability that a continuous Poisson process has a spike in the step.
    Exact,
}

/// What the asked rate means when there is a refractory period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefractoryMode {
    /// It is the hazard outside the refractory period (the specification); fewer spikes are realised.
    #[default]
    Uncompensated,
    /// It is the realised rate: the probability per step is raised to make up for the dead time. It is then fixed by
    /// the rate, and both kinds of [`Probability`] give the same.
    Compensated,
}

/// Options of the Poisson rate code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoissonOptions {
    /// How a rate becomes a probability per step.
    pub probability: Probability,
    /// What the asked rate means.
    pub refractory: RefractoryMode,
}

/// Options of the burst code.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BurstOptions {
    /// Spikes N_max of the value 1.
    pub max_spikes: u32,
    /// Interval T_min of the value 1; intervals never fall below the refractory period and one step.
    pub min_isi_ms: f64,
    /// Interval T_max towards the value 0; by default the largest with which every burst fits the window.
    pub max_isi_ms: Option<f64>,
}

impl Default for BurstOptions {
    fn default() -> Self {
        Self { max_spikes: 5, min_isi_ms: 2.0, max_isi_ms: None }
    }
}

/// How the spikes of a regular rate code are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// Equal intervals from a random phase: error diffusion.
    #[default]
    Regular,
    /// One spike at random in each of equal strata.
    Stratified,
}

/// Options of the regular rate code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegularOptions {
    /// How spikes are spaced.
    pub spacing: Spacing,
    /// What the asked rate means.
    pub refractory: RefractoryMode,
}
