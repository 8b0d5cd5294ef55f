//! One sample, step by step.

use super::differential::Differential;
use super::events::Events;
use super::flow::{add_events, add_values, operations, winners};
use super::pool::PoolState;
use super::rows::RowState;
use crate::analog::Kernel;
use crate::error::{ConvertError, RunError};
use crate::graph::{Graph, NodeId};
use crate::plan::{Class, Input, InputClass, Plan, Unit, UnitKind};
use crate::spiking::{MaxPooling, SpikingNetwork};
use spike_sim::{IfNeurons, Real};

/// A spiking network ready to run, in 32-bit numbers ([`f32`]) or 64-bit numbers ([`f64`]).
///
/// In each step t = 1, 2, .. every layer takes the spikes that the layer before emits in the same step: currents are
/// W·s, a neuron integrates and fires as [`IfNeurons`] says. The cost is that of the spikes: each one adds the weights
/// of its neuron to the membranes that it reaches. The read-out after t steps is the sum of what the last layer
/// received; divided by t it approximates the analog result.
///
/// Sums run in a fixed order, so that results depend neither on threads nor on other samples.
///
/// # Errors
/// Construction: [`ConvertError`] if the form cannot express the network. Running: samples of another length or with
/// values that are not finite.
///
/// # Examples
/// ```
/// use spike_convert::{ConversionOptions, Dense, Graph, Layer, Simulation, SpikingNetwork, Tensor};
/// let mut graph = Graph::new("x", vec![2])?;
/// let weight = Tensor::new(vec![1, 2], vec![1.0, -0.5])?;
/// let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()])?;
/// let relu = graph.push("relu", Layer::Relu, &[dense])?;
/// graph.set_output(relu)?;
/// let network = SpikingNetwork::convert(&graph, &[1.0, 0.0], &ConversionOptions::default())?;
/// let simulation = Simulation::<f32>::new(&network)?;
/// let mut state = simulation.state();
/// simulation.begin(&mut state, &[0.9, 0.3])?;
/// for _ in 0..40 {
///     simulation.step(&mut state);
/// }
/// assert!((state.readout()[0] / 40.0 - 0.75).abs() <= 0.5 / 40.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Rueckauer, Lungu, Hu, Pfeiffer, Liu (2017), Frontiers in Neuroscience 11:682, DOI 10.3389/fnins.2017.00682; for
/// functions of means Huang, Yu et al. (2024), Towards high-performance spiking transformers from ANN to SNN conversion,
/// ACM Multimedia, DOI 10.1145/3664647.3680620.
#[derive(Debug)]
pub struct Simulation<F> {
    graph: Graph,
    plan: Plan<F>,
    kernels: Vec<Kernel>,
    /// Neurons at rest, for each unit that has any.
    neurons: Vec<Option<IfNeurons<F>>>,
    pooling: MaxPooling,
    arch: pulp::Arch,
}

/// The state of a simulation of one sample, to be used again for any number of samples.
#[derive(Debug, Clone)]
pub struct SimulationState<F> {
    units: Vec<UnitState<F>>,
    /// Steps since the start of the sample.
    t: u32,
    readout: Vec<F>,
    num_spikes: u64,
    synops: u64,
}

#[derive(Debug, Clone)]
struct UnitState<F> {
    neurons: Option<IfNeurons<F>>,
    pool: Option<PoolState<F>>,
    rows: Option<RowState>,
    differential: Option<Differential<F>>,
    /// What is added in every step of the sample: bias and all that does not change. Empty if nothing.
    base: Vec<F>,
    /// Values of this step, for units that give currents, and of the sample, for steady ones.
    current: Vec<F>,
    events: Events<F>,
}

impl<F: Real> Simulation<F> {
    /// Compiles a network whose input is a constant current.
    ///
    /// # Errors
    /// As for the type.
    pub fn new(network: &SpikingNetwork) -> Result<Self, ConvertError> {
        Self::compiled(network, InputClass::Steady, None)
    }

    /// Compiles a network whose input is spikes, given step by step.
    ///
    /// # Errors
    /// As for the type.
    pub fn with_spike_input(network: &SpikingNetwork) -> Result<Self, ConvertError> {
        Self::compiled(network, InputClass::Events, None)
    }

    pub(crate) fn compiled(
        network: &SpikingNetwork,
        input: InputClass,
        levels: Option<i32>,
    ) -> Result<Self, ConvertError> {
        let plan = Plan::new(network, input, levels)?;
        let neurons = plan.units.iter().map(|unit| {
            let site = unit.site.as_ref();
            site.map(|site| {
                let neurons = IfNeurons::new(&site.options, site.thresholds.clone())?;
                if site.charges.is_empty() { Ok(neurons) } else { neurons.with_initial_charges(&site.charges) }
            })
            .transpose()
        });
        let neurons = neurons.collect::<Result<_, _>>()?;
        let graph = network.graph().clone();
        let kernels = graph.nodes().iter().map(|node| Kernel::new(&graph, node)).collect();
        let pooling = network.options().max_pooling;
        Ok(Self { graph, plan, kernels, neurons, pooling, arch: pulp::Arch::new() })
    }

    /// Number of values of a sample.
    #[must_use]
    pub fn num_inputs(&self) -> usize {
        self.plan.units[self.plan.input].num_values
    }

    /// Number of values of the read-out.
    #[must_use]
    pub fn num_outputs(&self) -> usize {
        self.plan.units[self.plan.output].num_values
    }

    pub(crate) fn plan(&self) -> &Plan<F> {
        &self.plan
    }

    /// Memory for one sample at a time.
    #[must_use]
    pub fn state(&self) -> SimulationState<F> {
        let units = self.plan.units.iter().zip(&self.neurons).map(|(unit, neurons)| UnitState {
            neurons: neurons.clone(),
            pool: match &unit.kind {
                UnitKind::MaxPool(pool) => Some(PoolState::new(pool)),
                _ => None,
            },
            rows: match &unit.kind {
                UnitKind::Rows(rows) => Some(RowState::new(rows)),
                _ => None,
            },
            differential: matches!(unit.kind, UnitKind::Differential | UnitKind::WinnerTakeAll { .. })
                .then(|| Differential::new(&self.graph, unit.node)),
            base: Vec::new(),
            current: match &unit.kind {
                UnitKind::Constant(values) => values.clone(),
                _ if unit.class == Class::Events => Vec::new(),
                _ => vec![F::default(); unit.num_values],
            },
            events: Events::default(),
        });
        SimulationState {
            units: units.collect(),
            t: 0,
            readout: vec![F::default(); self.num_outputs()],
            num_spikes: 0,
            synops: 0,
        }
    }

    /// Starts a sample whose values are a constant current.
    ///
    /// # Errors
    /// [`ConvertError::Run`] for another number of values, or values that are not finite.
    pub fn begin(&self, state: &mut SimulationState<F>, sample: &[f32]) -> Result<(), ConvertError> {
        let expected = self.num_inputs();
        if sample.len() != expected {
            let shape = self.graph.input_shape().to_vec();
            return Err(RunError::SampleLength { found: sample.len(), expected, shape }.into());
        }
        if let Some(position) = sample.iter().position(|value| !value.is_finite()) {
            return Err(RunError::InputNotFinite { sample: 0, position, value: sample[position] }.into());
        }
        let input = &mut state.units[self.plan.input];
        input.current.clear();
        input.current.extend(sample.iter().map(|&value| F::from_f64(f64::from(value))));
        self.start(state);
        Ok(())
    }

    /// Starts a sample whose values come as spikes.
    pub fn begin_spikes(&self, state: &mut SimulationState<F>) {
        self.start(state);
    }

    /// Resets neurons and computes all that does not change during the sample.
    fn start(&self, state: &mut SimulationState<F>) {
        state.t = 0;
        state.readout.fill(F::default());
        (state.num_spikes, state.synops) = (0, 0);
        for &index in &self.plan.order {
            let unit = &self.plan.units[index];
            let (before, after) = state.units.split_at_mut(index);
            let own = &mut after[0];
            own.neurons.iter_mut().for_each(IfNeurons::reset);
            own.pool.iter_mut().for_each(PoolState::reset);
            own.rows.iter_mut().for_each(RowState::reset);
            own.differential.iter_mut().for_each(Differential::reset);
            let steady = |input: &Input<F>| self.plan.units[input.unit].class == Class::Steady;
            own.base.clear();
            match &unit.kind {
                UnitKind::Input if unit.site.is_some() => own.base.clone_from(&own.current),
                UnitKind::Linear if unit.bias.is_some() || unit.inputs.iter().any(steady) => {
                    match &unit.bias {
                        Some(bias) => own.base.clone_from(bias),
                        None => own.base.resize(unit.num_values, F::default()),
                    }
                    for input in unit.inputs.iter().filter(|input| steady(input)) {
                        let source = &before[input.unit].current;
                        add_values(self.arch, &input.edge, source, &mut own.events, &mut own.base);
                    }
                    own.events.clear();
                }
                UnitKind::Differential if unit.class == Class::Steady => {
                    own.current.fill(F::default());
                    self.function(unit, own, before, 1);
                }
                _ => {}
            }
            if unit.class == Class::Steady && matches!(unit.kind, UnitKind::Linear) {
                own.current.clone_from(&own.base);
            }
        }
    }

    /// Adds the operands of a function and what it gives in step t.
    fn function(&self, unit: &Unit<F>, own: &mut UnitState<F>, before: &[UnitState<F>], t: u32) {
        let Some(differential) = &mut own.differential else { return };
        for input in &unit.inputs {
            let source = &before[input.unit];
            let sums = &mut differential.sums[input.operand];
            match self.plan.units[input.unit].class {
                Class::Events => add_events(self.arch, &input.edge, &source.events, sums),
                _ => add_values(self.arch, &input.edge, &source.current, &mut own.events, sums),
            }
        }
        own.events.clear();
        if let UnitKind::WinnerTakeAll { axis } = unit.kind {
            let shape = self.graph.node(unit.node).shape();
            winners(&differential.sums[0], axis, shape, &mut own.events.sources);
            own.events.amplitudes.resize(own.events.sources.len(), F::from_f64(1.0));
            return;
        }
        let kernel = &self.kernels[unit.node.index()];
        let targets = match &mut own.neurons {
            Some(neurons) => neurons.membranes_mut(),
            None => &mut own.current,
        };
        differential.step(&self.graph, unit.node, kernel, t, targets);
    }

    /// One step with the current of the sample, if it has one.
    pub fn step(&self, state: &mut SimulationState<F>) {
        self.advance(state, true);
    }

    /// One step in which these inputs spike with these amplitudes.
    ///
    /// # Errors
    /// [`ConvertError::Input`] if an input does not exist or an amplitude is missing.
    pub fn step_spikes(
        &self,
        state: &mut SimulationState<F>,
        inputs: &[u32],
        amplitudes: &[F],
    ) -> Result<(), ConvertError> {
        let number = self.num_inputs();
        if inputs.len() != amplitudes.len() || inputs.iter().any(|&input| number <= input as usize) {
            let problem = format!(
                "{} input spikes with {} amplitudes do not fit {number} inputs",
                inputs.len(),
                amplitudes.len()
            );
            return Err(ConvertError::Input { problem });
        }
        let input = &mut state.units[self.plan.input];
        input.events.clear();
        input.events.sources.extend_from_slice(inputs);
        input.events.amplitudes.extend_from_slice(amplitudes);
        self.advance(state, true);
        Ok(())
    }

    /// One step; without `driven`, nothing but spikes arrives: no input current and no bias.
    pub(crate) fn advance(&self, state: &mut SimulationState<F>, driven: bool) {
        state.t += 1;
        let t = state.t;
        for &index in &self.plan.order {
            let unit = &self.plan.units[index];
            if unit.class == Class::Steady {
                continue;
            }
            let (before, after) = state.units.split_at_mut(index);
            let own = &mut after[0];
            match &unit.kind {
                UnitKind::Linear => state.synops += self.linear(unit, own, before, driven),
                UnitKind::MaxPool(pool) => {
                    let source = &before[unit.inputs[0].unit];
                    own.events.clear();
                    if let Some(memory) = &mut own.pool {
                        memory.step(pool, self.pooling, &source.events, &mut own.events);
                    }
                }
                UnitKind::Rows(rows) => {
                    own.events.clear();
                    if let (Some(memory), Some(neurons)) = (&mut own.rows, &before[unit.inputs[0].unit].neurons) {
                        memory.step(self.arch, rows, neurons, &mut own.events);
                    }
                }
                UnitKind::Differential | UnitKind::WinnerTakeAll { .. } => {
                    if unit.site.is_none() {
                        own.current.fill(F::default());
                    }
                    self.function(unit, own, before, t);
                }
                UnitKind::Input | UnitKind::Constant(_) => {}
            }
            if let (Some(neurons), Some(site)) = (&mut own.neurons, &unit.site) {
                let drive = (driven && !own.base.is_empty()).then_some(own.base.as_slice());
                neurons.step(drive);
                own.events.clear();
                if unit.listed {
                    own.events.append(neurons, &site.amplitudes);
                }
                state.num_spikes += u64::from(neurons.num_spikes());
            }
        }
        self.read(state);
    }

    /// The inputs of a sum. Returns the synaptic operations.
    fn linear(&self, unit: &Unit<F>, own: &mut UnitState<F>, before: &[UnitState<F>], driven: bool) -> u64 {
        let mut synops = 0;
        own.events.clear();
        if unit.class == Class::Events && unit.site.is_none() {
            for input in &unit.inputs {
                own.events.pass(&before[input.unit].events, &input.edge);
            }
            return 0;
        }
        let targets = match &mut own.neurons {
            Some(neurons) => neurons.membranes_mut(),
            None => {
                match own.base.is_empty() || !driven {
                    true => own.current.fill(F::default()),
                    false => own.current.copy_from_slice(&own.base),
                }
                &mut own.current
            }
        };
        for input in &unit.inputs {
            let source = &before[input.unit];
            match self.plan.units[input.unit].class {
                Class::Steady => {}
                Class::Events => {
                    add_events(self.arch, &input.edge, &source.events, targets);
                    synops += operations(&input.edge, &source.events);
                }
                Class::Current => {
                    add_values(self.arch, &input.edge, &source.current, &mut own.events, targets);
                    synops += operations(&input.edge, &own.events);
                    own.events.clear();
                }
            }
        }
        synops
    }

    /// Adds what the output gives in this step to the read-out.
    fn read(&self, state: &mut SimulationState<F>) {
        let unit = &self.plan.units[self.plan.output];
        let own = &state.units[self.plan.output];
        let at = |i: usize| unit.scale.get(i).map_or(F::from_f64(1.0), |&scale| F::from_f64(scale));
        match unit.class {
            Class::Events => {
                for (&i, &amplitude) in own.events.sources.iter().zip(&own.events.amplitudes) {
                    state.readout[i as usize] += amplitude * at(i as usize);
                }
            }
            _ => state.readout.iter_mut().zip(&own.current).for_each(|(sum, &value)| *sum += value),
        }
    }

    /// The read-out in the order of the graph.
    pub(crate) fn ordered_readout(&self, state: &SimulationState<F>) -> Vec<F> {
        match &self.plan.units[self.plan.output].place {
            Some(place) => place.iter().map(|&at| state.readout[at as usize]).collect(),
            None => state.readout.clone(),
        }
    }

    /// Net spikes of the neurons of a node in the order of the graph; `None` if the node has none.
    #[must_use]
    pub fn counts(&self, state: &SimulationState<F>, node: NodeId) -> Option<Vec<i32>> {
        let unit = self.neurons_of(node)?;
        let counts = state.units[unit].neurons.as_ref()?.counts();
        Some(match &self.plan.units[unit].place {
            Some(place) => place.iter().map(|&at| counts[at as usize]).collect(),
            None => counts.to_vec(),
        })
    }

    /// Spikes that the neurons of a node emitted in the last step; 0 if the node has none.
    pub(crate) fn num_emitted(&self, state: &SimulationState<F>, node: NodeId) -> usize {
        let neurons = self.neurons_of(node).and_then(|unit| state.units[unit].neurons.as_ref());
        neurons.map_or(0, |neurons| neurons.num_spikes() as usize)
    }

    fn neurons_of(&self, node: NodeId) -> Option<usize> {
        self.plan.units.iter().position(|unit| unit.node == node && unit.site.is_some())
    }
}

impl<F: Real> SimulationState<F> {
    /// The sum of what the last layer received, in the order in which it is stored: for a vector that of the graph.
    #[must_use]
    pub fn readout(&self) -> &[F] {
        &self.readout
    }

    /// The index of the largest value of the read-out, the first of several.
    #[must_use]
    pub fn prediction(&self) -> usize {
        let mut best = 0;
        for (i, value) in self.readout.iter().enumerate() {
            if self.readout[best] < *value {
                best = i;
            }
        }
        best
    }

    /// Steps since the start of the sample.
    #[must_use]
    pub fn num_steps(&self) -> u32 {
        self.t
    }

    /// Spikes of all neurons since the start of the sample.
    #[must_use]
    pub fn num_spikes(&self) -> u64 {
        self.num_spikes
    }

    /// Synaptic operations since the start of the sample: weights other than 0 that spikes have met.
    #[must_use]
    pub fn num_synaptic_operations(&self) -> u64 {
        self.synops
    }

    /// Whether no neuron fired in the last step.
    pub(crate) fn is_silent(&self, plan: &Plan<F>) -> bool {
        let fired = |unit: &usize| self.units[*unit].neurons.as_ref().is_some_and(|neurons| neurons.num_spikes() > 0);
        !plan.order.iter().any(fired)
    }
}
