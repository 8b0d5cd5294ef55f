//! Spike counts in bins of equal width.

use crate::error::{MetricsError, check};
use crate::times::SpikeTimes;

/// A time closer than this share of a bin below an edge belongs to the bin after it: 0.3/0.1 is below 3 in binary.
const TOLERANCE: f64 = 1e-8;
/// Bins of a train: a bound of the memory that a mistaken width takes.
pub(crate) const MAX_BINS: f64 = 1e8;

/// Spikes in consecutive bins from the start of the observation; bin k covers [start + k·b, start + (k + 1)·b).
///
/// A last bin that would be shorter is left out, and so is a spike at the very end of the observation. A spike less
/// than 10⁻⁸ of a bin before an edge counts as on it. Convention: elephant 1.2.1 (`BinnedSpikeTrain`).
///
/// # Errors
/// [`MetricsError::Parameter`] if the bin is not above 0, is longer than the observation, or makes more than 10⁸
/// bins.
///
/// ```
/// use spike_metrics::{SpikeTimes, bin_counts};
/// let train = SpikeTimes::new(&[0.0, 0.1, 0.3, 1.0], 0.0, 1.0)?;
/// assert_eq!(bin_counts(train, 0.1)?, [1, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn bin_counts(train: SpikeTimes<'_>, bin_ms: f64) -> Result<Vec<u32>, MetricsError> {
    let num_bins = (train.duration_ms() / bin_ms + TOLERANCE).floor();
    let ok = 0.0 < bin_ms && (1.0..=MAX_BINS).contains(&num_bins);
    check("bin_ms", bin_ms, ok, "above 0, at most the observation and at least 10⁻⁸ of it")?;
    let mut counts = vec![0u32; num_bins as usize];
    for &t in train.times_ms() {
        let bin = ((t - train.start_ms()) / bin_ms + TOLERANCE) as usize;
        if let Some(count) = counts.get_mut(bin) {
            *count += 1;
        }
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_bins_are_refused() {
        let train = SpikeTimes::new(&[0.5], 0.0, 1.0).unwrap();
        for bin in [0.0, -1.0, f64::NAN, f64::INFINITY, 1.5, 1e-12] {
            assert!(matches!(bin_counts(train, bin), Err(MetricsError::Parameter { .. })), "{bin}");
        }
        assert_eq!(bin_counts(train, 1.0), Ok(vec![1]));
        assert_eq!(bin_counts(train, 0.4), Ok(vec![0, 1]));
    }
}
