//! From a network to the bytes of a file.

use super::record::{LayerRecord, NetworkRecord, NodeRecord};
use super::{METADATA, SpikenetError, VERSION};
use crate::layer::{Function, Layer};
use crate::spiking::SpikingNetwork;
use crate::tensor::Tensor;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The bytes of a tensor, its type and its shape.
type Stored = (Dtype, Vec<usize>, Vec<u8>);

impl SpikingNetwork {
    /// The network as the bytes of a `.spikenet` file: a safetensors container with the weights, the thresholds, and
    /// the structure as JSON. The same network gives the same bytes.
    ///
    /// # Errors
    /// [`SpikenetError::Container`] if the container refuses the tensors.
    ///
    /// ```
    /// use spike_convert::{ConversionOptions, Dense, Graph, Layer, SpikingNetwork, Tensor};
    /// let mut graph = Graph::new("x", vec![2])?;
    /// let weight = Tensor::new(vec![1, 2], vec![1.0, -0.5])?;
    /// let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()])?;
    /// let relu = graph.push("relu", Layer::Relu, &[dense])?;
    /// graph.set_output(relu)?;
    /// let network = SpikingNetwork::convert(&graph, &[0.5, 0.2, 1.0, 0.4], &ConversionOptions::default())?;
    /// let bytes = network.to_spikenet()?;
    /// assert_eq!(SpikingNetwork::from_spikenet(&bytes)?, network);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_spikenet(&self) -> Result<Vec<u8>, SpikenetError> {
        let graph = self.graph();
        let mut names = HashSet::new();
        let mut tensors = BTreeMap::new();
        let mut nodes = Vec::new();
        for (id, node) in graph.enumerate() {
            let prefix = unique(&node.name, &mut names);
            for (part, stored) in parts(node.layer()) {
                tensors.insert(format!("{prefix}.{part}"), stored);
            }
            let site = self.site(id);
            if let Some(site) = site {
                let values = [("threshold", &site.thresholds), ("current", &site.shifts), ("charge", &site.charges)];
                for (part, values) in values.into_iter().filter(|(_, values)| !values.is_empty()) {
                    tensors.insert(format!("{prefix}.{part}"), doubles(values));
                }
            }
            nodes.push(NodeRecord {
                name: node.name.clone(),
                tensors: prefix,
                layer: LayerRecord::from(node.layer()),
                operands: node.operands().iter().map(|operand| operand.index()).collect(),
                shape: node.shape().to_vec(),
                spikes: site.is_some(),
            });
        }
        let record = NetworkRecord {
            version: u64::from(VERSION),
            options: *self.options(),
            nodes,
            output: graph.output().index(),
        };
        let refused = |problem: String| SpikenetError::Container { problem };
        let description = serde_json::to_string(&record).map_err(|error| refused(error.to_string()))?;
        let views = tensors.iter().map(|(name, (dtype, shape, bytes))| {
            let view = TensorView::new(*dtype, shape.clone(), bytes).map_err(|error| refused(error.to_string()))?;
            Ok((name.as_str(), view))
        });
        let views = views.collect::<Result<Vec<_>, SpikenetError>>()?;
        let metadata = HashMap::from([(METADATA.to_owned(), description)]);
        safetensors::serialize(views, Some(metadata)).map_err(|error| refused(error.to_string()))
    }
}

/// The name of a node, with a number where another node has it already.
fn unique(name: &str, names: &mut HashSet<String>) -> String {
    let base = if name.is_empty() { "node" } else { name };
    let candidates = std::iter::once(base.to_owned()).chain((2u32..).map(|number| format!("{base}#{number}")));
    let free = candidates.into_iter().find(|candidate| !names.contains(candidate));
    let chosen = free.unwrap_or_default();
    names.insert(chosen.clone());
    chosen
}

/// The numbers of a layer.
fn parts(layer: &Layer) -> Vec<(&'static str, Stored)> {
    let weighted = |weight: &Tensor, bias: &Option<Tensor>| {
        let bias = bias.iter().map(|bias| ("bias", floats(bias)));
        std::iter::once(("weight", floats(weight))).chain(bias).collect()
    };
    let vector = |values: &[f32]| floats_of(vec![values.len()], values);
    match layer {
        Layer::Constant(tensor) => vec![("value", floats(tensor))],
        Layer::Dense(dense) => weighted(&dense.weight, &dense.bias),
        Layer::Conv(conv) => weighted(&conv.weight, &conv.bias),
        Layer::BatchNorm(norm) => vec![
            ("weight", vector(&norm.scale)),
            ("bias", vector(&norm.shift)),
            ("running_mean", vector(&norm.mean)),
            ("running_var", vector(&norm.variance)),
            ("parameters", doubles(&[norm.epsilon])),
        ],
        Layer::LayerNorm(norm) => {
            let scale = norm.scale.iter().map(|scale| ("weight", vector(scale)));
            let shift = norm.shift.iter().map(|shift| ("bias", vector(shift)));
            scale.chain(shift).chain([("parameters", doubles(&[norm.epsilon]))]).collect()
        }
        Layer::Clip { min, max } => vec![("parameters", doubles(&[f64::from(*min), f64::from(*max)]))],
        Layer::Function(Function::LeakyRelu { slope }) => vec![("parameters", doubles(&[f64::from(*slope)]))],
        Layer::Function(Function::Pow { exponent }) => vec![("parameters", doubles(&[f64::from(*exponent)]))],
        Layer::Select(select) => {
            let bytes = select.index.iter().flat_map(|index| index.to_le_bytes()).collect();
            vec![("index", (Dtype::U32, vec![select.index.len()], bytes))]
        }
        _ => Vec::new(),
    }
}

fn floats(tensor: &Tensor) -> Stored {
    floats_of(tensor.shape().to_vec(), tensor.values())
}

fn floats_of(shape: Vec<usize>, values: &[f32]) -> Stored {
    (Dtype::F32, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

fn doubles(values: &[f64]) -> Stored {
    (Dtype::F64, vec![values.len()], values.iter().flat_map(|value| value.to_le_bytes()).collect())
}
