//! Histogram of interspike intervals.

use super::binned::MAX_BINS;
use crate::error::{MetricsError, check, check_count};
use crate::times::SpikeTimes;

/// Counts of interspike intervals: bin k has those from k·`bin_ms` to below (k + 1)·`bin_ms`.
#[derive(Debug, Clone, PartialEq)]
pub struct IsiHistogram {
    /// Width of a bin.
    pub bin_ms: f64,
    /// Intervals in each bin.
    pub counts: Vec<u64>,
    /// Intervals beyond the last bin.
    pub beyond: u64,
}

/// The histogram of the interspike intervals of a train. An interval less than 10⁻⁸ of a bin before an edge counts
/// as on it, because decimal times are not exact in binary.
///
/// # Errors
/// [`MetricsError::Parameter`] if the bin is not above 0 and finite or there are more than 10⁸ bins, [`MetricsError::TooFew`] without bins.
///
/// ```
/// use spike_metrics::{SpikeTimes, isi_histogram};
/// let train = SpikeTimes::new(&[0.0, 1.0, 2.5, 9.0], 0.0, 10.0)?;
/// let histogram = isi_histogram(train, 1.0, 3)?;
/// assert_eq!((histogram.counts, histogram.beyond), (vec![0, 2, 0], 1));
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn isi_histogram(train: SpikeTimes<'_>, bin_ms: f64, num_bins: usize) -> Result<IsiHistogram, MetricsError> {
    check("bin_ms", bin_ms, 0.0 < bin_ms && bin_ms.is_finite(), "above 0, finite")?;
    check_count("bins", num_bins, 1)?;
    check("num_bins", num_bins as f64, num_bins as f64 <= MAX_BINS, "at most 10⁸")?;
    let mut histogram = IsiHistogram { bin_ms, counts: vec![0; num_bins], beyond: 0 };
    for interval in train.intervals_ms() {
        match histogram.counts.get_mut((interval / bin_ms + 1e-8) as usize) {
            Some(count) => *count += 1,
            None => histogram.beyond += 1,
        }
    }
    Ok(histogram)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interval_is_counted_once() {
        let train = SpikeTimes::new(&[0.0, 0.1, 0.4, 5.0], 0.0, 10.0).unwrap();
        let histogram = isi_histogram(train, 0.1, 4).unwrap();
        assert_eq!((histogram.counts, histogram.beyond), (vec![0, 1, 0, 1], 1));
        assert!(isi_histogram(train, 0.0, 4).is_err());
        assert!(isi_histogram(train, 1.0, 0).is_err());
        assert!(isi_histogram(train, 1.0, usize::MAX).is_err());
    }
}
