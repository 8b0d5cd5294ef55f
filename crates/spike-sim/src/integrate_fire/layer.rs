//! Integrate-and-fire neurons behind sparse connections.

use crate::connections::Connections;
use crate::delivery::Delivery;
use crate::error::SimError;
use crate::integrate_fire::{IfOptions, IfPopulation};
use crate::lif::same_step_width;
use crate::plasticity::{Stdp, StdpOrder, SynapticScaling};
use crate::rows::rows_of;
use spike_core::{Event, SpikeTrain, SpikeView, TimeGrid};
use std::sync::Arc;

/// An [`IfPopulation`] that receives spikes through [`Connections`].
///
/// The input of neuron j in a step is z_j = Σ w_ij over the spikes that arrive in it; they count in the same step.
/// A spike of source i at step k arrives at k + delay. All spikes carry 1: amplitudes of burst thresholds are left to
/// the caller of [`IfPopulation::step`].
///
/// Shapes: spikes of one row for each source in, one row for each neuron out, on the same grid. State and spikes
/// under way are kept from call to call.
///
/// # Errors
/// Construction as [`IfPopulation::new`]. Runs refuse spikes with another step width or another number of rows.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use spike_core::{SpikeTrain, TimeGrid};
/// use spike_sim::{Connections, IfLayer, IfOptions};
/// let grid = TimeGrid::from_ms(10.0, 1.0)?;
/// let inputs = SpikeTrain::from_neurons(grid, &[vec![0, 1, 2, 3], vec![3]])?;
/// let connections = Connections::dense(array![[0.5], [0.5]].view(), 1)?;
/// let mut layer = IfLayer::new(&IfOptions::default(), grid, connections)?;
/// let outputs = layer.receive_spikes(inputs.view())?;
/// assert_eq!(outputs.view().neuron(0), &[2, 4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// As [`IfPopulation`].
#[derive(Debug, Clone)]
pub struct IfLayer {
    neurons: IfPopulation,
    connections: Arc<Connections>,
    grid: TimeGrid,
    delivery: Delivery,
    inputs: Vec<f64>,
    now: u64,
}

impl IfLayer {
    /// Neurons at their initial state: one for each target. Of the grid only the step width counts.
    ///
    /// # Errors
    /// See [`IfLayer`].
    pub fn new(options: &IfOptions, grid: TimeGrid, connections: Connections) -> Result<Self, SimError> {
        let num_neurons = connections.num_targets();
        Ok(Self {
            neurons: IfPopulation::new(options, num_neurons as u32)?,
            delivery: Delivery::new(&connections).map_err(SimError::Queue)?,
            connections: Arc::new(connections),
            grid,
            inputs: vec![0.0; num_neurons],
            now: 0,
        })
    }

    /// Simulates one window of spikes and returns those of the neurons in it.
    ///
    /// # Errors
    /// [`SimError::StepWidth`] and [`SimError::Size`] for spikes that do not fit, the state is then unchanged;
    /// [`SimError::NotFinite`] where weights sum to infinity.
    pub fn receive_spikes(&mut self, spikes: SpikeView<'_>) -> Result<SpikeTrain, SimError> {
        self.run(spikes, None)
    }

    /// The same, while spikes change the weights.
    ///
    /// # Errors
    /// As [`receive_spikes`](Self::receive_spikes), [`SimError::OtherConnections`] and [`SimError::StepInThePast`].
    pub fn receive_spikes_plastic(&mut self, spikes: SpikeView<'_>, stdp: &mut Stdp) -> Result<SpikeTrain, SimError> {
        self.run(spikes, Some(stdp))
    }

    /// One step: `sources` spike now, in increasing order. Returns the neurons that spike now.
    ///
    /// # Errors
    /// [`SimError::SourceOrder`], [`SimError::Size`] for a source that does not exist, [`SimError::NotFinite`].
    pub fn step(&mut self, sources: &[u32]) -> Result<&[u32], SimError> {
        self.connections.check_sources(sources)?;
        self.tick(sources, None)
    }

    /// One step in which spikes change the weights.
    ///
    /// # Errors
    /// As [`step`](Self::step), [`SimError::OtherConnections`] and [`SimError::StepInThePast`].
    pub fn step_plastic(&mut self, sources: &[u32], stdp: &mut Stdp) -> Result<&[u32], SimError> {
        self.connections.check_sources(sources)?;
        self.tick(sources, Some(stdp))
    }

    /// The neurons.
    #[must_use]
    pub fn neurons(&self) -> &IfPopulation {
        &self.neurons
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

    /// Scales the weights that lead to each neuron, see [`SynapticScaling`].
    pub fn scale_weights(&mut self, scaling: &SynapticScaling) {
        scaling.apply(Arc::make_mut(&mut self.connections));
    }

    /// Back to the initial state. Weights stay as they are.
    pub fn reset(&mut self) {
        self.neurons.reset();
        self.delivery = Delivery::again(&self.connections);
        self.now = 0;
    }

    fn run(&mut self, spikes: SpikeView<'_>, mut stdp: Option<&mut Stdp>) -> Result<SpikeTrain, SimError> {
        let (expected, found) = (self.connections.num_sources(), spikes.num_neurons());
        if expected != found {
            return Err(SimError::Size { what: "rows of spikes", expected, found });
        }
        same_step_width(self.grid, spikes.grid())?;
        let events = spikes.events();
        let (mut emitted, mut sources, mut next) = (Vec::new(), Vec::new(), 0);
        for step in 0..spikes.grid().num_steps() {
            sources.clear();
            sources.extend(events[next..].iter().take_while(|event| event.step == step).map(|event| event.neuron));
            next += sources.len();
            let fired = self.tick(&sources, stdp.as_deref_mut())?;
            emitted.extend(fired.iter().map(|&neuron| Event { step, neuron }));
        }
        rows_of(&emitted, self.inputs.len()).into_train(spikes.grid(), None).map_err(SimError::Rows)
    }

    fn tick(&mut self, sources: &[u32], mut stdp: Option<&mut Stdp>) -> Result<&[u32], SimError> {
        if let Some(stdp) = &stdp {
            stdp.check(&self.connections)?;
            stdp.check_step(self.now)?;
        }
        let due = self.delivery.arrivals(&self.connections, self.now, sources);
        let learns_first = stdp.as_ref().is_some_and(|stdp| stdp.options().order == StdpOrder::Nest);
        if learns_first && let Some(stdp) = stdp.as_deref_mut() {
            stdp.arrive(self.now, due, Arc::make_mut(&mut self.connections));
        }
        self.inputs.fill(0.0);
        for &group in due {
            let (targets, weights) = self.connections.fan_out(group);
            for (&target, &weight) in targets.iter().zip(weights) {
                self.inputs[target as usize] += weight;
            }
        }
        if !learns_first && let Some(stdp) = stdp.as_deref_mut() {
            stdp.arrive(self.now, due, Arc::make_mut(&mut self.connections));
        }
        let fired = self.neurons.step(&self.inputs)?;
        if let Some(stdp) = stdp {
            stdp.fire(self.now, fired, Arc::make_mut(&mut self.connections));
        }
        self.now += 1;
        Ok(fired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::Drive;
    use crate::integrate_fire::{IfReset, Threshold};
    use crate::plasticity::StdpOptions;
    use spike_core::Seed;

    fn inputs(grid: TimeGrid, rows: u32) -> SpikeTrain {
        let rows: Vec<Vec<u32>> =
            (0..rows).map(|r| (0..grid.num_steps()).filter(|s| (s * 13 + r * 7) % 11 == 0).collect()).collect();
        SpikeTrain::from_neurons(grid, &rows).unwrap()
    }

    #[test]
    fn a_layer_is_the_plain_sum_over_synapses() {
        let grid = TimeGrid::from_ms(60.0, 1.0).unwrap();
        let train = inputs(grid, 9);
        let mut connections = Connections::random(9, 5, 0.7, 0.21, 0, Seed(4)).unwrap();
        let list: Vec<_> =
            (0u32..).zip(connections.synapses()).map(|(i, s)| crate::Synapse { delay_steps: i % 4, ..s }).collect();
        connections = Connections::new(9, 5, list.clone()).unwrap();
        for (reset, adaptation) in
            [(IfReset::Subtract, Threshold::Fixed), (IfReset::Zero, Threshold::Adaptive { beta: 0.5, tau_steps: 9.0 })]
        {
            let options = IfOptions { reset, adaptation, ..IfOptions::default() };
            let mut layer = IfLayer::new(&options, grid, connections.clone()).unwrap();
            let found = layer.receive_spikes(train.view()).unwrap();
            let mut plain = IfPopulation::new(&options, 5).unwrap();
            let mut rows = vec![Vec::new(); 5];
            for step in 0..60u32 {
                let z: Vec<f64> = (0..5)
                    .map(|target| {
                        let arrives = |s: &&crate::Synapse| {
                            let sent = step.checked_sub(s.delay_steps);
                            s.target == target
                                && sent.is_some_and(|k| train.view().neuron(s.source as usize).contains(&k))
                        };
                        list.iter().filter(arrives).map(|s| s.weight).sum()
                    })
                    .collect();
                for &neuron in plain.step(&z).unwrap() {
                    rows[neuron as usize].push(step);
                }
            }
            assert!(found.num_spikes() > 20);
            assert_eq!(found, SpikeTrain::from_neurons(grid, &rows).unwrap());
            layer.reset();
            assert_eq!(layer.receive_spikes(train.view()).unwrap(), found);
        }
    }

    #[test]
    fn plasticity_sees_the_spikes_of_both_sides() {
        let grid = TimeGrid::from_ms(80.0, 1.0).unwrap();
        let train = inputs(grid, 9);
        for order in [StdpOrder::Brian2, StdpOrder::Nest] {
            let start = Connections::random(9, 5, 0.8, 0.3, 1, Seed(4)).unwrap();
            let options = StdpOptions { order, potentiation: 0.05, depression: 0.03, ..StdpOptions::default() };
            let stdp = Stdp::new(&options, grid, Drive::Clock, &start).unwrap();
            let mut layer = IfLayer::new(&IfOptions::default(), grid, start.clone()).unwrap();
            let outputs = layer.receive_spikes_plastic(train.view(), &mut stdp.clone()).unwrap();
            let mut alone = start.clone();
            stdp.clone().apply(&mut alone, train.view(), outputs.view()).unwrap();
            assert!(outputs.num_spikes() > 10 && alone != start);
            assert_eq!(layer.connections(), &alone);
        }
    }
}
