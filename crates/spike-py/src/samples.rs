//! Samples with their global indices: the unit that an engine may distribute as it likes.

use crate::array::{elements, values};
use crate::config::{code_options, config};
use crate::failure::{encode_error, type_error, value_error};
use ndarray::Ix2;
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;
use spike_core::{EncodeError, Encoding, Normalizer, NormalizerKind, Seed};
use spike_encode::Encoder;

/// Encodes samples whose scaling is known before any of them is seen.
#[pyclass(frozen, module = "spike_encoder._core")]
#[derive(Debug)]
pub(crate) struct SampleEncoder {
    encoder: Encoder,
}

/// Ends of the rows, steps, number of values that were clipped.
type Rows<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<u32>>, u64);

#[pymethods]
impl SampleEncoder {
    /// An encoder of samples of so many channels; `input_range` is scaled to [0, 1], without it values must lie there.
    #[staticmethod]
    fn of_config(
        config: &Bound<'_, PyAny>,
        options: &str,
        num_channels: usize,
        input_range: Option<[f64; 2]>,
    ) -> PyResult<Self> {
        let (config, options) = (self::config(config)?, code_options(options)?);
        let normalizer = match input_range {
            Some(range) => {
                Normalizer::from_ranges(NormalizerKind::MinMax, num_channels, vec![range]).map_err(value_error)?
            }
            None if num_channels == 0 => {
                return Err(encode_error(EncodeError::Empty { num_samples: 1, num_channels }));
            }
            None => Normalizer::identity(num_channels),
        };
        let seed = config.seed.map_or_else(Seed::draw, Seed);
        let encoder = Encoder::new(&config, options, normalizer, seed, vec![num_channels]).map_err(value_error)?;
        Ok(Self { encoder })
    }

    /// The encoder that a record tells of.
    #[staticmethod]
    fn of_encoding(encoding: &str) -> PyResult<Self> {
        let encoding: Encoding = serde_json::from_str(encoding)
            .map_err(|error| value_error(format!("the record of the encoding is not valid: {error}")))?;
        Ok(Self { encoder: Encoder::from_encoding(encoding).map_err(value_error)? })
    }

    /// The record of the encoding as JSON.
    #[getter]
    fn encoding(&self) -> PyResult<String> {
        serde_json::to_string(&**self.encoder.encoding()).map_err(value_error)
    }

    /// Rows of spikes of a sample.
    #[getter]
    fn num_neurons(&self) -> usize {
        self.encoder.num_neurons()
    }

    /// Spikes of samples, shape (sample, channel), which have these global indices: where each row begins and the last
    /// ends, steps, number of values outside the range, which were clipped.
    #[pyo3(signature = (data: "numpy.typing.ArrayLike", sample_ids: "numpy.typing.NDArray[numpy.int64]")
        -> "tuple[numpy.typing.NDArray[numpy.int64], numpy.typing.NDArray[numpy.uint32], int]")]
    fn encode<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        sample_ids: &Bound<'py, PyArray1<i64>>,
    ) -> PyResult<Rows<'py>> {
        let data = values(data)?;
        let data = data.as_array();
        let num_axes = data.ndim();
        let data = data.into_dimensionality::<Ix2>().map_err(|_| {
            type_error(format!("the data have {num_axes} axes; give them the two of (sample, channel)"))
        })?;
        let as_index = |&id: &i64| {
            u64::try_from(id)
                .map_err(|_| value_error(format!("a sample has the id {id}, allowed are whole numbers from 0")))
        };
        let ids: Vec<u64> = elements(sample_ids)?.iter().map(as_index).collect::<PyResult<_>>()?;
        if ids.len() != data.nrows() {
            return Err(value_error(format!("{} ids for {} samples; give one for each", ids.len(), data.nrows())));
        }
        let (num_channels, data): (_, Vec<f64>) = (data.ncols(), data.iter().copied().collect());
        let (offsets, steps, clipped) = py.detach(|| self.rows(&data, num_channels, &ids)).map_err(encode_error)?;
        Ok((offsets.into_pyarray(py), steps.into_pyarray(py), clipped))
    }
}

impl SampleEncoder {
    /// Encodes runs of consecutive ids at a time.
    fn rows(&self, data: &[f64], num_channels: usize, ids: &[u64]) -> Result<(Vec<i64>, Vec<u32>, u64), EncodeError> {
        let fitted = self.encoder.encoding().num_channels();
        if num_channels != fitted {
            return Err(EncodeError::ChannelMismatch { fitted, found: num_channels });
        }
        let (mut offsets, mut steps, mut clipped, mut first) = (vec![0], Vec::new(), 0, 0);
        for run in ids.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
            let values = &data[first * num_channels..(first + run.len()) * num_channels];
            let (batch, report) = self.encoder.encode(values, run[0])?;
            for sample in batch.samples() {
                for row in sample.neurons() {
                    steps.extend_from_slice(row);
                    offsets.push(steps.len() as i64);
                }
            }
            clipped += report.clipped;
            first += run.len();
        }
        Ok((offsets, steps, clipped))
    }
}
