//! Variability of interspike intervals: CV, CV2, LV, LvR.

use crate::error::{MetricsError, check};
use crate::times::SpikeTimes;

/// Coefficient of variation of the intervals: standard deviation / mean; 1 for a Poisson process, 0 for a clock.
///
/// The standard deviation is that of the population (divided by n), as in elephant 1.2.1. `None` below two spikes,
/// where elephant returns NaN; 0 for two.
///
/// ```
/// use spike_metrics::{SpikeTimes, cv};
/// let train = SpikeTimes::new(&[0.0, 1.0, 4.0], 0.0, 10.0)?;
/// assert_eq!(cv(train), Some(0.5));
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
#[must_use]
pub fn cv(train: SpikeTimes<'_>) -> Option<f64> {
    let intervals = train.intervals_ms();
    let n = intervals.len() as f64;
    let mean = intervals.iter().sum::<f64>() / n;
    let variance = intervals.iter().map(|i| (i - mean) * (i - mean)).sum::<f64>() / n;
    (n > 0.0).then(|| variance.sqrt() / mean)
}

/// Local variation of neighbouring intervals, less sensitive to slow changes of the rate than [`cv`]:
/// CV2 = 2/(n − 1)·Σ |Iᵢ₊₁ − Iᵢ|/(Iᵢ₊₁ + Iᵢ).
///
/// `None` below three spikes, where elephant raises an error or returns NaN.
///
/// Source: Holt, Softky, Koch, Douglas (1996), J Neurophysiol 75:1806, DOI 10.1152/jn.1996.75.5.1806.
///
/// ```
/// use spike_metrics::{SpikeTimes, cv2};
/// let train = SpikeTimes::new(&[0.0, 1.0, 4.0], 0.0, 10.0)?;
/// assert_eq!(cv2(train), Some(1.0));
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
#[must_use]
pub fn cv2(train: SpikeTimes<'_>) -> Option<f64> {
    mean_of_neighbours(train, |a, b| 2.0 * (b - a).abs() / (b + a))
}

/// Local variation LV = 3/(n − 1)·Σ ((Iᵢ − Iᵢ₊₁)/(Iᵢ + Iᵢ₊₁))²; 1 for a Poisson process, 0 for a clock.
///
/// `None` below three spikes, where elephant raises an error or returns NaN.
///
/// Source: Shinomoto, Shima, Tanji (2003), Differences in spiking patterns among cortical neurons, Neural
/// Computation 15:2823, DOI 10.1162/089976603322518759.
///
/// ```
/// use spike_metrics::{SpikeTimes, lv};
/// let train = SpikeTimes::new(&[0.0, 1.0, 4.0], 0.0, 10.0)?;
/// assert_eq!(lv(train), Some(0.75));
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
#[must_use]
pub fn lv(train: SpikeTimes<'_>) -> Option<f64> {
    mean_of_neighbours(train, |a, b| 3.0 * ((a - b) / (a + b)) * ((a - b) / (a + b)))
}

/// Local variation revised for a refractory period R:
/// LvR = 3/(n − 1)·Σ (1 − 4·IᵢIᵢ₊₁/(Iᵢ + Iᵢ₊₁)²)·(1 + 4R/(Iᵢ + Iᵢ₊₁)).
///
/// `None` below three spikes. The source finds R = 5 ms.
///
/// Source: Shinomoto et al. (2009), Relating neuronal firing patterns to functional differentiation of cerebral
/// cortex, PLoS Comput Biol 5:e1000433, DOI 10.1371/journal.pcbi.1000433.
///
/// # Errors
/// [`MetricsError::Parameter`] if R is negative or not finite.
///
/// ```
/// use spike_metrics::{SpikeTimes, lvr};
/// let train = SpikeTimes::new(&[0.0, 1.0, 4.0], 0.0, 10.0)?;
/// assert_eq!(lvr(train, 5.0)?, Some(0.75 * 6.0));
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn lvr(train: SpikeTimes<'_>, refractoriness_ms: f64) -> Result<Option<f64>, MetricsError> {
    let r = refractoriness_ms;
    check("refractoriness_ms", r, 0.0 <= r && r.is_finite(), "0 or more, finite")?;
    Ok(mean_of_neighbours(train, |a, b| 3.0 * (1.0 - 4.0 * a * b / ((a + b) * (a + b))) * (1.0 + 4.0 * r / (a + b))))
}

fn mean_of_neighbours(train: SpikeTimes<'_>, f: impl Fn(f64, f64) -> f64) -> Option<f64> {
    let intervals = train.intervals_ms();
    let sum: f64 = intervals.array_windows().map(|&[a, b]| f(a, b)).sum();
    let n = intervals.len();
    (n > 1).then(|| sum / (n - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_trains_are_defined() {
        let train = |times| SpikeTimes::new(times, 0.0, 10.0).unwrap();
        for times in [&[][..], &[1.0]] {
            assert_eq!((cv(train(times)), cv2(train(times)), lv(train(times))), (None, None, None));
        }
        let two = train(&[1.0, 2.0]);
        assert_eq!((cv(two), cv2(two), lv(two), lvr(two, 5.0)), (Some(0.0), None, None, Ok(None)));
        let clock = train(&[1.0, 2.0, 3.0]);
        assert_eq!(
            (cv(clock), cv2(clock), lv(clock), lvr(clock, 5.0)),
            (Some(0.0), Some(0.0), Some(0.0), Ok(Some(0.0)))
        );
        assert!(lvr(clock, -1.0).is_err());
    }
}
