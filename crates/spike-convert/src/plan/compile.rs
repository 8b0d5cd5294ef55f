//! From the network to its units, node by node.

use super::mapping::{Link, Mapping, links, windows};
use super::scale::{by_channel, by_feature, single, unfoldable};
use super::synapses::{Scales, Synapses};
use super::{Class, Edge, Input, InputClass, Plan, PoolUnit, RowUnit, SiteUnit, Unit, UnitKind};
use crate::error::ConvertError;
use crate::graph::{Graph, Node, NodeId};
use crate::layer::{BinaryOp, Layer};
use crate::shape::image;
use crate::spiking::{Form, MaxPooling, Site, SiteKind, SpikeSigns, SpikingNetwork, is_linear, is_rectifier};
use spike_sim::{Emission, IfNeuronsOptions, Real};

pub(super) fn compile<F: Real>(
    network: &SpikingNetwork,
    input: InputClass,
    levels: Option<i32>,
) -> Result<Plan<F>, ConvertError> {
    let graph = network.graph();
    let mut compiler = Compiler {
        network,
        graph,
        users: graph.users().iter().map(Vec::len).collect(),
        input,
        levels,
        units: Vec::new(),
        of_node: vec![usize::MAX; graph.nodes().len()],
    };
    for (id, node) in graph.enumerate() {
        let unit = compiler.unit(id, node)?;
        compiler.of_node[id.index()] = match unit.inputs.as_slice() {
            // Events that only pass need no unit of their own.
            [Input { unit: source, edge: Edge::Identity, .. }]
                if matches!(unit.kind, UnitKind::Linear) && unit.class == Class::Events && unit.site.is_none() =>
            {
                *source
            }
            _ => {
                compiler.units.push(unit);
                compiler.units.len() - 1
            }
        };
    }
    let output = compiler.of_node[graph.output().index()];
    let input = compiler.of_node[graph.input().index()];
    let mut units = compiler.units;
    let mut needed = vec![false; units.len()];
    needed[output] = true;
    for unit in (0..units.len()).rev() {
        if needed[unit] {
            units[unit].inputs.iter().for_each(|source| needed[source.unit] = true);
        }
    }
    needed[input] = true;
    let order: Vec<usize> = (0..units.len()).filter(|&unit| needed[unit]).collect();
    units[output].listed = true;
    let readers = order.iter().map(|&unit| &units[unit]).filter(|unit| !matches!(unit.kind, UnitKind::Rows(_)));
    let listed: Vec<usize> = readers.flat_map(|unit| unit.inputs.iter().map(|input| input.unit)).collect();
    listed.into_iter().for_each(|unit| units[unit].listed = true);
    Ok(Plan { units, order, output, input })
}

struct Compiler<'a, F> {
    network: &'a SpikingNetwork,
    graph: &'a Graph,
    users: Vec<usize>,
    input: InputClass,
    levels: Option<i32>,
    units: Vec<Unit<F>>,
    of_node: Vec<usize>,
}

/// The scale of a current, for each value of the graph.
enum Divisor {
    One,
    Values(Vec<f64>),
}

impl Divisor {
    fn values(&self) -> &[f64] {
        match self {
            Self::One => &[],
            Self::Values(values) => values,
        }
    }

    fn of(&self, i: usize) -> f64 {
        self.values().get(i).copied().unwrap_or(1.0)
    }
}

impl<F: Real> Compiler<'_, F> {
    fn unit(&self, id: NodeId, node: &Node) -> Result<Unit<F>, ConvertError> {
        let layer = node.layer();
        let mut unit = Unit {
            node: id,
            kind: UnitKind::Linear,
            class: Class::Current,
            num_values: node.num_values(),
            inputs: Vec::new(),
            bias: None,
            site: None,
            place: None,
            listed: false,
            scale: Vec::new(),
        };
        let site = self.network.site(id);
        let divisor = self.divisor(node, site)?;
        match layer {
            Layer::Input => {
                unit.kind = UnitKind::Input;
                unit.class = if self.input == InputClass::Steady { Class::Steady } else { Class::Events };
            }
            Layer::Constant(tensor) => {
                unit.kind = UnitKind::Constant(tensor.values().iter().map(|&v| F::from_f64(f64::from(v))).collect());
                unit.class = Class::Steady;
            }
            _ if is_linear(self.graph, id) || (is_rectifier(layer) && site.is_some()) => {
                self.linear(&mut unit, node, &divisor)?;
            }
            Layer::MaxPool(pool) if self.operand(node, 0).class != Class::Steady => {
                let source = self.operand(node, 0);
                unit.place = channel_last(node);
                let windows = windows(pool, self.graph.node(node.operands()[0]).shape(), node.shape());
                let pool = PoolUnit::new(windows, source, unit.place.as_deref());
                unit.scale = pool.scale(node, source)?;
                let cumulative = self.network.options().max_pooling == MaxPooling::Cumulative;
                let site = source.site.as_ref().filter(|_| cumulative);
                unit.kind = match site.and_then(|site| RowUnit::largest(&pool.members, site)) {
                    Some(rows) => UnitKind::Rows(rows),
                    None => UnitKind::MaxPool(pool),
                };
                unit.class = Class::Events;
                unit.inputs.push(Input {
                    unit: self.of_node[node.operands()[0].index()],
                    operand: 0,
                    edge: Edge::Identity,
                });
            }
            _ => self.function(&mut unit, node),
        }
        if let Some(site) = site {
            self.add_site(&mut unit, node, site, &divisor)?;
        }
        Ok(unit)
    }

    fn operand(&self, node: &Node, number: usize) -> &Unit<F> {
        &self.units[self.of_node[node.operands()[number].index()]]
    }

    /// What the current of a node is divided by in the form of the network.
    fn divisor(&self, node: &Node, site: Option<&Site>) -> Result<Divisor, ConvertError> {
        let Some(site) = site else { return Ok(Divisor::One) };
        match self.network.options().form {
            Form::Amplitude => Ok(Divisor::One),
            Form::WeightNormalised | Form::Combined => Ok(Divisor::Values(site.spread(&site.thresholds, node.shape()))),
            Form::ThresholdBalanced => {
                let before = self.scale_before(node)?;
                Ok(Divisor::Values(vec![before; node.num_values()]))
            }
        }
    }

    /// The one scale of all spikes that drive a node.
    fn scale_before(&self, node: &Node) -> Result<f64, ConvertError> {
        let mut scales = Vec::new();
        for number in 0..node.operands().len() {
            let unit = self.operand(node, number);
            match (&unit.kind, unit.class) {
                (UnitKind::Constant(_), _) => {}
                // A sum that is not spikes yet: what drives it.
                (UnitKind::Linear, Class::Current) if unit.site.is_none() => {
                    scales.push(self.scale_before(self.graph.node(unit.node))?);
                }
                _ => scales.push(single(node, &unit.scale)?),
            }
        }
        single(node, &scales)
    }

    /// The sum of the operands.
    fn linear(&self, unit: &mut Unit<F>, node: &Node, divisor: &Divisor) -> Result<(), ConvertError> {
        unit.place = match node.layer() {
            Layer::Conv(_) | Layer::AveragePool { .. } => channel_last(node),
            Layer::Dense(_) | Layer::Select(_) | Layer::Concat { .. } | Layer::Mean { .. } => None,
            _ => self.inherited_place(node),
        };
        let site = self.network.site(unit.node).is_some();
        let passes = !site && bias_of(node).is_none() && self.all_events(node);
        let mut bias = None;
        self.gather(unit, node, divisor, passes, &mut bias)?;
        let steady = unit.inputs.iter().all(|input| self.units[input.unit].class == Class::Steady);
        unit.class = match (steady, passes) {
            (true, _) => Class::Steady,
            (false, true) => Class::Events,
            (false, false) => Class::Current,
        };
        if unit.class == Class::Events {
            unit.scale = self.passed_scale(node, unit)?;
            if let [Input { unit: source, edge: Edge::Mapping(mapping), .. }] = unit.inputs.as_slice()
                && let Some(site) = &self.units[*source].site
                && let Some(rows) = RowUnit::sum(mapping, unit.num_values, site)
            {
                unit.kind = UnitKind::Rows(rows);
            }
        }
        unit.bias = bias.map(|values| stored(&values, unit.place.as_deref(), |i, v| F::from_f64(v / divisor.of(i))));
        Ok(())
    }

    /// Adds the inputs and the bias of a node to a unit, and those of sums that nobody else reads.
    fn gather(
        &self,
        unit: &mut Unit<F>,
        node: &Node,
        divisor: &Divisor,
        passes: bool,
        bias: &mut Option<Vec<f64>>,
    ) -> Result<(), ConvertError> {
        if let Some(values) = bias_of(node) {
            let sum = bias.get_or_insert_with(|| vec![0.0; values.len()]);
            sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
        let factor = matches!(node.layer(), Layer::Binary(BinaryOp::Mul | BinaryOp::Div));
        for (number, &id) in node.operands().iter().enumerate() {
            let (source, operand) = (self.operand(node, number), self.graph.node(id));
            if factor && matches!(source.kind, UnitKind::Constant(_)) {
                continue;
            }
            let keeps = matches!(
                node.layer(),
                Layer::Relu | Layer::Clip { .. } | Layer::Reshape(_) | Layer::Binary(BinaryOp::Add)
            ) && operand.num_values() == node.num_values();
            let alone = self.users[id.index()] == 1 && id != self.graph.output();
            let sums =
                matches!(source.kind, UnitKind::Linear) && source.site.is_none() && source.class == Class::Current;
            if keeps && alone && sums && source.place == unit.place {
                self.gather(unit, operand, divisor, false, bias)?;
            } else {
                let edge = self.edge(node, number, unit.place.as_deref(), divisor, passes)?;
                unit.inputs.push(Input { unit: self.of_node[id.index()], operand: 0, edge });
            }
        }
        Ok(())
    }

    /// The connections from one operand.
    fn edge(
        &self,
        node: &Node,
        number: usize,
        target_place: Option<&[u32]>,
        divisor: &Divisor,
        passes: bool,
    ) -> Result<Edge<F>, ConvertError> {
        let source = self.operand(node, number);
        let operand = self.graph.node(node.operands()[number]);
        let scale = graph_order(&source.scale, source.place.as_deref());
        let place = source.place.as_deref();
        match node.layer() {
            Layer::Dense(dense) => {
                let (inputs, outputs) = (dense.num_inputs(), dense.num_outputs());
                let from = if scale.is_empty() { scale } else { by_feature(node, &scale, inputs)? };
                let to = match divisor.values() {
                    [] => Vec::new(),
                    values => by_feature(node, values, outputs)?,
                };
                let scales = Scales { source: &from, target: &to };
                return Ok(Edge::Synapses(Synapses::dense(dense, operand.num_values(), place, scales)));
            }
            Layer::Conv(conv) => {
                let channels = |values: &[f64], shape: &[usize]| match values {
                    [] => Ok(Vec::new()),
                    values => by_channel(node, values, image(shape).unwrap_or([1, 1, 1])[0]),
                };
                let from = channels(&scale, operand.shape())?;
                let to = channels(divisor.values(), node.shape())?;
                let scales = Scales { source: &from, target: &to };
                return Ok(Edge::Synapses(Synapses::conv(conv, operand.shape(), node.shape(), place, scales)));
            }
            _ => {}
        }
        let links = links(self.graph, node, number).ok_or_else(|| unfoldable(node, "it is no linear map"))?;
        let mapped: Vec<Link> = links
            .into_iter()
            .map(|Link { source: from, target, weight }| {
                // Events that pass keep the scale of their source; currents are in the units of the target.
                let units = scale.get(from as usize).copied().unwrap_or(1.0) / divisor.of(target as usize);
                Link {
                    source: place.map_or(from, |place| place[from as usize]),
                    target: target_place.map_or(target, |place| place[target as usize]),
                    weight: if passes { weight } else { weight * units },
                }
            })
            .collect();
        let identity = source.num_values == node.num_values()
            && mapped.len() == node.num_values()
            && mapped.iter().all(|link| link.source == link.target && link.weight == 1.0);
        Ok(if identity { Edge::Identity } else { Edge::Mapping(Mapping::new(source.num_values, mapped)) })
    }

    fn all_events(&self, node: &Node) -> bool {
        let constant = |unit: &Unit<F>| matches!(unit.kind, UnitKind::Constant(_));
        let product = matches!(node.layer(), Layer::Binary(BinaryOp::Mul | BinaryOp::Div));
        !matches!(node.layer(), Layer::Dense(_) | Layer::Conv(_))
            && (0..node.operands().len()).all(|number| {
                let unit = self.operand(node, number);
                unit.class == Class::Events || (product && constant(unit))
            })
    }

    /// The place of a node whose values stay where those of its operand are.
    fn inherited_place(&self, node: &Node) -> Option<Vec<u32>> {
        let same = |number: &usize| self.operand(node, *number).num_values == node.num_values();
        let number = (0..node.operands().len()).find(same)?;
        match node.layer() {
            Layer::Select(_) | Layer::Concat { .. } | Layer::Mean { .. } => None,
            _ => self.operand(node, number).place.clone(),
        }
    }

    /// The scale of events that pass unchanged: that of their sources, which must agree.
    fn passed_scale(&self, node: &Node, unit: &Unit<F>) -> Result<Vec<f64>, ConvertError> {
        if unit.inputs.iter().all(|input| self.units[input.unit].scale.is_empty()) {
            return Ok(Vec::new());
        }
        let mut scale = vec![f64::NAN; unit.num_values];
        for number in 0..node.operands().len() {
            let source = self.operand(node, number);
            if source.class != Class::Events {
                continue;
            }
            let from = graph_order(&source.scale, source.place.as_deref());
            for link in links(self.graph, node, number).unwrap_or_default() {
                let value = from.get(link.source as usize).copied().unwrap_or(1.0);
                let at = unit.place.as_ref().map_or(link.target, |place| place[link.target as usize]) as usize;
                if scale[at].is_nan() {
                    scale[at] = value;
                } else if scale[at] != value {
                    return Err(unfoldable(node, "it adds spikes of different thresholds; take the amplitude form"));
                }
            }
        }
        scale.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = 1.0);
        Ok(scale)
    }

    /// A function of sums: all operands arrive in the order of the graph, in units of the analog network.
    fn function(&self, unit: &mut Unit<F>, node: &Node) {
        unit.kind = match node.layer() {
            Layer::Softmax { axis } if self.network.site(unit.node).is_none() && unit.node != self.graph.output() => {
                UnitKind::WinnerTakeAll { axis: *axis }
            }
            _ => UnitKind::Differential,
        };
        unit.class = match unit.kind {
            UnitKind::WinnerTakeAll { .. } => Class::Events,
            _ => Class::Current,
        };
        let mut steady = true;
        for (number, operand) in node.operands().iter().enumerate() {
            let source = self.operand(node, number);
            steady &= source.class == Class::Steady;
            let scale = graph_order(&source.scale, source.place.as_deref());
            let links = (0..source.num_values as u32).map(|g| Link {
                source: source.place.as_ref().map_or(g, |place| place[g as usize]),
                target: g,
                weight: scale.get(g as usize).copied().unwrap_or(1.0),
            });
            let edge = if source.place.is_none() && scale.is_empty() {
                Edge::Identity
            } else {
                Edge::Mapping(Mapping::new(source.num_values, links.collect()))
            };
            unit.inputs.push(Input { unit: self.of_node[operand.index()], operand: number, edge });
        }
        if steady && self.network.site(unit.node).is_none() {
            unit.class = Class::Steady;
        }
    }

    fn add_site(&self, unit: &mut Unit<F>, node: &Node, site: &Site, divisor: &Divisor) -> Result<(), ConvertError> {
        let options = self.network.options();
        let lambda = site.spread(&site.thresholds, node.shape());
        let ternary = |min_count, max_count| Emission::Ternary { min_count, max_count };
        let emission = match (site.kind, self.levels) {
            (SiteKind::Rectifier, Some(levels)) => ternary(0, levels),
            (SiteKind::Rectifier, None) if options.spikes == SpikeSigns::Binary => Emission::Binary,
            (SiteKind::Unsigned, _) if unit.node == self.graph.output() => Emission::Binary,
            (SiteKind::Rectifier | SiteKind::Unsigned, _) => ternary(0, i32::MAX),
            (SiteKind::Signed, _) => ternary(i32::MIN, i32::MAX),
        };
        let form = options.form;
        let place = unit.place.as_deref();
        let thresholds = match form {
            // The specification's: on top of the weights, the thresholds carry the ratio as well.
            Form::Combined => {
                let before = self.scale_before(node)?;
                stored(&lambda, place, |_, lambda| F::from_f64(lambda / before))
            }
            _ => stored(&lambda, place, |i, lambda| F::from_f64(lambda / divisor.of(i))),
        };
        let unscaled = form == Form::Amplitude;
        let amplitudes = stored(&lambda, place, |_, lambda| F::from_f64(if unscaled { lambda } else { 1.0 }));
        if !unscaled {
            unit.scale = stored(&lambda, place, |_, lambda| lambda);
        }
        if !site.shifts.is_empty() {
            let shift = site.spread(&site.shifts, node.shape());
            let shift = stored(&shift, place, |i, shift| F::from_f64(shift / divisor.of(i)));
            match &mut unit.bias {
                Some(bias) => bias.iter_mut().zip(shift).for_each(|(bias, shift)| *bias += shift),
                bias => *bias = Some(shift),
            }
        }
        let charges = match site.charges.as_slice() {
            [] => Vec::new(),
            charges => {
                let charges = site.spread(charges, node.shape());
                stored(&charges, place, |i, charge| F::from_f64(charge / divisor.of(i)))
            }
        };
        let options = IfNeuronsOptions { reset: options.reset, initial_share: options.initial_share, emission };
        unit.class = Class::Events;
        unit.site = Some(SiteUnit { options, thresholds, charges, amplitudes });
        Ok(())
    }
}

/// What a linear node adds without any input, in the order of the graph.
fn bias_of(node: &Node) -> Option<Vec<f64>> {
    let shape = node.shape();
    let spread = |bias: &[f32], stride: usize| -> Vec<f64> {
        (0..node.num_values()).map(|i| f64::from(bias[i / stride % bias.len()])).collect()
    };
    match node.layer() {
        Layer::Dense(dense) => dense.bias.as_ref().map(|bias| spread(bias.values(), 1)),
        Layer::Conv(conv) => conv.bias.as_ref().map(|bias| spread(bias.values(), shape[1..].iter().product())),
        Layer::BatchNorm(norm) => {
            let stride: usize = shape[1..].iter().product();
            let maps = norm.scale_and_shift();
            Some((0..node.num_values()).map(|i| maps[i / stride].1).collect())
        }
        _ => None,
    }
}

/// Values of the graph in the order of storage.
fn stored<T, U: Clone + Default>(values: &[T], place: Option<&[u32]>, f: impl Fn(usize, T) -> U) -> Vec<U>
where
    T: Copy,
{
    let mut result = vec![U::default(); values.len()];
    for (i, &value) in values.iter().enumerate() {
        result[place.map_or(i, |place| place[i] as usize)] = f(i, value);
    }
    result
}

/// Stored values in the order of the graph.
fn graph_order(values: &[f64], place: Option<&[u32]>) -> Vec<f64> {
    match place {
        Some(place) if !values.is_empty() => place.iter().map(|&at| values[at as usize]).collect(),
        _ => values.to_vec(),
    }
}

/// Images are stored channel-last, so that the filters of a position are neighbours.
fn channel_last(node: &Node) -> Option<Vec<u32>> {
    let [channels, height, width] = image(node.shape())?;
    let pixels = height * width;
    (pixels > 1 && channels > 1)
        .then(|| (0..channels * pixels).map(|g| (g % pixels * channels + g / pixels) as u32).collect())
}
