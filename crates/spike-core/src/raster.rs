//! Views with a cell for every step: NaN-padded times, packed bits, dense arrays. Made on request, never stored.

use crate::batch::SpikeBatch;
use crate::error::SpikeError;
use crate::grid::TimeGrid;
use crate::train::{SpikeTrain, SpikeView};
use ndarray::{Array2, Array3};

/// A binary matrix of shape (neuron, step), one bit a cell, each row starting at a 64-bit word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BitRaster {
    grid: TimeGrid,
    num_neurons: usize,
    words_per_row: usize,
    words: Vec<u64>,
}

impl BitRaster {
    /// An empty raster.
    ///
    /// # Errors
    /// [`SpikeError::TooLarge`] if the number of words overflows.
    pub fn new(grid: TimeGrid, num_neurons: usize) -> Result<Self, SpikeError> {
        let words_per_row = grid.num_steps().div_ceil(64) as usize;
        let columns = grid.num_steps() as usize;
        let total = words_per_row
            .checked_mul(num_neurons)
            .filter(|words| *words <= isize::MAX as usize / 8)
            .ok_or(SpikeError::TooLarge { rows: num_neurons, columns })?;
        Ok(Self { grid, num_neurons, words_per_row, words: vec![0; total] })
    }

    /// The words of one row, least significant bit first.
    #[must_use]
    pub fn row(&self, neuron: usize) -> &[u64] {
        &self.words[neuron * self.words_per_row..][..self.words_per_row]
    }

    /// Whether the neuron spikes in the step.
    #[must_use]
    pub fn get(&self, neuron: usize, step: u32) -> bool {
        self.row(neuron)[step as usize / 64] >> (step % 64) & 1 == 1
    }

    /// Sets a spike.
    ///
    /// # Panics
    /// If the cell lies outside the raster, as slice indexing does.
    pub fn set(&mut self, neuron: usize, step: u32) {
        self.words[neuron * self.words_per_row + step as usize / 64] |= 1 << (step % 64);
    }

    /// Number of spikes.
    #[must_use]
    pub fn num_spikes(&self) -> u64 {
        self.words.iter().map(|w| u64::from(w.count_ones())).sum()
    }

    /// The spikes as a train.
    ///
    /// # Errors
    /// [`SpikeError::OutsideWindow`] if a bit beyond the window was set.
    pub fn to_train(&self) -> Result<SpikeTrain, SpikeError> {
        let mut rows = Vec::with_capacity(self.num_neurons);
        for neuron in 0..self.num_neurons {
            let mut steps = Vec::new();
            for (index, &word) in self.row(neuron).iter().enumerate() {
                let mut rest = word;
                while rest != 0 {
                    steps.push(index as u32 * 64 + rest.trailing_zeros());
                    rest &= rest - 1;
                }
            }
            rows.push(steps);
        }
        SpikeTrain::from_neurons(self.grid, &rows)
    }
}

impl SpikeView<'_> {
    /// Spike times in milliseconds, shape (neuron, largest count), padded with NaN.
    #[must_use]
    pub fn padded_times_ms(&self) -> Array2<f64> {
        let width = self.neurons().map(<[u32]>::len).max().unwrap_or(0);
        let mut times = Array2::from_elem((self.num_neurons(), width), f64::NAN);
        for (row, steps) in self.neurons().enumerate() {
            for (column, &step) in steps.iter().enumerate() {
                times[[row, column]] = self.grid().time_ms(step);
            }
        }
        times
    }

    /// The spikes as packed bits of shape (neuron, step).
    ///
    /// # Errors
    /// [`SpikeError::TooLarge`] if the raster cannot be addressed.
    pub fn bit_raster(&self) -> Result<BitRaster, SpikeError> {
        let mut raster = BitRaster::new(self.grid(), self.num_neurons())?;
        for (neuron, steps) in self.neurons().enumerate() {
            for &step in steps {
                raster.set(neuron, step);
            }
        }
        Ok(raster)
    }

    /// The spikes as zeros and ones of shape (neuron, step): the `binary_matrix` of the specification.
    ///
    /// # Errors
    /// [`SpikeError::TooLarge`] if the array cannot be addressed.
    pub fn binary_matrix(&self) -> Result<Array2<u8>, SpikeError> {
        let (rows, columns) = (self.num_neurons(), self.grid().num_steps() as usize);
        check_cells(rows, columns)?;
        let mut matrix = Array2::zeros((rows, columns));
        for (neuron, steps) in self.neurons().enumerate() {
            for &step in steps {
                matrix[[neuron, step as usize]] = 1;
            }
        }
        Ok(matrix)
    }
}

impl SpikeBatch {
    /// The spikes as zeros and ones of shape (T, B, N): time, sample, neuron, as PyTorch simulators take them.
    ///
    /// # Errors
    /// [`SpikeError::TooLarge`] if the array cannot be addressed.
    pub fn dense_tbn(&self) -> Result<Array3<u8>, SpikeError> {
        let (steps, samples) = (self.grid().num_steps() as usize, self.num_samples());
        let rows = samples
            .checked_mul(self.num_neurons())
            .ok_or(SpikeError::TooLarge { rows: samples, columns: self.num_neurons() })?;
        check_cells(rows, steps)?;
        let mut dense = Array3::zeros((steps, samples, self.num_neurons()));
        for (sample, view) in self.samples().enumerate() {
            for (neuron, row) in view.neurons().enumerate() {
                for &step in row {
                    dense[[step as usize, sample, neuron]] = 1;
                }
            }
        }
        Ok(dense)
    }
}

fn check_cells(rows: usize, columns: usize) -> Result<(), SpikeError> {
    match rows.checked_mul(columns) {
        Some(cells) if cells <= isize::MAX as usize => Ok(()),
        _ => Err(SpikeError::TooLarge { rows, columns }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SpikeChunk;

    fn train() -> SpikeTrain {
        let grid = TimeGrid::new(500_000, 130).unwrap();
        SpikeTrain::from_neurons(grid, &[vec![0, 63, 64, 129], vec![], vec![7]]).unwrap()
    }

    #[test]
    fn bits_hold_the_same_spikes() {
        let train = train();
        let raster = train.view().bit_raster().unwrap();
        assert_eq!(raster.num_spikes(), 5);
        assert!(raster.get(0, 129) && !raster.get(1, 129));
        assert_eq!(raster.to_train().unwrap(), train);
    }

    #[test]
    fn padded_times_are_milliseconds_and_nan() {
        let times = train().view().padded_times_ms();
        assert_eq!(times.shape(), [3, 4]);
        assert_eq!(times.row(0).to_vec(), [0.0, 31.5, 32.0, 64.5]);
        assert!(times.row(1).iter().all(|t| t.is_nan()));
    }

    #[test]
    fn dense_views_place_each_spike() {
        let matrix = train().view().binary_matrix().unwrap();
        assert_eq!(matrix.iter().map(|&x| u32::from(x)).sum::<u32>(), 5);
        assert_eq!(matrix[[0, 63]], 1);
        let grid = TimeGrid::new(1, 4).unwrap();
        let mut batch = SpikeBatch::new(grid, 2, 0);
        batch.push(SpikeChunk::from_rows(grid, vec![0, 1, 1, 1, 2], vec![3, 0]).unwrap()).unwrap();
        let dense = batch.dense_tbn().unwrap();
        assert_eq!(dense.shape(), [4, 2, 2]);
        assert_eq!((dense[[3, 0, 0]], dense[[0, 1, 1]], dense.sum()), (1, 1, 2));
    }

    #[test]
    fn a_view_that_cannot_be_addressed_is_an_error() {
        let grid = TimeGrid::new(1, u32::MAX).unwrap();
        assert!(matches!(BitRaster::new(grid, usize::MAX / 4), Err(SpikeError::TooLarge { .. })));
        assert!(check_cells(usize::MAX, 3).is_err());
    }
}
