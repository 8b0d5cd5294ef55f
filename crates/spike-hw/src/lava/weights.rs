//! Weights as Lava's fixed-point synapses hold them: sign mode, bits, exponent.

use crate::error::{ModelError, check_range};
use crate::fixed::shift;
use crate::rules::{Exact, Rule, Rules};
use serde::{Deserialize, Serialize};
use spike_core::ln;

/// The signs that the weights of a connection may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignMode {
    /// Both signs, −256 to 255; the lowest bit is lost to the sign.
    Mixed,
    /// 0 to 255.
    Excitatory,
    /// −255 to 0.
    Inhibitory,
}

impl SignMode {
    /// The mode of the given weights: excitatory if none is negative, inhibitory if none is positive.
    #[must_use]
    pub fn of(weights: &[i32]) -> Self {
        if weights.iter().all(|&w| w >= 0) {
            Self::Excitatory
        } else if weights.iter().all(|&w| w <= 0) {
            Self::Inhibitory
        } else {
            Self::Mixed
        }
    }
}

/// How a connection holds its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightFormat {
    /// Bits of a weight: 1 to 8. Weights of mixed sign take 9 as well, with which nothing is truncated: no register
    /// has them, but [`optimise_weights`] asks for them where that program does.
    pub num_weight_bits: u8,
    /// Exponent that scales the sum of the weights of a step: −8 to 7.
    pub weight_exp: i32,
    /// Signs; `None` takes them from the weights.
    pub sign_mode: Option<SignMode>,
}

impl Default for WeightFormat {
    /// Eight bits, exponent 0, signs of the weights.
    fn default() -> Self {
        Self { num_weight_bits: 8, weight_exp: 0, sign_mode: None }
    }
}

impl WeightFormat {
    /// The weights that the connection works with: clipped to the sign mode, then truncated to a multiple of
    /// 2^(8 − bits), or 2^(9 − bits) for mixed signs; toward minus infinity, for inhibitory weights toward zero.
    ///
    /// # Errors
    /// [`ModelError::OutOfRange`] if bits or exponent leave their registers.
    ///
    /// ```
    /// use spike_hw::lava::WeightFormat;
    /// let format = WeightFormat { num_weight_bits: 8, ..WeightFormat::default() };
    /// assert_eq!(format.effective(&[-37, 300, 5])?, [-38, 254, 4]);
    /// # Ok::<(), spike_hw::ModelError>(())
    /// ```
    pub fn effective(&self, weights: &[i32]) -> Result<Vec<i16>, ModelError> {
        self.effective_with(Exact, weights)
    }

    pub(crate) fn effective_with<R: Rules>(&self, rules: R, weights: &[i32]) -> Result<Vec<i16>, ModelError> {
        let mode = self.sign_mode.unwrap_or_else(|| SignMode::of(weights));
        let mixed = u32::from(mode == SignMode::Mixed);
        check_range("num_weight_bits", &[self.num_weight_bits], 1, 8 + i64::from(mixed))?;
        check_range("weight_exp", &[self.weight_exp], -8, 7)?;
        let dropped = 8 + mixed - u32::from(self.num_weight_bits);
        let dropped = if rules.keeps(Rule::LavaMixedSignLosesBit) { dropped } else { dropped.saturating_sub(mixed) };
        let floor = |w: i32| (w >> dropped) << dropped;
        let (low, high) = match (mode, rules.keeps(Rule::LavaWeightsClip)) {
            (_, false) => (-0x4000, 0x3fff),
            (SignMode::Mixed, _) => (-256, 255),
            (SignMode::Excitatory, _) => (0, 255),
            (SignMode::Inhibitory, _) => (-255, 0),
        };
        let truncate = |w: i32| match mode {
            SignMode::Inhibitory if rules.keeps(Rule::LavaInhibitoryByMagnitude) => -floor(-w),
            SignMode::Mixed if !rules.keeps(Rule::LavaMixedWeightsFloor) => w.signum() * floor(w.abs()),
            _ => floor(w),
        };
        Ok(weights.iter().map(|&w| truncate(w.clamp(low, high)) as i16).collect())
    }
}

/// Weights scaled to use all bits of the synapse, with the exponent that undoes the scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptimisedWeights {
    /// The scaled weights.
    pub weights: Vec<i32>,
    /// Bits that represent them without loss: 0 to 8, and 9 for odd weights of mixed sign.
    pub num_weight_bits: u8,
    /// Exponent that restores their size.
    pub weight_exp: i32,
}

/// Scales weights by the largest power of two that the synapse takes, as Lava does for a network file.
///
/// # Errors
/// [`ModelError`] if there is no weight, or one leaves −256 to 254 (−255 to 0 if inhibitory, 0 to 255 if
/// excitatory).
///
/// ```
/// use spike_hw::lava::{SignMode, optimise_weights};
/// let found = optimise_weights(&[3, -5, 7], SignMode::Mixed)?;
/// assert_eq!((found.weights, found.weight_exp, found.num_weight_bits), (vec![96, -160, 224], -5, 4));
/// # Ok::<(), spike_hw::ModelError>(())
/// ```
pub fn optimise_weights(weights: &[i32], mode: SignMode) -> Result<OptimisedWeights, ModelError> {
    let (low, high) = match mode {
        // Of 255 with mixed signs that program makes zero, since its scale is below one.
        SignMode::Mixed => (-256, 254),
        SignMode::Excitatory => (0, 255),
        SignMode::Inhibitory => (-255, 0),
    };
    check_range("weight", weights, low, high)?;
    let (Some(&min), Some(&max)) = (weights.iter().min(), weights.iter().max()) else {
        return Err(ModelError::Empty { what: "the list of weights" });
    };
    let weight_exp = -scale_bits(min, max, mode);
    // The largest n up to 8 for which all weights are multiples of 2^n.
    let zeros = weights.iter().map(|w| w.trailing_zeros().min(8)).min().unwrap_or(8) as i32;
    let mixed = i32::from(mode == SignMode::Mixed);
    let num_weight_bits = 8 + weight_exp - (zeros - mixed);
    Ok(OptimisedWeights {
        weights: weights.iter().map(|&w| shift(w, -weight_exp)).collect(),
        num_weight_bits: num_weight_bits.clamp(0, 9) as u8,
        weight_exp,
    })
}

/// ⌊log₂⌋ of the largest scale that keeps the weights in range, one more for mixed signs.
fn scale_bits(min: i32, max: i32, mode: SignMode) -> i32 {
    let scale = match mode {
        _ if min == 0 && max == 0 => return 0,
        SignMode::Mixed => {
            let positive = if max > 0 { 127.0 / f64::from(max) } else { f64::INFINITY };
            let negative = if min < 0 { 128.0 / f64::from(-min) } else { f64::INFINITY };
            positive.min(negative)
        }
        SignMode::Inhibitory => 255.0 / f64::from(-min),
        SignMode::Excitatory => 255.0 / f64::from(max),
    };
    // Quotients of small integers are never so near to a power of two that the rounding of a logarithm matters.
    let floor = (ln(scale) * std::f64::consts::LOG2_E + 1e-9).floor() as i32;
    floor + i32::from(mode == SignMode::Mixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_are_checked() {
        for format in [
            WeightFormat { num_weight_bits: 0, ..WeightFormat::default() },
            WeightFormat { num_weight_bits: 9, ..WeightFormat::default() },
            WeightFormat { num_weight_bits: 10, sign_mode: Some(SignMode::Mixed), ..WeightFormat::default() },
            WeightFormat { weight_exp: 8, ..WeightFormat::default() },
            WeightFormat { weight_exp: -9, ..WeightFormat::default() },
        ] {
            assert!(format.effective(&[1]).is_err(), "{format:?}");
        }
        assert!(optimise_weights(&[], SignMode::Mixed).is_err());
        assert!(optimise_weights(&[-256], SignMode::Inhibitory).is_err());
        assert!(optimise_weights(&[-1], SignMode::Excitatory).is_err());
    }

    #[test]
    fn signs_are_found() {
        assert_eq!(SignMode::of(&[0, 0]), SignMode::Excitatory);
        assert_eq!(SignMode::of(&[0, -1]), SignMode::Inhibitory);
        assert_eq!(SignMode::of(&[1, -1]), SignMode::Mixed);
    }
}
