//! Van Rossum distance: the difference of two trains after exponential filtering.

use super::pairwise;
use crate::error::{MetricsError, check};
use crate::times::{SpikeTimes, TrainSet};
use ndarray::Array2;

/// The van Rossum distance of two trains.
///
/// With f(t) = Σᵢ H(t − tᵢ)·exp(−(t − tᵢ)/τ), D² = (1/τ)·∫ (f₁ − f₂)² dt = S/2 where
/// S = Σᵤᵤ′ e^(−|u−u′|/τ) + Σᵥᵥ′ e^(−|v−v′|/τ) − 2·Σᵤᵥ e^(−|u−v|/τ).
///
/// Computed in O(n + m) like the running sums ("markage") of Houghton & Kreuz, but on the difference of the traces:
/// with g its value just after the k-th of all spikes and Δ the time to the next, S = Σₖ gₖ²·(1 − e^(−2Δₖ/τ)). No large
/// sums are subtracted, so that equal trains are at distance exactly 0, where their sums leave about 10⁻⁷.
///
/// Two conventions differ by √2, see [`VanRossumNorm`]; the default is that of elephant, D = √S, where one
/// additional spike costs 1. Small τ counts spikes that do not coincide, D = √(n + m); large τ compares counts,
/// D = |n − m|, also for an infinite τ. An empty train is legal. A metric for finite τ.
///
/// Source: van Rossum (2001), A novel spike distance, Neural Computation 13:751, DOI 10.1162/089976601300014321;
/// Houghton & Kreuz (2012), On the efficient calculation of van Rossum distances, Network 23:48,
/// DOI 10.3109/0954898X.2012.673048.
///
/// # Errors
/// [`MetricsError::Parameter`] if τ is not above 0. The intervals may differ: only spikes count.
///
/// ```
/// use spike_metrics::{SpikeTimes, VanRossumNorm, van_rossum_distance};
/// let a = SpikeTimes::new(&[10.0], 0.0, 100.0)?;
/// let b = SpikeTimes::new(&[], 0.0, 100.0)?;
/// assert_eq!(van_rossum_distance(a, b, 5.0, VanRossumNorm::Elephant)?, 1.0);
/// assert_eq!(van_rossum_distance(a, b, 5.0, VanRossumNorm::VanRossum2001)?, 0.5f64.sqrt());
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn van_rossum_distance(
    first: SpikeTimes<'_>,
    second: SpikeTimes<'_>,
    tau_ms: f64,
    norm: VanRossumNorm,
) -> Result<f64, MetricsError> {
    check_tau(tau_ms)?;
    Ok(distance(first, second, tau_ms, norm))
}

/// How the [`van_rossum_distance`] is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VanRossumNorm {
    /// D = √S, as elephant: one additional spike costs 1.
    #[default]
    Elephant,
    /// D = √(S/2), the integral of the paper: one additional spike costs √½.
    VanRossum2001,
}

/// The [`van_rossum_distance`] of all pairs of a set.
///
/// # Errors
/// As [`van_rossum_distance`].
pub fn van_rossum_matrix(trains: &TrainSet, tau_ms: f64, norm: VanRossumNorm) -> Result<Array2<f64>, MetricsError> {
    check_tau(tau_ms)?;
    Ok(pairwise::matrix(trains.len(), 0.0, |i| trains.train(i), |a, b, (): &mut ()| distance(*a, *b, tau_ms, norm)))
}

fn check_tau(tau_ms: f64) -> Result<(), MetricsError> {
    check("tau_ms", tau_ms, tau_ms > 0.0, "above 0, or infinite")
}

fn distance(first: SpikeTimes<'_>, second: SpikeTimes<'_>, tau_ms: f64, norm: VanRossumNorm) -> f64 {
    let (a, b) = (first.times_ms(), second.times_ms());
    let (mut i, mut j) = (0, 0);
    let (mut sum, mut difference, mut last) = (0.0, 0.0, f64::NEG_INFINITY);
    while i < a.len() || j < b.len() {
        let (next_a, next_b) = (a.get(i).copied().unwrap_or(f64::INFINITY), b.get(j).copied().unwrap_or(f64::INFINITY));
        let t = next_a.min(next_b);
        // Before the first spike there is nothing to decay.
        let decay = if last == f64::NEG_INFINITY { 0.0 } else { spike_core::exp((last - t) / tau_ms) };
        sum += difference * difference * (1.0 - decay * decay);
        // Two spikes at the same time leave the difference as it is, whichever train is the first.
        let (of_first, of_second) = (next_a == t, next_b == t);
        difference = difference * decay + (f64::from(of_first) - f64::from(of_second));
        last = t;
        i += usize::from(of_first);
        j += usize::from(of_second);
    }
    let s: f64 = sum + difference * difference;
    match norm {
        VanRossumNorm::Elephant => s.sqrt(),
        VanRossumNorm::VanRossum2001 => (0.5 * s).sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(a: &[f64], b: &[f64], tau: f64) -> f64 {
        let sum = |x: &[f64], y: &[f64]| -> f64 {
            x.iter().map(|u| y.iter().map(|v| (-(u - v).abs() / tau).exp()).sum::<f64>()).sum()
        };
        (sum(a, a) + sum(b, b) - 2.0 * sum(a, b)).max(0.0).sqrt()
    }

    #[test]
    fn running_sums_agree_with_the_double_sum() {
        let (a, b) = ([1.0, 2.0, 2.5, 9.0, 40.0], [0.5, 2.0, 2.6, 30.0]);
        let (x, y) = (SpikeTimes::new(&a, 0.0, 50.0).unwrap(), SpikeTimes::new(&b, 0.0, 50.0).unwrap());
        for tau in [0.01, 0.5, 3.0, 100.0] {
            let fast = van_rossum_distance(x, y, tau, VanRossumNorm::Elephant).unwrap();
            assert!((fast - naive(&a, &b, tau)).abs() < 1e-12, "{tau}");
            let paper = van_rossum_distance(x, y, tau, VanRossumNorm::VanRossum2001).unwrap();
            assert!((paper * 2f64.sqrt() - fast).abs() < 1e-14);
        }
        assert_eq!(van_rossum_distance(x, y, f64::INFINITY, VanRossumNorm::Elephant), Ok(1.0));
        assert_eq!(van_rossum_distance(x, y, 1e-9, VanRossumNorm::Elephant), Ok(7f64.sqrt()));
    }

    #[test]
    fn the_integral_of_the_paper_is_half_of_the_double_sum() {
        let (a, b, tau) = ([1.0, 2.0, 5.0], [1.5, 4.0], 1.3);
        let filtered =
            |times: &[f64], t: f64| -> f64 { times.iter().filter(|&&s| s <= t).map(|s| (-(t - s) / tau).exp()).sum() };
        let h = 1e-4;
        let integral: f64 = (0..400_000)
            .map(|k| {
                let t = (f64::from(k) + 0.5) * h;
                (filtered(&a, t) - filtered(&b, t)).powi(2) * h / tau
            })
            .sum();
        let (x, y) = (SpikeTimes::new(&a, 0.0, 50.0).unwrap(), SpikeTimes::new(&b, 0.0, 50.0).unwrap());
        let paper = van_rossum_distance(x, y, tau, VanRossumNorm::VanRossum2001).unwrap();
        assert!((paper * paper - integral).abs() < 1e-6);
    }

    #[test]
    fn bad_time_constants_are_refused() {
        let empty = SpikeTimes::new(&[], 0.0, 1.0).unwrap();
        for tau in [0.0, -1.0, f64::NAN] {
            let refused = van_rossum_distance(empty, empty, tau, VanRossumNorm::Elephant);
            assert!(matches!(refused, Err(MetricsError::Parameter { .. })));
        }
        assert_eq!(van_rossum_distance(empty, empty, 1.0, VanRossumNorm::Elephant), Ok(0.0));
    }
}
