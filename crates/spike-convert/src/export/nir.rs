//! The network in the Neuromorphic Intermediate Representation.

use super::normalised::NormalisedLayer;
use crate::error::ConvertError;
use crate::graph::{Graph, Node, NodeId};
use crate::layer::{BinaryOp, Conv, Layer, Pool};
use crate::plan::unfoldable;
use crate::shape::image;
use crate::spiking::{SpikeSigns, SpikingNetwork, is_rectifier};
use spike_io::nir::{NirArray, NirConv, NirGraph, NirKind, NirMetadata, NirPadding, NirPool, NirValue};
use spike_sim::IfReset;
use std::collections::{BTreeMap, HashSet};

impl SpikingNetwork {
    /// The network as a NIR graph: weights for thresholds of 1, and IF nodes with R = 1 and a threshold of 1.
    ///
    /// One step of our simulation is one unit of NIR's time: v ← v + I, a spike of 1 where v reaches the threshold. The
    /// output is the current of the last layer, to be summed over the steps. NIR has no place for two things that the
    /// readers of the file must set, so that they stand in its metadata: `reset`, and `initial_potential` as a share of
    /// the threshold.
    ///
    /// # Errors
    /// [`ConvertError::Form`] for what NIR cannot say: ternary spikes, calibrated charges and currents, maximum pools,
    /// attention, normalisation of layers, pads that differ between two sides.
    ///
    /// # References
    /// Pedersen et al. (2024), Neuromorphic intermediate representation: a unified instruction set for interoperable
    /// brain-inspired computing, Nature Communications 15:8122, DOI 10.1038/s41467-024-52259-9.
    ///
    /// ```
    /// use spike_convert::{ConversionOptions, Dense, Graph, Layer, SpikeSigns, SpikingNetwork, Tensor};
    /// let mut graph = Graph::new("x", vec![2])?;
    /// let weight = Tensor::new(vec![1, 2], vec![1.0, -0.5])?;
    /// let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()])?;
    /// let relu = graph.push("relu", Layer::Relu, &[dense])?;
    /// graph.set_output(relu)?;
    /// let options = ConversionOptions { spikes: SpikeSigns::Binary, ..ConversionOptions::default() };
    /// let nir = SpikingNetwork::convert(&graph, &[1.0, 0.0], &options)?.to_nir()?;
    /// assert_eq!(nir.nodes["fc"].kind.name(), "Linear");
    /// assert_eq!(nir.nodes["relu"].kind.name(), "IF");
    /// assert!(nir.to_bytes()?.starts_with(b"\x89HDF"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_nir(&self) -> Result<NirGraph, ConvertError> {
        let graph = self.graph();
        let mut writer = Writer {
            network: self,
            users: graph.users(),
            layers: self.normalised_layers()?.into_iter().map(|layer| (layer.node, layer)).collect(),
            names: HashSet::from(["input".to_owned(), "output".to_owned()]),
            sources: Vec::new(),
            nir: NirGraph { metadata: self.nir_metadata(), ..NirGraph::default() },
        };
        for (id, node) in graph.enumerate() {
            let sources = writer.node(id, node)?;
            writer.sources.push(sources);
        }
        let shape = graph.output_shape().to_vec();
        let sources = writer.sources[graph.output().index()].clone();
        writer.insert("output".to_owned(), NirKind::Output { shape }, &sources);
        Ok(writer.nir)
    }

    fn nir_metadata(&self) -> NirMetadata {
        let options = self.options();
        let reset = if options.reset == IfReset::Subtract { "subtract" } else { "zero" };
        let share = NirArray::full(&[1], options.initial_share as f32).map(NirValue::Reals);
        let entries = [("reset".to_owned(), NirValue::Text(reset.to_owned()))].into_iter();
        entries.chain(share.map(|share| ("initial_potential".to_owned(), share))).collect()
    }
}

struct Writer<'a> {
    network: &'a SpikingNetwork,
    users: Vec<Vec<NodeId>>,
    layers: BTreeMap<NodeId, NormalisedLayer>,
    names: HashSet<String>,
    /// For each node, the NIR nodes whose sum it is.
    sources: Vec<Vec<String>>,
    nir: NirGraph,
}

impl Writer<'_> {
    fn graph(&self) -> &Graph {
        self.network.graph()
    }

    /// Adds what stands for a node. Returns the NIR nodes whose sum is its value.
    fn node(&mut self, id: NodeId, node: &Node) -> Result<Vec<String>, ConvertError> {
        let refused = |reason| Err(unfoldable(node, reason));
        if let Some(site) = self.network.site(id) {
            if self.network.options().spikes == SpikeSigns::Ternary {
                return refused("NIR has no ternary spikes; convert with binary ones, or write .spikenet");
            }
            if !(site.shifts.is_empty() && site.charges.is_empty()) {
                return refused("NIR has no calibrated charge or current; convert without, or write .spikenet");
            }
        }
        let operands = node.operands();
        let kind = match node.layer() {
            Layer::Input => {
                self.insert("input".to_owned(), NirKind::Input { shape: node.shape().to_vec() }, &[]);
                return Ok(vec!["input".to_owned()]);
            }
            Layer::Dense(_) if node.shape().len() == 1 => self.affine(id, node)?,
            Layer::Conv(conv) => self.convolution(id, node, conv)?,
            Layer::AveragePool { pool, count_padding } => average(node, pool, *count_padding)?,
            Layer::Mean { axes, .. } => return self.global_average(node, axes),
            Layer::Reshape(_) => return self.flatten(node),
            Layer::Binary(BinaryOp::Add) => return self.sum(id, node),
            layer if is_rectifier(layer) => {
                let [r, v_threshold, v_reset] =
                    [1.0, 1.0, 0.0].map(|value| array(node, NirArray::full(node.shape(), value)));
                NirKind::If { r: r?, v_threshold: v_threshold?, v_reset: v_reset? }
            }
            Layer::MaxPool(_) => {
                return refused("NIR has no maximum pool; train with average pools, or write .spikenet");
            }
            _ => return refused("NIR has no node for it; write .spikenet"),
        };
        let sources = self.sources[operands[0].index()].clone();
        Ok(vec![self.add(&node.name, kind, &sources)])
    }

    fn affine(&self, id: NodeId, node: &Node) -> Result<NirKind, ConvertError> {
        let layer = self.layer(id, node)?;
        let weight = floats(node, &layer.shape, &layer.weight)?;
        Ok(match &layer.bias {
            Some(bias) => NirKind::Affine { weight, bias: floats(node, &[bias.len()], bias)? },
            None => NirKind::Linear { weight },
        })
    }

    fn convolution(&self, id: NodeId, node: &Node, conv: &Conv) -> Result<NirKind, ConvertError> {
        let (layer, window) = (self.layer(id, node)?, &conv.window);
        let operand = self.graph().node(node.operands()[0]);
        let (Some([_, height, width]), 3) = (image(operand.shape()), operand.shape().len()) else {
            return Err(unfoldable(node, "only convolutions of images are written to NIR; write .spikenet"));
        };
        if window.pad_begin != window.pad_end {
            return Err(unfoldable(node, "NIR has the same pad on both sides; write .spikenet"));
        }
        let outputs = layer.shape[0];
        let zeros = vec![0.0; outputs];
        Ok(NirKind::Conv2d(NirConv {
            input_shape: Some([height, width]),
            weight: floats(node, &layer.shape, &layer.weight)?,
            stride: window.stride,
            padding: NirPadding::Each(window.pad_begin),
            dilation: window.dilation,
            groups: conv.groups,
            bias: floats(node, &[outputs], layer.bias.as_deref().unwrap_or(&zeros))?,
        }))
    }

    fn layer(&self, id: NodeId, node: &Node) -> Result<&NormalisedLayer, ConvertError> {
        self.layers.get(&id).ok_or_else(|| unfoldable(node, "it has no weights; write .spikenet"))
    }

    /// The mean over a whole image, as a pool of its size.
    fn global_average(&mut self, node: &Node, axes: &[usize]) -> Result<Vec<String>, ConvertError> {
        let operand = self.graph().node(node.operands()[0]);
        let &[channels, height, width] = operand.shape() else {
            return Err(unfoldable(node, "NIR has means over images only; write .spikenet"));
        };
        if axes != [1, 2] {
            return Err(unfoldable(node, "NIR has means over images only; write .spikenet"));
        }
        let pool = NirPool { kernel_size: [height, width], stride: [height, width], padding: [0, 0] };
        let sources = self.sources[node.operands()[0].index()].clone();
        let pooled = self.add(&node.name, NirKind::AvgPool2d(pool), &sources);
        if node.shape().len() == 3 {
            return Ok(vec![pooled]);
        }
        let flat = NirKind::Flatten { input_shape: Some(vec![channels, 1, 1]), start_dim: 0, end_dim: -1 };
        Ok(vec![self.add(&format!("{}_flat", node.name), flat, &[pooled])])
    }

    fn flatten(&mut self, node: &Node) -> Result<Vec<String>, ConvertError> {
        let operand = self.graph().node(node.operands()[0]);
        let sources = self.sources[node.operands()[0].index()].clone();
        if operand.shape() == node.shape() {
            return Ok(sources);
        }
        if node.shape().len() != 1 {
            return Err(unfoldable(node, "NIR reshapes to vectors only; write .spikenet"));
        }
        let kind = NirKind::Flatten { input_shape: Some(operand.shape().to_vec()), start_dim: 0, end_dim: -1 };
        Ok(vec![self.add(&node.name, kind, &sources)])
    }

    /// The operands of a sum, spikes scaled to what they are worth where they arrive.
    fn sum(&mut self, id: NodeId, node: &Node) -> Result<Vec<String>, ConvertError> {
        let target = self.network.target_scale(&self.users, id);
        let mut all = Vec::new();
        for &operand in node.operands() {
            if self.graph().node(operand).shape() != node.shape() {
                return Err(unfoldable(node, "NIR adds results of equal shape only; write .spikenet"));
            }
            let sources = self.sources[operand.index()].clone();
            // Currents that only this sum takes are in its units already.
            let own = self.network.target_scale(&self.users, operand);
            let current =
                matches!(self.graph().node(operand).layer(), Layer::Dense(_) | Layer::Conv(_) | Layer::Binary(_))
                    && self.network.site(operand).is_none();
            let scale: Vec<f64> = match current {
                true => own.iter().zip(&target).map(|(own, target)| own / target).collect(),
                false => {
                    self.network.spike_scale(operand)?.iter().zip(&target).map(|(own, target)| own / target).collect()
                }
            };
            if scale.iter().all(|factor| *factor == 1.0) {
                all.extend(sources);
            } else {
                let kind = NirKind::Scale { scale: floats(node, node.shape(), &scale)? };
                all.push(self.add(&format!("{}_scale", node.name), kind, &sources));
            }
        }
        Ok(all)
    }

    /// Adds a node under a name that HDF5 allows and that is free.
    fn add(&mut self, name: &str, kind: NirKind, sources: &[String]) -> String {
        let base: String = name.trim_matches('/').replace(['/', '.'], "_");
        let base = if base.is_empty() { "node".to_owned() } else { base };
        let mut free = base.clone();
        let mut number = 2u32;
        while !self.names.insert(free.clone()) {
            free = format!("{base}_{number}");
            number += 1;
        }
        self.insert(free.clone(), kind, sources);
        free
    }

    fn insert(&mut self, name: String, kind: NirKind, sources: &[String]) {
        self.nir.edges.extend(sources.iter().map(|source| (source.clone(), name.clone())));
        self.nir.nodes.insert(name, kind.into());
    }
}

fn average(node: &Node, pool: &Pool, count_padding: bool) -> Result<NirKind, ConvertError> {
    let window = &pool.window;
    let padded = window.pad_begin != [0, 0];
    if window.pad_begin != window.pad_end || window.dilation != [1, 1] || pool.ceil || (padded && !count_padding) {
        return Err(unfoldable(node, "NIR has plain average pools only; write .spikenet"));
    }
    Ok(NirKind::AvgPool2d(NirPool { kernel_size: window.kernel, stride: window.stride, padding: window.pad_begin }))
}

fn floats(node: &Node, shape: &[usize], values: &[f64]) -> Result<NirArray, ConvertError> {
    array(node, NirArray::from_f32(shape, values.iter().map(|&value| value as f32).collect()))
}

fn array(node: &Node, array: Option<NirArray>) -> Result<NirArray, ConvertError> {
    array.ok_or_else(|| unfoldable(node, "its values do not fill their shape"))
}
