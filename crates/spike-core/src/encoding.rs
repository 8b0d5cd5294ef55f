//! The record that travels with spikes: everything a decoder needs, and nothing hidden in the encoder.

use crate::config::EncoderConfig;
use crate::normalizer::Normalizer;
use crate::scheme::CodingScheme;
use crate::seed::Seed;
use crate::tuning::Tuning;
use serde::{Deserialize, Serialize};

/// How spikes were made: code, configuration, normaliser, seed and the shape of a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encoding {
    /// The configuration, with its scheme.
    pub config: EncoderConfig,
    /// Options of the code beyond the configuration.
    pub code: CodeOptions,
    /// Tuning curves, for population codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuning: Option<Tuning>,
    /// The scaling of the input to [0, 1].
    pub normalizer: Normalizer,
    /// The seed that was used.
    pub seed: Seed,
    /// Shape of one sample in the input; its product is the number of channels.
    pub feature_shape: Vec<usize>,
}

impl Encoding {
    /// The code.
    #[must_use]
    pub fn scheme(&self) -> CodingScheme {
        self.config.coding_scheme
    }

    /// Number of channels in a sample.
    #[must_use]
    pub fn num_channels(&self) -> usize {
        self.normalizer.num_channels()
    }
}

/// Options that belong to one code.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CodeOptions {
    /// Options of `rate_poisson`.
    RatePoisson(PoissonOptions),
    /// Options of `temporal_ttfs`.
    TemporalTtfs(TtfsOptions),
}

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

impl CodeOptions {
    /// The scheme that the options belong to.
    #[must_use]
    pub fn scheme(&self) -> CodingScheme {
        match self {
            CodeOptions::RatePoisson(_) => CodingScheme::RatePoisson,
            CodeOptions::TemporalTtfs(_) => CodingScheme::TemporalTtfs,
        }
    }
}
