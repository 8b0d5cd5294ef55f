//! The delta encoder: graded spikes that report changes.

use crate::error::{ModelError, check_len, check_range};
use crate::rules::{Exact, Rule, Rules};

/// Parameters of a [`DeltaEncoder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeltaEncoderConfig {
    /// Number of values.
    pub num_values: usize,
    /// Smallest change that is sent, before the exponent: 0 to 2²³.
    pub vth: u32,
    /// Bits of a message with its sign, before the exponent: 1 to 24; `None` for messages of any size.
    pub num_bits: Option<u8>,
    /// Exponent that scales values and messages: 0 to 7.
    pub spike_exp: u8,
}

/// The delta encoder of Lava, bit for bit with `PyDeltaEncoderModelDense`.
///
/// ```text
/// δ = x(t)·2^e − x(t − 1)·2^e + residue
/// s = δ if |δ| ≥ vth·2^e else 0,   clipped to [−2^(bits − 1)·2^e, (2^(bits − 1) − 1)·2^e]
/// residue ← δ − s,   s is sent one step later
/// ```
///
/// With one bit the upper limit is zero, which that program takes for "no limit"; it is repeated here.
///
/// # Shapes
/// One number a value, in and out.
///
/// # Errors
/// [`ModelError`] for numbers outside their registers.
///
/// # Examples
/// ```
/// use spike_hw::lava::{DeltaEncoder, DeltaEncoderConfig};
/// let config = DeltaEncoderConfig { num_values: 1, vth: 15, num_bits: None, spike_exp: 0 };
/// let mut encoder = DeltaEncoder::new(config)?;
/// let sent: Vec<i32> = [10, 20, 20, 20].iter().map(|&x| encoder.step(&[x]).map(|s| s[0])).collect::<Result<_, _>>()?;
/// assert_eq!(sent, [0, 0, 20, 0]);
/// # Ok::<(), spike_hw::ModelError>(())
/// ```
///
/// # References
/// Lava 0.10.0 (lava-nc), `lava/proc/io/encoder.py`.
#[derive(Debug, Clone)]
pub struct DeltaEncoder {
    config: DeltaEncoderConfig,
    last: Vec<i64>,
    residue: Vec<i64>,
    sent: Vec<i32>,
    next: Vec<i32>,
}

impl DeltaEncoder {
    /// An encoder whose last value is zero.
    ///
    /// # Errors
    /// [`ModelError`] if there is no value or a number leaves its register.
    pub fn new(config: DeltaEncoderConfig) -> Result<Self, ModelError> {
        let n = config.num_values;
        if n == 0 {
            return Err(ModelError::Empty { what: "the list of values" });
        }
        check_range("vth", &[config.vth], 0, 1 << 23)?;
        check_range("num_bits", &[config.num_bits.unwrap_or(24)], 1, 24)?;
        check_range("spike_exp", &[config.spike_exp], 0, 7)?;
        Ok(Self { config, last: vec![0; n], residue: vec![0; n], sent: vec![0; n], next: vec![0; n] })
    }

    /// One step: sends the changes of the step before and takes in the values of this one.
    ///
    /// # Errors
    /// [`ModelError::Length`] if the number of values is another.
    pub fn step(&mut self, values: &[i32]) -> Result<&[i32], ModelError> {
        check_len("the list of values", values.len(), self.last.len())?;
        Ok(self.step_with(Exact, values))
    }

    pub(crate) fn step_with<R: Rules>(&mut self, rules: R, values: &[i32]) -> &[i32] {
        std::mem::swap(&mut self.sent, &mut self.next);
        let exp = self.config.spike_exp;
        let threshold = i64::from(self.config.vth) << exp;
        let limits = self.config.num_bits.filter(|_| rules.keeps(Rule::LavaDeltaClips)).map(|bits| {
            let half = 1i64 << (bits - 1);
            (-half << exp, (half - 1) << exp)
        });
        // An upper limit of zero means to that program that there is none.
        let limits = limits.filter(|(_, top)| *top > 0 || !rules.keeps(Rule::LavaDeltaOneBitIsUnclipped));
        let state = self.last.iter_mut().zip(&mut self.residue).zip(&mut self.next);
        for (&value, ((last, residue), next)) in values.iter().zip(state) {
            let value = i64::from(value) << exp;
            let delta = value - *last + *residue;
            let inclusive = rules.keeps(Rule::LavaDeltaThresholdInclusive);
            let large = if inclusive { delta.abs() >= threshold } else { delta.abs() > threshold };
            let change = if large { delta } else { 0 };
            let sent = limits.map_or(change, |(low, top)| change.clamp(low, top));
            *residue = if rules.keeps(Rule::LavaDeltaKeepsResidue) { delta - sent } else { 0 };
            *last = value;
            // The port of that program has 32 bits.
            *next = sent as i32;
        }
        if rules.keeps(Rule::LavaConnectionDelays) { &self.sent } else { &self.next }
    }

    /// Forgets values and residues.
    pub fn reset(&mut self) {
        self.last.fill(0);
        self.residue.fill(0);
        self.sent.fill(0);
        self.next.fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_are_checked() {
        let good = DeltaEncoderConfig { num_values: 2, vth: 3, num_bits: Some(8), spike_exp: 0 };
        assert!(DeltaEncoder::new(good).is_ok_and(|mut e| e.step(&[1]).is_err()));
        for bad in [
            DeltaEncoderConfig { num_values: 0, ..good },
            DeltaEncoderConfig { vth: (1 << 23) + 1, ..good },
            DeltaEncoderConfig { num_bits: Some(0), ..good },
            DeltaEncoderConfig { num_bits: Some(25), ..good },
            DeltaEncoderConfig { spike_exp: 8, ..good },
        ] {
            assert!(DeltaEncoder::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn nothing_is_lost() {
        let config = DeltaEncoderConfig { num_values: 1, vth: 0, num_bits: Some(4), spike_exp: 2 };
        let mut encoder = DeltaEncoder::new(config).unwrap();
        let values = [100, -50, 3, 3].into_iter().chain(std::iter::repeat_n(3, 60));
        let sum: i32 = values.map(|x| encoder.step(&[x]).unwrap()[0]).sum();
        assert_eq!(sum, 3 << 2);
    }
}
