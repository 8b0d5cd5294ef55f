//! Limits of the Poisson rate code: sums over every outcome of a window with dead time.

use super::values::ValueDistribution;
use crate::rate::count::corrected_value;
use crate::rate::renewal::{ln_likelihood, outcomes};
use spike_encode::SpikeProbability;

/// Outcomes × atoms beyond which the limit is not computed.
const MAX_WORK: u64 = 400_000_000;

/// Expected squared errors of posterior mean and corrected count.
///
/// `None` if the sums would be too long.
pub(super) fn poisson_errors(
    probability: SpikeProbability,
    num_steps: u32,
    values: &ValueDistribution,
) -> Option<(f64, f64)> {
    if u64::from(num_steps) * values.atoms.len() as u64 > MAX_WORK {
        return None;
    }
    let atoms: Vec<(f64, f64, f64)> = values.atoms.iter().map(|&(x, w)| (x, w, probability.per_step(x))).collect();
    let (mut optimal, mut count) = (0.0, 0.0);
    for (trials, ln_ways) in outcomes(probability.dead_steps(), num_steps) {
        let decoded = corrected_value(&probability, f64::from(num_steps), f64::from(trials.spikes));
        let (mut mass, mut first, mut second, mut error) = (0.0, 0.0, 0.0, 0.0);
        for &(x, weight, p) in &atoms {
            let ln = ln_ways + ln_likelihood(trials, p);
            if ln > -60.0 {
                let w = weight * ln.exp();
                mass += w;
                first += w * x;
                second += w * x * x;
                error += w * (x - decoded).powi(2);
            }
        }
        if mass > 0.0 {
            optimal += (second - first * first / mass).max(0.0);
            count += error;
        }
    }
    Some((optimal, count))
}
