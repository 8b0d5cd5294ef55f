//! The mantissas that a synapse holds.

use crate::Dialect;
use crate::lava::{SignMode, WeightFormat};

/// Mantissas of one format: multiples of a step between two ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Levels {
    pub(super) mode: SignMode,
    num_weight_bits: u8,
    step: i32,
    low: i32,
    high: i32,
}

impl Levels {
    /// The levels for weights of the given signs. Single signs keep the bit of the sign in Lava; nengo-loihi has mixed
    /// signs only, and no level below −127 of its 127 on either side.
    pub(super) fn new(dialect: Dialect, num_weight_bits: u8, weights: &[f64]) -> Self {
        let negative = weights.iter().any(|w| *w < 0.0);
        let positive = weights.iter().any(|w| *w > 0.0);
        let mode = match (dialect, negative, positive) {
            (Dialect::Lava, false, _) => SignMode::Excitatory,
            (Dialect::Lava, true, false) => SignMode::Inhibitory,
            (Dialect::Lava, true, true) | (Dialect::NengoLoihi, ..) => SignMode::Mixed,
        };
        let mixed = u32::from(mode == SignMode::Mixed);
        let step = 1 << (8 + mixed - u32::from(num_weight_bits));
        let single = (1i32 << num_weight_bits) - 1;
        let half = 1i32 << (num_weight_bits - 1);
        let (low, high) = match (mode, dialect) {
            (SignMode::Excitatory, _) => (0, single),
            (SignMode::Inhibitory, _) => (-single, 0),
            (SignMode::Mixed, Dialect::Lava) => (-half, half - 1),
            (SignMode::Mixed, Dialect::NengoLoihi) => (1 - half, half - 1),
        };
        Self { mode, num_weight_bits, step, low: low * step, high: high * step }
    }

    /// The largest magnitude that both signs have, or the only one has; 0 if the format holds nothing but 0.
    pub(super) fn largest(&self) -> i32 {
        match self.mode {
            SignMode::Excitatory => self.high,
            SignMode::Inhibitory => -self.low,
            SignMode::Mixed if self.high == 0 => -self.low,
            SignMode::Mixed => self.high,
        }
    }

    /// The level nearest to a value, halves away from zero, and whether the value lies beyond the ends.
    ///
    /// Where `exponent` is negative and the dialect shifts each weight, levels are multiples of 2^−exponent as well.
    pub(super) fn nearest(&self, dialect: Dialect, value: f64, exponent: i32) -> (i32, bool) {
        let coarse = if dialect == Dialect::NengoLoihi && exponent < 0 { 1 << -exponent } else { 1 };
        let step = self.step.max(coarse);
        let (low, high) = (self.low / step, self.high / step);
        let wanted = (value / f64::from(step)).round();
        let clipped = wanted.clamp(f64::from(low), f64::from(high));
        (clipped as i32 * step, wanted != clipped)
    }

    pub(super) fn format(&self, weight_exp: i32) -> WeightFormat {
        WeightFormat { num_weight_bits: self.num_weight_bits, weight_exp, sign_mode: Some(self.mode) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_held() {
        for dialect in Dialect::ALL {
            for bits in 1..=8 {
                for weights in [&[1.0, -1.0][..], &[1.0], &[-1.0]] {
                    let levels = Levels::new(dialect, bits, weights);
                    for value in -300..300 {
                        let (level, _) = levels.nearest(dialect, f64::from(value), 0);
                        let held = levels.format(0).effective(&[level]).unwrap();
                        assert_eq!(i32::from(held[0]), level, "{dialect} {bits} {value}");
                        let gap = f64::from(levels.step) / 2.0;
                        let inside = levels.low <= value && value <= levels.high;
                        assert!(!inside || f64::from(level - value).abs() <= gap, "{dialect} {bits} {value} {level}");
                    }
                }
            }
        }
    }

    #[test]
    fn single_signs_keep_a_bit() {
        let bits = |weights: &[f64]| Levels::new(Dialect::Lava, 8, weights);
        assert_eq!((bits(&[0.3]).largest(), bits(&[0.3]).step), (255, 1));
        assert_eq!((bits(&[0.3, -0.1]).largest(), bits(&[0.3, -0.1]).step), (254, 2));
        assert_eq!(bits(&[-0.1]).mode, SignMode::Inhibitory);
        assert_eq!(Levels::new(Dialect::NengoLoihi, 1, &[1.0]).largest(), 0);
        assert_eq!(bits(&[1.0, -1.0]).nearest(Dialect::Lava, 400.0, 0), (254, true));
    }

    #[test]
    fn a_shift_of_each_weight_loses_levels() {
        let levels = Levels::new(Dialect::NengoLoihi, 8, &[1.0]);
        assert_eq!(levels.nearest(Dialect::NengoLoihi, 101.0, -3).0, 104);
        assert_eq!(levels.nearest(Dialect::Lava, 101.0, -3).0, 102);
    }
}
