//! The operations of the facade on arrays.

use crate::array::values;
use crate::config::{code_options, config, scheme, temporal_scheme, whole};
use crate::failure::{encode_error, value_error};
use crate::train::Train;
use ndarray::ArrayViewD;
use numpy::{IntoPyArray, PyArray1, PyArray2};
use pyo3::prelude::*;
use spike::{BenchmarkError, NeuromorphicEncoder};
use spike_core::{EncodeError, SpikeTrain};

/// Encodes arrays by the codes of the specification and beyond.
#[pyclass(frozen, module = "spike_encoder._core")]
#[derive(Debug)]
pub(crate) struct Encoder {
    encoder: NeuromorphicEncoder,
}

/// What a population code is made of: trains of the channels, centres, widths, range.
type Population<'py> = (Vec<Train>, Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>, (f64, f64));

/// What a temporal code is made of: train, reference time, frequency, channels by rank.
type Temporal<'py> = (Train, f64, Option<f64>, Option<Bound<'py, PyArray2<i64>>>);

/// The nine metrics in the order of the specification.
type Metrics = (f64, f64, f64, f64, f64, f64, f64, f64, f64);

#[pymethods]
impl Encoder {
    /// An encoder for an `EncoderConfig`, with options of codes as JSON, `{"scheme": {"option": value}}` each.
    #[new]
    #[pyo3(signature = (config, options))]
    fn new(config: &Bound<'_, PyAny>, options: Vec<String>) -> PyResult<Self> {
        let mut encoder = NeuromorphicEncoder::new(self::config(config)?).map_err(value_error)?;
        for json in options {
            encoder = encoder.with_options(code_options(&json)?);
        }
        Ok(Self { encoder })
    }

    /// The seed of every random draw.
    #[getter]
    fn seed(&self) -> u64 {
        self.encoder.seed().0
    }

    /// Spikes at a rate.
    #[pyo3(signature = (data: "numpy.typing.ArrayLike", duration_ms))]
    fn encode_rate(&self, py: Python<'_>, data: &Bound<'_, PyAny>, duration_ms: f64) -> PyResult<Train> {
        self.train(py, data, |encoder, data| encoder.encode_rate(data, duration_ms))
    }

    /// Spikes whose times carry the values: train, reference time, frequency, channels in order of importance.
    #[pyo3(signature = (data: "numpy.typing.ArrayLike", scheme)
        -> "tuple[Train, float, float | None, numpy.typing.NDArray[numpy.int64] | None]")]
    fn encode_temporal<'py>(&self, py: Python<'py>, data: &Bound<'py, PyAny>, scheme: &str) -> PyResult<Temporal<'py>> {
        let (scheme, data) = (temporal_scheme(scheme)?, values(data)?);
        let data = data.as_array();
        let code = py.detach(|| self.encoder.encode_temporal(data.view(), scheme)).map_err(encode_error)?;
        let ranks = code.rank_order.map(|ranks| ranks.mapv(i64::from).into_pyarray(py));
        let train = Train::new(code.spike_train, data.ndim() == 1);
        Ok((train, code.reference_time_ms, code.phase_frequency_hz, ranks))
    }

    /// Spikes of tuned neurons: the trains of the channels, centres, widths, range of the input.
    #[pyo3(signature = (data: "numpy.typing.ArrayLike", num_neurons: "int")
        -> "tuple[list[Train], numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64], tuple[float, float]]")]
    fn encode_population<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        num_neurons: &Bound<'py, PyAny>,
    ) -> PyResult<Population<'py>> {
        let num_neurons = whole(num_neurons, "num_neurons", u32::MAX.into())? as usize;
        let data = values(data)?;
        let data = data.as_array();
        let code = py.detach(|| self.encoder.encode_population(data.view(), num_neurons)).map_err(encode_error)?;
        let trains = code.spike_trains.into_iter().map(|train| Train::new(train, data.ndim() == 1)).collect();
        let (centers, widths) = (code.tuning_centers.into_pyarray(py), code.tuning_widths.into_pyarray(py));
        Ok((trains, centers, widths, code.input_range))
    }

    /// Spikes of any code of values, with its options as JSON.
    #[pyo3(signature = (data: "numpy.typing.ArrayLike", options))]
    fn encode(&self, py: Python<'_>, data: &Bound<'_, PyAny>, options: &str) -> PyResult<Train> {
        let options = code_options(options)?;
        self.train(py, data, |encoder, data| encoder.encode(data, options))
    }

    /// Spikes of a code of time series, with its options as JSON.
    #[pyo3(signature = (signal: "numpy.typing.ArrayLike", options))]
    fn encode_contrast(&self, py: Python<'_>, signal: &Bound<'_, PyAny>, options: &str) -> PyResult<Train> {
        let (options, signal) = (code_options(options)?, values(signal)?);
        let signal = signal.as_array();
        let train = py.detach(|| self.encoder.encode_contrast(signal.view(), options)).map_err(encode_error)?;
        Ok(Train::new(train, true))
    }

    /// The nine metrics of a code on data.
    #[pyo3(signature = (data: "numpy.typing.ArrayLike", coding_scheme))]
    fn benchmark_encoding(&self, py: Python<'_>, data: &Bound<'_, PyAny>, coding_scheme: &str) -> PyResult<Metrics> {
        let (scheme, data) = (scheme(coding_scheme)?, values(data)?);
        let data = data.as_array();
        let metrics =
            py.detach(|| self.encoder.benchmark_encoding(data.view(), scheme)).map_err(|error| match error {
                BenchmarkError::Encode(error) => encode_error(error),
                error => value_error(error),
            })?;
        Ok((
            metrics.information_rate_bits_per_s,
            metrics.reconstruction_accuracy,
            metrics.coding_efficiency_bits_per_spike,
            metrics.mean_firing_rate_hz,
            metrics.latency_to_first_spike_ms,
            metrics.sparsity,
            metrics.energy_proxy_nJ,
            metrics.encode_wall_time_ms,
            metrics.decode_wall_time_ms,
        ))
    }
}

impl Encoder {
    fn train(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        encode: impl Fn(&NeuromorphicEncoder, ArrayViewD<'_, f64>) -> Result<SpikeTrain, EncodeError> + Sync,
    ) -> PyResult<Train> {
        let data = values(data)?;
        let data = data.as_array();
        let train = py.detach(|| encode(&self.encoder, data.view())).map_err(encode_error)?;
        Ok(Train::new(train, data.ndim() == 1))
    }
}
