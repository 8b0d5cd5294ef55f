//! Counts of (stimulus, response) pairs.

use crate::error::{MetricsError, check, check_count, check_sizes};
use ndarray::ArrayView2;

/// How often each response followed each stimulus. Rows and columns without samples are left out.
///
/// ```
/// use spike_metrics::ContingencyTable;
/// let table = ContingencyTable::from_samples(&[7, 7, 9], &[0, 1, 1])?;
/// assert_eq!((table.num_stimuli(), table.num_responses(), table.num_samples()), (2, 2, 3));
/// assert_eq!(table.row(0), [1, 1]);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContingencyTable {
    counts: Vec<u64>,
    num_stimuli: usize,
    num_responses: usize,
}

impl ContingencyTable {
    /// Counts pairs of symbols; any numbers may stand for the symbols.
    ///
    /// # Errors
    /// [`MetricsError::SizeMismatch`] if the lists differ in length, [`MetricsError::TooFew`] without samples,
    /// [`MetricsError::Parameter`] if stimuli × responses exceeds 2²⁶ cells, as raw values for symbols do.
    pub fn from_samples(stimuli: &[u32], responses: &[u32]) -> Result<Self, MetricsError> {
        let pairs = Pairs::new(stimuli, responses)?;
        Ok(pairs.table(0..pairs.len()))
    }

    /// A table of shape (stimulus, response).
    ///
    /// # Errors
    /// [`MetricsError::TooFew`] if all counts are 0, [`MetricsError::Parameter`] if they add up to more than 2⁵³.
    pub fn from_counts(counts: ArrayView2<'_, u64>) -> Result<Self, MetricsError> {
        let rows: Vec<Vec<u64>> = counts.rows().into_iter().map(|row| row.to_vec()).collect();
        check_count("samples", rows.iter().flatten().filter(|c| **c > 0).count(), 1)?;
        let total: f64 = rows.iter().flatten().map(|&c| c as f64).sum();
        check("total of the counts", total, total <= (1u64 << 53) as f64, "at most 2⁵³")?;
        Ok(Self::without_empty(&rows, counts.ncols()))
    }

    fn without_empty(rows: &[Vec<u64>], num_columns: usize) -> Self {
        let columns: Vec<usize> = (0..num_columns).filter(|&c| rows.iter().any(|row| row[c] > 0)).collect();
        let rows: Vec<&Vec<u64>> = rows.iter().filter(|row| row.iter().any(|c| *c > 0)).collect();
        let counts = rows.iter().flat_map(|row| columns.iter().map(|&c| row[c])).collect();
        Self { counts, num_stimuli: rows.len(), num_responses: columns.len() }
    }

    /// Stimuli that occurred.
    #[must_use]
    pub fn num_stimuli(&self) -> usize {
        self.num_stimuli
    }

    /// Responses that occurred.
    #[must_use]
    pub fn num_responses(&self) -> usize {
        self.num_responses
    }

    /// All samples.
    #[must_use]
    pub fn num_samples(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The counts of the responses to one stimulus.
    ///
    /// # Panics
    /// If `stimulus` is not below [`num_stimuli`](Self::num_stimuli), as slice indexing does.
    #[must_use]
    pub fn row(&self, stimulus: usize) -> &[u64] {
        &self.counts[stimulus * self.num_responses..][..self.num_responses]
    }

    /// The rows in order.
    pub(crate) fn rows(&self) -> impl ExactSizeIterator<Item = &[u64]> {
        self.counts.chunks_exact(self.num_responses)
    }

    /// Samples of each stimulus.
    #[must_use]
    pub fn stimulus_counts(&self) -> Vec<u64> {
        self.rows().map(|row| row.iter().sum()).collect()
    }

    /// Samples of each response.
    #[must_use]
    pub fn response_counts(&self) -> Vec<u64> {
        (0..self.num_responses).map(|c| self.rows().map(|row| row[c]).sum()).collect()
    }

    /// Σₛ P(s)·f(row): the mean over stimuli.
    pub(crate) fn mean_over_stimuli(&self, mut f: impl FnMut(&[u64]) -> f64) -> f64 {
        let weighted = self.rows().map(|row| row.iter().sum::<u64>() as f64 * f(row));
        weighted.sum::<f64>() / self.num_samples() as f64
    }
}

/// Samples with symbols renumbered from 0.
#[derive(Debug, Clone)]
pub(crate) struct Pairs {
    stimuli: Vec<u32>,
    responses: Vec<u32>,
    num_stimuli: usize,
    num_responses: usize,
}

impl Pairs {
    pub(crate) fn new(stimuli: &[u32], responses: &[u32]) -> Result<Self, MetricsError> {
        check_sizes(("stimuli", stimuli.len()), ("responses", responses.len()))?;
        check_count("samples", stimuli.len(), 1)?;
        let ((stimuli, num_stimuli), (responses, num_responses)) = (renumber(stimuli), renumber(responses));
        let cells = num_stimuli.saturating_mul(num_responses);
        let allowed = "at most 2²⁶ cells; put continuous values into bins or use mutual_information_mixed";
        check("stimuli × responses", cells as f64, cells <= 1 << 26, allowed)?;
        Ok(Self { stimuli, responses, num_stimuli, num_responses })
    }

    pub(crate) fn len(&self) -> usize {
        self.stimuli.len()
    }

    /// The table of the samples with these indices.
    pub(crate) fn table(&self, indices: impl IntoIterator<Item = usize>) -> ContingencyTable {
        let mut rows = vec![vec![0u64; self.num_responses]; self.num_stimuli];
        for i in indices {
            rows[self.stimuli[i] as usize][self.responses[i] as usize] += 1;
        }
        ContingencyTable::without_empty(&rows, self.num_responses)
    }

    /// The same stimuli with the responses in another order.
    pub(crate) fn with_responses_permuted(&self, order: &[usize]) -> Self {
        Self { responses: order.iter().map(|&i| self.responses[i]).collect(), ..self.clone() }
    }
}

/// Symbols as ranks from 0, and how many there are.
pub(crate) fn renumber(symbols: &[u32]) -> (Vec<u32>, usize) {
    let mut alphabet = symbols.to_vec();
    alphabet.sort_unstable();
    alphabet.dedup();
    let rank = |s: &u32| alphabet.partition_point(|other| other < s) as u32;
    (symbols.iter().map(rank).collect(), alphabet.len())
}

/// Symbols of continuous values: `num_bins` bins of equal width between the smallest and the largest.
///
/// Binning loses information: 10 bins of a uniform value cost 0.003 bits at 1 expected spike, 0.03 at 10 and 0.20
/// at 100 (Poisson counts). Raw values as symbols are useless: each occurs once, and the estimate is the entropy of
/// the responses.
///
/// # Errors
/// [`MetricsError::TooFew`] without bins or values, [`MetricsError::NotFinite`].
///
/// ```
/// assert_eq!(spike_metrics::equal_width_symbols(&[0.0, 0.4, 0.6, 1.0], 2)?, [0, 0, 1, 1]);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn equal_width_symbols(values: &[f64], num_bins: u32) -> Result<Vec<u32>, MetricsError> {
    check_count("bins", num_bins as usize, 1)?;
    check_count("values", values.len(), 1)?;
    crate::error::check_finite("values", values)?;
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let width = (high - low) / f64::from(num_bins);
    // Values that are all equal have width 0 and fall into the first bin.
    let bin = |v: &f64| if width > 0.0 { (((v - low) / width) as u32).min(num_bins - 1) } else { 0 };
    Ok(values.iter().map(bin).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn empty_rows_and_columns_are_left_out() {
        let table = ContingencyTable::from_counts(array![[2, 0, 1], [0, 0, 0], [0, 0, 3]].view()).unwrap();
        assert_eq!((table.num_stimuli(), table.num_responses(), table.num_samples()), (2, 2, 6));
        assert_eq!((table.stimulus_counts(), table.response_counts()), (vec![3, 3], vec![2, 4]));
        assert!(ContingencyTable::from_counts(array![[0u64]].view()).is_err());
        assert!(ContingencyTable::from_samples(&[], &[]).is_err());
        assert!(ContingencyTable::from_counts(array![[u64::MAX, u64::MAX]].view()).is_err());
        let raw: Vec<u32> = (0..10_000).collect();
        assert!(matches!(ContingencyTable::from_samples(&raw, &raw), Err(MetricsError::Parameter { .. })));
        assert!(ContingencyTable::from_samples(&[1], &[1, 2]).is_err());
    }

    #[test]
    fn symbols_of_values() {
        assert_eq!(equal_width_symbols(&[3.0, 3.0], 4), Ok(vec![0, 0]));
        assert_eq!(equal_width_symbols(&[-1.0, 0.999, 1.0], 4), Ok(vec![0, 3, 3]));
        assert!(equal_width_symbols(&[f64::NAN], 4).is_err());
        assert!(equal_width_symbols(&[1.0], 0).is_err());
    }
}
