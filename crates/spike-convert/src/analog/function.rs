//! Functions of each value alone, from IEEE operations and the elementary functions of `spike-core` only.

use crate::layer::{Function, GeluForm, Layer};
use spike_core::{exp, ln};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, PI};

/// Applies a layer that treats every value alone.
pub(super) fn apply(layer: &Layer, x: &[f32], y: &mut [f32]) {
    match *layer {
        Layer::Relu => map(x, y, |x| x.max(0.0)),
        Layer::Clip { min, max } => map(x, y, |x| x.max(min).min(max)),
        Layer::Gelu(GeluForm::Erf) => wide(x, y, |x| x * 0.5 * (1.0 + erf(x * FRAC_1_SQRT_2))),
        Layer::Gelu(GeluForm::Tanh) => {
            let scale = (2.0 / PI).sqrt();
            wide(x, y, |x| x * 0.5 * (1.0 + tanh(scale * (x + 0.044715 * x * x * x))));
        }
        Layer::Function(function) => apply_function(function, x, y),
        // The caller runs every other layer itself.
        _ => y.copy_from_slice(x),
    }
}

fn apply_function(function: Function, x: &[f32], y: &mut [f32]) {
    match function {
        Function::LeakyRelu { slope } => map(x, y, |x| if x < 0.0 { slope * x } else { x }),
        Function::Pow { exponent } => wide(x, y, |x| power(x, f64::from(exponent))),
        Function::Sqrt => map(x, y, f32::sqrt),
        Function::Sigmoid => wide(x, y, |x| 1.0 / (1.0 + exp(-x))),
        Function::Tanh => wide(x, y, tanh),
        Function::Erf => wide(x, y, erf),
        Function::Exp => wide(x, y, exp),
        Function::Floor => map(x, y, f32::floor),
        Function::Neg => map(x, y, |x| -x),
        Function::Abs => map(x, y, f32::abs),
    }
}

fn map(x: &[f32], y: &mut [f32], f: impl Fn(f32) -> f32) {
    for (x, y) in x.iter().zip(y) {
        *y = f(*x);
    }
}

fn wide(x: &[f32], y: &mut [f32], f: impl Fn(f64) -> f64) {
    map(x, y, |x| f(f64::from(x)) as f32);
}

/// Hyperbolic tangent.
fn tanh(x: f64) -> f64 {
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}

/// x to the power of `exponent`: products for small whole exponents, otherwise exp(exponent·ln x).
fn power(x: f64, exponent: f64) -> f64 {
    const MOST_FACTORS: f64 = 64.0;
    if exponent.fract() == 0.0 && exponent.abs() <= MOST_FACTORS {
        let mut product = 1.0;
        for _ in 0..exponent.abs() as u32 {
            product *= x;
        }
        return if exponent < 0.0 { 1.0 / product } else { product };
    }
    if exponent == 0.5 {
        x.sqrt()
    } else if exponent == -0.5 {
        1.0 / x.sqrt()
    } else if f64::MIN_POSITIVE <= x {
        exp(exponent * ln(x))
    } else if x < 0.0 {
        f64::NAN
    } else if 0.0 < exponent {
        0.0
    } else {
        f64::INFINITY
    }
}

/// The error function, within 1e-15.
///
/// Up to 3, erf x = 2/√π·e^(−x²)·Σ 2ⁿ·x^(2n+1)/(1·3···(2n+1)), whose terms are all positive; above, the continued
/// fraction of its complement. Abramowitz, Stegun (1964), Handbook of Mathematical Functions, 7.1.6 and 7.1.14.
pub(crate) fn erf(x: f64) -> f64 {
    const SERIES_UP_TO: f64 = 3.0;
    const ONE_FROM: f64 = 6.0;
    let z = x.abs();
    let value = if ONE_FROM <= z {
        1.0
    } else if z <= SERIES_UP_TO {
        let (mut term, mut sum) = (z, z);
        for n in 1..=60 {
            term *= 2.0 * z * z / f64::from(2 * n + 1);
            sum += term;
        }
        FRAC_2_SQRT_PI * exp(-z * z) * sum
    } else {
        let mut fraction = z;
        for n in (1..=40).rev() {
            fraction = z + f64::from(n) / 2.0 / fraction;
        }
        1.0 - exp(-z * z) / (PI.sqrt() * fraction)
    };
    if x < 0.0 { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of the C library's `erf`.
    #[test]
    fn the_error_function_agrees_with_the_c_library() {
        for (x, expected) in [
            (0.0, 0.0),
            (0.5, 0.520_499_877_813_046_5),
            (1.0, 0.842_700_792_949_714_9),
            (2.0, 0.995_322_265_018_952_7),
            (2.999, 0.999_977_769_831_400_2),
            (3.5, 0.999_999_256_901_627_7),
        ] {
            assert!((erf(x) - expected).abs() < 1e-14, "erf({x}) = {}", erf(x));
            assert_eq!(erf(-x), -erf(x));
        }
        // Both forms agree where they meet.
        assert!((erf(3.0) - erf(3.0 + 1e-15)).abs() < 1e-14);
        assert_eq!(erf(7.0), 1.0);
    }

    #[test]
    fn powers_follow_their_cases() {
        assert_eq!(power(-3.0, 2.0), 9.0);
        assert_eq!(power(2.0, -1.0), 0.5);
        assert_eq!(power(9.0, 0.5), 3.0);
        assert_eq!(power(0.0, 1.5), 0.0);
        assert!(power(-1.0, 1.5).is_nan());
        assert!((power(2.0, 1.5) - 8f64.sqrt()).abs() < 1e-14);
        assert_eq!(power(0.0, -1.5), f64::INFINITY);
    }

    #[test]
    fn tanh_saturates_and_is_odd() {
        assert!((tanh(0.5) - 0.462_117_157_260_009_76).abs() < 1e-15);
        assert_eq!((tanh(400.0), tanh(-400.0)), (1.0, -1.0));
    }
}
