//! Many samples of the same shape: rows in chunks that are filled once and never copied.

use crate::encoding::Encoding;
use crate::error::SpikeError;
use crate::grid::TimeGrid;
use crate::train::{NeuronIds, SpikeTrain, SpikeView, validate_rows};
use std::sync::Arc;

/// The rows of a run of consecutive samples: what an encoder appends to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpikeChunk {
    offsets: Vec<u64>,
    steps: Vec<u32>,
}

impl Default for SpikeChunk {
    fn default() -> Self {
        Self::with_capacity(0, 0)
    }
}

impl SpikeChunk {
    /// An empty chunk with room for so many rows and spikes.
    #[must_use]
    pub fn with_capacity(num_rows: usize, num_spikes: usize) -> Self {
        let mut offsets = Vec::with_capacity(num_rows + 1);
        offsets.push(0);
        Self { offsets, steps: Vec::with_capacity(num_spikes) }
    }

    /// A chunk from compressed rows.
    ///
    /// # Errors
    /// [`SpikeError`] as [`SpikeTrain::from_rows`].
    pub fn from_rows(grid: TimeGrid, offsets: Vec<u64>, steps: Vec<u32>) -> Result<Self, SpikeError> {
        validate_rows(grid, &offsets, &steps, offsets.len().saturating_sub(1))?;
        Ok(Self { offsets, steps })
    }

    /// Number of rows.
    #[must_use]
    pub fn num_rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Number of spikes.
    #[must_use]
    pub fn num_spikes(&self) -> u64 {
        self.steps.len() as u64
    }

    /// Steps of all rows.
    #[must_use]
    pub fn steps(&self) -> &[u32] {
        &self.steps
    }

    /// Appends rows: `fill` extends the steps and calls nothing else; every value that it pushes to the second
    /// vector ends a row there.
    ///
    /// This is the one door through which encoders write. Rows must be strictly increasing and inside the window;
    /// [`SpikeBatch::push`] checks that in debug builds.
    pub fn append_rows<R>(&mut self, fill: impl FnOnce(&mut Vec<u32>, &mut Vec<u64>) -> R) -> R {
        fill(&mut self.steps, &mut self.offsets)
    }

    /// Makes room for more rows and spikes, exactly.
    pub fn reserve(&mut self, num_rows: usize, num_spikes: usize) {
        self.offsets.reserve_exact(num_rows);
        self.steps.reserve_exact(num_spikes);
    }

    /// Removes all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.offsets.truncate(1);
        self.steps.clear();
    }

    /// Gives back memory that is not used.
    pub fn shrink(&mut self) {
        self.offsets.shrink_to_fit();
        self.steps.shrink_to_fit();
    }

    /// Rows `from..to`, borrowed.
    #[must_use]
    pub fn rows(&self, grid: TimeGrid, from: usize, to: usize) -> SpikeView<'_> {
        SpikeView::trusted(grid, &self.offsets[from..=to], &self.steps)
    }

    /// The chunk as a train with row ids from 0 on, without a copy.
    ///
    /// # Errors
    /// [`SpikeError`] if an encoder broke the rules of a row.
    pub fn into_train(self, grid: TimeGrid, encoding: Option<Arc<Encoding>>) -> Result<SpikeTrain, SpikeError> {
        let train = SpikeTrain::from_rows(grid, NeuronIds::Range { first: 0 }, self.offsets, self.steps)?;
        Ok(match encoding {
            Some(encoding) => train.with_encoding(encoding),
            None => train,
        })
    }
}

/// The spikes of many samples of the same shape on one time grid.
///
/// Samples are held in chunks, so that a batch encoded in parallel, or read in blocks, is built without a second
/// copy. [`sample`](Self::sample) borrows one.
///
/// ```
/// use spike_core::{SpikeBatch, SpikeChunk, TimeGrid};
/// let grid = TimeGrid::from_ms(10.0, 1.0)?;
/// let mut batch = SpikeBatch::new(grid, 2, 0);
/// let chunk = SpikeChunk::from_rows(grid, vec![0, 1, 3, 3, 4], vec![5, 0, 9, 7])?;
/// batch.push(chunk)?;
/// assert_eq!(batch.num_samples(), 2);
/// assert_eq!(batch.sample(1).neuron(1), &[7]);
/// # Ok::<(), spike_core::SpikeError>(())
/// ```
#[derive(Debug, Clone)]
pub struct SpikeBatch {
    grid: TimeGrid,
    num_neurons: usize,
    first_sample: u64,
    chunks: Vec<SpikeChunk>,
    /// Index of the first sample of each chunk, then the number of samples.
    starts: Vec<usize>,
    encoding: Option<Arc<Encoding>>,
}

impl SpikeBatch {
    /// An empty batch of samples of `num_neurons` rows; `first_sample` is the global index of its first sample.
    #[must_use]
    pub fn new(grid: TimeGrid, num_neurons: usize, first_sample: u64) -> Self {
        Self { grid, num_neurons, first_sample, chunks: Vec::new(), starts: vec![0], encoding: None }
    }

    /// The same batch with a record of how the spikes were made.
    #[must_use]
    pub fn with_encoding(mut self, encoding: Arc<Encoding>) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// Appends the samples of a chunk.
    ///
    /// # Errors
    /// [`SpikeError::Offsets`] if its rows are not a whole number of samples.
    pub fn push(&mut self, chunk: SpikeChunk) -> Result<(), SpikeError> {
        debug_assert!(validate_rows(self.grid, &chunk.offsets, &chunk.steps, chunk.num_rows()).is_ok());
        let samples = chunk.num_rows().checked_div(self.num_neurons).unwrap_or(0);
        if samples * self.num_neurons != chunk.num_rows() {
            return Err(SpikeError::Offsets {
                num_offsets: chunk.offsets.len(),
                last: chunk.num_spikes(),
                num_spikes: chunk.steps.len(),
                num_rows: samples * self.num_neurons,
            });
        }
        self.starts.push(self.num_samples() + samples);
        self.chunks.push(chunk);
        Ok(())
    }

    /// The time grid.
    #[must_use]
    pub fn grid(&self) -> TimeGrid {
        self.grid
    }

    /// Rows in each sample.
    #[must_use]
    pub fn num_neurons(&self) -> usize {
        self.num_neurons
    }

    /// Number of samples.
    #[must_use]
    pub fn num_samples(&self) -> usize {
        self.starts[self.starts.len() - 1]
    }

    /// Global index of the first sample.
    #[must_use]
    pub fn first_sample(&self) -> u64 {
        self.first_sample
    }

    /// Number of spikes in all samples.
    #[must_use]
    pub fn num_spikes(&self) -> u64 {
        self.chunks.iter().map(SpikeChunk::num_spikes).sum()
    }

    /// The record of how the spikes were made, if there is one.
    #[must_use]
    pub fn encoding(&self) -> Option<&Arc<Encoding>> {
        self.encoding.as_ref()
    }

    /// The rows of one sample.
    ///
    /// # Panics
    /// If `index` is not below [`num_samples`](Self::num_samples), as slice indexing does.
    #[must_use]
    pub fn sample(&self, index: usize) -> SpikeView<'_> {
        assert!(index < self.num_samples(), "sample {index} of {}", self.num_samples());
        let chunk = self.starts.partition_point(|&start| start <= index) - 1;
        let from = (index - self.starts[chunk]) * self.num_neurons;
        self.chunks[chunk].rows(self.grid, from, from + self.num_neurons)
    }

    /// The samples in order.
    pub fn samples(&self) -> impl ExactSizeIterator<Item = SpikeView<'_>> {
        (0..self.num_samples()).map(|index| self.sample(index))
    }

    /// Bytes held by spikes and offsets, without spare capacity.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.chunks.iter().map(|c| c.steps.len() * 4 + c.offsets.len() * 8).sum()
    }

    /// All samples as one train of `samples × neurons` rows, sample-major: row and id are
    /// `sample · num_neurons + neuron`.
    #[must_use]
    pub fn to_train(&self) -> SpikeTrain {
        let mut offsets = vec![0];
        let mut steps = Vec::with_capacity(self.num_spikes() as usize);
        for chunk in &self.chunks {
            let base = steps.len() as u64;
            steps.extend_from_slice(&chunk.steps);
            offsets.extend(chunk.offsets[1..].iter().map(|o| base + o));
        }
        SpikeView::trusted(self.grid, &offsets, &steps)
            .to_train(self.first_sample.saturating_mul(self.num_neurons as u64), self.encoding.clone())
    }
}

impl PartialEq for SpikeBatch {
    /// Equal spikes on equal grids, however they are split into chunks.
    fn eq(&self, other: &Self) -> bool {
        self.grid == other.grid
            && self.num_neurons == other.num_neurons
            && self.first_sample == other.first_sample
            && self.samples().eq(other.samples())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> TimeGrid {
        TimeGrid::new(1_000_000, 10).unwrap()
    }

    #[test]
    fn chunks_of_any_size_hold_the_same_samples() {
        let whole = SpikeChunk::from_rows(grid(), vec![0, 1, 3, 3, 4, 4, 6], vec![5, 0, 9, 7, 1, 2]).unwrap();
        let mut one = SpikeBatch::new(grid(), 2, 3);
        one.push(whole).unwrap();
        let mut parts = SpikeBatch::new(grid(), 2, 3);
        parts.push(SpikeChunk::from_rows(grid(), vec![0, 1, 3], vec![5, 0, 9]).unwrap()).unwrap();
        parts.push(SpikeChunk::default()).unwrap();
        parts.push(SpikeChunk::from_rows(grid(), vec![0, 0, 1, 1, 3], vec![7, 1, 2]).unwrap()).unwrap();
        assert_eq!(one, parts);
        assert_eq!(one.to_train(), parts.to_train());
        assert_eq!(parts.to_train().neuron_ids().get(1), 7);
        assert_eq!(parts.sample(2).neuron(1), &[1, 2]);
    }

    #[test]
    fn a_chunk_of_half_a_sample_is_refused() {
        let mut batch = SpikeBatch::new(grid(), 2, 0);
        let chunk = SpikeChunk::from_rows(grid(), vec![0, 0, 0, 0], vec![]).unwrap();
        assert!(matches!(batch.push(chunk), Err(SpikeError::Offsets { .. })));
    }
}
