//! Many leaky integrate-and-fire neurons behind sparse connections.

use crate::connections::Connections;
use crate::delivery::Delivery;
use crate::drive::Drive;
use crate::error::SimError;
use crate::lif::dynamics::Dynamics;
use crate::lif::event_driven;
use crate::lif::homeostasis::{Homeostasis, HomeostasisOptions};
use crate::lif::inputs::Inputs;
use crate::lif::jumps::Jumps;
use crate::lif::recurrent::Recurrent;
use crate::lif::sweep::State;
use crate::lif::{LifOptions, Refractoriness};
use crate::par;
use crate::plasticity::{Stdp, StdpOrder, SynapticScaling};
use crate::rows::rows_of;
use spike_core::{Event, SpikeBatch, SpikeChunk, SpikeTrain, SpikeView, TimeGrid};
use std::collections::VecDeque;
use std::sync::Arc;

/// A population of leaky integrate-and-fire neurons that receives spikes through [`Connections`].
///
/// τ·dv/dt = rest − v + R·(I + bias); a spike when v reaches θ; then reset and an absolute refractory period. Between
/// inputs the equation is solved exactly: v ← a·v + c·I, I ← b·I with a = e^(−dt/τ), b = e^(−dt/τ_syn) and
/// c = R·τ_syn/(τ_syn − τ)·(b − a), on potentials relative to rest. The order within a step is that of the
/// [`Schedule`](crate::Schedule).
///
/// Shapes: spikes of one row for each source in, one row for each neuron out, on the same grid. State, clock and
/// spikes under way are kept from call to call, so that a stream can come window by window; the steps of a window
/// count from its start.
///
/// Static connections of the population with itself, such as lateral inhibition, are added by
/// [`with_recurrent`](Self::with_recurrent), thresholds that follow the activity by
/// [`with_homeostasis`](Self::with_homeostasis); both need the clock. Recurrent connections that learn are rows of the
/// connections themselves: hand the spikes of a [`step`](Self::step) to the next one, which adds one step to the delay.
///
/// # Errors
/// Constructors as [`LifOptions::validate`], and [`SimError::DelayTooShort`]. Runs refuse spikes with another step
/// width or another number of rows.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use spike_core::{SpikeTrain, TimeGrid};
/// use spike_sim::{Connections, Drive, LifOptions, LifPopulation};
/// let grid = TimeGrid::from_ms(10.0, 0.1)?;
/// let inputs = SpikeTrain::from_neurons(grid, &[vec![10, 11, 12], vec![50]])?;
/// let connections = Connections::dense(array![[0.4, 0.0], [0.0, 1.2]].view(), 0)?;
/// let mut population = LifPopulation::new(&LifOptions::default(), grid, connections)?;
/// let outputs = population.receive_spikes(inputs.view(), Drive::Clock)?;
/// // A jump of step k is tested at k + 1; 3 jumps of 0.4 with little leak exceed 1, and so does one of 1.2.
/// assert_eq!((outputs.view().neuron(0), outputs.view().neuron(1)), (&[13][..], &[51][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Lapicque (1907), translated in Brunel, van Rossum (2007), Biological Cybernetics 97:341,
/// DOI 10.1007/s00422-007-0189-6 (the membrane equation); exact integration: Rotter, Diesmann (1999), Biological
/// Cybernetics 81:381, DOI 10.1007/s004220050570 (propagator of a linear system over one step).
#[derive(Debug, Clone)]
pub struct LifPopulation {
    pub(super) dynamics: Dynamics,
    pub(super) jumps: Arc<Jumps>,
    connections: Arc<Connections>,
    grid: TimeGrid,
    pub(super) state: State,
    /// Input kept for the end of the refractory period; empty unless the neurons accumulate it.
    pub(super) kept: Vec<f64>,
    /// Neurons that keep input, in order of the step at which they take it.
    pub(super) returning: VecDeque<(i64, u32)>,
    delivery: Delivery,
    recurrent: Option<Recurrent>,
    homeostasis: Option<Homeostasis>,
    now: u64,
    fired: Vec<u32>,
    arch: pulp::Arch,
}

impl LifPopulation {
    /// A population at its initial state: one neuron for each target of the connections. Of the grid only the step
    /// width counts.
    ///
    /// # Errors
    /// See [`LifPopulation`].
    pub fn new(options: &LifOptions, grid: TimeGrid, connections: Connections) -> Result<Self, SimError> {
        let dynamics = Dynamics::new(options, grid)?;
        let min_steps = options.schedule.min_delay_steps();
        if let Some(group) = connections.groups().iter().find(|group| group.delay_steps < min_steps) {
            let (source_id, delay_steps) = (group.source, group.delay_steps);
            return Err(SimError::DelayTooShort { source_id, delay_steps, min_steps, schedule: options.schedule });
        }
        let num_neurons = connections.num_targets();
        let keeps = dynamics.refractoriness == Refractoriness::Accumulating;
        Ok(Self {
            jumps: Arc::new(Jumps::new(dynamics.step)),
            state: State::new(&dynamics, num_neurons),
            kept: vec![0.0; if keeps { num_neurons } else { 0 }],
            returning: VecDeque::new(),
            delivery: Delivery::new(&connections).map_err(SimError::Queue)?,
            recurrent: None,
            homeostasis: None,
            now: 0,
            fired: Vec::new(),
            arch: pulp::Arch::new(),
            dynamics,
            connections: Arc::new(connections),
            grid,
        })
    }

    /// The same population with static connections from its neurons to its neurons. A spike of step k arrives at
    /// k + delay, after all other input; the delay is at least 0 under [`Schedule::Brian2`](crate::Schedule) and 1 under
    /// the others.
    ///
    /// # Errors
    /// [`SimError::Size`] for connections of other neurons, [`SimError::DelayTooShort`].
    ///
    /// ```
    /// use ndarray::array;
    /// use spike_core::{SpikeTrain, TimeGrid};
    /// use spike_sim::{Connections, Drive, LifOptions, LifPopulation};
    /// let grid = TimeGrid::from_ms(10.0, 1.0)?;
    /// let inputs = SpikeTrain::from_neurons(grid, &[vec![0, 1, 2]])?;
    /// let connections = Connections::dense(array![[0.8, 0.45]].view(), 0)?;
    /// let mut population = LifPopulation::new(&LifOptions::default(), grid, connections)?
    ///     .with_recurrent(Connections::all_but_self(2, -5.0, 0)?)?;
    /// let outputs = population.receive_spikes(inputs.view(), Drive::Clock)?;
    /// // Neuron 0 reaches its threshold first and keeps neuron 1 from it.
    /// assert_eq!((outputs.view().neuron(0), outputs.view().neuron(1)), (&[2][..], &[][..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_recurrent(mut self, connections: Connections) -> Result<Self, SimError> {
        self.recurrent = Some(Recurrent::new(connections, self.num_neurons(), self.dynamics.schedule)?);
        Ok(self)
    }

    /// The same population with thresholds that follow the activity of their neurons, at first not raised.
    ///
    /// # Errors
    /// See [`HomeostasisOptions::validate`].
    pub fn with_homeostasis(mut self, options: &HomeostasisOptions) -> Result<Self, SimError> {
        self.homeostasis = Some(Homeostasis::new(options, self.grid, self.num_neurons())?);
        Ok(self)
    }

    /// Simulates one window of spikes and returns the spikes of the population in it.
    ///
    /// # Errors
    /// [`SimError::StepWidth`] and [`SimError::Size`] for spikes that do not fit; the state is then unchanged.
    pub fn receive_spikes(&mut self, spikes: SpikeView<'_>, drive: Drive) -> Result<SpikeTrain, SimError> {
        self.check(spikes)?;
        self.check_drive(drive)?;
        let emitted = match drive {
            Drive::Clock => self.run_clock(spikes, None)?,
            Drive::Event => event_driven::run(self, spikes),
        };
        rows_of(&emitted, self.num_neurons()).into_train(spikes.grid(), None).map_err(SimError::Rows)
    }

    /// Simulates one window by the clock, while spikes change the weights.
    ///
    /// # Errors
    /// As [`receive_spikes`](Self::receive_spikes), [`SimError::OtherConnections`] and [`SimError::StepInThePast`].
    pub fn receive_spikes_plastic(&mut self, spikes: SpikeView<'_>, stdp: &mut Stdp) -> Result<SpikeTrain, SimError> {
        self.check(spikes)?;
        let emitted = self.run_clock(spikes, Some(stdp))?;
        rows_of(&emitted, self.num_neurons()).into_train(spikes.grid(), None).map_err(SimError::Rows)
    }

    /// Simulates every sample of a batch on its own, from the initial state, on the threads of the current pool.
    ///
    /// # Errors
    /// As [`receive_spikes`](Self::receive_spikes).
    pub fn run_batch(&self, batch: &SpikeBatch, drive: Drive) -> Result<SpikeBatch, SimError> {
        self.check_drive(drive)?;
        let start = self.at_start();
        let chunks = par::map_indexed(batch.num_samples(), |index| -> Result<SpikeChunk, SimError> {
            let mut population = start.clone();
            let spikes = batch.sample(index);
            population.check(spikes)?;
            let emitted = match drive {
                Drive::Clock => population.run_clock(spikes, None)?,
                Drive::Event => event_driven::run(&mut population, spikes),
            };
            Ok(rows_of(&emitted, population.num_neurons()))
        });
        let mut result = SpikeBatch::new(batch.grid(), self.num_neurons(), batch.first_sample());
        for chunk in chunks {
            result.push(chunk?).map_err(SimError::Rows)?;
        }
        Ok(result)
    }

    /// One step of the clock: `sources` spike now, in increasing order. Returns the neurons that spike now.
    ///
    /// # Errors
    /// [`SimError::SourceOrder`], and [`SimError::Size`] for a source that does not exist; the state is then
    /// unchanged.
    pub fn step(&mut self, sources: &[u32]) -> Result<&[u32], SimError> {
        self.connections.check_sources(sources)?;
        self.tick(sources, None)?;
        Ok(&self.fired)
    }

    /// One step of the clock in which spikes change the weights.
    ///
    /// # Errors
    /// As [`step`](Self::step), [`SimError::OtherConnections`] and [`SimError::StepInThePast`].
    pub fn step_plastic(&mut self, sources: &[u32], stdp: &mut Stdp) -> Result<&[u32], SimError> {
        self.connections.check_sources(sources)?;
        self.tick(sources, Some(stdp))?;
        Ok(&self.fired)
    }

    /// Number of neurons.
    #[must_use]
    pub fn num_neurons(&self) -> usize {
        self.state.v.len()
    }

    /// The next step, counted from the initial state.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    /// The connections with their present weights.
    #[must_use]
    pub fn connections(&self) -> &Connections {
        &self.connections
    }

    /// Replaces all weights, in the order of [`Connections::synapses`].
    ///
    /// # Errors
    /// As [`Connections::set_weights`].
    pub fn set_weights(&mut self, weights: &[f64]) -> Result<(), SimError> {
        Arc::make_mut(&mut self.connections).set_weights(weights)
    }

    /// The recurrent connections, if there are some.
    #[must_use]
    pub fn recurrent(&self) -> Option<&Connections> {
        self.recurrent.as_ref().map(Recurrent::connections)
    }

    /// What the threshold of every neuron is raised by; empty without homeostasis.
    #[must_use]
    pub fn threshold_offsets(&self) -> &[f64] {
        self.homeostasis.as_ref().map_or(&[], Homeostasis::offsets)
    }

    /// Replaces what the thresholds are raised by.
    ///
    /// # Errors
    /// [`SimError::Missing`] without homeostasis, [`SimError::Size`] for another number of offsets, and
    /// [`SimError::NotFinite`].
    pub fn set_threshold_offsets(&mut self, offsets: &[f64]) -> Result<(), SimError> {
        let homeostasis = self.homeostasis.as_mut().ok_or(SimError::Missing { what: "homeostasis" })?;
        homeostasis.set_offsets(offsets)
    }

    /// Whether the offsets of the thresholds stay as they are from now on: for the use of a trained network. Without
    /// homeostasis nothing changes.
    pub fn hold_thresholds(&mut self, held: bool) {
        if let Some(homeostasis) = &mut self.homeostasis {
            homeostasis.hold(held);
        }
    }

    /// Scales the weights that lead to each neuron, see [`SynapticScaling`].
    pub fn scale_weights(&mut self, scaling: &SynapticScaling) {
        scaling.apply(Arc::make_mut(&mut self.connections));
    }

    /// Membrane potential of every neuron at the end of the last step.
    #[must_use]
    pub fn to_potentials(&self) -> Vec<f64> {
        self.state.v.iter().map(|v| v + self.dynamics.rest).collect()
    }

    /// Synaptic current of every neuron at the end of the last step; empty with delta synapses.
    #[must_use]
    pub fn currents(&self) -> &[f64] {
        &self.state.current
    }

    /// Back to the initial state. Weights and what the thresholds are raised by stay as they are.
    pub fn reset(&mut self) {
        *self = self.at_start();
    }

    fn at_start(&self) -> Self {
        Self {
            state: State::new(&self.dynamics, self.num_neurons()),
            kept: vec![0.0; self.kept.len()],
            returning: VecDeque::new(),
            fired: Vec::new(),
            now: 0,
            delivery: Delivery::again(&self.connections),
            dynamics: self.dynamics.clone(),
            jumps: Arc::clone(&self.jumps),
            connections: Arc::clone(&self.connections),
            recurrent: self.recurrent.as_ref().map(Recurrent::at_start),
            homeostasis: self.homeostasis.clone(),
            ..*self
        }
    }

    fn check(&self, spikes: SpikeView<'_>) -> Result<(), SimError> {
        let (expected, found) = (self.connections.num_sources(), spikes.num_neurons());
        if expected != found {
            return Err(SimError::Size { what: "rows of spikes", expected, found });
        }
        same_step_width(self.grid, spikes.grid())
    }

    fn check_drive(&self, drive: Drive) -> Result<(), SimError> {
        let refused = |what, present: bool| if present { Err(SimError::NeedsClock { what }) } else { Ok(()) };
        if drive == Drive::Event {
            refused("a population with recurrent connections", self.recurrent.is_some())?;
            refused("a population with homeostasis", self.homeostasis.is_some())?;
        }
        Ok(())
    }

    fn run_clock(&mut self, spikes: SpikeView<'_>, mut stdp: Option<&mut Stdp>) -> Result<Vec<Event>, SimError> {
        let events = spikes.events();
        let mut emitted = Vec::new();
        let mut sources = Vec::new();
        let mut next = 0;
        for step in 0..spikes.grid().num_steps() {
            sources.clear();
            let now = events[next..].iter().take_while(|event| event.step == step);
            sources.extend(now.map(|event| event.neuron));
            next += sources.len();
            self.tick(&sources, stdp.as_deref_mut())?;
            emitted.extend(self.fired.iter().map(|&neuron| Event { step, neuron }));
        }
        Ok(emitted)
    }

    /// One step whose sources are known to be valid.
    fn tick(&mut self, sources: &[u32], mut stdp: Option<&mut Stdp>) -> Result<(), SimError> {
        if let Some(stdp) = &stdp {
            stdp.check(&self.connections)?;
            stdp.check_step(self.now)?;
        }
        self.fired.clear();
        self.delivery.arrivals(&self.connections, self.now, sources);
        let step = self.now as i64;
        let before_test = self.dynamics.schedule.input_before_test();
        if before_test {
            self.deliver(step, stdp.as_deref_mut());
        }
        if let Some(homeostasis) = &mut self.homeostasis {
            homeostasis.tick();
        }
        if self.dynamics.schedule.first_step() <= self.now {
            let raised = self.homeostasis.as_ref().map_or(&[][..], Homeostasis::offsets);
            self.state.sweep(self.arch, &self.dynamics, raised, step, &mut self.fired);
        }
        self.mark_fired(step);
        if !before_test {
            self.deliver(step, stdp.as_deref_mut());
        } else if let Some(recurrent) = &mut self.recurrent {
            recurrent.emit(self.now, &self.fired);
        }
        self.reset_fired();
        if let Some(stdp) = stdp {
            stdp.fire(self.now, &self.fired, Arc::make_mut(&mut self.connections));
        }
        self.now += 1;
        Ok(())
    }

    /// Arriving spikes have their effect and change their weights, in the order of the plasticity.
    fn deliver(&mut self, step: i64, stdp: Option<&mut Stdp>) {
        let learns_first = stdp.as_ref().is_some_and(|stdp| stdp.options().order == StdpOrder::Nest);
        let learn = |population: &mut Self| {
            if let Some(stdp) = stdp {
                stdp.arrive(population.now, population.delivery.due(), Arc::make_mut(&mut population.connections));
            }
        };
        if learns_first {
            learn(self);
            self.add_weights(step);
        } else {
            self.add_weights(step);
            learn(self);
        }
    }

    fn add_weights(&mut self, step: i64) {
        let before_test = self.dynamics.schedule.input_before_test();
        let mut inputs =
            Inputs { dynamics: &self.dynamics, jumps: &self.jumps, state: &mut self.state, kept: &mut self.kept, step };
        inputs.deliver(&self.connections, self.delivery.due());
        if let Some(recurrent) = &mut self.recurrent {
            // Where input comes before the test, nothing of this step has been emitted yet.
            recurrent.arrive(step as u64, if before_test { &[] } else { &self.fired });
            let (connections, due) = recurrent.due();
            inputs.deliver(connections, due);
        }
        if before_test {
            self.return_input(step);
        }
    }

    fn return_input(&mut self, step: i64) {
        while let Some(&(free, neuron)) = self.returning.front()
            && free <= step
        {
            self.returning.pop_front();
            self.state.input[neuron as usize] += std::mem::replace(&mut self.kept[neuron as usize], 0.0);
        }
    }

    fn mark_fired(&mut self, step: i64) {
        let free = step + self.dynamics.until_free;
        for &neuron in &self.fired {
            self.state.free_from[neuron as usize] = free;
            if self.dynamics.refractoriness == Refractoriness::Accumulating {
                self.returning.push_back((free, neuron));
            }
        }
    }

    fn reset_fired(&mut self) {
        for &neuron in &self.fired {
            let raised = self.threshold_offsets().get(neuron as usize).copied().unwrap_or(0.0);
            let v = &mut self.state.v[neuron as usize];
            *v = self.dynamics.after_reset_from(*v, raised);
        }
        if let Some(homeostasis) = &mut self.homeostasis {
            homeostasis.fire(&self.fired);
        }
    }

    /// What the event-driven run needs beside the state.
    pub(super) fn clockwork(&mut self) -> (&Connections, &mut Delivery, &mut u64) {
        (&self.connections, &mut self.delivery, &mut self.now)
    }
}

/// Refuses spikes on another step width.
pub(crate) fn same_step_width(expected: TimeGrid, found: TimeGrid) -> Result<(), SimError> {
    if expected.dt_ns() == found.dt_ns() {
        return Ok(());
    }
    Err(SimError::StepWidth { expected_dt_ms: expected.dt_ms(), found_dt_ms: found.dt_ms() })
}
