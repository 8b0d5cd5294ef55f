//! Value from the number of spikes, aware of the dead time.

use super::posterior::RatePosterior;
use super::realised::{RateCode, Scatter, confidence};
use spike_core::{DecodeError, Decoded, DecoderFor, DecodingMethod, Encoding, SpikeView, ValueDecoder};
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

/// Decodes `rate_poisson` and `rate_regular` by the number of spikes.
///
/// With n spikes in T steps and k dead steps after each, p̂ = n/(T − n·k) estimates the probability per free step
/// and x̂ is the value that has it, clipped to [0, 1]. With k = 0 and f_min = 0 this is the plain x̂ = n/(T·f_max).
///
/// Confidence for Poisson trains is 1 − Var(x | train)/Var(x) for a uniform prior on [0, 1], from the exact
/// likelihood of the train ([`RatePosterior`]). For uniform values its mean is the R² of the posterior mean; the R² of
/// the count itself is a little lower, since the count is not the optimal estimate. For regular and stratified trains
/// it is that of the estimator, whose count has the variance 1/6 or 1/3 on average over phases.
///
/// Source: dead-time correction as in Müller (1973), Nucl. Instrum. Methods 112:47,
/// DOI 10.1016/0029-554X(73)90773-8.
#[derive(Debug)]
pub struct SpikeCountDecoder {
    code: RateCode,
    formula: CountFormula,
    /// For Poisson trains.
    posterior: Option<RatePosterior>,
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
            CountFormula::Plain => (n / self.code.max_count).min(1.0),
            CountFormula::DeadTimeCorrected => corrected_value(&self.code.probability, self.code.num_steps, n),
        }
    }

    fn variance(&self, row: &[u32]) -> f64 {
        if let Some(posterior) = &self.posterior {
            return posterior.moments(row).1;
        }
        let count_variance: f64 = if self.code.scatter == Scatter::Regular { 1.0 / 6.0 } else { 1.0 / 3.0 };
        let steps = self.code.num_steps;
        self.code.variance_of_rate(row.len() as f64 / steps, count_variance.sqrt() / steps)
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
        let wrong = DecodeError::WrongMethod { method: DecodingMethod::SpikeCount, scheme: encoding.scheme() };
        let code = RateCode::of(encoding)?.ok_or(wrong)?;
        let random = code.scatter == Scatter::Geometric;
        let num_steps = encoding.config.grid()?.num_steps();
        let posterior = random.then(|| RatePosterior::new(code.probability, num_steps));
        Ok(Self { code, formula: CountFormula::default(), posterior })
    }
}

impl ValueDecoder for SpikeCountDecoder {
    fn method(&self) -> DecodingMethod {
        DecodingMethod::SpikeCount
    }

    fn decode_sample(&self, spikes: SpikeView<'_>, _sample: u64, into: &mut Decoded) -> Result<(), DecodeError> {
        for row in spikes.neurons() {
            into.values.push(self.value(row.len()));
            into.confidence.push(confidence(self.variance(row)));
            into.activity.push(row.len() as f64 / self.code.max_count);
        }
        Ok(())
    }
}
