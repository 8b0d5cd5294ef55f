//! A converted network as data: the graph, the neurons and their thresholds.

use crate::error::ConvertError;
use crate::graph::{Graph, Node, NodeId};
use crate::layer::Layer;
use crate::spiking::options::ConversionOptions;
use crate::spiking::prepare::{SiteKind, place, prepare};

/// The neurons that make spikes of the result of one node.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// What the neurons transmit.
    pub kind: SiteKind,
    /// Which threshold each value of the node uses: axis of the channels, if thresholds differ along one.
    pub groups: Groups,
    /// λ of each group: threshold and amplitude of a spike.
    pub thresholds: Vec<f64>,
    /// Current that calibration adds in every step, for each group; empty if none.
    pub shifts: Vec<f64>,
    /// Charge that calibration adds at the start, for each group; empty if none.
    pub charges: Vec<f64>,
}

/// How the values of a node share thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Groups {
    /// One for all.
    Layer,
    /// One for each index along an axis.
    Axis(usize),
    /// One for each value.
    Value,
}

/// A spiking network: an analog graph, and neurons with thresholds where values become spikes.
///
/// Weights are those of the folded analog network. A spike of a neuron with threshold λ carries the amplitude λ, so
/// that the mean of the amplitudes over T steps approximates the analog activation; [`Form`](crate::Form) says how
/// thresholds and weights are scaled when the network is simulated or written.
///
/// ```
/// use spike_convert::{ConversionOptions, Dense, Graph, Layer, Profile, SpikingNetwork, Tensor};
/// let mut graph = Graph::new("x", vec![2])?;
/// let weight = Tensor::new(vec![1, 2], vec![1.0, -0.5])?;
/// let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()])?;
/// let relu = graph.push("relu", Layer::Relu, &[dense])?;
/// graph.set_output(relu)?;
/// let network = SpikingNetwork::convert(&graph, &[0.5, 0.2, 1.0, 0.4], &ConversionOptions::default())?;
/// let (_, node, site) = network.sites().next().expect("one rectifier");
/// assert_eq!(node.name, "relu");
/// assert!((site.thresholds[0] - 0.8).abs() < 1e-3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SpikingNetwork {
    graph: Graph,
    sites: Vec<Option<Site>>,
    options: ConversionOptions,
}

impl SpikingNetwork {
    /// The network with thresholds of 1 everywhere, before normalisation: where neurons are, and how they are joined.
    ///
    /// # Errors
    /// [`ConvertError::Options`] for options out of range.
    pub fn unnormalised(graph: &Graph, options: &ConversionOptions) -> Result<Self, ConvertError> {
        check_options(options)?;
        let (graph, kinds) = prepare(graph, options.attention, options.readout);
        let sites = places(&graph, &kinds, options).into_iter().zip(graph.nodes()).map(|(place, node)| {
            place.map(|(kind, groups)| {
                let number = groups.number(node.shape());
                Site { kind, groups, thresholds: vec![1.0; number], shifts: Vec::new(), charges: Vec::new() }
            })
        });
        let sites = sites.collect();
        Ok(Self { graph, sites, options: *options })
    }

    /// A network whose neurons have the given values: thresholds, shifts and charges of each site.
    ///
    /// # Errors
    /// [`ConvertError::Options`] for options out of range, [`ConvertError::Sites`] if the sites are not those that the
    /// options give for the graph, a threshold is not positive or a value not finite.
    pub fn from_sites(
        graph: &Graph,
        options: &ConversionOptions,
        values: &[[Vec<f64>; 3]],
    ) -> Result<Self, ConvertError> {
        check_options(options)?;
        let (graph, kinds) = prepare(graph, options.attention, options.readout);
        let (expected, found) = (kinds.iter().flatten().count(), values.len());
        if expected != found {
            return Err(ConvertError::Sites { expected, found, problem: "sites" });
        }
        let mut values = values.iter();
        let of_nodes = kinds.iter().map(|kind| kind.and_then(|_| values.next().cloned())).collect();
        Self::with_values(graph, &kinds, options, of_nodes)
    }

    /// A network of a graph that has been prepared before, with the values of the sites at their nodes.
    ///
    /// # Errors
    /// As [`from_sites`](Self::from_sites).
    pub(crate) fn from_prepared(
        graph: Graph,
        options: &ConversionOptions,
        values: Vec<Option<[Vec<f64>; 3]>>,
    ) -> Result<Self, ConvertError> {
        check_options(options)?;
        let kinds = place(&graph, options.attention, options.readout);
        Self::with_values(graph, &kinds, options, values)
    }

    fn with_values(
        graph: Graph,
        kinds: &[Option<SiteKind>],
        options: &ConversionOptions,
        values: Vec<Option<[Vec<f64>; 3]>>,
    ) -> Result<Self, ConvertError> {
        let places = places(&graph, kinds, options).into_iter().zip(graph.nodes()).zip(values);
        let sites = places.map(|((place, node), values)| match (place, values) {
            (None, None) => Ok(None),
            (Some((kind, groups)), Some([thresholds, shifts, charges])) => {
                let site = Site { kind, groups, thresholds, shifts, charges };
                site.check(groups.number(node.shape()))?;
                Ok(Some(site))
            }
            (Some(_), None) => Err(ConvertError::Sites { expected: 1, found: 0, problem: "sites at a node" }),
            (None, Some(_)) => Err(ConvertError::Sites { expected: 0, found: 1, problem: "sites at a node" }),
        });
        let sites = sites.collect::<Result<_, _>>()?;
        Ok(Self { graph, sites, options: *options })
    }

    /// The graph that is simulated: folded, with rectifiers before maximum pools.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The options of the conversion.
    #[must_use]
    pub fn options(&self) -> &ConversionOptions {
        &self.options
    }

    /// The same neurons under other options of the simulation.
    ///
    /// # Errors
    /// [`ConvertError::Options`] for options out of range or options that place other neurons.
    pub fn with_options(&self, options: &ConversionOptions) -> Result<Self, ConvertError> {
        check_options(options)?;
        let before = &self.options;
        if (options.attention, options.readout, options.granularity)
            != (before.attention, before.readout, before.granularity)
        {
            return Err(ConvertError::Options {
                field: "attention, readout or granularity",
                found: format!("{:?}", (options.attention, options.readout, options.granularity)),
                allowed: "what the network was converted with; convert it again",
            });
        }
        Ok(Self { options: *options, ..self.clone() })
    }

    /// The neurons of a node, if its result becomes spikes.
    #[must_use]
    pub fn site(&self, id: NodeId) -> Option<&Site> {
        self.sites.get(id.index())?.as_ref()
    }

    /// All nodes whose result becomes spikes, in order.
    pub fn sites(&self) -> impl Iterator<Item = (NodeId, &Node, &Site)> {
        let nodes = self.graph.enumerate().zip(&self.sites);
        nodes.filter_map(|((id, node), site)| site.as_ref().map(|site| (id, node, site)))
    }

    pub(crate) fn site_mut(&mut self, id: NodeId) -> Option<&mut Site> {
        self.sites.get_mut(id.index())?.as_mut()
    }
}

/// The kind and the groups of the neurons of each node.
fn places(graph: &Graph, kinds: &[Option<SiteKind>], options: &ConversionOptions) -> Vec<Option<(SiteKind, Groups)>> {
    let place = |((id, _), kind): ((NodeId, &Node), &Option<SiteKind>)| {
        // The classes that are compared must share one scale.
        let granularity = if id == graph.output() { crate::Granularity::Layer } else { options.granularity };
        kind.map(|kind| (kind, Groups::new(graph, id, kind, granularity)))
    };
    graph.enumerate().zip(kinds).map(place).collect()
}

impl Site {
    /// Refuses values that are not those of so many groups.
    fn check(&self, number: usize) -> Result<(), ConvertError> {
        let misfit = |found, problem| Err(ConvertError::Sites { expected: number, found, problem });
        if self.thresholds.len() != number {
            return misfit(self.thresholds.len(), "thresholds of a site");
        }
        for values in [&self.shifts, &self.charges] {
            if !(values.is_empty() || values.len() == number) {
                return misfit(values.len(), "shifts or charges of a site");
            }
        }
        let positive = self.thresholds.iter().filter(|theta| 0.0 < **theta && theta.is_finite()).count();
        let finite = self.shifts.iter().chain(&self.charges).all(|value| value.is_finite());
        if positive != number || !finite {
            return misfit(positive, "positive thresholds with finite shifts and charges");
        }
        Ok(())
    }

    /// The threshold of each value of the node, in the order of the graph.
    #[must_use]
    pub fn spread(&self, values: &[f64], shape: &[usize]) -> Vec<f64> {
        (0..shape.iter().product()).map(|i| values[self.groups.of(i, shape)]).collect()
    }
}

impl Groups {
    fn new(graph: &Graph, id: NodeId, kind: SiteKind, granularity: crate::Granularity) -> Self {
        match (kind, granularity) {
            // Encoders of attention carry values of all features alike.
            (SiteKind::Signed | SiteKind::Unsigned, _) | (_, crate::Granularity::Layer) => Self::Layer,
            (SiteKind::Rectifier, crate::Granularity::Channel) => match channel_axis(graph, id) {
                Some(axis) => Self::Axis(axis),
                None => Self::Layer,
            },
            (SiteKind::Rectifier, crate::Granularity::Neuron) => Self::Value,
        }
    }

    /// Number of groups of a result of the given shape.
    #[must_use]
    pub fn number(self, shape: &[usize]) -> usize {
        match self {
            Self::Layer => 1,
            Self::Axis(axis) => shape.get(axis).copied().unwrap_or(1),
            Self::Value => shape.iter().product(),
        }
    }

    /// The group of value i, row-major.
    #[must_use]
    pub fn of(self, i: usize, shape: &[usize]) -> usize {
        match self {
            Self::Layer => 0,
            Self::Axis(axis) => {
                let stride: usize = shape[axis + 1..].iter().product();
                i / stride % shape[axis]
            }
            Self::Value => i,
        }
    }
}

/// The axis along which the values of a node are features of their own: the first of an image, else the last.
fn channel_axis(graph: &Graph, mut id: NodeId) -> Option<usize> {
    loop {
        let node = graph.node(id);
        match node.layer() {
            Layer::Conv(_) | Layer::BatchNorm(_) => return Some(0),
            Layer::Dense(_) | Layer::LayerNorm(_) => return node.shape().len().checked_sub(1),
            Layer::MaxPool(_)
            | Layer::AveragePool { .. }
            | Layer::Relu
            | Layer::Clip { .. }
            | Layer::Gelu(_)
            | Layer::Function(_)
            | Layer::Binary(_) => {
                let shape = node.shape();
                id = *node.operands().iter().find(|operand| graph.node(**operand).shape() == shape).or_else(|| {
                    let pooled = matches!(node.layer(), Layer::MaxPool(_) | Layer::AveragePool { .. });
                    node.operands().first().filter(|_| pooled)
                })?;
            }
            _ => return None,
        }
    }
}

fn check_options(options: &ConversionOptions) -> Result<(), ConvertError> {
    let refuse = |field, found: String, allowed| Err(ConvertError::Options { field, found, allowed });
    match options.normalisation {
        crate::Normalisation::Percentile { percent, .. } if !(0.0 < percent && percent <= 100.0) => {
            return refuse("percentile", percent.to_string(), "above 0 and at most 100");
        }
        crate::Normalisation::MeanSquare { num_steps: 0 } => {
            return refuse("steps of the mean square", "0".to_owned(), "at least 1");
        }
        _ => {}
    }
    if !(0.0..=1.0).contains(&options.initial_share) {
        return refuse("initial_share", options.initial_share.to_string(), "0 to 1; 0.5 rounds counts");
    }
    if [options.bias_calibration, options.charge_calibration].contains(&Some(0)) {
        return refuse("steps of a calibration", "0".to_owned(), "at least 1");
    }
    Ok(())
}
