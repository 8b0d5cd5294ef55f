//! Counts of a Poisson process, with and without dead time, of a uniform value.

use super::{CountChannel, largest_count, margin};
use crate::error::{MetricsError, check, check_count};
use crate::special::{LN_2, gamma_q, ln_gamma, neg_p_ln_p};

/// Information of a Poisson count with mean L·x about x uniform in (0, 1).
///
/// P(n) = P(n + 1, L)/L with the regularised lower incomplete gamma function, and
/// H(N|X) = 3L/4 − (L/2)·ln L + Σ P(n)·ln n! nats.
///
/// # Errors
/// [`MetricsError::Parameter`] if L is not above 0 or above 10⁷.
///
/// ```
/// let channel = spike_metrics::poisson_count(10.0)?;
/// assert!((channel.information_bits - 0.80370).abs() < 1e-5);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn poisson_count(max_mean_count: f64) -> Result<CountChannel, MetricsError> {
    let l = check_mean(max_mean_count)?;
    let distribution: Vec<f64> = upper_tails(l).into_iter().map(|tail| tail / l).collect();
    let factorials: f64 = distribution.iter().enumerate().map(|(n, p)| p * ln_gamma(n as f64 + 1.0)).sum();
    Ok(CountChannel::new(&distribution, 0.75 * l - 0.5 * l * l.ln() + factorials))
}

/// As [`poisson_count`], about the one of `num_bins` equal bins that x lies in: what estimators that bin x converge
/// to.
///
/// # Errors
/// As [`poisson_count`], and [`MetricsError::TooFew`] without bins.
pub fn poisson_count_of_binned(max_mean_count: f64, num_bins: usize) -> Result<f64, MetricsError> {
    let l = check_mean(max_mean_count)?;
    check_count("bins", num_bins, 1)?;
    let whole = upper_tails(l);
    let mut below = vec![0.0; whole.len()];
    let mut noise = 0.0;
    for bin in 1..=num_bins {
        let mut tails = upper_tails(l * bin as f64 / num_bins as f64);
        tails.resize(whole.len(), 0.0);
        // ∫ P(n|μ) dμ over the bin is the difference of the tails at its ends.
        let conditional = tails.iter().zip(&below).map(|(high, low)| (high - low) * num_bins as f64 / l);
        noise += conditional.map(neg_p_ln_p).sum::<f64>() / num_bins as f64;
        below = tails;
    }
    let response: f64 = whole.iter().map(|tail| neg_p_ln_p(tail / l)).sum();
    Ok((response - noise) / LN_2)
}

/// Information of the count in a window T of a Poisson process of rate f_max·x with absolute, non-extending dead
/// time τ, about x uniform in (0, 1). The process is ready at the start.
///
/// P(N ≤ n) = Q(n + 1, r·(T − n·τ)) with the regularised upper incomplete gamma function. By quadrature over x.
/// In discrete time the values differ: see [`bernoulli_count`](crate::bernoulli_count).
///
/// Source: Müller (1973), Dead-time problems, Nucl Instrum Methods 112:47, DOI 10.1016/0029-554X(73)90773-8.
///
/// # Errors
/// [`MetricsError::Parameter`] if the rate or the window is not above 0, the dead time is negative, or f_max·T
/// exceeds 10⁵.
///
/// ```
/// let channel = spike_metrics::dead_time_count(1000.0, 100.0, 2.0)?;
/// assert!((channel.information_bits - 1.75932).abs() < 1e-5);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn dead_time_count(max_rate_hz: f64, window_ms: f64, dead_time_ms: f64) -> Result<CountChannel, MetricsError> {
    check("max_rate_hz", max_rate_hz, 0.0 < max_rate_hz && max_rate_hz.is_finite(), "above 0, finite")?;
    check("window_ms", window_ms, 0.0 < window_ms && window_ms.is_finite(), "above 0, finite")?;
    check("dead_time_ms", dead_time_ms, 0.0 <= dead_time_ms && dead_time_ms.is_finite(), "0 or more, finite")?;
    let rate_per_ms = max_rate_hz * 1e-3;
    let l = check_mean(rate_per_ms * window_ms)?;
    let mut num_counts = largest_count(l) + 1;
    if dead_time_ms > 0.0 {
        num_counts = num_counts.min((window_ms / dead_time_ms).ceil() as usize + 1);
    }
    check("max_rate_hz * window_ms / 1000", l, l <= 1e5, "at most 10⁵, for the time that the quadrature takes")?;
    let fill = |x: f64, given_x: &mut [f64]| {
        let (mut below, mut from) = (0.0, 0);
        for (n, p) in given_x.iter_mut().enumerate() {
            let free_ms = window_ms - n as f64 * dead_time_ms;
            let (order, mean) = (n as f64 + 1.0, rate_per_ms * x * free_ms.max(0.0));
            if order < mean - margin(mean) {
                // So many spikes are certain.
                from = n + 1;
                continue;
            }
            let up_to = gamma_q(order, mean);
            *p = (up_to - below).max(0.0);
            below = up_to;
            if up_to >= 1.0 {
                return from..n + 1;
            }
        }
        from..given_x.len()
    };
    Ok(CountChannel::by_quadrature(num_counts, 8 + l.sqrt() as usize, fill))
}

/// The information per spike of a Poisson count of a uniform value in the limit of few spikes, and an upper bound
/// of it for any number: E[(x/x̄)·log₂(x/x̄)] = 1 − 1/(2 ln 2) = 0.2787 bits.
///
/// Source: Brenner, Strong, Koberle, Bialek, de Ruyter van Steveninck (2000), Synergy in a neural code, Neural
/// Computation 12:1531, DOI 10.1162/089976600300015259.
#[must_use]
pub fn single_spike_bits() -> f64 {
    1.0 - 0.5 / LN_2
}

fn check_mean(mean: f64) -> Result<f64, MetricsError> {
    check("max_mean_count", mean, 0.0 < mean && mean <= 1e7, "above 0, at most 10⁷")?;
    Ok(mean)
}

/// P(N > n) of a Poisson count of this mean, for n = 0, 1, …, summed from the far end so that small ones are exact.
fn upper_tails(mean: f64) -> Vec<f64> {
    let largest = largest_count(mean);
    let mut tails = vec![0.0; largest + 1];
    let mut sum = 0.0;
    for n in (1..=largest + 1).rev() {
        sum += (n as f64 * mean.ln() - mean - ln_gamma(n as f64 + 1.0)).exp();
        tails[n - 1] = sum;
    }
    tails
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_dead_time_both_forms_agree() {
        for l in [0.5, 20.0, 300.0] {
            let (closed, quadrature) = (poisson_count(l).unwrap(), dead_time_count(l, 1000.0, 0.0).unwrap());
            assert!((closed.information_bits - quadrature.information_bits).abs() < 1e-6, "{l}");
            assert!((closed.mean_count - l / 2.0).abs() < 1e-9 * l);
        }
    }

    #[test]
    fn fine_bins_lose_nothing() {
        let exact = poisson_count(10.0).unwrap().information_bits;
        let fine = poisson_count_of_binned(10.0, 2000).unwrap();
        assert!(fine < exact && exact - fine < 1e-5);
        assert!(poisson_count_of_binned(10.0, 1).unwrap().abs() < 1e-12);
    }

    #[test]
    fn bad_parameters_are_refused() {
        assert!(poisson_count(0.0).is_err() && poisson_count(f64::NAN).is_err());
        assert!(poisson_count_of_binned(1.0, 0).is_err());
        assert!(dead_time_count(0.0, 1.0, 0.0).is_err());
        assert!(dead_time_count(1.0, 0.0, 0.0).is_err());
        assert!(dead_time_count(1.0, 1.0, -1.0).is_err());
    }
}
