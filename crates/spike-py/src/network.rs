//! Trained networks and the spiking networks that are made of them.

use crate::array::{elements, values};
use crate::config::whole;
use crate::failure::{type_error, value_error};
use numpy::{IntoPyArray, PyArray1, PyArrayDyn};
use pyo3::prelude::*;
use spike::{AnnToSnnConverter, Conversion};
use spike_convert::{
    AnalogNetwork, ConversionOptions, Graph, ImportError, ImportOptions, LayerList, fold, open_model, read_onnx,
    read_safetensors,
};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A trained network.
#[pyclass(frozen, module = "spike_encoder._core")]
#[derive(Debug)]
pub(crate) struct Network {
    analog: AnalogNetwork,
}

/// A spiking network that was made of a trained one, and what was measured on it.
#[pyclass(frozen, module = "spike_encoder._core")]
#[derive(Debug)]
pub(crate) struct Spiking {
    conversion: Conversion,
}

/// Weights, thresholds and factors by the names of the layers; accuracy of both networks, loss in percent, steps, seconds.
type Fields<'py> = (
    BTreeMap<String, Bound<'py, PyArrayDyn<f64>>>,
    BTreeMap<String, f64>,
    BTreeMap<String, f64>,
    f64,
    f64,
    f64,
    u32,
    f64,
);

#[pymethods]
impl Network {
    /// A network from a file: `.onnx`, `.nir`, or `.safetensors` with its list of layers beside it.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf, sample_shape: Option<Vec<usize>>, output: Option<String>) -> PyResult<Self> {
        let options = ImportOptions { sample_shape, output };
        let graph = py.detach(|| open_model(&path, &options)).map_err(import_error)?;
        Ok(Self::new(&graph))
    }

    /// A network from the bytes of an ONNX file.
    #[staticmethod]
    fn from_onnx(py: Python<'_>, onnx: &[u8], sample_shape: Option<Vec<usize>>) -> PyResult<Self> {
        let options = ImportOptions { sample_shape, output: None };
        Ok(Self::new(&py.detach(|| read_onnx(onnx, &options)).map_err(import_error)?))
    }

    /// A network from the bytes of a safetensors file and its list of layers as JSON.
    #[staticmethod]
    fn from_weights(py: Python<'_>, safetensors: &[u8], layers: &str) -> PyResult<Self> {
        let list: LayerList = serde_json::from_str(layers)
            .map_err(|error| value_error(format!("the layer list is not valid: {error}")))?;
        Ok(Self::new(&py.detach(|| read_safetensors(safetensors, &list)).map_err(import_error)?))
    }

    /// Shape of one sample.
    #[getter]
    fn input_shape(&self) -> Vec<usize> {
        self.analog.graph().input_shape().to_vec()
    }

    /// The class that the network gives each sample.
    #[pyo3(signature = (samples: "numpy.typing.ArrayLike") -> "numpy.typing.NDArray[numpy.int64]")]
    fn classes<'py>(&self, py: Python<'py>, samples: &Bound<'_, PyAny>) -> PyResult<Bound<'py, PyArray1<i64>>> {
        let samples = narrow(samples)?;
        Ok(signed(&py.detach(|| self.analog.classes(&samples)).map_err(value_error)?).into_pyarray(py))
    }

    /// A spiking network whose thresholds follow from the activations of calibration samples, measured on samples with
    /// labels; without labels the classes of the trained network count as right. Options as JSON.
    #[pyo3(signature = (
        calibration: "numpy.typing.ArrayLike", samples: "numpy.typing.ArrayLike",
        labels: "numpy.typing.NDArray[numpy.int64] | None", num_steps: "int", options
    ))]
    fn convert(
        &self,
        py: Python<'_>,
        calibration: &Bound<'_, PyAny>,
        samples: &Bound<'_, PyAny>,
        labels: Option<&Bound<'_, PyArray1<i64>>>,
        num_steps: &Bound<'_, PyAny>,
        options: &str,
    ) -> PyResult<Spiking> {
        let options: ConversionOptions = serde_json::from_str(options)
            .map_err(|error| value_error(format!("the options {options} are not valid: {error}")))?;
        let num_steps = whole(num_steps, "num_timesteps", u32::MAX.into())?.try_into().map_err(value_error)?;
        let converter = AnnToSnnConverter::new().with_options(options).with_num_timesteps(num_steps);
        let (calibration, samples) = (narrow(calibration)?, narrow(samples)?);
        let labels = labels.map(classes).transpose()?;
        let model = self.analog.graph();
        let conversion = py
            .detach(|| converter.convert(model, &calibration, &samples, labels.as_deref(), &|_| ()))
            .map_err(value_error)?;
        Ok(Spiking { conversion })
    }
}

impl Network {
    fn new(graph: &Graph) -> Self {
        Self { analog: AnalogNetwork::new(fold(graph)) }
    }
}

#[pymethods]
impl Spiking {
    /// What the specification tells of a conversion: weights, thresholds and factors by the names of the layers, accuracy
    /// of the trained and of the spiking network, loss in percent, number of steps, seconds.
    #[pyo3(signature = () -> "tuple[dict[str, numpy.typing.NDArray[numpy.float64]], dict[str, float], dict[str, float], float, float, float, int, float]")]
    fn result<'py>(&self, py: Python<'py>) -> Fields<'py> {
        let result = self.conversion.result.clone();
        let weights = result.snn_weights.into_iter().map(|(name, array)| (name, array.into_pyarray(py))).collect();
        let (steps, time_s) = (result.num_timesteps_simulated, result.conversion_time_s);
        let (original, converted) = (result.accuracy_original, result.accuracy_converted);
        let (thresholds, factors) = (result.threshold_balancing, result.normalization_factors);
        (weights, thresholds, factors, original, converted, result.accuracy_loss_pct, steps, time_s)
    }

    /// Share of samples that are right after each step.
    #[pyo3(signature = () -> "numpy.typing.NDArray[numpy.float64]")]
    fn accuracy_by_step<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        let steps = 1..=self.conversion.result.num_timesteps_simulated;
        steps.map(|step| self.conversion.evaluation.accuracy(step)).collect::<Vec<_>>().into_pyarray(py)
    }

    /// The class of each sample after the last step.
    #[pyo3(signature = () -> "numpy.typing.NDArray[numpy.int64]")]
    fn predictions<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        signed(&self.conversion.evaluation.predictions).into_pyarray(py)
    }

    /// Spikes of all neurons, over all samples and steps.
    #[getter]
    fn num_spikes(&self) -> u64 {
        self.conversion.evaluation.num_spikes
    }

    /// Weights other than 0 that spikes met.
    #[getter]
    fn num_synaptic_operations(&self) -> u64 {
        self.conversion.evaluation.num_synaptic_operations
    }

    /// Multiplications with weights that the trained network takes for one sample.
    #[getter]
    fn num_multiply_accumulates(&self) -> u64 {
        self.conversion.num_multiply_accumulates
    }

    /// What each layer of neurons makes of the activations that it stands for, as JSON.
    #[getter]
    fn report(&self) -> PyResult<String> {
        serde_json::to_string(&self.conversion.report).map_err(value_error)
    }
}

/// Samples as 32-bit numbers, one after the other, as networks compute.
fn narrow(samples: &Bound<'_, PyAny>) -> PyResult<Vec<f32>> {
    Ok(values(samples)?.as_array().iter().map(|&value| value as f32).collect())
}

fn classes(labels: &Bound<'_, PyArray1<i64>>) -> PyResult<Vec<u32>> {
    let class = |&label: &i64| {
        u32::try_from(label).map_err(|_| value_error(format!("a label is {label}, allowed are whole numbers from 0")))
    };
    elements(labels)?.iter().map(class).collect()
}

fn signed(classes: &[u32]) -> Vec<i64> {
    classes.iter().map(|&class| class.into()).collect()
}

/// A file that cannot be opened is the `OSError` of its reason, an unknown format a `TypeError` of the model.
fn import_error(error: ImportError) -> PyErr {
    match error {
        ImportError::Open { path, source } => {
            std::io::Error::new(source.kind(), format!("{} cannot be read: {source}", path.display())).into()
        }
        ImportError::UnknownFormat { .. } => type_error(error),
        error => value_error(error),
    }
}
