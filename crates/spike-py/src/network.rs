//! Trained networks and the spiking networks that are made of them.

use crate::array::{elements, values};
use crate::failure::{type_error, value_error};
use ndarray::{ArrayD, IxDyn};
use numpy::{IntoPyArray, PyArray1, PyArrayDyn};
use pyo3::prelude::*;
use spike_convert::{
    AnalogNetwork, ConversionOptions, ConversionReport, Graph, ImportError, ImportOptions, Layer, LayerList, NodeId,
    Simulation, SpikingNetwork, Tensor, fold, open_model, read_onnx, read_safetensors,
};
use std::path::PathBuf;

/// A trained network.
#[pyclass(frozen, module = "spike_encoder._core")]
#[derive(Debug)]
pub(crate) struct Network {
    analog: AnalogNetwork,
}

/// A spiking network: thresholds for a trained network.
#[pyclass(frozen, module = "spike_encoder._core")]
#[derive(Debug)]
pub(crate) struct Spiking {
    network: SpikingNetwork,
}

/// Correct samples after each step, classes, spikes, synaptic operations.
type Evaluated<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<i64>>, u64, u64);

/// Name, weights, threshold of its own neurons if it feeds any, threshold of those that feed it.
type Weighted<'py> = (String, Bound<'py, PyArrayDyn<f64>>, Option<f64>, f64);

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

    /// Number of values that the network gives for a sample.
    #[getter]
    fn num_outputs(&self) -> usize {
        self.analog.graph().output_shape().iter().product()
    }

    /// Results of the trained network, shape (sample, output).
    #[pyo3(signature = (samples: "numpy.typing.ArrayLike") -> "numpy.typing.NDArray[numpy.float32]")]
    fn run<'py>(&self, py: Python<'py>, samples: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArrayDyn<f32>>> {
        let samples = narrow(samples)?;
        let results = py.detach(|| self.analog.run(&samples)).map_err(value_error)?;
        let shape = [results.len() / self.num_outputs().max(1), self.num_outputs()];
        Ok(ArrayD::from_shape_vec(IxDyn(&shape), results).map_err(value_error)?.into_pyarray(py))
    }

    /// A spiking network whose thresholds follow from the activations of samples; options as JSON.
    #[pyo3(signature = (samples: "numpy.typing.ArrayLike", options))]
    fn convert(&self, py: Python<'_>, samples: &Bound<'_, PyAny>, options: &str) -> PyResult<Spiking> {
        let options: ConversionOptions = serde_json::from_str(options)
            .map_err(|error| value_error(format!("the options {options} are not valid: {error}")))?;
        let samples = narrow(samples)?;
        let graph = self.analog.graph();
        let network = py.detach(|| SpikingNetwork::convert(graph, &samples, &options)).map_err(value_error)?;
        Ok(Spiking { network })
    }
}

impl Network {
    fn new(graph: &Graph) -> Self {
        Self { analog: AnalogNetwork::new(fold(graph)) }
    }
}

#[pymethods]
impl Spiking {
    /// Simulates labelled samples: how many are right after each step, the classes after the last, spikes, synaptic
    /// operations.
    #[pyo3(signature = (
        samples: "numpy.typing.ArrayLike", labels: "numpy.typing.NDArray[numpy.int64]", num_steps: "int"
    ) -> "tuple[numpy.typing.NDArray[numpy.int64], numpy.typing.NDArray[numpy.int64], int, int]")]
    fn evaluate<'py>(
        &self,
        py: Python<'py>,
        samples: &Bound<'py, PyAny>,
        labels: &Bound<'py, PyArray1<i64>>,
        num_steps: &Bound<'py, PyAny>,
    ) -> PyResult<Evaluated<'py>> {
        let num_steps = steps(num_steps)?;
        let samples = narrow(samples)?;
        let as_class = |&label: &i64| {
            u32::try_from(label)
                .map_err(|_| value_error(format!("a label is {label}, allowed are whole numbers from 0")))
        };
        let labels: Vec<u32> = elements(labels)?.iter().map(as_class).collect::<PyResult<_>>()?;
        let evaluation = py
            .detach(|| Simulation::<f32>::new(&self.network)?.evaluate(&samples, &labels, num_steps, None, &|_| ()))
            .map_err(value_error)?;
        let num_correct: Vec<i64> = evaluation.num_correct.iter().map(|&number| number as i64).collect();
        let predictions: Vec<i64> = evaluation.predictions.iter().map(|&class| class.into()).collect();
        let (spikes, operations) = (evaluation.num_spikes, evaluation.num_synaptic_operations);
        Ok((num_correct.into_pyarray(py), predictions.into_pyarray(py), spikes, operations))
    }

    /// What each layer of neurons makes of the activations that it stands for, as JSON.
    #[pyo3(signature = (samples: "numpy.typing.ArrayLike", num_steps: "int"))]
    fn report(&self, py: Python<'_>, samples: &Bound<'_, PyAny>, num_steps: &Bound<'_, PyAny>) -> PyResult<String> {
        let num_steps = steps(num_steps)?;
        let samples = narrow(samples)?;
        let report = py
            .detach(|| ConversionReport::measure(&self.network, &samples, num_steps, &|_| ()))
            .map_err(value_error)?;
        serde_json::to_string(&report).map_err(value_error)
    }

    /// Layers with weights in order: name, weights, mean threshold of the neurons that it feeds, mean threshold of those
    /// that feed it (the largest where several layers do; 1 for the input).
    #[pyo3(signature = () -> "list[tuple[str, numpy.typing.NDArray[numpy.float64], float | None, float]]")]
    fn layers<'py>(&self, py: Python<'py>) -> PyResult<Vec<Weighted<'py>>> {
        let graph = self.network.graph();
        let users = graph.users();
        let mut layers = Vec::new();
        for (id, node) in graph.enumerate() {
            let weight = match node.layer() {
                Layer::Dense(dense) => &dense.weight,
                Layer::Conv(conv) => &conv.weight,
                _ => continue,
            };
            let (after, before) = (self.after(id, &users), self.before(id));
            layers.push((node.name.clone(), array(weight)?.into_pyarray(py), after, before));
        }
        Ok(layers)
    }
}

impl Spiking {
    /// Mean threshold of the first neurons behind a node.
    fn after(&self, id: NodeId, users: &[Vec<NodeId>]) -> Option<f64> {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            match self.network.site(id) {
                Some(site) => return Some(mean(&site.thresholds)),
                None => open.extend(users[id.index()].iter().rev()),
            }
        }
        None
    }

    /// Largest mean threshold of the last neurons before a node; 1 where its values come from the input.
    fn before(&self, id: NodeId) -> f64 {
        let graph = self.network.graph();
        let (mut open, mut largest) = (graph.node(id).operands().to_vec(), None::<f64>);
        while let Some(id) = open.pop() {
            let found = match self.network.site(id) {
                Some(site) => mean(&site.thresholds),
                None if graph.node(id).operands().is_empty() => 1.0,
                None => {
                    open.extend(graph.node(id).operands());
                    continue;
                }
            };
            largest = Some(largest.map_or(found, |largest| largest.max(found)));
        }
        largest.unwrap_or(1.0)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn array(tensor: &Tensor) -> PyResult<ArrayD<f64>> {
    let values = tensor.values().iter().map(|&value| value.into()).collect();
    ArrayD::from_shape_vec(IxDyn(tensor.shape()), values).map_err(value_error)
}

/// Samples as 32-bit numbers, one after the other, as networks compute.
fn narrow(samples: &Bound<'_, PyAny>) -> PyResult<Vec<f32>> {
    Ok(values(samples)?.as_array().iter().map(|&value| value as f32).collect())
}

fn steps(num_steps: &Bound<'_, PyAny>) -> PyResult<u32> {
    match crate::config::whole(num_steps, "num_timesteps", u32::MAX.into())? {
        0 => Err(value_error("num_timesteps is 0, allowed is 1 and more; 256 is the default")),
        number => number.try_into().map_err(value_error),
    }
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
