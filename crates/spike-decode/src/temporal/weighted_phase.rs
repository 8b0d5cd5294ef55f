//! Value from the binary digits that phases carry.

use crate::rate::realised::{confidence, max_count};
use spike_core::{CodeOptions, DecodeError, Decoded, DecoderFor, DecodingMethod, Encoding, SpikeView, ValueDecoder};
use spike_encode::WeightedPhaseEncoder;

/// Decodes `temporal_weighted_phase`: a majority of the periods decides each digit.
///
/// A spike belongs to the nearest slot; with v_b the share of periods in which digit b spikes, the digit is 1 if
/// v_b > ½ and the value is the middle of those with these digits, x̂ = Σ_b 2^−(b+1) + 2^−(K+1).
///
/// Confidence is 1 − Var(x | spikes)/Var(x) for a uniform prior: the variance of a class of values, 4^−K/12, plus
/// v_b·(1 − v_b)·4^−(b+1) for each digit on which the periods do not agree.
///
/// Source: the inverse of Kim et al. (2018), DOI 10.1016/j.neucom.2018.05.087, with the middle of each class.
#[derive(Debug, Clone, Copy)]
pub struct WeightedPhaseDecoder {
    bits: u32,
    slot_steps: u32,
    num_periods: u32,
    max_count: f64,
}

impl WeightedPhaseDecoder {
    /// The value of a train and its variance.
    fn decode(&self, steps: &[u32], votes: &mut [u32]) -> (f64, f64) {
        votes.fill(0);
        let last_slot = u64::from(self.num_periods) * u64::from(self.bits) - 1;
        for &step in steps {
            let slot = (u64::from(step) + u64::from(self.slot_steps) / 2) / u64::from(self.slot_steps);
            votes[(slot.min(last_slot) % u64::from(self.bits)) as usize] += 1;
        }
        let class = 0.5f64.powi(self.bits as i32);
        let (mut value, mut variance) = (class / 2.0, class * class / 12.0);
        let mut weight = 0.5;
        for &vote in votes.iter() {
            let share = (f64::from(vote) / f64::from(self.num_periods)).min(1.0);
            if share > 0.5 {
                value += weight;
            }
            variance += share * (1.0 - share) * weight * weight;
            weight /= 2.0;
        }
        (value, variance)
    }
}

impl DecoderFor for WeightedPhaseDecoder {
    fn for_encoding(encoding: &Encoding) -> Result<Self, DecodeError> {
        let CodeOptions::TemporalWeightedPhase(options) = encoding.code else {
            let (method, scheme) = (DecodingMethod::WeightedPhase, encoding.scheme());
            return Err(DecodeError::WrongMethod { method, scheme });
        };
        let code = WeightedPhaseEncoder::new(&encoding.config, options)?;
        let (slot_steps, num_periods) = (code.slot_steps(), code.num_periods());
        Ok(Self { bits: options.bits, slot_steps, num_periods, max_count: max_count(encoding)? })
    }
}

impl ValueDecoder for WeightedPhaseDecoder {
    fn method(&self) -> DecodingMethod {
        DecodingMethod::WeightedPhase
    }

    fn decode_sample(&self, spikes: SpikeView<'_>, _sample: u64, into: &mut Decoded) -> Result<(), DecodeError> {
        let mut votes = vec![0; self.bits as usize];
        for row in spikes.neurons() {
            let (value, variance) = self.decode(row, &mut votes);
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
    use spike_core::{EncoderConfig, Normalizer, Seed, WeightedPhaseOptions};

    #[test]
    fn digits_are_decided_by_majority() {
        let code = CodeOptions::TemporalWeightedPhase(WeightedPhaseOptions { bits: 2, slot_ms: Some(10.0) });
        let encoding =
            Encoding::new(&EncoderConfig::default(), code, Normalizer::identity(1), Seed(0), vec![1]).unwrap();
        let decoder = WeightedPhaseDecoder::for_encoding(&encoding).unwrap();
        assert_eq!(decoder.num_periods, 5);
        let mut votes = vec![0; 2];
        assert_eq!(decoder.decode(&[], &mut votes), (0.125, 1.0 / 192.0));
        // The first digit in all periods, once early and once late by less than half a slot.
        assert_eq!(decoder.decode(&[0, 160, 440, 600, 800], &mut votes).0, 0.625);
        // The second digit in three of five.
        let (value, variance) = decoder.decode(&[100, 500, 900], &mut votes);
        assert_eq!(value, 0.375);
        assert!((variance - (1.0 / 192.0 + 0.6 * 0.4 / 16.0)).abs() < 1e-12);
        assert_eq!(decoder.decode(&[100, 500], &mut votes).0, 0.125);
    }
}
