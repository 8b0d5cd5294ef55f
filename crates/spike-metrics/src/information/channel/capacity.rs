//! Capacity of one Poisson count, by the algorithm of Blahut and Arimoto.

use super::{largest_count, margin};
use crate::error::{MetricsError, check};
use crate::special::{LN_2, ln_gamma, neg_p_ln_p};

/// Points of the input grid; they are spaced evenly in the square root of the mean.
const GRID: usize = 201;
/// Gap in nats at which the iteration ends.
const GAP: f64 = 3e-5;
const MAX_ITERATIONS: usize = 200_000;

/// A capacity, enclosed from both sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Capacity {
    /// Reached by the input distribution that was found.
    pub lower_bits: f64,
    /// Not exceeded by any distribution on the grid of inputs.
    pub upper_bits: f64,
}

/// The capacity of a Poisson count whose mean may be anything from 0 to L: the largest information over all
/// distributions of one static value in a window. It is a ceiling for every Poisson rate code with f_max·T = L.
///
/// Inputs are restricted to 201 means. Gap below 5·10⁻⁵ bits.
///
/// Source: Blahut (1972), Computation of channel capacity and rate-distortion functions, IEEE Trans Inf Theory
/// 18:460, DOI 10.1109/TIT.1972.1054855; Arimoto (1972), ibid. 18:14, DOI 10.1109/TIT.1972.1054753.
///
/// # Errors
/// [`MetricsError::Parameter`] if L is not above 0 or above 10⁴.
///
/// ```
/// let capacity = spike_metrics::poisson_count_capacity(1.0)?;
/// assert!((capacity.lower_bits - 0.4364).abs() < 1e-4);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn poisson_count_capacity(max_mean_count: f64) -> Result<Capacity, MetricsError> {
    let l = max_mean_count;
    check("max_mean_count", l, 0.0 < l && l <= 1e4, "above 0, at most 10⁴")?;
    let num_counts = largest_count(l) + 1;
    let channel: Vec<Input> = (0..GRID)
        .map(|k| {
            let root = k as f64 / (GRID - 1) as f64;
            Input::new(l * root * root)
        })
        .collect();
    let mut input = vec![1.0 / GRID as f64; GRID];
    let mut found = Capacity { lower_bits: 0.0, upper_bits: f64::INFINITY };
    let mut ln_output = vec![0.0; num_counts];
    for _ in 0..MAX_ITERATIONS {
        ln_output.fill(0.0);
        for (counts, &weight) in channel.iter().zip(&input) {
            if weight > 1e-200 {
                let totals = &mut ln_output[counts.first..][..counts.probabilities.len()];
                totals.iter_mut().zip(&counts.probabilities).for_each(|(total, p)| *total += weight * p);
            }
        }
        ln_output.iter_mut().for_each(|p| *p = p.max(f64::MIN_POSITIVE).ln());
        let divergence: Vec<f64> = channel.iter().map(|counts| counts.divergence_nats(&ln_output)).collect();
        let upper = divergence.iter().copied().fold(0.0, f64::max);
        let scale: f64 = input.iter().zip(&divergence).map(|(w, d)| w * (d - upper).exp()).sum();
        let lower = upper + scale.ln();
        found = Capacity { lower_bits: lower.max(0.0) / LN_2, upper_bits: upper / LN_2 };
        if upper - lower < GAP {
            break;
        }
        input.iter_mut().zip(&divergence).for_each(|(w, d)| *w *= (d - upper).exp() / scale);
    }
    Ok(found)
}

/// The counts of one input, from the first to the last that matters.
struct Input {
    first: usize,
    probabilities: Vec<f64>,
    /// Σ p·ln p, which does not change from iteration to iteration.
    own_nats: f64,
}

impl Input {
    fn new(mean: f64) -> Self {
        let first = (mean - margin(mean)).max(0.0) as usize;
        let probability = |n: usize| match (mean > 0.0, n) {
            (true, n) => (n as f64 * mean.ln() - mean - ln_gamma(n as f64 + 1.0)).exp(),
            (false, 0) => 1.0,
            (false, _) => 0.0,
        };
        let probabilities: Vec<f64> = (first..=largest_count(mean)).map(probability).collect();
        let own_nats = -probabilities.iter().map(|&p| neg_p_ln_p(p)).sum::<f64>();
        Self { first, probabilities, own_nats }
    }

    /// The divergence of these counts from the mixture.
    fn divergence_nats(&self, ln_output: &[f64]) -> f64 {
        let cross = self.probabilities.iter().zip(&ln_output[self.first..]).map(|(p, q)| p * q);
        self.own_nats - cross.sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_spikes_are_a_binary_channel() {
        // For L → 0 the count is 0 or 1: a Z-channel with p = L, whose capacity is near L/(e ln 2).
        let capacity = poisson_count_capacity(0.01).unwrap();
        assert!(capacity.lower_bits <= capacity.upper_bits);
        assert!((capacity.lower_bits / (0.01 / std::f64::consts::E / LN_2) - 1.0).abs() < 0.02);
        assert!(poisson_count_capacity(0.0).is_err() && poisson_count_capacity(f64::INFINITY).is_err());
    }
}
