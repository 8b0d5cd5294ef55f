//! The two widths of numbers that a simulation may run in.

use pulp::Simd;
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Sub, SubAssign};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// Membranes and weights as `f32`, which is fast, or as `f64`, where counts must not hang on a rounding.
pub trait Real:
    sealed::Sealed
    + Copy
    + Debug
    + Default
    + PartialEq
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + SubAssign
    + Send
    + Sync
    + 'static
{
    /// The nearest value of this width.
    #[must_use]
    fn from_f64(value: f64) -> Self;

    /// The nearest value of this width.
    #[must_use]
    fn from_i32(value: i32) -> Self;

    /// The same value in 64 bits.
    #[must_use]
    fn to_f64(self) -> f64;

    /// Whether the value is neither infinite nor NaN.
    #[must_use]
    fn is_finite(self) -> bool;

    /// Adds rows of weights, in their order: target\[i\] += amplitude\[e\]·weights\[first\[e\] + i\].
    ///
    /// Targets stay in registers while all rows are added.
    ///
    /// # Panics
    /// If a row ends beyond the weights.
    fn add_rows<S: Simd>(simd: S, targets: &mut [Self], weights: &[Self], first: &[usize], amplitudes: &[Self]);
}

/// Everything of [`Real`] for one width, with the vectors of that width.
macro_rules! real {
    ($float:ident, $from_i32:expr, $vector:ident, $as_vectors:ident, $as_mut_vectors:ident, $splat:ident, $mul:ident,
     $add:ident, $lanes:ident) => {
        impl Real for $float {
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as Self
            }

            #[inline(always)]
            fn from_i32(value: i32) -> Self {
                $from_i32(value)
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }

            #[inline(always)]
            fn is_finite(self) -> bool {
                Self::is_finite(self)
            }

            #[inline(always)]
            fn add_rows<S: Simd>(
                simd: S,
                targets: &mut [Self],
                weights: &[Self],
                first: &[usize],
                amplitudes: &[Self],
            ) {
                /// `N` vectors of targets at `at`.
                #[inline(always)]
                fn block<S: Simd, const N: usize>(
                    simd: S,
                    at: usize,
                    targets: &mut [$float],
                    weights: &[$float],
                    first: &[usize],
                    amplitudes: &[$float],
                ) {
                    let number = N * S::$lanes;
                    let (targets, _) = S::$as_mut_vectors(&mut targets[at..at + number]);
                    let mut sums: [S::$vector; N] = std::array::from_fn(|i| targets[i]);
                    for (&first, &amplitude) in first.iter().zip(amplitudes) {
                        let (weights, _) = S::$as_vectors(&weights[first + at..first + at + number]);
                        let amplitude = simd.$splat(amplitude);
                        for (sum, &weight) in sums.iter_mut().zip(weights) {
                            *sum = simd.$add(*sum, simd.$mul(amplitude, weight));
                        }
                    }
                    targets.copy_from_slice(&sums);
                }

                let mut at = 0;
                while at + 6 * S::$lanes <= targets.len() {
                    block::<S, 6>(simd, at, targets, weights, first, amplitudes);
                    at += 6 * S::$lanes;
                }
                let number = (targets.len() - at) / S::$lanes;
                if number > 0 {
                    match number {
                        5 => block::<S, 5>(simd, at, targets, weights, first, amplitudes),
                        4 => block::<S, 4>(simd, at, targets, weights, first, amplitudes),
                        3 => block::<S, 3>(simd, at, targets, weights, first, amplitudes),
                        2 => block::<S, 2>(simd, at, targets, weights, first, amplitudes),
                        _ => block::<S, 1>(simd, at, targets, weights, first, amplitudes),
                    }
                    at += number * S::$lanes;
                }
                if at == targets.len() {
                    return;
                }
                let rest = &mut targets[at..];
                for (&first, &amplitude) in first.iter().zip(amplitudes) {
                    let weights = &weights[first + at..first + at + rest.len()];
                    rest.iter_mut().zip(weights).for_each(|(target, &weight)| *target += amplitude * weight);
                }
            }
        }
    };
}

real!(f32, |value| value as Self, f32s, as_simd_f32s, as_mut_simd_f32s, splat_f32s, mul_f32s, add_f32s, F32_LANES);
real!(f64, Self::from, f64s, as_simd_f64s, as_mut_simd_f64s, splat_f64s, mul_f64s, add_f64s, F64_LANES);

#[cfg(test)]
mod tests {
    use super::*;

    struct AddRows<'a, F>(&'a mut [F], &'a [F], &'a [usize], &'a [F]);

    impl<F: Real> pulp::WithSimd for AddRows<'_, F> {
        type Output = ();

        fn with_simd<S: Simd>(self, simd: S) {
            F::add_rows(simd, self.0, self.1, self.2, self.3);
        }
    }

    fn rows_are_added_in_order<F: Real>() {
        let weights: Vec<F> = (0..400).map(|i| F::from_f64(f64::from(i * 7919 % 1000) / 333.0 - 1.0)).collect();
        let first = [200, 0, 13, 201, 77];
        let amplitudes = [0.3, -1.7, 0.9, 1e-3, 55.0].map(F::from_f64);
        for length in [0, 1, 7, 8, 15, 16, 48, 56, 96, 131, 199] {
            let start: Vec<F> = (0..length).map(|i| F::from_f64(f64::from(i) * 0.1)).collect();
            let mut expected = start.clone();
            for (&first, &amplitude) in first.iter().zip(&amplitudes) {
                for (target, &weight) in expected.iter_mut().zip(&weights[first..]) {
                    *target += amplitude * weight;
                }
            }
            let mut targets = start;
            pulp::Arch::new().dispatch(AddRows(&mut targets, &weights, &first, &amplitudes));
            assert_eq!(targets, expected, "{length}");
        }
    }

    #[test]
    fn rows_are_added_in_order_in_both_widths() {
        rows_are_added_in_order::<f32>();
        rows_are_added_in_order::<f64>();
    }
}
