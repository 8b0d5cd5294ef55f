//! Spike trains: compressed rows in Rust, arrays on request.

use crate::array::{elements, values};
use crate::failure::{decode_error, spike_error, type_error, value_error};
use crate::layout::dense;
use ndarray::Array2;
use numpy::{Element, IntoPyArray, PyArray1, PyArray2, PyArrayDyn};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use spike_core::{
    DecodeError, DecodingMethod, Duplicates, Encoding, Grid, NeuronIds, Normalizer, NormalizerKind, Rounding,
    SpikeTrain, TimeGrid,
};
use std::sync::Arc;

/// Sorted steps of each neuron in compressed rows, with the record of how they were made.
#[pyclass(frozen, module = "spike_encoder._core")]
#[derive(Debug)]
pub(crate) struct Train {
    pub(crate) train: SpikeTrain,
    /// Whether the data had no axis of samples.
    pub(crate) is_single: bool,
}

impl Train {
    pub(crate) fn new(train: SpikeTrain, is_single: bool) -> Self {
        Self { train, is_single }
    }

    /// Samples in the rows: known from the record; rows without one are one sample.
    fn samples(&self) -> usize {
        self.train.encoding().map_or(1, |encoding| self.train.num_neurons() / encoding.num_neurons().max(1))
    }
}

#[pymethods]
impl Train {
    /// A train from the compressed rows of another: row i is `steps[offsets[i]:offsets[i + 1]]`.
    #[staticmethod]
    #[pyo3(signature = (
        offsets: "numpy.typing.NDArray[numpy.int64]", steps: "numpy.typing.NDArray[numpy.uint32]",
        neuron_ids: "numpy.typing.NDArray[numpy.int64]", dt_ns, num_steps, encoding, is_single
    ))]
    fn from_rows(
        offsets: &Bound<'_, PyArray1<i64>>,
        steps: &Bound<'_, PyArray1<u32>>,
        neuron_ids: &Bound<'_, PyArray1<i64>>,
        dt_ns: u64,
        num_steps: u32,
        encoding: Option<&str>,
        is_single: bool,
    ) -> PyResult<Self> {
        let grid = TimeGrid::new(dt_ns, num_steps).map_err(value_error)?;
        let offsets = unsigned(&elements(offsets)?, "offset")?;
        let steps = elements(steps)?;
        let train = SpikeTrain::from_rows(grid, ids(neuron_ids)?, offsets, steps).map_err(spike_error)?;
        recorded(train, encoding, is_single)
    }

    /// A train from times in milliseconds, shape (neuron, spike), padded with NaN; each must be on the grid.
    #[staticmethod]
    #[pyo3(signature = (
        spike_times: "numpy.typing.ArrayLike", neuron_ids: "numpy.typing.NDArray[numpy.int64]", duration_ms, dt_ms,
        encoding
    ))]
    fn from_padded(
        spike_times: &Bound<'_, PyAny>,
        neuron_ids: &Bound<'_, PyArray1<i64>>,
        duration_ms: f64,
        dt_ms: f64,
        encoding: Option<&str>,
    ) -> PyResult<Self> {
        let times = values(spike_times)?;
        let times = times.as_array();
        if times.ndim() != 2 {
            return Err(value_error(format!("spike_times have {} axes; give (num_neurons, max_spikes)", times.ndim())));
        }
        let grid = TimeGrid::from_ms(duration_ms, dt_ms).map_err(value_error)?;
        let rows: Vec<Vec<f64>> =
            times.rows().into_iter().map(|row| row.iter().copied().filter(|time| !time.is_nan()).collect()).collect();
        let rule = Grid { grid, rounding: Rounding::Exact, duplicates: Duplicates::Error };
        let (train, _) = rule.import_ms(&rows).map_err(value_error)?;
        let view = train.view();
        let mut offsets = vec![0];
        offsets.extend(view.counts().iter().scan(0, |end, count| {
            *end += count;
            Some(*end)
        }));
        let train =
            SpikeTrain::from_rows(grid, ids(neuron_ids)?, offsets, view.steps().to_vec()).map_err(spike_error)?;
        recorded(train, encoding, false)
    }

    /// Trains of the channels of a population code as one, with the rows of each sample side by side.
    #[staticmethod]
    pub(crate) fn joined(channels: Vec<PyRef<'_, Train>>) -> PyResult<Self> {
        let [first, ..] = &channels[..] else {
            return Err(value_error("there are no trains to join; give at least one"));
        };
        let encoding = first.train.encoding();
        let grid = first.train.grid();
        let (num_samples, per_sample) = (first.samples(), first.train.num_neurons() / first.samples().max(1));
        let (mut offsets, mut steps, mut ranges) = (vec![0], Vec::new(), Vec::new());
        for sample in 0..num_samples {
            for (index, channel) in channels.iter().enumerate() {
                let view = channel.train.view();
                if view.grid() != grid || view.num_neurons() != num_samples * per_sample {
                    return Err(value_error(format!("train {index} has another time grid or other rows than train 0")));
                }
                for row in view.rows(sample * per_sample, (sample + 1) * per_sample).neurons() {
                    steps.extend_from_slice(row);
                    offsets.push(steps.len() as u64);
                }
            }
        }
        let train = SpikeTrain::from_rows(grid, NeuronIds::Range { first: 0 }, offsets, steps).map_err(spike_error)?;
        let Some(encoding) = encoding else { return Ok(Self::new(train, first.is_single)) };
        for channel in &channels {
            match channel.train.encoding() {
                Some(other) if other.code == encoding.code => ranges.push(other.normalizer.range(0)),
                _ => return Err(value_error("the trains are of different codes; join the channels of one code")),
            }
        }
        let kind = encoding.normalizer.kind();
        if kind != NormalizerKind::PerChannel {
            ranges.dedup();
        }
        let record = Encoding {
            normalizer: Normalizer::from_ranges(kind, channels.len(), ranges).map_err(value_error)?,
            feature_shape: vec![channels.len()],
            ..Encoding::clone(encoding)
        };
        Ok(Self::new(train.with_encoding(Arc::new(record)), first.is_single))
    }

    /// The train as the call that makes it, for pickle.
    #[pyo3(signature = () -> "tuple[typing.Any, ...]")]
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let maker = py.get_type::<Self>().getattr("from_rows")?;
        let record = (self.dt_ns(), self.num_steps(), self.encoding()?, self.is_single);
        let arguments = (self.offsets(py), self.steps(py), self.neuron_ids(py), record.0, record.1, record.2, record.3);
        (maker, arguments).into_pyobject(py)
    }

    /// Number of rows.
    #[getter]
    fn num_neurons(&self) -> usize {
        self.train.num_neurons()
    }

    /// Number of samples, whose rows follow one another.
    #[getter]
    fn num_samples(&self) -> usize {
        self.samples()
    }

    /// Number of spikes in all rows.
    #[getter]
    fn total_spikes(&self) -> u64 {
        self.train.num_spikes()
    }

    /// Whether the data had no axis of samples.
    #[getter]
    fn is_single(&self) -> bool {
        self.is_single
    }

    /// Whether rows are ON and OFF of each channel.
    #[getter]
    fn is_signed(&self) -> bool {
        let signed =
            |encoding: &Arc<Encoding>| encoding.scheme().encodes_signals() && encoding.neurons_per_channel() == 2;
        self.train.encoding().is_some_and(signed)
    }

    /// Length of the window.
    #[getter]
    fn duration_ms(&self) -> f64 {
        self.train.grid().duration_ms()
    }

    /// Step width.
    #[getter]
    fn dt_ms(&self) -> f64 {
        self.train.grid().dt_ms()
    }

    /// Step width in whole nanoseconds.
    #[getter]
    fn dt_ns(&self) -> u64 {
        self.train.grid().dt_ns()
    }

    /// Number of steps of the window.
    #[getter]
    fn num_steps(&self) -> u32 {
        self.train.grid().num_steps()
    }

    /// The record of the encoding as JSON, if there is one.
    #[getter]
    fn encoding(&self) -> PyResult<Option<String>> {
        self.train.encoding().map(|encoding| serde_json::to_string(&**encoding).map_err(value_error)).transpose()
    }

    /// The same spikes with the record of an encoding.
    fn with_encoding(&self, encoding: &str) -> PyResult<Self> {
        recorded(self.train.clone(), Some(encoding), self.is_single)
    }

    /// Spikes of each row.
    #[pyo3(signature = () -> "numpy.typing.NDArray[numpy.int64]")]
    fn counts<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        self.train.view().counts().into_iter().map(|count| count as i64).collect::<Vec<_>>().into_pyarray(py)
    }

    /// Ids of the rows.
    #[pyo3(signature = () -> "numpy.typing.NDArray[numpy.int64]")]
    fn neuron_ids<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        let ids = self.train.neuron_ids();
        (0..self.train.num_neurons()).map(|row| ids.get(row) as i64).collect::<Vec<_>>().into_pyarray(py)
    }

    /// Where each row begins in `steps`, then where the last ends.
    #[pyo3(signature = () -> "numpy.typing.NDArray[numpy.int64]")]
    fn offsets<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        let mut offsets = vec![0];
        offsets.extend(self.train.view().counts().iter().scan(0, |end, &count| {
            *end += count as i64;
            Some(*end)
        }));
        offsets.into_pyarray(py)
    }

    /// Steps of all spikes, row by row.
    #[pyo3(signature = () -> "numpy.typing.NDArray[numpy.uint32]")]
    fn steps<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u32>> {
        self.train.view().steps().to_vec().into_pyarray(py)
    }

    /// Row of each spike, row by row.
    #[pyo3(signature = () -> "numpy.typing.NDArray[numpy.int64]")]
    fn rows<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        let rows = self.train.view().neurons().zip(0..).flat_map(|(steps, row)| std::iter::repeat_n(row, steps.len()));
        rows.collect::<Vec<i64>>().into_pyarray(py)
    }

    /// Times of all spikes in milliseconds, row by row, moved by `shift_steps`; each rounded once from whole steps.
    #[pyo3(signature = (shift_steps = 0) -> "numpy.typing.NDArray[numpy.float64]")]
    fn times_ms<'py>(&self, py: Python<'py>, shift_steps: u32) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let grid = self.train.grid();
        if grid.num_steps().checked_add(shift_steps).is_none() {
            return Err(value_error(format!("shift_steps is {shift_steps}, which leaves the range of steps")));
        }
        let times = self.train.view().steps().iter().map(|step| grid.time_ms(step + shift_steps));
        Ok(times.collect::<Vec<_>>().into_pyarray(py))
    }

    /// Times in milliseconds, shape (neuron, largest count), padded with NaN.
    #[pyo3(signature = () -> "numpy.typing.NDArray[numpy.float64]")]
    fn spike_times<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f64>> {
        py.detach(|| self.train.view().padded_times_ms()).into_pyarray(py)
    }

    /// Zeros and ones of shape (neuron, step).
    #[pyo3(signature = () -> "numpy.typing.NDArray[numpy.uint8]")]
    fn binary_matrix<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<u8>>> {
        Ok(py.detach(|| self.train.view().binary_matrix()).map_err(spike_error)?.into_pyarray(py))
    }

    /// Zeros and ones with the axes T (time), B (sample) and N (neuron) in the order of `layout`.
    #[pyo3(signature = (layout, dtype) -> "numpy.typing.NDArray[typing.Any]")]
    fn dense<'py>(&self, py: Python<'py>, layout: &str, dtype: &str) -> PyResult<Bound<'py, PyAny>> {
        match dtype {
            "bool" => self.filled(py, layout, true),
            "uint8" => self.filled(py, layout, 1_u8),
            "int32" => self.filled(py, layout, 1_i32),
            "float32" => self.filled(py, layout, 1_f32),
            "float64" => self.filled(py, layout, 1_f64),
            _ => Err(type_error(format!("dtype is {dtype:?}, allowed are bool, uint8, int32, float32, float64"))),
        }
    }
}

impl Train {
    fn filled<'py, T: Element + Copy + Default + Send>(
        &self,
        py: Python<'py>,
        layout: &str,
        one: T,
    ) -> PyResult<Bound<'py, PyAny>> {
        let array = py.detach(|| dense(self.train.view(), self.samples(), layout, one))?;
        let array: Bound<'py, PyArrayDyn<T>> = array.into_pyarray(py);
        Ok(array.into_any())
    }

    /// Shape of decoded values: that of the data, whose samples have the shape of a time series where there is one.
    pub(crate) fn shape_of_values(&self, decoded: &Array2<f64>) -> Vec<usize> {
        let encoding = self.train.encoding();
        let of_signal = encoding.filter(|encoding| encoding.scheme().encodes_signals());
        let sample = of_signal.map_or_else(|| vec![decoded.ncols()], |encoding| encoding.feature_shape.clone());
        if self.is_single { sample } else { [vec![decoded.nrows()], sample].concat() }
    }

    pub(crate) fn no_encoding(&self) -> PyErr {
        decode_error(DecodeError::NoEncoding { method: DecodingMethod::SpikeCount })
    }
}

fn recorded(train: SpikeTrain, encoding: Option<&str>, is_single: bool) -> PyResult<Train> {
    let Some(json) = encoding else { return Ok(Train::new(train, is_single)) };
    let encoding: Encoding = serde_json::from_str(json)
        .map_err(|error| value_error(format!("the record of the encoding is not valid: {error}")))?;
    Ok(Train::new(train.with_encoding(Arc::new(encoding)), is_single))
}

fn ids(ids: &Bound<'_, PyArray1<i64>>) -> PyResult<NeuronIds> {
    Ok(NeuronIds::List(unsigned(&elements(ids)?, "neuron id")?.into()))
}

fn unsigned(numbers: &[i64], name: &str) -> PyResult<Vec<u64>> {
    let convert = |&number: &i64| {
        u64::try_from(number).map_err(|_| value_error(format!("a {name} is {number}, allowed is 0 and more")))
    };
    numbers.iter().map(convert).collect()
}
