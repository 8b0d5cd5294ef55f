//! From the bytes of a file to a network.

use super::record::{LayerRecord, NetworkRecord, NodeRecord};
use super::{METADATA, SpikenetError, VERSION};
use crate::graph::Graph;
use crate::layer::{BatchNorm, BinaryOp, Conv, Dense, Function, GeluForm, Layer, LayerNorm, Pool, Select};
use crate::spiking::SpikingNetwork;
use crate::tensor::Tensor;
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;
use std::collections::HashSet;

impl SpikingNetwork {
    /// The network in the bytes of a `.spikenet` file, exactly as it was written.
    ///
    /// Shapes are inferred again, so that a network that is read is as valid as one that was built.
    ///
    /// # Errors
    /// [`SpikenetError`]: what is damaged, missing, left over, or does not fit.
    pub fn from_spikenet(bytes: &[u8]) -> Result<Self, SpikenetError> {
        let damaged = |problem: String| SpikenetError::Container { problem };
        let file = SafeTensors::deserialize(bytes).map_err(|error| damaged(error.to_string()))?;
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| damaged(error.to_string()))?;
        let description = header.metadata().as_ref().and_then(|entries| entries.get(METADATA));
        let Some(description) = description else {
            return Err(damaged(format!("a safetensors container without the metadata entry {METADATA:?}")));
        };
        let record = parse(description)?;
        let mut reader = Reader { file, used: HashSet::new() };
        let mut graph: Option<Graph> = None;
        let mut values = Vec::new();
        let mut ids = Vec::new();
        for node in &record.nodes {
            let layer = reader.layer(node)?;
            let id = match (&mut graph, &layer) {
                (None, Layer::Input) => graph.insert(Graph::new(&node.name, node.shape.clone())?).input(),
                (Some(graph), layer) if *layer != Layer::Input => {
                    let operand =
                        |at: &usize| ids.get(*at).copied().ok_or_else(|| structure(node, "uses a node after it"));
                    let operands = node.operands.iter().map(operand).collect::<Result<Vec<_>, _>>()?;
                    let id = graph.push(&node.name, layer.clone(), &operands)?;
                    if graph.node(id).shape() != node.shape {
                        return Err(structure(node, "has another shape than its layer gives"));
                    }
                    id
                }
                _ => return Err(structure(node, "is out of place: the input comes first, and once")),
            };
            ids.push(id);
            values.push(match node.spikes {
                true => Some(reader.site(node)?),
                false => None,
            });
        }
        let missing = |problem: &str| SpikenetError::Structure { problem: problem.to_owned() };
        let mut graph = graph.ok_or_else(|| missing("there are no nodes"))?;
        let output = ids.get(record.output).ok_or_else(|| missing("the output is no node"))?;
        graph.set_output(*output)?;
        reader.all_used()?;
        Ok(Self::from_prepared(graph, &record.options, values)?)
    }
}

/// The description; the version is looked at before anything else, which a later version may have changed.
fn parse(description: &str) -> Result<NetworkRecord, SpikenetError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
    }
    let invalid = |error: serde_json::Error| SpikenetError::Structure { problem: error.to_string() };
    let Versioned { version } = serde_json::from_str(description).map_err(invalid)?;
    if version != u64::from(VERSION) {
        return Err(SpikenetError::Version { found: version });
    }
    serde_json::from_str(description).map_err(invalid)
}

fn structure(node: &NodeRecord, problem: &str) -> SpikenetError {
    SpikenetError::Structure { problem: format!("node {:?} {problem}", node.name) }
}

struct Reader<'a> {
    file: SafeTensors<'a>,
    used: HashSet<String>,
}

/// Shape and values of a tensor.
type Stored<T> = (Vec<usize>, Vec<T>);

/// One number of a tensor.
trait Element: Sized {
    const DTYPE: Dtype;
    fn all(bytes: &[u8]) -> Vec<Self>;
}

macro_rules! element {
    ($type:ident, $dtype:ident) => {
        impl Element for $type {
            const DTYPE: Dtype = Dtype::$dtype;
            fn all(bytes: &[u8]) -> Vec<Self> {
                bytes.as_chunks().0.iter().map(|&bytes| Self::from_le_bytes(bytes)).collect()
            }
        }
    };
}

element!(f32, F32);
element!(f64, F64);
element!(u32, U32);

impl Reader<'_> {
    /// The shape and the values of a tensor, if the file has it.
    fn optional<T: Element>(&mut self, node: &NodeRecord, part: &str) -> Result<Option<Stored<T>>, SpikenetError> {
        let name = format!("{}.{part}", node.tensors);
        let Ok(view) = self.file.tensor(&name) else { return Ok(None) };
        if view.dtype() != T::DTYPE {
            let problem = format!("its type is {:?}, not {:?}", view.dtype(), T::DTYPE);
            return Err(SpikenetError::Tensor { tensor: name, problem });
        }
        let result = (view.shape().to_vec(), T::all(view.data()));
        if !self.used.insert(name.clone()) {
            return Err(SpikenetError::Tensor { tensor: name, problem: "two nodes claim it".to_owned() });
        }
        Ok(Some(result))
    }

    fn needed<T: Element>(&mut self, node: &NodeRecord, part: &str) -> Result<Stored<T>, SpikenetError> {
        let tensor = format!("{}.{part}", node.tensors);
        let missing = || SpikenetError::Tensor { tensor, problem: "the file does not hold it".to_owned() };
        self.optional(node, part)?.ok_or_else(missing)
    }

    fn tensor(&mut self, node: &NodeRecord, part: &str) -> Result<Tensor, SpikenetError> {
        let (shape, values) = self.needed(node, part)?;
        finite(node, part, &values)?;
        Ok(Tensor::new(shape, values)?)
    }

    fn optional_tensor(&mut self, node: &NodeRecord, part: &str) -> Result<Option<Tensor>, SpikenetError> {
        let Some((shape, values)) = self.optional(node, part)? else { return Ok(None) };
        finite(node, part, &values)?;
        Ok(Some(Tensor::new(shape, values)?))
    }

    /// The numbers of a layer, so many of them.
    fn parameters<const N: usize>(&mut self, node: &NodeRecord) -> Result<[f64; N], SpikenetError> {
        let (_, values) = self.needed::<f64>(node, "parameters")?;
        let found = values.len();
        values.try_into().map_err(|_| SpikenetError::Tensor {
            tensor: format!("{}.parameters", node.tensors),
            problem: format!("it has {found} numbers, the layer takes {N}"),
        })
    }

    fn layer(&mut self, node: &NodeRecord) -> Result<Layer, SpikenetError> {
        let layer = match &node.layer {
            LayerRecord::Input => Layer::Input,
            LayerRecord::Constant => Layer::Constant(self.tensor(node, "value")?),
            LayerRecord::Dense => {
                Layer::Dense(Dense { weight: self.tensor(node, "weight")?, bias: self.optional_tensor(node, "bias")? })
            }
            &LayerRecord::Conv { window, groups } => Layer::Conv(Conv {
                weight: self.tensor(node, "weight")?,
                bias: self.optional_tensor(node, "bias")?,
                window: window.into(),
                groups,
            }),
            LayerRecord::BatchNorm => Layer::BatchNorm(BatchNorm {
                scale: self.tensor(node, "weight")?.into_values(),
                shift: self.tensor(node, "bias")?.into_values(),
                mean: self.tensor(node, "running_mean")?.into_values(),
                variance: self.tensor(node, "running_var")?.into_values(),
                epsilon: self.parameters::<1>(node)?[0],
            }),
            LayerRecord::Relu => Layer::Relu,
            LayerRecord::Clip => {
                let [min, max] = self.parameters(node)?;
                Layer::Clip { min: min as f32, max: max as f32 }
            }
            &LayerRecord::MaxPool { window, ceil } => Layer::MaxPool(Pool { window: window.into(), ceil }),
            &LayerRecord::AveragePool { window, ceil, count_padding } => {
                Layer::AveragePool { pool: Pool { window: window.into(), ceil }, count_padding }
            }
            LayerRecord::Mean { axes, keep_axes } => Layer::Mean { axes: axes.clone(), keep_axes: *keep_axes },
            LayerRecord::Reshape { shape } => Layer::Reshape(shape.clone()),
            LayerRecord::Select { shape } => {
                Layer::Select(Select { shape: shape.clone(), index: self.needed(node, "index")?.1 })
            }
            &LayerRecord::Concat { axis } => Layer::Concat { axis },
            LayerRecord::Add => Layer::Binary(BinaryOp::Add),
            LayerRecord::Sub => Layer::Binary(BinaryOp::Sub),
            LayerRecord::Mul => Layer::Binary(BinaryOp::Mul),
            LayerRecord::Div => Layer::Binary(BinaryOp::Div),
            LayerRecord::MatMul => Layer::MatMul,
            &LayerRecord::LayerNorm { num_axes } => Layer::LayerNorm(LayerNorm {
                num_axes,
                scale: self.optional_tensor(node, "weight")?.map(Tensor::into_values),
                shift: self.optional_tensor(node, "bias")?.map(Tensor::into_values),
                epsilon: self.parameters::<1>(node)?[0],
            }),
            &LayerRecord::Softmax { axis } => Layer::Softmax { axis },
            LayerRecord::GeluErf => Layer::Gelu(GeluForm::Erf),
            LayerRecord::GeluTanh => Layer::Gelu(GeluForm::Tanh),
            LayerRecord::LeakyRelu => {
                Layer::Function(Function::LeakyRelu { slope: self.parameters::<1>(node)?[0] as f32 })
            }
            LayerRecord::Pow => Layer::Function(Function::Pow { exponent: self.parameters::<1>(node)?[0] as f32 }),
            LayerRecord::Sqrt => Layer::Function(Function::Sqrt),
            LayerRecord::Sigmoid => Layer::Function(Function::Sigmoid),
            LayerRecord::Tanh => Layer::Function(Function::Tanh),
            LayerRecord::Erf => Layer::Function(Function::Erf),
            LayerRecord::Exp => Layer::Function(Function::Exp),
            LayerRecord::Floor => Layer::Function(Function::Floor),
            LayerRecord::Neg => Layer::Function(Function::Neg),
            LayerRecord::Abs => Layer::Function(Function::Abs),
        };
        Ok(layer)
    }

    /// Thresholds, currents and charges of the neurons of a node.
    fn site(&mut self, node: &NodeRecord) -> Result<[Vec<f64>; 3], SpikenetError> {
        let thresholds = self.needed(node, "threshold")?.1;
        let mut part =
            |part| Ok::<_, SpikenetError>(self.optional(node, part)?.map_or(Vec::new(), |(_, values)| values));
        Ok([thresholds, part("current")?, part("charge")?])
    }

    /// A tensor that nobody takes means that the description is not that of the file.
    fn all_used(&self) -> Result<(), SpikenetError> {
        match self.file.names().into_iter().find(|name| !self.used.contains(*name)) {
            Some(name) => {
                let problem = "no node of the description has it".to_owned();
                Err(SpikenetError::Tensor { tensor: name.to_owned(), problem })
            }
            None => Ok(()),
        }
    }
}

fn finite(node: &NodeRecord, part: &str, values: &[f32]) -> Result<(), SpikenetError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(at) => {
            let problem = format!("value {at} is {}; weights must be finite", values[at]);
            Err(SpikenetError::Tensor { tensor: format!("{}.{part}", node.tensors), problem })
        }
        None => Ok(()),
    }
}
