//! Weights for thresholds of 1.

use crate::error::ConvertError;
use crate::graph::NodeId;
use crate::layer::{BinaryOp, Layer};
use crate::plan::{links, unfoldable, windows};
use crate::spiking::SpikingNetwork;

/// A dense layer or convolution for spikes of 1 and thresholds of 1.
///
/// W'ᵢⱼ = Wᵢⱼ·λⱼ/λᵢ and b'ᵢ = bᵢ/λᵢ, where λⱼ is the threshold of the neuron that a spike comes from and λᵢ that of the
/// neuron that it reaches; 1 for the input, and for a layer that only accumulates.
///
/// # References
/// Diehl, Neil, Binas, Cook, Liu, Pfeiffer (2015), Fast-classifying, high-accuracy spiking deep networks through weight
/// and threshold balancing, IJCNN, DOI 10.1109/IJCNN.2015.7280696; for each channel as Rueckauer, Lungu, Hu, Pfeiffer,
/// Liu (2017), Frontiers in Neuroscience 11:682, DOI 10.3389/fnins.2017.00682, equation 7 for each layer.
#[derive(Debug, Clone, PartialEq)]
pub struct NormalisedLayer {
    /// The node of the graph.
    pub node: NodeId,
    /// Shape of the weights: (out, in), or (out, in/groups, height, width).
    pub shape: Vec<usize>,
    /// W', row-major.
    pub weight: Vec<f64>,
    /// b' for each output.
    pub bias: Option<Vec<f64>>,
    /// λⱼ for each input feature or channel.
    pub source_scale: Vec<f64>,
    /// λᵢ for each output feature or channel.
    pub target_scale: Vec<f64>,
}

impl SpikingNetwork {
    /// The dense layers and convolutions of the network for spikes of 1 and thresholds of 1, in order.
    ///
    /// # Errors
    /// [`ConvertError::Form`] if neurons with different thresholds share a weight, or meet in a pool.
    ///
    /// ```
    /// use spike_convert::{ConversionOptions, Dense, Graph, Layer, SpikingNetwork, Tensor};
    /// let mut graph = Graph::new("x", vec![2])?;
    /// let weight = Tensor::new(vec![1, 2], vec![4.0, -2.0])?;
    /// let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()])?;
    /// let relu = graph.push("relu", Layer::Relu, &[dense])?;
    /// graph.set_output(relu)?;
    /// let network = SpikingNetwork::from_sites(&graph, &ConversionOptions::default(), &[[vec![4.0], vec![], vec![]]])?;
    /// assert_eq!(network.normalised_layers()?[0].weight, [1.0, -0.5]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn normalised_layers(&self) -> Result<Vec<NormalisedLayer>, ConvertError> {
        let users = self.graph().users();
        let mut layers = Vec::new();
        for (id, node) in self.graph().enumerate() {
            let (weight, bias, groups) = match node.layer() {
                Layer::Dense(dense) => (&dense.weight, &dense.bias, 1),
                Layer::Conv(conv) => (&conv.weight, &conv.bias, conv.groups),
                _ => continue,
            };
            let operand = self.graph().node(node.operands()[0]);
            let before = self.spike_scale(node.operands()[0])?;
            let after = self.target_scale(&users, id);
            let convolution = matches!(node.layer(), Layer::Conv(_));
            let (outputs, inputs) = (weight.shape()[0], weight.shape()[1] * groups);
            let refused = |reason| unfoldable(node, reason);
            // Images have the channel first, rows of features have it last.
            let source = shared(&before, inputs, operand.num_values(), convolution)
                .ok_or_else(|| refused("neurons of one channel have different thresholds"))?;
            let target = shared(&after, outputs, node.num_values(), convolution)
                .ok_or_else(|| refused("neurons of one channel have different thresholds"))?;
            let (per_output, positions) = (weight.len() / outputs, weight.shape()[2..].iter().product::<usize>());
            let scaled = weight.values().iter().enumerate().map(|(i, &w)| {
                let (output, inside) = (i / per_output, i % per_output / positions);
                let input = output / (outputs / groups) * (inputs / groups) + inside;
                f64::from(w) * source[input] / target[output]
            });
            layers.push(NormalisedLayer {
                node: id,
                shape: weight.shape().to_vec(),
                weight: scaled.collect(),
                bias: bias
                    .as_ref()
                    .map(|bias| bias.values().iter().zip(&target).map(|(&b, lambda)| f64::from(b) / lambda).collect()),
                source_scale: source,
                target_scale: target,
            });
        }
        Ok(layers)
    }

    /// What a spike of 1 at each value of a node stands for, in the order of the graph; 1 where values are no spikes.
    pub(crate) fn spike_scale(&self, id: NodeId) -> Result<Vec<f64>, ConvertError> {
        let node = self.graph().node(id);
        if let Some(site) = self.site(id) {
            return Ok(site.spread(&site.thresholds, node.shape()));
        }
        let mut scale = vec![None; node.num_values()];
        let mut set = |at: usize, value: f64| match scale[at] {
            Some(other) if other != value => Err(unfoldable(node, "it joins spikes of different thresholds")),
            _ => {
                scale[at] = Some(value);
                Ok(())
            }
        };
        match node.layer() {
            Layer::MaxPool(pool) => {
                let operand = node.operands()[0];
                let before = self.spike_scale(operand)?;
                let windows = windows(pool, self.graph().node(operand).shape(), node.shape());
                for (window, members) in windows.iter().enumerate() {
                    members.iter().try_for_each(|&member| set(window, before[member as usize]))?;
                }
            }
            Layer::Reshape(_)
            | Layer::Select(_)
            | Layer::Concat { .. }
            | Layer::AveragePool { .. }
            | Layer::Mean { .. } => {
                for (number, &operand) in node.operands().iter().enumerate() {
                    let before = self.spike_scale(operand)?;
                    for link in links(self.graph(), node, number).unwrap_or_default() {
                        set(link.target as usize, before[link.source as usize])?;
                    }
                }
            }
            _ => {}
        }
        Ok(scale.into_iter().map(|value| value.unwrap_or(1.0)).collect())
    }

    /// Thresholds of the neurons that the current of a node drives, in the order of the graph; 1 if it drives none.
    pub(crate) fn target_scale(&self, users: &[Vec<NodeId>], id: NodeId) -> Vec<f64> {
        let node = self.graph().node(id);
        if let Some(site) = self.site(id) {
            return site.spread(&site.thresholds, node.shape());
        }
        match users[id.index()].as_slice() {
            &[user] if id != self.graph().output() => {
                let next = self.graph().node(user);
                let keeps = matches!(
                    next.layer(),
                    Layer::Relu | Layer::Clip { .. } | Layer::Reshape(_) | Layer::Binary(BinaryOp::Add)
                ) && next.num_values() == node.num_values();
                if keeps { self.target_scale(users, user) } else { vec![1.0; node.num_values()] }
            }
            _ => vec![1.0; node.num_values()],
        }
    }
}

/// The scale of each of `number` channels or features, if the values that share it agree.
fn shared(scale: &[f64], number: usize, num_values: usize, channel_first: bool) -> Option<Vec<f64>> {
    let inner = if channel_first { num_values / number } else { 1 };
    let mut result = vec![None; number];
    for (i, &value) in scale.iter().enumerate() {
        if *result[i / inner % number].get_or_insert(value) != value {
            return None;
        }
    }
    result.into_iter().collect()
}
