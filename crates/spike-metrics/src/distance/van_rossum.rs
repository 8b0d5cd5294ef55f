//! Van Rossum distance: the difference of two trains after exponential filtering.

use super::pairwise;
use crate::error::{MetricsError, check};
use crate::times::{SpikeTimes, TrainSet};
use ndarray::Array2;

/// The van Rossum distance of two trains.
///
/// With f(t) = Σᵢ H(t − tᵢ)·exp(−(t − tᵢ)/τ), D² = (1/τ)·∫ (f₁ − f₂)² dt = S/2 where
/// S = Σᵤᵤ′ e^(−|u−u′|/τ) + Σᵥᵥ′ e^(−|v−v′|/τ) − 2·Σᵤᵥ e^(−|u−v|/τ). Computed in O(n + m) by the running sums
/// ("markage") of Houghton & Kreuz.
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
    Ok(distance(&Marked::new(first, tau_ms), &Marked::new(second, tau_ms), tau_ms, norm))
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
    Ok(pairwise::matrix(
        trains.len(),
        0.0,
        |i| Marked::new(trains.train(i), tau_ms),
        |a, b, (): &mut ()| distance(a, b, tau_ms, norm),
    ))
}

fn check_tau(tau_ms: f64) -> Result<(), MetricsError> {
    check("tau_ms", tau_ms, tau_ms > 0.0, "above 0, or infinite")
}

/// A train with the filtered trace just before each of its spikes.
struct Marked<'a> {
    times: &'a [f64],
    /// mᵢ = Σ_{j<i} exp(−(tᵢ − tⱼ)/τ).
    markage: Vec<f64>,
    /// Σᵤᵤ′ exp(−|u − u′|/τ).
    own: f64,
}

impl<'a> Marked<'a> {
    fn new(train: SpikeTimes<'a>, tau_ms: f64) -> Self {
        let times = train.times_ms();
        let mut markage = Vec::with_capacity(times.len());
        let mut trace = 0.0;
        for (i, &t) in times.iter().enumerate() {
            if i > 0 {
                trace = (trace + 1.0) * spike_core::exp((times[i - 1] - t) / tau_ms);
            }
            markage.push(trace);
        }
        let own = times.len() as f64 + 2.0 * markage.iter().sum::<f64>();
        Self { times, markage, own }
    }

    /// Σ over the first `end` spikes of exp(−(t − tᵢ)/τ), for a time t not before them.
    #[inline(always)]
    fn trace_at(&self, end: usize, t: f64, tau_ms: f64) -> f64 {
        match end.checked_sub(1) {
            Some(last) => (1.0 + self.markage[last]) * spike_core::exp((self.times[last] - t) / tau_ms),
            None => 0.0,
        }
    }
}

fn distance(a: &Marked<'_>, b: &Marked<'_>, tau_ms: f64, norm: VanRossumNorm) -> f64 {
    let mut cross = 0.0;
    let (mut i, mut j) = (0, 0);
    while i < a.times.len() || j < b.times.len() {
        if j == b.times.len() || (i < a.times.len() && a.times[i] <= b.times[j]) {
            cross += b.trace_at(j, a.times[i], tau_ms);
            i += 1;
        } else {
            cross += a.trace_at(i, b.times[j], tau_ms);
            j += 1;
        }
    }
    // Rounding may leave a difference of equal sums just below 0.
    let s = (a.own + b.own - 2.0 * cross).max(0.0);
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
