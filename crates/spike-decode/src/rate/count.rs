//! Value from the number of spikes, aware of the dead time.

use super::posterior::{PRIOR_VARIANCE, RatePosterior};
use spike_core::{
    CodeOptions, DecodeError, Decoded, DecoderFor, DecodingMethod, Encoding, SpikeView, TimeGrid, ValueDecoder,
};
use spike_encode::SpikeProbability;

/// How a count becomes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CountFormula {
    /// p̂ = n/(T − n·k): spikes per step that was not dead, inverted by the code's own probability.
    #[default]
    DeadTimeCorrected,
    /// x̂ = n/(T·f_max), as the specification has it; it ignores the dead time and f_min.
    Plain,
}

/// Decodes `rate_poisson` by the number of spikes.
///
/// With n spikes in T steps and k dead steps after each, p̂ = n/(T − n·k) estimates the probability per free step
/// and x̂ is the value that has it, clipped to [0, 1]. With k = 0 and f_min = 0 this is the plain x̂ = n/(T·f_max).
///
/// Confidence is 1 − Var(x | train)/Var(x) for a uniform prior on [0, 1], from the exact likelihood of the train
/// ([`RatePosterior`]). For uniform values its mean is the R² of the posterior mean; the R² of the count itself
/// is a little lower, since the count is not the optimal estimate.
///
/// Source: dead-time correction as in Müller (1973), Nucl. Instrum. Methods 112:47,
/// DOI 10.1016/0029-554X(73)90773-8.
#[derive(Debug)]
pub struct SpikeCountDecoder {
    grid: TimeGrid,
    probability: SpikeProbability,
    formula: CountFormula,
    posterior: RatePosterior,
    max_count: f64,
}

impl SpikeCountDecoder {
    /// The same decoder with another formula.
    #[must_use]
    pub fn with_formula(self, formula: CountFormula) -> Self {
        Self { formula, ..self }
    }

    /// The value of a count.
    #[must_use]
    pub fn value(&self, count: usize) -> f64 {
        let n = count as f64;
        match self.formula {
            CountFormula::Plain => (n / self.max_count).min(1.0),
            CountFormula::DeadTimeCorrected => corrected_value(&self.probability, f64::from(self.grid.num_steps()), n),
        }
    }
}

/// The dead-time corrected value of `n` spikes in `num_steps` steps.
pub(crate) fn corrected_value(probability: &SpikeProbability, num_steps: f64, n: f64) -> f64 {
    let free = num_steps - n * f64::from(probability.dead_steps());
    let p = if n < free { n / free } else { 1.0 };
    probability.value_of(p).clamp(0.0, 1.0)
}

impl DecoderFor for SpikeCountDecoder {
    fn for_encoding(encoding: &Encoding) -> Result<Self, DecodeError> {
        let CodeOptions::RatePoisson(options) = encoding.code else {
            let (method, scheme) = (DecodingMethod::SpikeCount, encoding.scheme());
            return Err(DecodeError::WrongMethod { method, scheme });
        };
        let config = &encoding.config;
        let grid = config.grid()?;
        let probability = SpikeProbability::new(config, options)?;
        Ok(Self {
            grid,
            probability,
            formula: CountFormula::default(),
            posterior: RatePosterior::new(probability, grid.num_steps()),
            max_count: (grid.duration_s() * config.max_firing_rate_hz).max(f64::MIN_POSITIVE),
        })
    }
}

impl ValueDecoder for SpikeCountDecoder {
    fn method(&self) -> DecodingMethod {
        DecodingMethod::SpikeCount
    }

    fn decode_sample(&self, spikes: SpikeView<'_>, _sample: u64, into: &mut Decoded) -> Result<(), DecodeError> {
        for row in spikes.neurons() {
            let (_, variance) = self.posterior.moments(row);
            into.values.push(self.value(row.len()));
            into.confidence.push((1.0 - variance / PRIOR_VARIANCE).clamp(0.0, 1.0));
            into.activity.push(row.len() as f64 / self.max_count);
        }
        Ok(())
    }
}
