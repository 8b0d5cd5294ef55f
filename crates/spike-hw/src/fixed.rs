//! Integer operations that both dialects share.

use crate::rules::{Exact, Rule, Rules};

/// Bits of a decay constant: a decay of 4096 forgets everything in one step.
pub(crate) const DECAY_BITS: u32 = 12;

/// x after one step of decay: sgn(x)·⌊|x|·(4096 − offset − decay)/2¹²⌋, truncated toward zero.
///
/// The decay is 0 to 4095, the offset 0 (voltage) or 1 (current); larger sums than 4096 forget everything.
///
/// ```
/// use spike_hw::decay;
/// assert_eq!(decay(-1000, 410, 1), -899);
/// assert_eq!(decay(7, 0, 0), 7);
/// assert_eq!(decay(i32::MAX, 4095, 1), 0);
/// ```
#[must_use]
pub fn decay(x: i32, decay: u16, offset: u16) -> i32 {
    let multiplier = (1 << DECAY_BITS) - (u32::from(decay) + u32::from(offset)).min(1 << DECAY_BITS);
    decay_by(Exact, x, multiplier)
}

/// The same with the multiplier 0 to 4096, in 32 bits: |x| is split into its upper and its lower 12 bits, whose
/// products with the multiplier are exact.
#[inline(always)]
pub(crate) fn decay_by<R: Rules>(rules: R, x: i32, multiplier: u32) -> i32 {
    if !rules.keeps(Rule::DecayTruncatesTowardZero) {
        return ((i64::from(x) * i64::from(multiplier)) >> DECAY_BITS) as i32;
    }
    let magnitude = x.unsigned_abs();
    let half = if rules.keeps(Rule::DecayDropsFraction) { 0 } else { 1 << (DECAY_BITS - 1) };
    let high = (magnitude >> DECAY_BITS).wrapping_mul(multiplier);
    let low = ((magnitude & ((1 << DECAY_BITS) - 1)) * multiplier + half) >> DECAY_BITS;
    let decayed = high.wrapping_add(low) as i32;
    if x < 0 { decayed.wrapping_neg() } else { decayed }
}

/// Two's complement with `bits` bits and a sign: x modulo 2^(bits + 1) in [−2^bits, 2^bits); `bits` up to 31.
///
/// ```
/// use spike_hw::wrap_signed;
/// assert_eq!(wrap_signed(8_388_608, 23), -8_388_608);
/// assert_eq!(wrap_signed(-8_388_609, 23), 8_388_607);
/// ```
#[must_use]
#[inline(always)]
pub fn wrap_signed(x: i32, bits: u32) -> i32 {
    let unused = 31 - bits.min(31);
    (x << unused) >> unused
}

/// x·2^exponent, toward minus infinity where the exponent is negative; bits beyond 32 are lost.
#[inline(always)]
pub(crate) fn shift(x: i32, exponent: i32) -> i32 {
    if exponent >= 0 { x.wrapping_shl(exponent as u32) } else { x >> (-exponent).min(31) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_split_product_is_the_formula() {
        let edges = [0, 1, 4095, 4096, 4097, (1 << 23) - 1, 1 << 23, (1 << 24) + 12_345, i32::MAX - 1, i32::MAX];
        for x in edges.into_iter().flat_map(|x| [x, -x, x / 3, -x / 7]).chain([i32::MIN]) {
            for multiplier in (0..=4096).step_by(7).chain([4095, 4096]) {
                let product = i64::from(x) * i64::from(multiplier as i32);
                let formula = product.signum() * (product.abs() >> 12);
                assert_eq!(i64::from(decay_by(Exact, x, multiplier)), formula, "{x} {multiplier}");
            }
        }
    }

    #[test]
    fn wrapping_is_modular() {
        for x in [0, 1, -1, 1 << 21, -(1 << 21), (1 << 21) - 1, i32::MAX, i32::MIN] {
            for bits in 1..31 {
                let modulus = 1i64 << (bits + 1);
                let half = modulus / 2;
                let formula = (i64::from(x) + half).rem_euclid(modulus) - half;
                assert_eq!(i64::from(wrap_signed(x, bits)), formula, "{x} {bits}");
            }
            assert_eq!(wrap_signed(x, 31), x);
        }
    }

    #[test]
    fn shifts_floor() {
        assert_eq!([shift(-37, -1), shift(37, -1), shift(-1, -40), shift(3, 4)], [-19, 18, -1, 48]);
    }
}
