//! Logarithms and the exponential that decide spikes: one pure-Rust form, the same bits on every platform.
//!
//! Only IEEE additions, multiplications and one division are used, never a fused multiply-add, so that scalar
//! code, vectorised code and every instruction set give the same result.

/// ln 2 in two parts; the first has 32 significant bits, so that its product with an exponent is exact.
const LN2_HI: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;

/// Coefficients of `(atanh(s)/s − 1)/s²` in powers of `s²`: interpolation at Chebyshev nodes of
/// `s² ∈ [0, 0.02945]`, computed with 40 digits; the error is 4.6e-18 of the logarithm.
const ATANH: [f64; 7] = [
    0.333_333_333_333_333_5,
    0.199_999_999_999_499_6,
    0.142_857_143_130_479_45,
    0.111_111_055_575_720_8,
    0.090_914_452_783_478_01,
    0.076_658_370_150_839_3,
    0.073_085_187_743_958_25,
];

/// Bits of √½: mantissas are reduced to [√½, √2).
const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
const EXPONENT: u64 = 0xfff0_0000_0000_0000;
/// 2⁵² as bits and as number, to turn a small integer into a double without a conversion instruction.
const TWO52_BITS: u64 = 0x4330_0000_0000_0000;
const TWO52: f64 = 4_503_599_627_370_496.0;

/// ln(1 + f) for f in [√½ − 1, √2 − 1], by `2·atanh(f/(2 + f))`.
#[inline(always)]
fn ln_one_plus_reduced(f: f64) -> f64 {
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = ATANH[0] + w * (ATANH[2] + w * (ATANH[4] + w * ATANH[6]));
    let odd = ATANH[1] + w * (ATANH[3] + w * ATANH[5]);
    let twice = 2.0 * s;
    twice + twice * (z * (even + z * odd))
}

/// The natural logarithm of a positive, normal, finite number, within 2 units in the last place.
///
/// Branch-free, so that a loop over it vectorises. Outside its domain (zero, negative, subnormal, NaN, infinity)
/// the result is meaningless; callers guarantee the domain.
///
/// ```
/// assert!((spike_core::ln(10.0) - 10f64.ln()).abs() < 1e-15);
/// assert_eq!(spike_core::ln(1.0), 0.0);
/// ```
#[inline(always)]
#[must_use]
pub fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let shifted = bits.wrapping_sub(SQRT_HALF);
    let mantissa = f64::from_bits(bits.wrapping_sub(shifted & EXPONENT));
    let biased = (shifted ^ (1 << 63)) >> 52;
    let exponent = f64::from_bits(biased | TWO52_BITS) - (TWO52 + 2048.0);
    let reduced = ln_one_plus_reduced(mantissa - 1.0);
    exponent * LN2_HI + (reduced + exponent * LN2_LO)
}

/// −ln(1 − p) for p in [0, 1): the hazard of a step that spikes with probability p, within 4 units in the last
/// place.
///
/// Small p keep full relative precision. For p = 1 the result is finite and huge (708.4), which stands for
/// certainty: no exponential draw reaches it.
///
/// ```
/// assert_eq!(spike_core::neg_ln_one_minus(1e-300), 1e-300);
/// assert!((spike_core::neg_ln_one_minus(0.5) - std::f64::consts::LN_2).abs() < 1e-15);
/// ```
#[inline(always)]
#[must_use]
pub fn neg_ln_one_minus(p: f64) -> f64 {
    let near = -ln_one_plus_reduced(-p);
    let far = -ln((1.0 - p).max(f64::MIN_POSITIVE));
    if p < 0.25 { near } else { far }
}

/// 1/k! for k = 2 … 13: the Taylor series of exp on [−½ ln 2, ½ ln 2], whose rest is below 5e-18.
const EXP: [f64; 12] = [
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5040.0,
    1.0 / 40_320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
];

/// e^x for finite x, within 2 units in the last place; below −708 it is 0, above 709 infinite.
///
/// Branch-free, so that a loop over it vectorises.
///
/// ```
/// assert_eq!(spike_core::exp(0.0), 1.0);
/// assert!((spike_core::exp(1.0) - std::f64::consts::E).abs() < 1e-15);
/// ```
#[inline(always)]
#[must_use]
pub fn exp(x: f64) -> f64 {
    /// 3·2⁵¹: adding it rounds a small number to a whole one, which the low bits then hold.
    const ROUNDING: f64 = 6_755_399_441_055_744.0;
    let shifted = x.clamp(-708.0, 709.0) * std::f64::consts::LOG2_E + ROUNDING;
    let k = shifted - ROUNDING;
    let f = (x.clamp(-708.0, 709.0) - k * LN2_HI) - k * LN2_LO;
    let low = EXP[0] + f * (EXP[1] + f * (EXP[2] + f * EXP[3]));
    let mid = EXP[4] + f * (EXP[5] + f * (EXP[6] + f * EXP[7]));
    let high = EXP[8] + f * (EXP[9] + f * (EXP[10] + f * EXP[11]));
    let f2 = f * f;
    let f4 = f2 * f2;
    let e = 1.0 + (f + f2 * (low + f4 * (mid + f4 * high)));
    // 2^k by its exponent bits; −1022 ≤ k ≤ 1023 by the clamp.
    let scale = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    let inside = e * scale;
    let inside = if x < -708.0 { 0.0 } else { inside };
    if x > 709.0 { f64::INFINITY } else { inside }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ulps(a: f64, b: f64) -> i64 {
        (a.to_bits() as i64 - b.to_bits() as i64).abs()
    }

    #[test]
    fn ln_is_within_two_units_of_the_platform() {
        let mut x = 1e-300;
        while x < 1e300 {
            assert!(ulps(ln(x), x.ln()) <= 2, "{x}: {} {}", ln(x), x.ln());
            x *= 1.000_37 + 1e-9;
        }
        for i in 1..200_000 {
            let x = f64::from(i) / 100_000.0;
            assert!(ulps(ln(x), x.ln()) <= 2, "{x}");
        }
    }

    #[test]
    fn hazard_is_within_four_units_of_ln_1p() {
        for i in 1..100_000 {
            let p = f64::from(i) / 100_000.0;
            assert!(ulps(neg_ln_one_minus(p), -(-p).ln_1p()) <= 4, "{p}");
            let tiny = p * 1e-12;
            assert!(ulps(neg_ln_one_minus(tiny), -(-tiny).ln_1p()) <= 4, "{tiny}");
        }
        assert_eq!(neg_ln_one_minus(0.0), 0.0);
        assert!(neg_ln_one_minus(1.0) > 700.0);
    }

    #[test]
    fn exp_is_within_two_units_of_the_platform() {
        for i in -700_000..700_000 {
            let x = f64::from(i) / 1000.0 + 1e-7;
            assert!(ulps(exp(x), x.exp()) <= 2, "{x}: {} {}", exp(x), x.exp());
            let near = x / 700.0;
            assert!(ulps(exp(near), near.exp()) <= 2, "{near}");
        }
        assert_eq!((exp(0.0), exp(-1e9), exp(1e9)), (1.0, 0.0, f64::INFINITY));
    }

    #[test]
    fn bits_are_pinned() {
        assert_eq!(exp(-0.7).to_bits(), 0x3fdf_c80d_b9dd_5542);
        assert_eq!(ln(0.1).to_bits(), 0xc002_6bb1_bbb5_5515);
        assert_eq!(neg_ln_one_minus(0.1).to_bits(), 0x3fbaf8e8210a415e);
    }
}
