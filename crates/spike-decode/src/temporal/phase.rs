//! Value from the phases of spikes: their circular mean.

use crate::rate::realised::{confidence, max_count};
use spike_core::{CodeOptions, DecodeError, Decoded, DecoderFor, DecodingMethod, Encoding, SpikeView, ValueDecoder};
use spike_encode::PhaseCodingEncoder;
use std::f64::consts::TAU;

/// Decodes `temporal_phase` by the circular mean of all spikes of a neuron.
///
/// A spike in step s of cycles of P steps has the phase 2π·(s + ½)/P. With C = Σ cos and S = Σ sin over n spikes, the
/// mean direction is atan2(S, C); its share of the cycle, taken within half a cycle of the middle of the value
/// range, is mapped back through the guard band and clipped to [0, 1]. On the full circle, 0 and 1 are neighbours,
/// and noise there becomes an error of almost the whole range. A silent neuron is ½ with confidence 0.
///
/// Confidence is 1 − Var(x̂)/Var(x) for a uniform prior: the variance is that of the step, plus the larger of that of
/// the configured jitter, σ²/n, and that which the spikes themselves show, −2·ln R̄/n of the phase, where R̄ =
/// √(C² + S²)/n is the mean resultant length.
///
/// Source: Mardia and Jupp (2000), Directional Statistics, sections 2.2 and 2.3, DOI 10.1002/9780470316979.
#[derive(Debug, Clone, Copy)]
pub struct PhaseDecoder {
    period_steps: f64,
    low: f64,
    high: f64,
    jitter_steps: f64,
    max_count: f64,
}

impl PhaseDecoder {
    /// The value of a train and its variance.
    fn decode(&self, steps: &[u32]) -> (f64, f64) {
        if steps.is_empty() {
            return (0.5, f64::INFINITY);
        }
        let n = steps.len() as f64;
        let (mut cos, mut sin) = (0.0, 0.0);
        for &step in steps {
            let (s, c) = ((f64::from(step) + 0.5) / self.period_steps * TAU).sin_cos();
            cos += c;
            sin += s;
        }
        let width = self.high - self.low;
        let middle = self.low + width / 2.0;
        let share = sin.atan2(cos) / TAU - middle;
        let share = middle + (share - share.round());
        let resultant = ((cos * cos + sin * sin).sqrt() / n).clamp(f64::MIN_POSITIVE, 1.0);
        let step = 1.0 / self.period_steps;
        let jitter = (self.jitter_steps * step).powi(2) / n;
        let shown = -2.0 * resultant.ln() / (n * TAU * TAU);
        let variance = (step * step / 12.0 + jitter.max(shown)) / (width * width);
        (((share - self.low) / width).clamp(0.0, 1.0), variance)
    }
}

impl DecoderFor for PhaseDecoder {
    fn for_encoding(encoding: &Encoding) -> Result<Self, DecodeError> {
        let CodeOptions::TemporalPhase(options) = encoding.code else {
            let (method, scheme) = (DecodingMethod::Phase, encoding.scheme());
            return Err(DecodeError::WrongMethod { method, scheme });
        };
        let config = &encoding.config;
        let (low, high) = options.range.bounds();
        Ok(Self {
            period_steps: PhaseCodingEncoder::new(config, options)?.period_steps(),
            low,
            high,
            jitter_steps: config.jitter_ms / config.grid()?.dt_ms(),
            max_count: max_count(encoding)?,
        })
    }
}

impl ValueDecoder for PhaseDecoder {
    fn method(&self) -> DecodingMethod {
        DecodingMethod::Phase
    }

    fn decode_sample(&self, spikes: SpikeView<'_>, _sample: u64, into: &mut Decoded) -> Result<(), DecodeError> {
        for row in spikes.neurons() {
            let (value, variance) = self.decode(row);
            into.values.push(value);
            into.confidence.push(confidence(variance));
            into.activity.push(row.len() as f64 / self.max_count);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{EncoderConfig, Normalizer, PhaseOptions, PhaseRange, Seed};

    fn decoder(range: PhaseRange) -> PhaseDecoder {
        let code = CodeOptions::TemporalPhase(PhaseOptions { range, ..PhaseOptions::default() });
        let encoding =
            Encoding::new(&EncoderConfig::default(), code, Normalizer::identity(1), Seed(0), vec![1]).unwrap();
        PhaseDecoder::for_encoding(&encoding).unwrap()
    }

    #[test]
    fn phases_are_inverted_by_hand() {
        let guarded = decoder(PhaseRange::default());
        // Share (125 + ½)/250 = 0.502 of the cycle.
        assert!((guarded.decode(&[125, 375, 625, 875]).0 - 0.402 / 0.8).abs() < 1e-12);
        assert!((guarded.decode(&[25]).0 - 0.0025).abs() < 1e-12);
        assert_eq!(guarded.decode(&[10, 240]).0, 0.0, "opposite sides of the gap meet at its nearer end");
        assert_eq!(confidence(guarded.decode(&[]).1), 0.0);
        let full = decoder(PhaseRange::FullCircle);
        assert!((full.decode(&[249, 499]).0 - 249.5 / 250.0).abs() < 1e-12);
        assert!((full.decode(&[0]).0 - 0.002).abs() < 1e-12);
    }

    #[test]
    fn scattered_phases_lower_the_confidence() {
        let guarded = decoder(PhaseRange::default());
        let steady = guarded.decode(&[125, 375, 625, 875]).1;
        let scattered = guarded.decode(&[105, 395, 605, 895]).1;
        // Phases ±20 steps of 250: the variance of their mean is 20²/4 steps, over (0.8·250)².
        assert!((scattered - steady - 100.0 / 40_000.0).abs() < 0.1 * 100.0 / 40_000.0, "{scattered}");
    }
}
