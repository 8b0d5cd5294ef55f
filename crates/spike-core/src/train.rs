//! Spike trains: sorted steps per neuron in compressed rows, without padding.

use crate::encoding::Encoding;
use crate::error::SpikeError;
use crate::grid::TimeGrid;
use std::sync::Arc;

/// The ids of the rows of a spike train.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeuronIds {
    /// Consecutive ids from `first` on.
    Range {
        /// Id of row 0.
        first: u64,
    },
    /// One id for each row.
    List(Arc<[u64]>),
}

impl NeuronIds {
    /// The id of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> u64 {
        match self {
            NeuronIds::Range { first } => first + row as u64,
            NeuronIds::List(ids) => ids[row],
        }
    }
}

/// The spikes of one or more neurons on one time grid.
///
/// Rows are compressed (offsets and steps), each row strictly increasing: a neuron has at most one spike in a
/// step. What the spikes mean travels with them as an optional shared [`Encoding`].
///
/// ```
/// use spike_core::{SpikeTrain, TimeGrid};
/// let grid = TimeGrid::from_ms(10.0, 1.0)?;
/// let train = SpikeTrain::from_neurons(grid, &[vec![0, 4], vec![9]])?;
/// assert_eq!(train.num_spikes(), 3);
/// assert_eq!(train.view().padded_times_ms()[[1, 0]], 9.0);
/// assert!(SpikeTrain::from_neurons(grid, &[vec![4, 4]]).is_err());
/// # Ok::<(), spike_core::SpikeError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SpikeTrain {
    grid: TimeGrid,
    ids: NeuronIds,
    offsets: Vec<u64>,
    steps: Vec<u32>,
    encoding: Option<Arc<Encoding>>,
}

impl SpikeTrain {
    /// A train from one sorted list of steps for each neuron, with ids from 0 on.
    ///
    /// # Errors
    /// [`SpikeError`] if a list is not strictly increasing or leaves the window.
    pub fn from_neurons(grid: TimeGrid, neurons: &[Vec<u32>]) -> Result<Self, SpikeError> {
        let mut offsets = Vec::with_capacity(neurons.len() + 1);
        offsets.push(0);
        let mut steps = Vec::with_capacity(neurons.iter().map(Vec::len).sum());
        for neuron in neurons {
            steps.extend_from_slice(neuron);
            offsets.push(steps.len() as u64);
        }
        Self::from_rows(grid, NeuronIds::Range { first: 0 }, offsets, steps)
    }

    /// A train from compressed rows: row `i` is `steps[offsets[i]..offsets[i + 1]]`.
    ///
    /// # Errors
    /// [`SpikeError`] if the offsets do not describe the steps, a row is not strictly increasing or leaves the
    /// window, or the number of ids differs from the number of rows.
    pub fn from_rows(grid: TimeGrid, ids: NeuronIds, offsets: Vec<u64>, steps: Vec<u32>) -> Result<Self, SpikeError> {
        let num_rows = offsets.len().saturating_sub(1);
        validate_rows(grid, &offsets, &steps, num_rows)?;
        if let NeuronIds::List(list) = &ids
            && list.len() != num_rows
        {
            return Err(SpikeError::Ids { ids: list.len(), rows: num_rows });
        }
        Ok(Self { grid, ids, offsets, steps, encoding: None })
    }

    /// The same spikes with a record of how they were made.
    #[must_use]
    pub fn with_encoding(mut self, encoding: Arc<Encoding>) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// The record of how the spikes were made, if there is one.
    #[must_use]
    pub fn encoding(&self) -> Option<&Arc<Encoding>> {
        self.encoding.as_ref()
    }

    /// The time grid.
    #[must_use]
    pub fn grid(&self) -> TimeGrid {
        self.grid
    }

    /// The ids of the rows.
    #[must_use]
    pub fn neuron_ids(&self) -> &NeuronIds {
        &self.ids
    }

    /// Number of rows.
    #[must_use]
    pub fn num_neurons(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Number of spikes in all rows.
    #[must_use]
    pub fn num_spikes(&self) -> u64 {
        self.steps.len() as u64
    }

    /// The rows, borrowed.
    #[must_use]
    pub fn view(&self) -> SpikeView<'_> {
        SpikeView { grid: self.grid, offsets: &self.offsets, steps: &self.steps }
    }
}

/// Borrowed rows of spikes: what decoders, metrics and exporters read.
#[derive(Debug, Clone, Copy)]
pub struct SpikeView<'a> {
    grid: TimeGrid,
    offsets: &'a [u64],
    steps: &'a [u32],
}

impl<'a> SpikeView<'a> {
    /// Rows that were validated before; the caller guarantees the invariants of [`SpikeTrain`].
    pub(crate) fn trusted(grid: TimeGrid, offsets: &'a [u64], steps: &'a [u32]) -> Self {
        Self { grid, offsets, steps }
    }

    /// The time grid.
    #[must_use]
    pub fn grid(&self) -> TimeGrid {
        self.grid
    }

    /// Number of rows.
    #[must_use]
    pub fn num_neurons(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Number of spikes in all rows.
    #[must_use]
    pub fn num_spikes(&self) -> u64 {
        self.offsets[self.offsets.len() - 1] - self.offsets[0]
    }

    /// The sorted steps of one row.
    ///
    /// # Panics
    /// If `row` is not below [`num_neurons`](Self::num_neurons), as slice indexing does.
    #[must_use]
    pub fn neuron(&self, row: usize) -> &'a [u32] {
        &self.steps[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }

    /// The rows in order.
    pub fn neurons(&self) -> impl ExactSizeIterator<Item = &'a [u32]> + use<'a> {
        let steps = self.steps;
        self.offsets.array_windows().map(move |&[from, to]| &steps[from as usize..to as usize])
    }

    /// Rows `from..to` as a view of their own.
    ///
    /// # Panics
    /// If the range is not within the rows, as slice indexing does.
    #[must_use]
    pub fn rows(&self, from: usize, to: usize) -> SpikeView<'a> {
        SpikeView { grid: self.grid, offsets: &self.offsets[from..=to], steps: self.steps }
    }

    /// The steps of all rows, one row after the other.
    #[must_use]
    pub fn steps(&self) -> &'a [u32] {
        &self.steps[self.offsets[0] as usize..self.offsets[self.offsets.len() - 1] as usize]
    }

    /// Spikes in each row.
    #[must_use]
    pub fn counts(&self) -> Vec<u64> {
        self.offsets.array_windows().map(|[from, to]| to - from).collect()
    }

    /// First spike of each row, `None` where it is silent.
    #[must_use]
    pub fn first_spikes(&self) -> Vec<Option<u32>> {
        self.neurons().map(|row| row.first().copied()).collect()
    }

    /// An owned train with ids from `first_id` on.
    #[must_use]
    pub fn to_train(&self, first_id: u64, encoding: Option<Arc<Encoding>>) -> SpikeTrain {
        let base = self.offsets[0];
        SpikeTrain {
            grid: self.grid,
            ids: NeuronIds::Range { first: first_id },
            offsets: self.offsets.iter().map(|o| o - base).collect(),
            steps: self.steps().to_vec(),
            encoding,
        }
    }
}

impl PartialEq for SpikeView<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.grid == other.grid && self.num_neurons() == other.num_neurons() && self.neurons().eq(other.neurons())
    }
}

/// Checks the invariants of compressed rows.
pub(crate) fn validate_rows(grid: TimeGrid, offsets: &[u64], steps: &[u32], num_rows: usize) -> Result<(), SpikeError> {
    let last = offsets.last().copied().unwrap_or(0);
    let monotone = offsets.array_windows().all(|[a, b]| a <= b);
    if offsets.len() != num_rows + 1 || offsets[0] != 0 || last != steps.len() as u64 || !monotone {
        let (num_offsets, num_spikes) = (offsets.len(), steps.len());
        return Err(SpikeError::Offsets { num_offsets, last, num_spikes, num_rows });
    }
    let num_steps = grid.num_steps();
    for (neuron, &[from, to]) in offsets.array_windows().enumerate() {
        let row = &steps[from as usize..to as usize];
        // A pass that vectorises; the place is looked for only when something is wrong.
        if row.array_windows().fold(false, |unsorted, [a, b]| unsorted | (a >= b))
            && let Some([first, second]) = row.array_windows().find(|[a, b]| a >= b)
        {
            return Err(SpikeError::Unsorted { neuron, first: *first, second: *second });
        }
        if let Some(&step) = row.last().filter(|&&s| s >= num_steps) {
            return Err(SpikeError::OutsideWindow { neuron, step, num_steps });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> TimeGrid {
        TimeGrid::new(1_000_000, 10).unwrap()
    }

    #[test]
    fn rows_are_as_given() {
        let train = SpikeTrain::from_neurons(grid(), &[vec![1, 5], vec![], vec![0, 9]]).unwrap();
        let view = train.view();
        assert_eq!(view.counts(), [2, 0, 2]);
        assert_eq!(view.first_spikes(), [Some(1), None, Some(0)]);
        assert_eq!(view.neurons().map(<[u32]>::len).collect::<Vec<_>>(), [2, 0, 2]);
        assert_eq!(view.to_train(0, None), train);
    }

    #[test]
    fn broken_rows_are_refused() {
        let from = |neurons: &[Vec<u32>]| SpikeTrain::from_neurons(grid(), neurons).unwrap_err();
        assert_eq!(from(&[vec![], vec![3, 2]]), SpikeError::Unsorted { neuron: 1, first: 3, second: 2 });
        assert_eq!(from(&[vec![2, 2]]), SpikeError::Unsorted { neuron: 0, first: 2, second: 2 });
        assert_eq!(from(&[vec![10]]), SpikeError::OutsideWindow { neuron: 0, step: 10, num_steps: 10 });
        let rows = |offsets: Vec<u64>| {
            SpikeTrain::from_rows(grid(), NeuronIds::Range { first: 0 }, offsets, vec![1, 2]).unwrap_err()
        };
        for offsets in [vec![], vec![0], vec![1, 2], vec![0, 3], vec![0, 2, 1, 2]] {
            assert!(matches!(rows(offsets), SpikeError::Offsets { .. }));
        }
        let ids = NeuronIds::List(Arc::from([7]));
        assert!(matches!(
            SpikeTrain::from_rows(grid(), ids, vec![0, 1, 2], vec![1, 2]),
            Err(SpikeError::Ids { ids: 1, rows: 2 })
        ));
    }
}
