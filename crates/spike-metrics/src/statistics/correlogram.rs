//! Auto- and cross-correlogram of binned trains.

use super::binned::bin_counts;
use crate::error::{MetricsError, check_count};
use crate::times::SpikeTimes;

/// Coincidences of two binned trains by lag.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlogram {
    /// Width of a bin and step of the lag.
    pub bin_ms: f64,
    /// The largest lag; lags go from −`max_lag_bins` to `max_lag_bins`.
    pub max_lag_bins: usize,
    /// Pairs of spikes for each lag.
    pub counts: Vec<u64>,
}

impl Correlogram {
    /// The lags in bins, in the order of the counts.
    pub fn lags_bins(&self) -> impl ExactSizeIterator<Item = i64> + use<> {
        let max = self.max_lag_bins as i64;
        (0..self.counts.len()).map(move |k| k as i64 - max)
    }
}

/// The cross-correlogram: C(ℓ) = Σₖ aₖ·bₖ₊ₗ over the bins, so that a positive lag has the second train later.
///
/// With the same train twice it is the autocorrelogram, whose lag 0 is Σ aₖ² and contains every spike with itself.
/// No correction for the lags at which fewer bins overlap. Convention: elephant 1.2.1
/// (`cross_correlation_histogram`, window of lags, no border correction).
///
/// Source: Perkel, Gerstein, Moore (1967), Biophys J 7:419, DOI 10.1016/S0006-3495(67)86597-4.
///
/// # Errors
/// [`MetricsError::IntervalMismatch`], those of [`bin_counts`], and [`MetricsError::TooFew`] if there are not more
/// bins than the largest lag.
///
/// ```
/// use spike_metrics::{SpikeTimes, correlogram};
/// let a = SpikeTimes::new(&[1.5, 5.5], 0.0, 10.0)?;
/// let b = SpikeTimes::new(&[2.5, 6.5], 0.0, 10.0)?;
/// assert_eq!(correlogram(a, b, 1.0, 2)?.counts, [0, 0, 0, 2, 0]);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn correlogram(
    first: SpikeTimes<'_>,
    second: SpikeTimes<'_>,
    bin_ms: f64,
    max_lag_bins: usize,
) -> Result<Correlogram, MetricsError> {
    first.check_same_interval(&second)?;
    let (a, b) = (bin_counts(first, bin_ms)?, bin_counts(second, bin_ms)?);
    check_count("bins", a.len(), max_lag_bins + 1)?;
    let occupied = |counts: &[u32]| -> Vec<(usize, u64)> {
        counts.iter().enumerate().filter(|(_, c)| **c > 0).map(|(k, c)| (k, u64::from(*c))).collect()
    };
    let (a, b) = (occupied(&a), occupied(&b));
    let mut counts = vec![0; 2 * max_lag_bins + 1];
    let mut from = 0;
    for (bin, count) in a {
        while from < b.len() && b[from].0 + max_lag_bins < bin {
            from += 1;
        }
        for (other, other_count) in b[from..].iter().take_while(|(other, _)| *other <= bin + max_lag_bins) {
            counts[other + max_lag_bins - bin] += count * other_count;
        }
    }
    Ok(Correlogram { bin_ms, max_lag_bins, counts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_autocorrelogram_is_symmetric_and_counts_itself() {
        let train = SpikeTimes::new(&[0.1, 0.2, 3.5, 7.5], 0.0, 10.0).unwrap();
        let auto = correlogram(train, train, 1.0, 9).unwrap();
        assert_eq!(auto.counts[9], 6);
        assert!(auto.counts.iter().eq(auto.counts.iter().rev()));
        assert_eq!(auto.counts.iter().sum::<u64>(), 16);
        assert_eq!(auto.lags_bins().next(), Some(-9));
        assert!(matches!(correlogram(train, train, 1.0, 10), Err(MetricsError::TooFew { .. })));
    }
}
