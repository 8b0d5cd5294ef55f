//! Mantissas, exponents and the logarithm to base two that finds them.

use spike_core::ln;

/// Largest mantissa of a bias: 12 bits.
pub(super) const BIAS_MANTISSA_MAX: f64 = 4095.0;
/// Largest exponent of a bias: 3 bits.
pub(super) const BIAS_EXPONENT_MAX: i32 = 7;
/// Largest bias.
pub(super) const BIAS_MAX: f64 = 524_160.0;

/// log₂ of a positive finite number, exact for powers of two; infinity stays, zero is minus infinity.
pub(super) fn log2(x: f64) -> f64 {
    if x == f64::INFINITY {
        return x;
    }
    if x < f64::MIN_POSITIVE {
        return f64::NEG_INFINITY;
    }
    let exponent = ((x.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    let mantissa = f64::from_bits((x.to_bits() & ((1 << 52) - 1)) | (1023 << 52));
    f64::from(exponent) + ln(mantissa) * std::f64::consts::LOG2_E
}

/// 2^exponent for exponents from −1022 to 1023.
pub(super) fn exp2(exponent: i32) -> f64 {
    f64::from_bits(((exponent.clamp(-1022, 1023) + 1023) as u64) << 52)
}

/// The mantissa (±4095) and exponent (0 to 7) of a bias: the smallest exponent with which the mantissa fits, halves
/// rounded to even. `None` beyond ±524 160.
///
/// ```
/// use spike_hw::nengo_loihi::bias_mantissa;
/// assert_eq!(bias_mantissa(4096.0), Some((2048, 1)));
/// assert_eq!(bias_mantissa(-524_160.0), Some((-4095, 7)));
/// assert_eq!(bias_mantissa(1e6), None);
/// ```
#[must_use]
pub fn bias_mantissa(bias: f64) -> Option<(i32, u32)> {
    let ratio = (bias.abs() / BIAS_MANTISSA_MAX).max(1.0);
    let exponent = log2(ratio).ceil();
    // False for a bias that is not a number.
    if !bias.is_finite() || exponent > f64::from(BIAS_EXPONENT_MAX) {
        return None;
    }
    let exponent = exponent as i32;
    let mantissa = (bias / exp2(exponent)).round_ties_even();
    (mantissa.abs() <= BIAS_MANTISSA_MAX).then_some((mantissa as i32, exponent as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_of_powers_are_exact() {
        for exponent in -60..60 {
            assert_eq!(log2(exp2(exponent)), f64::from(exponent));
            let x = exp2(exponent) * 1.37;
            assert!((log2(x) - x.log2()).abs() < 1e-13);
        }
        assert_eq!([log2(0.0), log2(f64::INFINITY)], [f64::NEG_INFINITY, f64::INFINITY]);
    }

    #[test]
    fn what_is_no_bias_has_no_mantissa() {
        assert_eq!([f64::NAN, f64::INFINITY, 524_225.0].map(bias_mantissa), [None; 3]);
    }
}
