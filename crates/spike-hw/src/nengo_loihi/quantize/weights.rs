//! Weights to mantissas.

use super::error::{DiscretizeError, check};
use super::mantissa::exp2;
use crate::fixed::shift;
use crate::rules::{Exact, Rule, Rules};

/// Half to even, unless a test asks otherwise.
#[inline]
pub(super) fn round<R: Rules>(rules: R, x: f64) -> f64 {
    if rules.keeps(Rule::NengoRoundsHalfToEven) { x.round_ties_even() } else { x.round() }
}

/// Weights of mixed sign to what the synapse adds: mantissa·2^(6 + exponent).
///
/// ```text
/// s = 9 − bits,  m = 2^(8 − s) − 1,   w ← clip(round(w/2^s), ±m)
/// if s + e < 0:   w ← clip(round(w·2^(s + e))/2^(s + e), ±m)      bits that the shift loses are rounded first
/// w·2^(s + e)·2⁶, shifted toward minus infinity
/// ```
///
/// # Errors
/// [`DiscretizeError::OutOfRange`] for a weight that is not finite, bits outside 1 to 8 or an exponent outside −6
/// to 7.
///
/// ```
/// use spike_hw::nengo_loihi::discretize_weights;
/// assert_eq!(discretize_weights(&[1.0, 3.0, 255.0, -255.0], 8, 0)?, [0, 256, 16256, -16256]);
/// # Ok::<(), spike_hw::nengo_loihi::DiscretizeError>(())
/// ```
///
/// # References
/// nengo-loihi 1.1.0, `builder/discretize.py`, `discretize_weights`.
pub fn discretize_weights(weights: &[f32], weight_bits: u8, weight_exp: i32) -> Result<Vec<i32>, DiscretizeError> {
    discretize_weights_with(Exact, weights, weight_bits, weight_exp)
}

pub(crate) fn discretize_weights_with<R: Rules>(
    rules: R,
    weights: &[f32],
    weight_bits: u8,
    weight_exp: i32,
) -> Result<Vec<i32>, DiscretizeError> {
    check("weight", weights, -f64::from(f32::MAX), f64::from(f32::MAX))?;
    check("weight_exp", &[weight_exp as f32], -6.0, 7.0)?;
    check_bits(weight_bits)?;
    Ok(weights.iter().map(|&w| mantissa(rules, f64::from(w), weight_bits, weight_exp)).collect())
}

/// Checks the number of bits of a weight.
pub(super) fn check_bits(weight_bits: u8) -> Result<(), DiscretizeError> {
    check("weight_bits", &[f32::from(weight_bits)], 1.0, 8.0)
}

/// One weight; bits and exponent are in range.
pub(super) fn mantissa<R: Rules>(rules: R, weight: f64, weight_bits: u8, weight_exp: i32) -> i32 {
    let dropped = 9 - i32::from(weight_bits);
    let most = exp2(8 - dropped) - 1.0;
    let mut w = round(rules, weight / exp2(dropped)).clamp(-most, most);
    let left = dropped + weight_exp;
    if left < 0 && rules.keeps(Rule::NengoRoundsBeforeShift) {
        w = (round(rules, w * exp2(left)) / exp2(left)).clamp(-most, most);
    }
    shift(shift(w as i32, left), 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_weight_is_refused() {
        for (weight, bits, exp) in
            [(f32::NAN, 8, 0), (f32::INFINITY, 8, 0), (1.0, 0, 0), (1.0, 9, 0), (1.0, 8, -7), (1.0, 8, 8)]
        {
            assert!(discretize_weights(&[weight], bits, exp).is_err(), "{weight} {bits} {exp}");
        }
    }
}
