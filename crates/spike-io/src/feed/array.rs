//! Dense arrays of spikes, filled and written in pieces of bounded size.

use super::form::{Axes, Cell, Dense};
use super::{Arrangement, FeedError};
use crate::ElementType;
use crate::npz::{ArrayValues, NpzWriter};
use spike_core::SpikeView;
use std::io::Write;
use std::ops::Range;

/// Cells of a piece, one byte each.
const PIECE_CELLS: u64 = 1 << 26;
/// Cells of the largest array: 256 GiB of 4-byte numbers.
const MAX_CELLS: u64 = 1 << 36;
/// Values that are handed to the archive at a time.
const VALUES: usize = 1 << 16;

/// Where a spike of a sample goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) num_rows: u64,
    pub(super) total_steps: u64,
    pub(super) num_neurons: u64,
    pub(super) num_steps: u64,
    pub(super) shift_steps: u64,
    pub(super) arrangement: Arrangement,
}

impl Place {
    /// The neuron of the source, of a sample counted from the first.
    pub(super) fn row(&self, sample: u64, neuron: usize) -> u64 {
        match self.arrangement {
            Arrangement::SideBySide => sample * self.num_neurons + neuron as u64,
            Arrangement::InSequence => neuron as u64,
        }
    }

    /// The step of the simulator.
    pub(super) fn step(&self, sample: u64, step: u32) -> u64 {
        self.shift_steps + self.start(sample) + u64::from(step)
    }

    fn start(&self, sample: u64) -> u64 {
        match self.arrangement {
            Arrangement::SideBySide => 0,
            Arrangement::InSequence => sample * self.num_steps,
        }
    }

    /// The shape of a dense array.
    pub(super) fn shape(&self, axes: Axes) -> Result<Vec<u64>, FeedError> {
        let cells = u128::from(self.num_rows) * u128::from(self.total_steps);
        if cells > u128::from(MAX_CELLS) {
            return Err(FeedError::TooLarge { cells, limit: MAX_CELLS });
        }
        let (steps, samples) = (self.total_steps, self.num_rows / self.num_neurons);
        Ok(match axes {
            Axes::TimeSampleNeuron => vec![steps, samples, self.num_neurons],
            Axes::TimeRow => vec![steps, self.num_rows],
            Axes::SampleNeuronTime if samples == 1 => vec![self.num_neurons, steps],
            Axes::SampleNeuronTime => vec![samples, self.num_neurons, steps],
        })
    }

    /// The samples that may have cells in a range of them.
    pub(super) fn samples_in(&self, cells: &Range<u64>, axes: Axes) -> Range<u64> {
        let (first, last) = (cells.start, cells.end - 1);
        match (self.arrangement, axes.time_first()) {
            (Arrangement::SideBySide, false) => {
                let each = self.num_neurons * self.total_steps;
                first / each..last / each + 1
            }
            (Arrangement::InSequence, true) => {
                let sample = |cell: u64| (cell / self.num_rows).saturating_sub(self.shift_steps) / self.num_steps;
                sample(first)..sample(last) + 1
            }
            (Arrangement::SideBySide, true) => 0..self.num_rows / self.num_neurons,
            (Arrangement::InSequence, false) => 0..(self.total_steps - self.shift_steps) / self.num_steps,
        }
    }
}

/// An array that is being written, a piece of it in memory.
pub(super) struct DenseArray<'a, W: Write> {
    archive: &'a mut NpzWriter<W>,
    cell: Cell,
    amplitude: f64,
    num_cells: u64,
    piece_cells: u64,
    range: Range<u64>,
    cells: Vec<u8>,
}

impl<'a, W: Write> DenseArray<'a, W> {
    /// Begins the array in the archive.
    pub(super) fn begin(
        archive: &'a mut NpzWriter<W>,
        dense: Dense,
        shape: &[usize],
        dt_ns: u64,
    ) -> Result<Self, FeedError> {
        let element = match dense.cell {
            Cell::I32 => ElementType::I32,
            Cell::F32 => ElementType::F32,
            Cell::F64 | Cell::PerSecond => ElementType::F64,
        };
        archive.begin(dense.name, shape, element)?;
        let amplitude = if dense.cell == Cell::PerSecond { 1e9 / dt_ns as f64 } else { 1.0 };
        let num_cells = shape.iter().map(|&n| n as u64).product();
        Ok(Self {
            archive,
            cell: dense.cell,
            amplitude,
            num_cells,
            piece_cells: PIECE_CELLS,
            range: 0..0,
            cells: Vec::new(),
        })
    }

    /// Clears the memory for the next piece and names its cells.
    pub(super) fn next_piece(&mut self) -> Option<Range<u64>> {
        let start = self.range.end;
        if start == self.num_cells {
            return None;
        }
        self.range = start..self.num_cells.min(start + self.piece_cells);
        self.cells.clear();
        self.cells.resize((self.range.end - start) as usize, 0);
        Some(self.range.clone())
    }

    /// Sets the cells of a sample that lie in the piece.
    pub(super) fn add(&mut self, place: Place, axes: Axes, sample: u64, view: SpikeView<'_>) -> Result<(), FeedError> {
        let Range { start, end } = self.range;
        let before = place.shift_steps + place.start(sample);
        for (neuron, steps) in view.neurons().enumerate() {
            let row = place.row(sample, neuron);
            // The cell of step t is base + t · stride.
            let (base, stride) = match axes.time_first() {
                true => (before * place.num_rows + row, place.num_rows),
                false => (row * place.total_steps + before, 1),
            };
            let from = start.saturating_sub(base).div_ceil(stride);
            let to = end.saturating_sub(base).div_ceil(stride);
            let first = steps.partition_point(|&t| u64::from(t) < from);
            for &step in &steps[first..] {
                if u64::from(step) >= to {
                    break;
                }
                self.cells[(base + u64::from(step) * stride - start) as usize] = 1;
            }
        }
        Ok(())
    }

    /// Writes the piece.
    pub(super) fn write_piece(&mut self) -> Result<(), FeedError> {
        let amplitude = self.amplitude;
        match self.cell {
            Cell::I32 => self.write(i32::from),
            Cell::F32 => self.write(f32::from),
            Cell::F64 | Cell::PerSecond => self.write(|cell| f64::from(cell) * amplitude),
        }
    }

    fn write<T>(&mut self, value: impl Fn(u8) -> T) -> Result<(), FeedError>
    where
        for<'v> &'v [T]: Into<ArrayValues<'v>>,
    {
        let mut values = Vec::with_capacity(VALUES);
        for cells in self.cells.chunks(VALUES) {
            values.clear();
            values.extend(cells.iter().map(|&cell| value(cell)));
            self.archive.push(&values[..])?;
        }
        Ok(())
    }

    /// Ends the array.
    pub(super) fn end(self) -> Result<(), FeedError> {
        Ok(self.archive.end()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::npz::NpzCompression;
    use crate::{InputFormat, OpenOptions, from_bytes};
    use spike_core::{SpikeTrain, TimeGrid};

    /// The array of two samples of two neurons and three steps, written in pieces of so many cells.
    fn written(axes: Axes, arrangement: Arrangement, shift_steps: u64, piece_cells: u64) -> Vec<f64> {
        let grid = TimeGrid::new(1000, 3).unwrap();
        let samples = [vec![vec![0, 2], vec![]], vec![vec![1], vec![0, 1, 2]]];
        let side = arrangement == Arrangement::SideBySide;
        let (num_rows, steps) = if side { (4, 3) } else { (2, 6) };
        let total_steps = steps + shift_steps;
        let place = Place { num_rows, total_steps, num_neurons: 2, num_steps: 3, shift_steps, arrangement };
        let mut archive = NpzWriter::new(Vec::new(), NpzCompression::Stored);
        let shape: Vec<usize> = place.shape(axes).unwrap().iter().map(|&n| n as usize).collect();
        let dense = Dense { name: "x", axes, cell: Cell::F32 };
        let mut array = DenseArray::begin(&mut archive, dense, &shape, 1000).unwrap();
        array.piece_cells = piece_cells;
        while let Some(range) = array.next_piece() {
            for sample in place.samples_in(&range, axes) {
                let train = SpikeTrain::from_neurons(grid, &samples[sample as usize]).unwrap();
                array.add(place, axes, sample, train.view()).unwrap();
            }
            array.write_piece().unwrap();
        }
        array.end().unwrap();
        let bytes = archive.finish().unwrap();
        let mut source = from_bytes(bytes, Some(InputFormat::Npz), &OpenOptions::default()).unwrap();
        let mut values = Vec::new();
        while source.read_samples(100, &mut values).unwrap() > 0 {}
        values
    }

    #[test]
    fn every_order_of_axes_by_hand_in_pieces_of_any_size() {
        use Arrangement::{InSequence, SideBySide};
        for (axes, arrangement, shift, expected) in [
            (Axes::TimeSampleNeuron, SideBySide, 0, "1001 0011 1001"),
            (Axes::SampleNeuronTime, SideBySide, 0, "101 000 010 111"),
            (Axes::TimeRow, InSequence, 0, "10 00 10 01 11 01"),
            (Axes::SampleNeuronTime, InSequence, 0, "101010 000111"),
            (Axes::TimeRow, InSequence, 1, "00 10 00 10 01 11 01"),
            (Axes::SampleNeuronTime, SideBySide, 2, "00101 00000 00010 00111"),
        ] {
            let expected: Vec<f64> = expected.chars().filter_map(|c| c.to_digit(2)).map(f64::from).collect();
            for piece_cells in 1..=expected.len() as u64 + 1 {
                assert_eq!(written(axes, arrangement, shift, piece_cells), expected, "{axes:?} {arrangement:?}");
            }
        }
    }

    #[test]
    fn an_array_that_nobody_can_load_is_refused() {
        let place = Place {
            num_rows: 1 << 20,
            total_steps: 1 << 20,
            num_neurons: 1 << 20,
            num_steps: 1 << 20,
            shift_steps: 0,
            arrangement: Arrangement::SideBySide,
        };
        assert!(matches!(place.shape(Axes::TimeRow), Err(FeedError::TooLarge { cells, .. }) if cells == 1 << 40));
    }
}
