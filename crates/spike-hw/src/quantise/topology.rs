//! From the graph of a spiking network to layers of neurons that follow each other.

use super::error::QuantiseError;
use super::geometry::{image, means, place, storage_shape, windows};
use super::layer::{FloatLayer, LayerSource, PoolCircuit};
use crate::network::{Image, Pattern};
use spike_convert::{Conv, Dense, Form, Graph, Layer, Node, NodeId, Pool, Site, SiteKind, SpikingNetwork};
use spike_sim::IfReset;

/// The layers of a network; the last one is read.
pub(super) fn layers(network: &SpikingNetwork) -> Result<Vec<FloatLayer>, QuantiseError> {
    let options = network.options();
    if options.reset != IfReset::Subtract {
        let allowed = "subtract: convert the network with it, since a reset to zero loses what exceeds a threshold";
        return Err(QuantiseError::Option { field: "reset", found: "zero".to_owned(), allowed });
    }
    if options.form == Form::Combined {
        let allowed = "amplitude, weight_normalised or threshold_balanced, which emit the same spikes";
        return Err(QuantiseError::Option { field: "form", found: "combined".to_owned(), allowed });
    }
    let graph = network.graph();
    let mut walk = Walk { network, graph, users: graph.users(), layers: Vec::new(), values: Vec::new() };
    for (id, node) in graph.enumerate() {
        let value = walk.value(id, node)?;
        walk.values.push(value);
    }
    walk.finish()
}

/// What a node gives to its users.
enum Value {
    Spikes(Spikes),
    Current(Box<Current>),
}

/// Spikes of neurons, moved or averaged.
#[derive(Clone)]
struct Spikes {
    source: LayerSource,
    depth: u32,
    num_sources: usize,
    /// For each value in the order of the graph, the neurons that it is the sum of.
    members: Vec<Vec<u32>>,
    /// What the sum is multiplied by.
    gain: f64,
    /// What a spike stands for, for each value.
    amplitudes: Vec<f64>,
}

/// Weighted sums that no neuron has taken yet.
struct Current {
    layer: FloatLayer,
    weights: Weights,
    bias: Vec<f64>,
}

/// Weights with what a spike of their source stands for, before they are divided by the threshold of the target.
struct Weights {
    values: Vec<f64>,
    /// The target of a weight is its place modulo this: the feature or the filter of its group.
    num_targets: usize,
    /// Weights of one group of filters.
    per_group: usize,
}

struct Walk<'a> {
    network: &'a SpikingNetwork,
    graph: &'a Graph,
    users: Vec<Vec<NodeId>>,
    layers: Vec<FloatLayer>,
    values: Vec<Option<Value>>,
}

/// Smallest threshold of a layer as a share of its largest.
const LEAST_SHARE: f64 = 0.125;

const KNOWN: &str = "known are dense layers, convolutions, rectifiers, average and maximum pools, flattening; leave it \
                     out or replace it before training";

impl Walk<'_> {
    /// What the node gives; `None` for one that nothing but the network's end may read.
    fn value(&mut self, id: NodeId, node: &Node) -> Result<Option<Value>, QuantiseError> {
        let operand = node.operands().first().copied();
        let site = self.network.site(id);
        let taken = operand.and_then(|id| self.values[id.index()].take_or_copy());
        let value = match (node.layer(), taken) {
            (Layer::Input, _) => Value::Spikes(Spikes::new(LayerSource::Input, 0, node, vec![1.0; node.num_values()])),
            (Layer::Reshape(_), Some(value)) => value,
            (Layer::Select(select), Some(Value::Spikes(spikes))) => Value::Spikes(spikes.selected(&select.index)),
            (Layer::AveragePool { pool, count_padding }, Some(Value::Spikes(spikes))) => {
                let input = self.graph.node(node.operands()[0]);
                let windows = windows(pool, input.shape(), node.shape());
                let kernel = pool.window.kernel[0] * pool.window.kernel[1];
                let divisor = (*count_padding && !pool.ceil).then_some(kernel);
                Value::Spikes(spikes.averaged(node, &windows, divisor)?)
            }
            (Layer::Mean { axes, .. }, Some(Value::Spikes(spikes))) => {
                let windows = means(axes, self.graph.node(node.operands()[0]).shape());
                Value::Spikes(spikes.averaged(node, &windows, None)?)
            }
            (Layer::MaxPool(pool), Some(Value::Spikes(spikes))) => Value::Spikes(self.max_pool(node, pool, spikes)?),
            (Layer::Dense(dense), Some(Value::Spikes(spikes))) => {
                Value::Current(Box::new(self.dense(id, node, dense, spikes)?))
            }
            (Layer::Conv(conv), Some(Value::Spikes(spikes))) => {
                Value::Current(Box::new(self.conv(id, node, conv, spikes)?))
            }
            (Layer::Relu | Layer::Clip { .. }, Some(Value::Current(current))) if site.is_some() => {
                Value::Current(current)
            }
            _ => return Err(refused(node, KNOWN)),
        };
        match (value, site) {
            (Value::Current(current), Some(site)) => {
                let fires = site.kind == SiteKind::Rectifier || id == self.graph.output();
                if !fires || site.kind == SiteKind::Signed {
                    return Err(refused(node, "its neurons carry values of either sign, which binary spikes do not"));
                }
                let amplitudes = site.spread(&raised(site, node), node.shape());
                let layer = current.neurons(id, node, site, &amplitudes, self.network.options().initial_share)?;
                let spikes = Spikes::new(LayerSource::Neurons(self.layers.len()), layer.depth, node, amplitudes);
                self.layers.push(layer);
                Ok(Some(Value::Spikes(spikes)))
            }
            (Value::Spikes(_), Some(_)) => Err(refused(node, KNOWN)),
            (value, None) => Ok(Some(value)),
        }
    }

    fn max_pool(&mut self, node: &Node, pool: &Pool, spikes: Spikes) -> Result<Spikes, QuantiseError> {
        let input = self.graph.node(node.operands()[0]);
        let alone = self.users[node.operands()[0].index()].len() == 1;
        let (LayerSource::Neurons(index), true, true) = (spikes.source, spikes.is_whole(input), alone) else {
            let reason = "a maximum pool takes the spikes of one rectifier that nothing else reads; average there, or \
                          pool after the rectifier";
            return Err(refused(node, reason));
        };
        let mut of_neuron = vec![None; input.num_values()];
        for (window, members) in windows(pool, input.shape(), node.shape()).iter().enumerate() {
            for &member in members {
                let at = &mut of_neuron[place(member as usize, input.shape())];
                if at.is_some() {
                    return Err(refused(node, "its windows overlap; use a stride as long as the window"));
                }
                *at = Some(place(window, node.shape()) as u32);
            }
        }
        let layer = &mut self.layers[index];
        // Neurons of a window that start apart seldom fire in the same step.
        for members in windows(pool, input.shape(), node.shape()) {
            for (rank, &member) in members.iter().enumerate() {
                layer.start[place(member as usize, input.shape())] -= rank as f64 / members.len() as f64;
            }
        }
        layer.pool =
            Some(PoolCircuit { name: node.name.clone(), windows: of_neuron, shape: storage_shape(node.shape()) });
        // Values of a window belong to one channel, whose neurons share a threshold.
        let mut amplitudes = Vec::with_capacity(node.num_values());
        for members in windows(pool, input.shape(), node.shape()) {
            let mut each = members.iter().map(|member| spikes.amplitudes[*member as usize]);
            let first = each.next().unwrap_or(1.0);
            if each.any(|amplitude| amplitude != first) {
                return Err(refused(node, "its neurons have several thresholds; take one for each channel or layer"));
            }
            amplitudes.push(first);
        }
        let depth = layer.depth + 1;
        Ok(Spikes::new(LayerSource::Pool(index), depth, node, amplitudes))
    }

    fn dense(&self, id: NodeId, node: &Node, dense: &Dense, spikes: Spikes) -> Result<Current, QuantiseError> {
        let (inputs, outputs) = (dense.num_inputs(), dense.num_outputs());
        if spikes.members.len() != inputs || node.num_values() != outputs {
            return Err(refused(node, "it acts on several rows; flatten them before it"));
        }
        let order: Vec<u32> = match spikes.single() {
            // Rows in the order of the sources, so that no route is needed.
            Some(order) if spikes.num_sources == inputs => order,
            _ => (0..inputs as u32).collect(),
        };
        let mut values = vec![0.0; inputs * outputs];
        for (input, &row) in order.iter().enumerate() {
            let factor = spikes.amplitudes[input] * spikes.gain;
            for (output, value) in values[row as usize * outputs..][..outputs].iter_mut().enumerate() {
                *value = f64::from(dense.weight.values()[output * inputs + input]) * factor;
            }
        }
        let bias = dense.bias.as_ref().map_or_else(Vec::new, |bias| widened(bias.values()));
        let weights = Weights { values, num_targets: outputs, per_group: inputs * outputs };
        self.current(id, node, Pattern::Dense, &order, spikes, weights, bias)
    }

    fn conv(&self, id: NodeId, node: &Node, conv: &Conv, spikes: Spikes) -> Result<Current, QuantiseError> {
        let input_shape = self.graph.node(node.operands()[0]).shape();
        let (Some(input), Some(output)) = (image(input_shape), image(node.shape())) else {
            return Err(refused(node, KNOWN));
        };
        let window = &conv.window;
        let layout = |[channels, rows, columns]: [usize; 3]| [rows, columns, channels];
        let geometry = Image {
            input: layout(input),
            output: layout(output),
            kernel: window.kernel,
            stride: window.stride,
            padding: window.pad_begin,
            dilation: window.dilation,
            groups: conv.groups,
        };
        let positions = input[1] * input[2];
        let mut factors = Vec::with_capacity(input[0]);
        for amplitudes in spikes.amplitudes.chunks(positions) {
            if amplitudes.iter().any(|amplitude| *amplitude != amplitudes[0]) {
                let reason = "its inputs have several thresholds in a channel, which shared weights cannot carry; take \
                              one for each channel or layer";
                return Err(refused(node, reason));
            }
            factors.push(amplitudes[0] * spikes.gain);
        }
        let (ins, outs) = (input[0] / conv.groups, output[0] / conv.groups);
        let taps = window.kernel[0] * window.kernel[1];
        let mut values = Vec::with_capacity(geometry.num_weights());
        for (channel, factor) in factors.iter().enumerate() {
            for tap in 0..taps {
                values.extend((0..outs).map(|filter| {
                    let filter = channel / ins * outs + filter;
                    f64::from(conv.weight.values()[(filter * ins + channel % ins) * taps + tap]) * factor
                }));
            }
        }
        let order: Vec<u32> = (0..spikes.members.len()).map(|g| place(g, input_shape) as u32).collect();
        let bias = conv.bias.as_ref().map_or_else(Vec::new, |bias| widened(bias.values()));
        let weights = Weights { values, num_targets: outs, per_group: ins * taps * outs };
        self.current(id, node, Pattern::Convolution(geometry), &order, spikes, weights, bias)
    }

    #[expect(clippy::too_many_arguments, reason = "what dense layers and convolutions have in common")]
    fn current(
        &self,
        id: NodeId,
        node: &Node,
        pattern: Pattern,
        order: &[u32],
        spikes: Spikes,
        weights: Weights,
        bias: Vec<f64>,
    ) -> Result<Current, QuantiseError> {
        let mut route = vec![None; spikes.num_sources];
        for (members, &row) in spikes.members.iter().zip(order) {
            for &member in members {
                if route[member as usize].replace(row).is_some() {
                    return Err(refused(node, "the averages before it overlap; use a stride as long as the window"));
                }
            }
        }
        let straight = route.iter().zip(0..).all(|(row, source)| *row == Some(source));
        let per_unit = |amplitude: &f64| 1.0 / (amplitude * spikes.gain);
        let rows = order.iter().copied().zip(spikes.amplitudes.iter().map(per_unit)).collect();
        let layer = FloatLayer {
            name: node.name.clone(),
            node: id,
            driver: node.operands()[0],
            source: spikes.source,
            route: (!straight).then_some(route),
            shape: storage_shape(node.shape()),
            pattern,
            weights: Vec::new(),
            rows,
            bias: Vec::new(),
            start: Vec::new(),
            fires: false,
            pool: None,
            depth: spikes.depth + 1,
        };
        Ok(Current { layer, weights, bias })
    }

    /// The layers, with one for the read-out if the network ends in a sum.
    fn finish(mut self) -> Result<Vec<FloatLayer>, QuantiseError> {
        let output = self.graph.output();
        let node = self.graph.node(output);
        match self.values[output.index()].take() {
            Some(Value::Current(current)) => self.layers.push(current.accumulator()),
            Some(Value::Spikes(spikes)) => {
                let last = self.layers.len().wrapping_sub(1);
                let read = match spikes.source {
                    LayerSource::Input => false,
                    LayerSource::Neurons(layer) | LayerSource::Pool(layer) => layer == last,
                };
                if !read || spikes.gain != 1.0 || spikes.single().is_none() {
                    return Err(refused(node, "the network must end in a layer of neurons or in a sum"));
                }
            }
            None => return Err(refused(node, KNOWN)),
        }
        Ok(self.layers)
    }
}

/// Spikes may be read by several nodes, a current by one.
trait TakeOrCopy {
    fn take_or_copy(&mut self) -> Option<Value>;
}

impl TakeOrCopy for Option<Value> {
    fn take_or_copy(&mut self) -> Option<Value> {
        match self {
            Some(Value::Spikes(spikes)) => Some(Value::Spikes(spikes.clone())),
            _ => self.take(),
        }
    }
}

impl Spikes {
    fn new(source: LayerSource, depth: u32, node: &Node, amplitudes: Vec<f64>) -> Self {
        let num_sources = node.num_values();
        // Inputs stay in the order of a sample.
        let at = |g| if source == LayerSource::Input { g } else { place(g, node.shape()) };
        let members = (0..num_sources).map(|g| vec![at(g) as u32]).collect();
        Self { source, depth, num_sources, members, gain: 1.0, amplitudes }
    }

    /// Whether they are those of all neurons of a node, each for itself.
    fn is_whole(&self, node: &Node) -> bool {
        let own = |(g, members): (usize, &Vec<u32>)| members.as_slice() == [place(g, node.shape()) as u32];
        self.gain == 1.0 && self.num_sources == node.num_values() && self.members.iter().enumerate().all(own)
    }

    /// The one neuron of each value, if each has one.
    fn single(&self) -> Option<Vec<u32>> {
        self.members.iter().map(|members| <[u32; 1]>::try_from(members.as_slice()).map(|[one]| one).ok()).collect()
    }

    fn selected(self, index: &[u32]) -> Self {
        let members = index.iter().map(|&i| self.members[i as usize].clone()).collect();
        let amplitudes = index.iter().map(|&i| self.amplitudes[i as usize]).collect();
        Self { members, amplitudes, ..self }
    }

    fn averaged(self, node: &Node, windows: &[Vec<u32>], divisor: Option<usize>) -> Result<Self, QuantiseError> {
        let sizes = windows.iter().map(Vec::len);
        let divisor = match divisor {
            Some(divisor) => divisor,
            None if sizes.clone().all(|size| size == windows[0].len() && size > 0) => windows[0].len(),
            None => return Err(refused(node, "its windows hold different numbers of values; pad or crop the image")),
        };
        let mut amplitudes = Vec::with_capacity(windows.len());
        for window in windows {
            let mut each = window.iter().map(|&i| self.amplitudes[i as usize]);
            let first = each.next().unwrap_or(1.0);
            if each.any(|amplitude| amplitude != first) {
                return Err(refused(
                    node,
                    "it averages neurons of several thresholds; take one for each channel or layer",
                ));
            }
            amplitudes.push(first);
        }
        let members =
            windows.iter().map(|window| window.iter().flat_map(|&i| self.members[i as usize].clone()).collect());
        Ok(Self { members: members.collect(), amplitudes, gain: self.gain / divisor as f64, ..self })
    }
}

impl Current {
    /// A layer of neurons with their thresholds.
    fn neurons(
        self,
        id: NodeId,
        node: &Node,
        site: &Site,
        amplitudes: &[f64],
        share: f64,
    ) -> Result<FloatLayer, QuantiseError> {
        let Self { mut layer, weights, bias } = self;
        let shape = node.shape();
        let n = node.num_values();
        let mut thresholds = vec![0.0; n];
        for (g, &theta) in amplitudes.iter().enumerate() {
            thresholds[place(g, shape)] = theta;
        }
        layer.name.clone_from(&node.name);
        layer.node = id;
        layer.fires = true;
        let features = match &layer.pattern {
            Pattern::Convolution(image) => image.output[2],
            _ => n,
        };
        if thresholds.chunks(features).any(|position| position != &thresholds[..features]) {
            return Err(refused(
                node,
                "its neurons have several thresholds in a channel, which shared weights cannot \
                                      carry; take one for each channel or layer",
            ));
        }
        layer.weights = weights.values;
        for (at, weight) in layer.weights.iter_mut().enumerate() {
            *weight /= thresholds[at / weights.per_group * weights.num_targets + at % weights.num_targets];
        }
        let sum = |values: &[f64]| -> Vec<f64> {
            let mut each = vec![0.0; n];
            if !values.is_empty() {
                let values = site.spread(values, shape);
                values.into_iter().enumerate().for_each(|(g, value)| each[place(g, shape)] = value);
            }
            each
        };
        if !bias.is_empty() || !site.shifts.is_empty() {
            let shifts = sum(&site.shifts);
            let bias = |i: usize| bias.get(i % features).copied().unwrap_or(0.0);
            layer.bias = (0..n).map(|i| (bias(i) + shifts[i]) / thresholds[i]).collect();
        }
        let charges = sum(&site.charges);
        layer.start = charges.iter().zip(&thresholds).map(|(charge, theta)| share + charge / theta).collect();
        Ok(layer)
    }

    /// Neurons that only add up.
    fn accumulator(self) -> FloatLayer {
        let Self { mut layer, weights, bias } = self;
        layer.weights = weights.values;
        if !bias.is_empty() {
            layer.bias = (0..layer.num_neurons()).map(|i| bias[i % bias.len()]).collect();
        }
        layer.start = vec![0.0];
        layer
    }
}

/// The thresholds of a layer, none far below the largest.
///
/// The spikes of a neuron round its activation to its threshold, divided by the steps: a larger threshold makes that
/// error no larger than the one that the largest threshold of the layer makes anyway, and keeps the weights of a channel
/// that hardly ever fires, which are divided by its threshold, in the range of the others.
fn raised(site: &Site, node: &Node) -> Vec<f64> {
    let largest = site.thresholds.iter().copied().fold(0.0, f64::max);
    let cap = match node.layer() {
        Layer::Clip { max, .. } => f64::from(*max),
        _ => f64::INFINITY,
    };
    site.thresholds.iter().map(|theta| theta.max((LEAST_SHARE * largest).min(cap))).collect()
}

fn refused(node: &Node, reason: &'static str) -> QuantiseError {
    QuantiseError::Layer { node: node.name.clone(), layer: node.layer().name(), reason }
}

fn widened(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}
