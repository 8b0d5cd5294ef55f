//! Correlation coefficient of binned trains.

use crate::error::MetricsError;
use crate::statistics::binned::bin_counts;
use crate::times::SpikeTimes;

/// Pearson's correlation coefficient of the spike counts in bins, −1 to 1.
///
/// Bins as in [`bin_counts`]. With `binary`, a bin counts 1 if it has any spike. `None` if a train has the same count
/// in every bin, where elephant returns NaN.
///
/// Convention: elephant 1.2.1 (`correlation_coefficient`).
///
/// # Errors
/// [`MetricsError::IntervalMismatch`] and those of [`bin_counts`].
///
/// ```
/// use spike_metrics::{SpikeTimes, correlation_coefficient};
/// let a = SpikeTimes::new(&[1.0, 7.0], 0.0, 10.0)?;
/// let b = SpikeTimes::new(&[1.5, 7.2], 0.0, 10.0)?;
/// let r = correlation_coefficient(a, b, 1.0, false)?.expect("both vary");
/// assert!((r - 1.0).abs() < 1e-12);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn correlation_coefficient(
    first: SpikeTimes<'_>,
    second: SpikeTimes<'_>,
    bin_ms: f64,
    binary: bool,
) -> Result<Option<f64>, MetricsError> {
    first.check_same_interval(&second)?;
    let counts = |train| -> Result<Vec<f64>, MetricsError> {
        let count = |n: u32| f64::from(if binary { n.min(1) } else { n });
        Ok(bin_counts(train, bin_ms)?.into_iter().map(count).collect())
    };
    let (a, b) = (counts(first)?, counts(second)?);
    let num_bins = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / num_bins, b.iter().sum::<f64>() / num_bins);
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(&b) {
        let (x, y) = (x - mean_a, y - mean_b);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    Ok((aa > 0.0 && bb > 0.0).then(|| (ab / (aa.sqrt() * bb.sqrt())).clamp(-1.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_counts_have_no_correlation() {
        let train = |times| SpikeTimes::new(times, 0.0, 4.0).unwrap();
        let r = |a, b, binary| correlation_coefficient(train(a), train(b), 1.0, binary).unwrap();
        assert_eq!(r(&[], &[0.5], false), None);
        assert_eq!(r(&[0.5, 1.5, 2.5, 3.5], &[0.5], false), None);
        assert!((r(&[0.5, 1.5], &[2.5, 3.5], false).unwrap() + 1.0).abs() < 1e-12);
        // Two spikes in a bin count once.
        assert!((r(&[0.2, 0.5, 1.5], &[0.5, 1.5], true).unwrap() - 1.0).abs() < 1e-12);
        assert!(r(&[0.2, 0.5, 1.5], &[0.5, 1.5], false).unwrap() < 0.95);
    }
}
