//! Pair-based plasticity of all connections of a population.

use crate::connections::Connections;
use crate::delivery::Delivery;
use crate::drive::Drive;
use crate::error::SimError;
use crate::lif::{in_range, same_step_width};
use crate::plasticity::traces::Traces;
use crate::plasticity::{StdpOptions, StdpOrder};
use spike_core::{Event, SpikeView, TimeGrid};
use std::collections::VecDeque;

/// Pair-based STDP: weights follow presynaptic and postsynaptic traces.
///
/// Traces: dx/dt = −x/τ, and a spike adds 1 (all pairs) or sets 1 (nearest neighbour). At a presynaptic spike
/// w ← w − A₋·f₋(w)·x_post, at a postsynaptic spike w ← w + A₊·f₊(w)·x_pre, kept within [w_min, w_max]. The weight
/// dependences f are those of [`WeightDependence`](crate::WeightDependence), the order of coincident spikes and the
/// role of delays those of [`StdpOrder`].
///
/// Driven by the clock, all traces decay in every step; driven by events, a trace is computed from the distance to
/// its last spike when it is needed. Both give the same weights but for rounding.
///
/// Shapes: one presynaptic trace for each source and delay, one postsynaptic trace for each target (and delay, in the
/// order of NEST), one weight for each connection. Weights are read and written in the [`Connections`]; only the
/// plasticity may change them while it is in use.
///
/// # Errors
/// Construction refuses options out of range and weights out of bounds; every call refuses other connections than
/// those of the construction, spikes of another shape or step width, and steps that are not in increasing order.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use spike_core::{SpikeTrain, TimeGrid};
/// use spike_sim::{Connections, Drive, Stdp, StdpOptions};
/// let grid = TimeGrid::from_ms(100.0, 1.0)?;
/// let pre = SpikeTrain::from_neurons(grid, &[vec![10, 60]])?;
/// let post = SpikeTrain::from_neurons(grid, &[vec![30]])?;
/// let mut connections = Connections::dense(array![[0.5]].view(), 0)?;
/// let mut stdp = Stdp::new(&StdpOptions::default(), grid, Drive::Event, &connections)?;
/// stdp.apply(&mut connections, pre.view(), post.view())?;
/// let expected = 0.5 + 0.01 * (-20.0f64 / 20.0).exp() - 0.0105 * (-30.0f64 / 20.0).exp();
/// assert!((connections.weights()[0] - expected).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Song, Miller, Abbott (2000), Competitive Hebbian learning through spike-timing-dependent synaptic plasticity,
/// Nature Neuroscience 3:919, DOI 10.1038/78829 (additive rule). Morrison, Diesmann, Gerstner (2008),
/// Phenomenological models of synaptic plasticity based on spike timing, Biological Cybernetics 98:459,
/// DOI 10.1007/s00422-008-0233-1, section 4.1 (traces, pairing). Gütig, Aharonov, Rotter, Sompolinsky (2003),
/// J Neurosci 23:3697, DOI 10.1523/JNEUROSCI.23-09-03697.2003 (weight dependence).
#[derive(Debug, Clone)]
pub struct Stdp {
    options: StdpOptions,
    drive: Drive,
    grid: TimeGrid,
    pre: Traces,
    /// Postsynaptic sides, one for each time after which a postsynaptic spike counts.
    post: Vec<PostSide>,
    /// Which postsynaptic side a group of connections sees.
    side_of: Vec<u32>,
    /// For each target, where its connections begin in `incoming`.
    incoming_offsets: Vec<u32>,
    /// Connection and group, by target.
    incoming: Vec<(u32, u32)>,
    /// Weights with the potentiations that no presynaptic spike has carried out yet, in the order of NEST.
    ahead: Vec<f64>,
    /// The next step of the clock.
    now: u64,
    delivery: Delivery,
}

/// Postsynaptic traces as connections of one delay see them.
#[derive(Debug, Clone)]
struct PostSide {
    traces: Traces,
    /// Steps from the emission of a spike until it counts.
    lag: u64,
    /// Spikes that do not count yet.
    coming: VecDeque<(u64, u32)>,
}

impl Stdp {
    /// Plasticity of these connections, without spikes so far. Of the grid only the step width counts.
    ///
    /// # Errors
    /// See [`Stdp`].
    pub fn new(
        options: &StdpOptions,
        grid: TimeGrid,
        drive: Drive,
        connections: &Connections,
    ) -> Result<Self, SimError> {
        options.validate()?;
        for &weight in connections.weights() {
            in_range("weight", weight, options.min_weight, options.max_weight)?;
        }
        let groups = connections.groups();
        // Pre at t against post + d is, when the spike arrives at t + d, post + 2·d.
        let lag_of = |delay_steps: u32| match options.order {
            StdpOrder::Brian2 => 0,
            StdpOrder::Nest => 2 * u64::from(delay_steps),
        };
        let mut lags: Vec<u64> = groups.iter().map(|group| lag_of(group.delay_steps)).collect();
        if options.order == StdpOrder::Brian2 {
            // There is a postsynaptic side even without connections.
            lags.push(0);
        }
        lags.sort_unstable();
        lags.dedup();
        let side = |delay| lags.partition_point(|&lag| lag < lag_of(delay)) as u32;
        let traces = |len, tau_ms| Traces::new(len, grid.dt_ms() / tau_ms, drive, options.pairing);
        let num_targets = connections.num_targets();
        let post_side =
            |&lag: &u64| PostSide { traces: traces(num_targets, options.tau_post_ms), lag, coming: VecDeque::new() };
        let mut incoming: Vec<(u32, u32)> = (0u32..)
            .zip(groups)
            .flat_map(|(index, group)| group.synapses().map(move |synapse| (synapse as u32, index)))
            .collect();
        incoming.sort_by_key(|&(synapse, _)| connections.targets()[synapse as usize]);
        let target_of = |&(synapse, _): &(u32, u32)| connections.targets()[synapse as usize] as usize;
        let incoming_offsets = (0..=num_targets)
            .map(|target| incoming.partition_point(|entry| target_of(entry) < target) as u32)
            .collect();
        let ahead = if options.order == StdpOrder::Nest { connections.weights().to_vec() } else { Vec::new() };
        Ok(Self {
            pre: traces(groups.len(), options.tau_pre_ms),
            post: lags.iter().map(post_side).collect(),
            side_of: groups.iter().map(|group| side(group.delay_steps)).collect(),
            delivery: Delivery::new(connections).map_err(SimError::Queue)?,
            options: *options,
            drive,
            grid,
            incoming_offsets,
            incoming,
            ahead,
            now: 0,
        })
    }

    /// Back to a time without spikes so far: traces, spikes under way and clock start anew, and weights count as they
    /// are in `connections` now. For use with [`LifPopulation::reset`](crate::LifPopulation::reset), and after weights
    /// were changed from outside.
    ///
    /// # Errors
    /// [`SimError::OtherConnections`], and [`SimError::Config`] for a weight out of the bounds of the plasticity.
    pub fn reset(&mut self, connections: &Connections) -> Result<(), SimError> {
        self.check(connections)?;
        for &weight in connections.weights() {
            in_range("weight", weight, self.options.min_weight, self.options.max_weight)?;
        }
        self.pre.reset();
        for side in &mut self.post {
            side.traces.reset();
            side.coming.clear();
        }
        if self.options.order == StdpOrder::Nest {
            self.ahead.copy_from_slice(connections.weights());
        }
        self.delivery = Delivery::new(connections).map_err(SimError::Queue)?;
        self.now = 0;
        Ok(())
    }

    /// One step: `sources` and `targets` spike now, each in increasing order; the sources arrive after their delays.
    ///
    /// # Errors
    /// See [`Stdp`].
    pub fn step(&mut self, connections: &mut Connections, sources: &[u32], targets: &[u32]) -> Result<(), SimError> {
        self.check(connections)?;
        for (what, spikes, expected) in
            [("sources", sources, connections.num_sources()), ("targets", targets, connections.num_targets())]
        {
            if let Some(&[first, second]) = spikes.array_windows().find(|[first, second]| second <= first) {
                return Err(SimError::SourceOrder { first, second });
            }
            if let Some(found) = spikes.last().map(|&last| last as usize + 1).filter(|&found| expected < found) {
                return Err(SimError::Size { what, expected, found });
            }
        }
        let step = self.now;
        self.step_at(step, connections, sources, targets);
        Ok(())
    }

    /// A window of recorded spikes of both sides. What arrives after the window counts in the next one.
    ///
    /// # Errors
    /// See [`Stdp`].
    pub fn apply(
        &mut self,
        connections: &mut Connections,
        pre: SpikeView<'_>,
        post: SpikeView<'_>,
    ) -> Result<(), SimError> {
        self.check(connections)?;
        for (what, spikes, expected) in [
            ("presynaptic rows", pre, connections.num_sources()),
            ("postsynaptic rows", post, connections.num_targets()),
        ] {
            same_step_width(self.grid, spikes.grid())?;
            let found = spikes.num_neurons();
            if found != expected {
                return Err(SimError::Size { what, expected, found });
            }
        }
        if pre.grid() != post.grid() {
            let (expected, found) = (pre.grid().num_steps() as usize, post.grid().num_steps() as usize);
            return Err(SimError::Size { what: "postsynaptic steps", expected, found });
        }
        let start = self.now;
        let end = start + u64::from(pre.grid().num_steps());
        let (pre, post) = (pre.events(), post.events());
        let (mut next_pre, mut next_post) = (0, 0);
        let (mut sources, mut targets) = (Vec::new(), Vec::new());
        let mut step = start;
        while step < end {
            take_step(&pre, &mut next_pre, step - start, &mut sources);
            take_step(&post, &mut next_post, step - start, &mut targets);
            self.step_at(step, connections, &sources, &targets);
            step = match self.drive {
                Drive::Clock => step + 1,
                Drive::Event => {
                    let emitted = [pre.get(next_pre), post.get(next_post)];
                    let emitted = emitted.into_iter().flatten().map(|event| start + u64::from(event.step));
                    emitted.chain(self.delivery.next_step()).min().unwrap_or(end)
                }
            };
        }
        if self.now < end {
            self.arrive(end - 1, &[], connections);
        }
        Ok(())
    }

    /// Presynaptic traces at the end of the last step, by source and delay.
    #[must_use]
    pub fn pre_traces(&self) -> Vec<f64> {
        self.pre.to_vec(self.now.saturating_sub(1))
    }

    /// Postsynaptic traces at the end of the last step, by target; in the order of NEST those of each delay in turn.
    #[must_use]
    pub fn post_traces(&self) -> Vec<f64> {
        let step = self.now.saturating_sub(1);
        self.post.iter().flat_map(|side| side.traces.to_vec(step)).collect()
    }

    /// The options.
    #[must_use]
    pub fn options(&self) -> &StdpOptions {
        &self.options
    }

    pub(crate) fn check(&self, connections: &Connections) -> Result<(), SimError> {
        let (expected, found) = (self.incoming.len(), connections.num_synapses());
        let same_groups = self.side_of.len() == connections.groups().len();
        let same_targets = self.incoming_offsets.len() == connections.num_targets() + 1;
        if expected == found && same_groups && same_targets {
            return Ok(());
        }
        Err(SimError::OtherConnections { expected, found })
    }

    /// Refuses a population that has gone back in time.
    pub(crate) fn check_step(&self, step: u64) -> Result<(), SimError> {
        if step < self.now { Err(SimError::StepInThePast { step, now: self.now }) } else { Ok(()) }
    }

    fn step_at(&mut self, step: u64, connections: &mut Connections, sources: &[u32], targets: &[u32]) {
        let mut delivery = std::mem::take(&mut self.delivery);
        let groups = delivery.arrivals(connections, step, sources);
        self.arrive(step, groups, connections);
        self.fire(step, targets, connections);
        self.delivery = delivery;
    }

    /// Groups of connections whose spikes arrive at `step`. Steps must increase.
    pub(crate) fn arrive(&mut self, step: u64, groups: &[u32], connections: &mut Connections) {
        self.pass_until(step, connections);
        self.tick();
        self.count(step, connections);
        for &group in groups {
            let traces = &self.post[self.side_of[group as usize] as usize].traces;
            for synapse in connections.groups()[group as usize].synapses() {
                let x = traces.at(connections.targets()[synapse] as usize, step);
                let weight = connections.weight_mut(synapse);
                match self.ahead.get_mut(synapse) {
                    Some(ahead) => {
                        *ahead = self.options.depressed(*ahead, x);
                        *weight = *ahead;
                    }
                    None => *weight = self.options.depressed(*weight, x),
                }
            }
            self.pre.bump(group as usize, step);
        }
        self.remember(step);
        self.now = step + 1;
    }

    /// Neurons that fire at `step`, after what arrived at it.
    pub(crate) fn fire(&mut self, step: u64, neurons: &[u32], connections: &mut Connections) {
        for &neuron in neurons {
            match self.options.order {
                StdpOrder::Brian2 => {
                    self.potentiate(0, neuron, step, connections);
                    self.post[0].traces.bump(neuron as usize, step);
                }
                StdpOrder::Nest => {
                    for side in &mut self.post {
                        side.coming.push_back((step + side.lag, neuron));
                    }
                }
            }
        }
    }

    /// Everything that happens before `step`: traces decay, and postsynaptic spikes that were under way count.
    fn pass_until(&mut self, step: u64, connections: &mut Connections) {
        match self.drive {
            Drive::Clock => {
                while self.now < step {
                    self.tick();
                    self.count(self.now, connections);
                    self.remember(self.now);
                    self.now += 1;
                }
            }
            Drive::Event => {
                while let Some(counts) = self.next_to_count().filter(|&counts| counts < step) {
                    self.count(counts, connections);
                    self.remember(counts);
                }
            }
        }
    }

    fn next_to_count(&self) -> Option<u64> {
        self.post.iter().filter_map(|side| side.coming.front()).map(|&(counts, _)| counts).min()
    }

    fn tick(&mut self) {
        self.pre.tick();
        for side in &mut self.post {
            side.traces.tick();
        }
    }

    /// Postsynaptic spikes that count at `step` potentiate.
    fn count(&mut self, step: u64, connections: &mut Connections) {
        for side in 0..self.post.len() {
            for index in 0..self.post[side].coming.len() {
                let (counts, neuron) = self.post[side].coming[index];
                if counts != step {
                    break;
                }
                self.potentiate(side as u32, neuron, step, connections);
            }
        }
    }

    /// They enter their traces after the presynaptic spikes of the step, which see earlier ones only.
    fn remember(&mut self, step: u64) {
        for side in &mut self.post {
            while let Some((counts, neuron)) = side.coming.pop_front_if(|&mut (counts, _)| counts == step) {
                side.traces.bump(neuron as usize, counts);
            }
        }
    }

    /// A spike of `neuron` counts at `step` for the connections of a postsynaptic side.
    fn potentiate(&mut self, side: u32, neuron: u32, step: u64, connections: &mut Connections) {
        let neuron = neuron as usize;
        let incoming = self.incoming_offsets[neuron] as usize..self.incoming_offsets[neuron + 1] as usize;
        for &(synapse, group) in &self.incoming[incoming] {
            if self.side_of[group as usize] != side {
                continue;
            }
            let x = self.pre.at(group as usize, step);
            let weight = match self.ahead.get_mut(synapse as usize) {
                Some(ahead) => ahead,
                None => connections.weight_mut(synapse as usize),
            };
            *weight = self.options.potentiated(*weight, x);
        }
    }
}

fn take_step(events: &[Event], next: &mut usize, step: u64, neurons: &mut Vec<u32>) {
    neurons.clear();
    let now = events[*next..].iter().take_while(|event| u64::from(event.step) == step);
    neurons.extend(now.map(|event| event.neuron));
    *next += neurons.len();
}
