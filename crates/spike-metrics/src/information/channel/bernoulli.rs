//! Counts of independent steps, what an encoder in discrete time without refractory period sends.

use super::{CountChannel, largest_count, margin};
use crate::error::{MetricsError, check, check_count};
use crate::special::ln_gamma;

/// Information of the count in M independent steps with spike probability p = p_max·x about x uniform in (0, 1).
///
/// N given x is binomial. By quadrature over x. It exceeds the Poisson value for the same M·p_max (2.1665 bits
/// against 2.1351 for M = 1000, p_max = 0.1), because a binomial count varies less.
///
/// # Errors
/// [`MetricsError::TooFew`] without steps, [`MetricsError::Parameter`] if `p_max` is not above 0 and at most 1 or if
/// M·p_max exceeds 10⁵.
///
/// ```
/// let channel = spike_metrics::bernoulli_count(100, 0.1)?;
/// assert!((channel.information_bits - 0.82581).abs() < 1e-5);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn bernoulli_count(num_steps: usize, p_max: f64) -> Result<CountChannel, MetricsError> {
    check_count("steps", num_steps, 1)?;
    check("p_max", p_max, 0.0 < p_max && p_max <= 1.0, "above 0, at most 1")?;
    let m = num_steps as f64;
    let mean = m * p_max;
    check("num_steps * p_max", mean, mean <= 1e5, "at most 10⁵, for the time that the quadrature takes")?;
    let num_counts = num_steps.min(largest_count(mean)) + 1;
    let coefficients: Vec<f64> =
        (0..num_counts).map(|n| ln_gamma(m + 1.0) - ln_gamma(n as f64 + 1.0) - ln_gamma(m - n as f64 + 1.0)).collect();
    let fill = |x: f64, given_x: &mut [f64]| {
        let (hit, miss) = ((p_max * x).ln(), (-p_max * x).ln_1p());
        // A binomial count varies less than a Poisson count of its mean.
        let from = (mean * x - margin(mean * x)).max(0.0) as usize;
        let until = (largest_count(mean * x) + 1).min(num_counts);
        for n in from..until {
            given_x[n] = (coefficients[n] + n as f64 * hit + (m - n as f64) * miss).exp();
        }
        from..until
    };
    // Near p = 1 the distribution of the count narrows again, which takes more panels.
    Ok(CountChannel::by_quadrature(num_counts, 16 + 4 * mean.sqrt() as usize, fill))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::information::channel::poisson::{poisson_count, single_spike_bits};

    #[test]
    fn rare_spikes_are_poisson_and_one_step_has_a_closed_form() {
        let rare = bernoulli_count(100_000, 1e-4).unwrap().information_bits;
        assert!((rare - poisson_count(10.0).unwrap().information_bits).abs() < 1e-4);
        // M = 1, p = x: H(½) − ∫ h₂ = 1 − 1/(2 ln 2).
        assert!((bernoulli_count(1, 1.0).unwrap().information_bits - single_spike_bits()).abs() < 1e-6);
        assert!(bernoulli_count(0, 0.5).is_err() && bernoulli_count(1, 0.0).is_err());
    }
}
