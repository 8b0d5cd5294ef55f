//! Spike time tiling coefficient: correlation of two trains that does not depend on their rates.

use crate::error::{MetricsError, check};
use crate::times::SpikeTimes;

/// The spike time tiling coefficient of two trains, −1 to 1.
///
/// STTC = ½·((P_A − T_B)/(1 − P_A·T_B) + (P_B − T_A)/(1 − P_B·T_A)), where P_A is the share of spikes of A within
/// ±Δt of a spike of B, and T_A the share of the observation that lies within ±Δt of a spike of A. A term whose
/// denominator is 0 is ½ (all spikes of that train are within Δt). `None` if a train is empty, where elephant
/// returns NaN.
///
/// Convention: elephant 1.2.1, except for its comparison of times. It tests |u − v| ≤ Δt + 10⁻⁵·|v|, so that the
/// window widens with absolute time (elephant pull request 706); here the test is |u − v| ≤ Δt·(1 + 10⁻⁹), which
/// forgives the rounding of decimal fractions and nothing else.
///
/// Source: Cutts & Eglen (2014), Detecting pairwise correlations in spike trains, J Neurosci 34:14288,
/// DOI 10.1523/JNEUROSCI.2767-14.2014.
///
/// # Errors
/// [`MetricsError::IntervalMismatch`], and [`MetricsError::Parameter`] if Δt is not above 0 and finite.
///
/// ```
/// use spike_metrics::{SpikeTimes, spike_time_tiling_coefficient};
/// let a = SpikeTimes::new(&[10.0, 50.0], 0.0, 100.0)?;
/// assert_eq!(spike_time_tiling_coefficient(a, a, 5.0)?, Some(1.0));
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn spike_time_tiling_coefficient(
    first: SpikeTimes<'_>,
    second: SpikeTimes<'_>,
    window_ms: f64,
) -> Result<Option<f64>, MetricsError> {
    first.check_same_interval(&second)?;
    check("window_ms", window_ms, 0.0 < window_ms && window_ms.is_finite(), "above 0, finite")?;
    if first.times_ms().is_empty() || second.times_ms().is_empty() {
        return Ok(None);
    }
    let near = |of: SpikeTimes<'_>, to: SpikeTimes<'_>| share_near(of.times_ms(), to.times_ms(), window_ms);
    let (p_a, p_b) = (near(first, second), near(second, first));
    let (t_a, t_b) = (tiled_share(first, window_ms), tiled_share(second, window_ms));
    let term = |p: f64, t: f64| if p * t == 1.0 { 1.0 } else { (p - t) / (1.0 - p * t) };
    Ok(Some(0.5 * (term(p_a, t_b) + term(p_b, t_a))))
}

/// Share of times that have a neighbour in the other list within the window.
fn share_near(of: &[f64], to: &[f64], window_ms: f64) -> f64 {
    let limit = window_ms * (1.0 + 1e-9);
    let mut next = 0;
    let near = of.iter().filter(|&&t| {
        while next < to.len() && to[next] < t {
            next += 1;
        }
        let before = next > 0 && t - to[next - 1] <= limit;
        before || next < to.len() && to[next] - t <= limit
    });
    near.count() as f64 / of.len() as f64
}

/// Share of the observation within the window of a spike.
fn tiled_share(train: SpikeTimes<'_>, window_ms: f64) -> f64 {
    let times = train.times_ms();
    let between: f64 = times.array_windows().map(|[a, b]| (b - a).min(2.0 * window_ms)).sum();
    let before = (times[0] - train.start_ms()).min(window_ms);
    let after = (train.stop_ms() - times[times.len() - 1]).min(window_ms);
    (before + between + after) / train.duration_ms()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sttc(a: &[f64], b: &[f64], window: f64) -> Option<f64> {
        let train = |times| SpikeTimes::new(times, 0.0, 100.0).unwrap();
        spike_time_tiling_coefficient(train(a), train(b), window).unwrap()
    }

    #[test]
    fn by_hand_and_at_the_extremes() {
        assert_eq!(sttc(&[], &[1.0], 5.0), None);
        // No spike near: P = 0, T = 10/100.
        assert!((sttc(&[20.0], &[60.0], 5.0).unwrap() + 0.1).abs() < 1e-15);
        // Everything tiled and everything near.
        assert_eq!(sttc(&[50.0], &[40.0], 200.0), Some(1.0));
        // A window that ends exactly at the neighbour is inclusive despite rounding: 0.3 − 0.2 > 0.1 in binary.
        assert!(sttc(&[0.3], &[0.2], 0.1).unwrap() > 0.9);
        let train = SpikeTimes::new(&[1.0], 0.0, 2.0).unwrap();
        assert!(spike_time_tiling_coefficient(train, train, 0.0).is_err());
    }

    #[test]
    fn the_window_does_not_widen_with_absolute_time() {
        let late = 86_400_000.0;
        let train = |times| SpikeTimes::new(times, late, late + 100.0).unwrap();
        let (a, b) = ([late + 20.0], [late + 60.0]);
        let value = spike_time_tiling_coefficient(train(&a), train(&b), 5.0).unwrap().unwrap();
        assert!((value + 0.1).abs() < 1e-9);
    }
}
