//! Values from realised rates: the map that all decoders of rate codes share.

use spike_core::{CodeOptions, ConfigError, Encoding, PoissonOptions, Probability, Spacing};
use spike_encode::SpikeProbability;

/// How the intervals of a rate code scatter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scatter {
    /// Geometric, plus the dead time.
    Geometric,
    /// Not at all.
    Regular,
    /// Within strata.
    Stratified,
}

/// The rate code of an encoding: realised spikes per step to values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RateCode {
    pub(crate) probability: SpikeProbability,
    pub(crate) scatter: Scatter,
    pub(crate) num_steps: f64,
    /// Dead steps k after a spike.
    pub(crate) dead: f64,
    /// Spikes of the largest rate in the window, without dead time.
    pub(crate) max_count: f64,
}

impl RateCode {
    /// The rate code of an encoding; `None` if it is another code.
    pub(crate) fn of(encoding: &Encoding) -> Result<Option<Self>, ConfigError> {
        let (options, scatter) = match encoding.code {
            CodeOptions::RatePoisson(options) => (options, Scatter::Geometric),
            CodeOptions::RateRegular(options) => {
                let poisson = PoissonOptions { probability: Probability::PerStep, refractory: options.refractory };
                let regular = options.spacing == Spacing::Regular;
                (poisson, if regular { Scatter::Regular } else { Scatter::Stratified })
            }
            _ => return Ok(None),
        };
        let config = &encoding.config;
        let grid = config.grid()?;
        let probability = SpikeProbability::new(config, options)?;
        Ok(Some(Self {
            probability,
            scatter,
            num_steps: f64::from(grid.num_steps()),
            dead: f64::from(probability.dead_steps()),
            max_count: max_count(encoding)?,
        }))
    }

    /// The value whose probability per free step is `p`, in [0, 1].
    pub(crate) fn value_of_probability(&self, p: f64) -> f64 {
        self.probability.value_of(p.clamp(0.0, 1.0 - f64::EPSILON)).clamp(0.0, 1.0)
    }

    /// The value of a realised rate of `r` spikes per step: p = r/(1 − r·k), inverted by the code.
    pub(crate) fn value_of_rate(&self, r: f64) -> f64 {
        let free = 1.0 - r * self.dead;
        self.value_of_probability(if r < free { r / free } else { 1.0 })
    }

    /// Variance of the value for a realised rate with a standard deviation, from the map one deviation to each side.
    pub(crate) fn variance_of_rate(&self, r: f64, sd: f64) -> f64 {
        let spread = self.value_of_rate(r + sd) - self.value_of_rate((r - sd).max(0.0));
        spread * spread / 4.0
    }
}

/// Spikes of the largest rate in the window: what the activity of the specification is a share of.
pub(crate) fn max_count(encoding: &Encoding) -> Result<f64, ConfigError> {
    let config = &encoding.config;
    Ok((config.grid()?.duration_s() * config.max_firing_rate_hz).max(f64::MIN_POSITIVE))
}

/// 1 − variance / variance of the uniform distribution, in [0, 1].
pub(crate) fn confidence(variance: f64) -> f64 {
    (1.0 - variance / super::posterior::PRIOR_VARIANCE).clamp(0.0, 1.0)
}
