//! Value from the time of the first spike.

use crate::rate::posterior::PRIOR_VARIANCE;
use spike_core::{
    CodeOptions, DecodeError, Decoded, DecoderFor, DecodingMethod, Encoding, SpikeView, TimeGrid, TtfsForm,
    TtfsOptions, ValueDecoder, ZeroValue,
};

/// Decodes `temporal_ttfs`: the centre of the interval of values that spike in the step of the first spike.
///
/// - Linear: step s of T stands for x in (1 − (s + 1)/T, 1 − s/T], decoded as x̂ = 1 − (s + ½)/T.
/// - Logarithmic: step s stands for θ₀·exp(−(s + 1)·dt/τ) < x ≤ θ₀·exp(−s·dt/τ), decoded as its centre; the last
///   step reaches down to 0, the first up to 1.
///
/// A silent neuron is 0 if the code leaves 0 silent, and otherwise unknown: ½ with confidence 0.
///
/// Confidence is 1 − Var(x | spike)/Var(x) for a uniform prior on [0, 1]: the variance is that of the interval,
/// plus that of the jitter where the code has one.
///
/// ```
/// use spike_core::{CodeOptions, DecoderFor, EncoderConfig, Encoding, Normalizer, Seed, SpikeTrain, TtfsOptions};
/// use spike_core::{Decoded, ValueDecoder};
/// use spike_decode::TimeToFirstSpikeDecoder;
/// let code = CodeOptions::TemporalTtfs(TtfsOptions::default());
/// let encoding = Encoding::new(&EncoderConfig::default(), code, Normalizer::identity(1), Seed(0), vec![1])?;
/// let decoder = TimeToFirstSpikeDecoder::for_encoding(&encoding)?;
/// let train = SpikeTrain::from_neurons(encoding.config.grid()?, &[vec![250]])?;
/// let mut decoded = Decoded::default();
/// decoder.decode_sample(train.view(), 0, &mut decoded)?;
/// assert_eq!(decoded.values, [0.7495]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: the inverse of the code, with the half-step correction that halves its error.
#[derive(Debug, Clone)]
pub struct TimeToFirstSpikeDecoder {
    grid: TimeGrid,
    options: TtfsOptions,
    jitter_ms: f64,
    max_count: f64,
}

impl TimeToFirstSpikeDecoder {
    /// The values (low, high] that spike in a step.
    #[must_use]
    pub fn interval(&self, step: u32) -> (f64, f64) {
        let last = self.grid.num_steps() - 1;
        match self.options.form {
            TtfsForm::Linear => {
                let steps = f64::from(self.grid.num_steps());
                (1.0 - f64::from(step + 1) / steps, 1.0 - f64::from(step) / steps)
            }
            TtfsForm::Logarithmic { tau_ms, theta0 } => {
                let at = |step: f64| (theta0 * (-step * self.grid.dt_ms() / tau_ms).exp()).min(1.0);
                let low = if step == last { 0.0 } else { at(f64::from(step) + 1.0) };
                let high = if step == 0 { 1.0 } else { at(f64::from(step)) };
                (low, high)
            }
        }
    }

    /// dx/dt at a step, per millisecond: what a shift of the spike costs.
    fn slope_per_ms(&self, x: f64) -> f64 {
        match self.options.form {
            TtfsForm::Linear => 1.0 / self.grid.duration_ms(),
            TtfsForm::Logarithmic { tau_ms, .. } => x / tau_ms,
        }
    }
}

impl DecoderFor for TimeToFirstSpikeDecoder {
    fn for_encoding(encoding: &Encoding) -> Result<Self, DecodeError> {
        let CodeOptions::TemporalTtfs(options) = encoding.code else {
            let (method, scheme) = (DecodingMethod::TimeToFirstSpike, encoding.scheme());
            return Err(DecodeError::WrongMethod { method, scheme });
        };
        let config = &encoding.config;
        let grid = config.grid()?;
        let max_count = (grid.duration_s() * config.max_firing_rate_hz).max(f64::MIN_POSITIVE);
        Ok(Self { grid, options, jitter_ms: config.jitter_ms, max_count })
    }
}

impl ValueDecoder for TimeToFirstSpikeDecoder {
    fn method(&self) -> DecodingMethod {
        DecodingMethod::TimeToFirstSpike
    }

    fn decode_sample(&self, spikes: SpikeView<'_>, _sample: u64, into: &mut Decoded) -> Result<(), DecodeError> {
        for row in spikes.neurons() {
            let (value, confidence) = match row.first() {
                None if self.options.zero == ZeroValue::Silent => (0.0, 1.0),
                None => (0.5, 0.0),
                Some(&step) => {
                    let (low, high) = self.interval(step);
                    let x = (low + high) / 2.0;
                    let shift = self.slope_per_ms(x) * self.jitter_ms;
                    let variance = (high - low).powi(2) / 12.0 + shift * shift;
                    (x, (1.0 - variance / PRIOR_VARIANCE).clamp(0.0, 1.0))
                }
            };
            into.values.push(value);
            into.confidence.push(confidence);
            into.activity.push(row.len() as f64 / self.max_count);
        }
        Ok(())
    }
}
