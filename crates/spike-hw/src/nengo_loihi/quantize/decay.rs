//! Decays: from time constants, and what they sum up to.

use super::error::DiscretizeError;
use super::mantissa::exp2;
use crate::rules::{Exact, Rule, Rules};
use spike_core::{exp, ln};

/// The decay per step of a time constant, 1 − e^(−dt/τ), in single precision; 1 for τ = 0.
///
/// ```
/// use spike_hw::nengo_loihi::decay_of_time_constant;
/// assert_eq!(decay_of_time_constant(5.0, 1.0), 0.181_269_25);
/// ```
#[must_use]
pub fn decay_of_time_constant(tau_ms: f64, dt_ms: f64) -> f32 {
    if tau_ms == 0.0 { 1.0 } else { (1.0 - exp(-dt_ms / tau_ms)) as f32 }
}

/// What a decaying register sums up to over all steps, in units of its first value, estimated for a first value of
/// 2²¹ and a mean loss of 0.494 a step by truncation:
///
/// ```text
/// r = (4096 − offset − decay)/4096,  n = −ln(1 + x₀(1 − r)/q)/ln r,
/// S = (1 − r^(n+1))/(1 − r) − q/((1 − r)·x₀)·(n + 1 − (1 − r^(n+1))/(1 − r))
/// ```
///
/// # Errors
/// [`DiscretizeError::NoDecay`] for a register that never decays.
///
/// ```
/// use spike_hw::nengo_loihi::decay_sum;
/// assert!((decay_sum(2047, 1)? - 2.0).abs() < 1e-4); // half is lost in each step
/// # Ok::<(), spike_hw::nengo_loihi::DiscretizeError>(())
/// ```
///
/// # References
/// nengo-loihi 1.1.0, `builder/discretize.py`, `decay_magnitude`.
pub fn decay_sum(decay: u16, offset: u16) -> Result<f64, DiscretizeError> {
    decay_sum_with(Exact, decay, offset)
}

pub(super) fn decay_sum_with<R: Rules>(rules: R, decay: u16, offset: u16) -> Result<f64, DiscretizeError> {
    let lost = i32::from(decay) + i32::from(offset);
    if lost == 0 {
        return Err(DiscretizeError::NoDecay { what: "the decay", index: 0 });
    }
    let r = f64::from((4096 - lost).max(0)) / 4096.0;
    if r == 0.0 {
        return Ok(1.0);
    }
    let (x0, q) = (exp2(21), 0.494);
    let n = -ln(1.0 + x0 * (1.0 - r) / q) / ln(r);
    let power = exp((n + 1.0) * ln(r));
    let principal = (1.0 - power) / (1.0 - r);
    if !rules.keeps(Rule::NengoScaleCountsLosses) {
        return Ok(principal);
    }
    Ok(principal - q / ((1.0 - r) * x0) * (n + 1.0 - principal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::decay;

    #[test]
    fn the_sum_is_that_of_the_integers() {
        assert!(decay_sum(0, 0).is_err());
        assert_eq!(decay_sum(4095, 1).unwrap(), 1.0);
        for constant in [3u16, 40, 204, 741, 2000, 4000] {
            let mut x = 1 << 21;
            let mut sum = 0.0;
            while x > 0 {
                sum += f64::from(x);
                x = decay(x, constant, 0);
            }
            let estimate = decay_sum(constant, 0).unwrap();
            assert!((estimate * f64::from(1 << 21) / sum - 1.0).abs() < 1e-3, "{constant}: {estimate}");
        }
    }
}
