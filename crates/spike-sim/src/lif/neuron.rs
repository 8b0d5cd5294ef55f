//! One leaky integrate-and-fire neuron.

use crate::drive::Drive;
use crate::error::SimError;
use crate::lif::cell::Cell;
use crate::lif::dynamics::Dynamics;
use crate::lif::jumps::Jumps;
use crate::lif::population::same_step_width;
use crate::lif::{LifOptions, Schedule};
use crate::queue::EventQueue;
use spike_core::{SpikeTrain, SpikeView, TimeGrid};

/// One leaky integrate-and-fire neuron with a weight for each row of spikes.
///
/// τ·dv/dt = rest − v + R·(I + bias), with spike, reset and refractory period in the order of the [`Schedule`]: the
/// neuron of a [`LifPopulation`](crate::LifPopulation) alone, and the plain formula that the population is compared
/// with.
///
/// Shapes: spikes of n rows and n weights in, one row of spikes out. State, clock and spikes under way are kept from
/// call to call.
///
/// # Errors
/// As [`LifPopulation`](crate::LifPopulation).
///
/// # Examples
/// ```
/// use spike_core::{SpikeTrain, TimeGrid};
/// use spike_sim::{Drive, LifNeuron, LifOptions};
/// let grid = TimeGrid::from_ms(10.0, 0.1)?;
/// let inputs = SpikeTrain::from_neurons(grid, &[vec![10, 11], vec![11]])?;
/// let mut neuron = LifNeuron::new(&LifOptions::default(), grid)?;
/// let output = neuron.receive_spikes(inputs.view(), &[0.4, 0.3], 0, Drive::Event)?;
/// assert_eq!(output.view().neuron(0), &[12]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// As [`LifPopulation`](crate::LifPopulation).
#[derive(Debug, Clone)]
pub struct LifNeuron {
    dynamics: Dynamics,
    jumps: Jumps,
    grid: TimeGrid,
    cell: Cell,
    waiting: EventQueue<f64>,
    now: u64,
}

impl LifNeuron {
    /// A neuron at its initial state. Of the grid only the step width counts.
    ///
    /// # Errors
    /// See [`LifOptions::validate`].
    pub fn new(options: &LifOptions, grid: TimeGrid) -> Result<Self, SimError> {
        let dynamics = Dynamics::new(options, grid)?;
        let at = dynamics.schedule.first_step() as i64 - 1;
        Ok(Self {
            jumps: Jumps::new(dynamics.step),
            cell: Cell::new(dynamics.initial, 0.0, 0, at, 0.0),
            waiting: EventQueue::heap(usize::MAX).map_err(SimError::Queue)?,
            now: 0,
            dynamics,
            grid,
        })
    }

    /// Simulates one window; row i of the spikes has the weight `weights[i]`, and all arrive `delay_steps` later.
    ///
    /// # Errors
    /// [`SimError::StepWidth`], [`SimError::Size`], [`SimError::NotFinite`] and [`SimError::DelayTooShort`]; the
    /// state is then unchanged.
    pub fn receive_spikes(
        &mut self,
        spikes: SpikeView<'_>,
        weights: &[f64],
        delay_steps: u32,
        drive: Drive,
    ) -> Result<SpikeTrain, SimError> {
        same_step_width(self.grid, spikes.grid())?;
        if weights.len() != spikes.num_neurons() {
            let (expected, found) = (spikes.num_neurons(), weights.len());
            return Err(SimError::Size { what: "weights", expected, found });
        }
        finite(weights)?;
        let (schedule, min_steps) = (self.schedule(), self.schedule().min_delay_steps());
        if delay_steps < min_steps {
            return Err(SimError::DelayTooShort { source_id: 0, delay_steps, min_steps, schedule });
        }
        for event in spikes.events() {
            let due = self.now + u64::from(event.step) + u64::from(delay_steps);
            let weight = weights[event.neuron as usize];
            self.waiting.push(due, event.neuron, weight).map_err(SimError::Queue)?;
        }
        let start = self.now;
        let end = start + u64::from(spikes.grid().num_steps());
        let mut fired = Vec::new();
        match drive {
            Drive::Clock => self.run_clock(end, &mut fired),
            Drive::Event => self.run_events(end, &mut fired),
        }
        let steps = fired.into_iter().map(|step| (step - start) as u32).collect();
        SpikeTrain::from_neurons(spikes.grid(), &[steps]).map_err(SimError::Rows)
    }

    /// One step of the clock, in which spikes of these weights arrive. Returns whether the neuron fires.
    ///
    /// # Errors
    /// [`SimError::NotFinite`], and [`SimError::BeforeStart`] for input in a step that holds the initial state.
    pub fn step(&mut self, weights: &[f64]) -> Result<bool, SimError> {
        finite(weights)?;
        let (inputs, step, schedule) = (weights.len(), self.now, self.schedule());
        if inputs != 0 && step < schedule.first_step() {
            return Err(SimError::BeforeStart { inputs, step, schedule });
        }
        Ok(self.tick(weights))
    }

    /// Membrane potential at the end of the last step.
    #[must_use]
    pub fn potential(&self) -> f64 {
        self.cell.v + self.dynamics.rest
    }

    /// Synaptic current at the end of the last step; 0 with delta synapses.
    #[must_use]
    pub fn current(&self) -> f64 {
        self.cell.current
    }

    /// The next step, counted from the initial state.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    fn schedule(&self) -> Schedule {
        self.dynamics.schedule
    }

    fn tick(&mut self, weights: &[f64]) -> bool {
        let step = self.now;
        self.now += 1;
        if step < self.schedule().first_step() {
            return false;
        }
        let before_test = self.schedule().input_before_test();
        let fired = if before_test { false } else { self.cell.step(&self.dynamics) };
        for &weight in weights {
            self.cell.take(&self.dynamics, &self.jumps, weight);
        }
        let fired = if before_test { self.cell.step(&self.dynamics) } else { fired };
        self.cell.settle(&self.dynamics);
        fired
    }

    fn run_clock(&mut self, end: u64, fired: &mut Vec<u64>) {
        let (mut due, mut weights) = (Vec::new(), Vec::new());
        for step in self.now..end {
            due.clear();
            self.waiting.drain_until(step, &mut due);
            weights.clear();
            weights.extend(due.iter().map(|spike| spike.payload));
            if self.tick(&weights) {
                fired.push(step);
            }
        }
    }

    fn run_events(&mut self, end: u64, fired: &mut Vec<u64>) {
        let lead = i64::from(self.schedule().input_before_test());
        while self.waiting.next_step().is_some_and(|step| step < end) {
            let Some(spike) = self.waiting.pop() else { break };
            self.cell.advance(&self.dynamics, &self.jumps, spike.step as i64 - lead, |at| fired.push(at as u64));
            self.cell.take(&self.dynamics, &self.jumps, spike.payload);
        }
        self.cell.advance(&self.dynamics, &self.jumps, end as i64 - 1, |at| fired.push(at as u64));
        self.cell.settle(&self.dynamics);
        self.now = end;
    }
}

fn finite(weights: &[f64]) -> Result<(), SimError> {
    match weights.iter().enumerate().find(|(_, weight)| !weight.is_finite()) {
        Some((index, &value)) => Err(SimError::NotFinite { what: "weight", index, value }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lif::{PostsynapticEffect, Refractoriness, Reset};

    fn neuron(options: LifOptions) -> LifNeuron {
        LifNeuron::new(&options, TimeGrid::from_ms(1.0, 0.1).unwrap()).unwrap()
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let nest = LifOptions { schedule: Schedule::Nest, ..LifOptions::default() };
        let mut neuron = neuron(nest);
        assert!(matches!(neuron.step(&[0.5]), Err(SimError::BeforeStart { inputs: 1, step: 0, .. })));
        assert!(matches!(neuron.step(&[f64::NAN]), Err(SimError::NotFinite { what: "weight", index: 0, .. })));
        let grid = TimeGrid::from_ms(1.0, 0.1).unwrap();
        let spikes = SpikeTrain::from_neurons(grid, &[vec![1]]).unwrap();
        let mut error = |weights: &[f64], delay| neuron.receive_spikes(spikes.view(), weights, delay, Drive::Clock);
        assert!(matches!(error(&[0.5], 0), Err(SimError::DelayTooShort { min_steps: 1, .. })));
        assert!(matches!(error(&[], 1), Err(SimError::Size { expected: 1, found: 0, .. })));
        assert!(matches!(error(&[f64::INFINITY], 1), Err(SimError::NotFinite { .. })));
        assert!(error(&[0.5], 1).is_ok());
        let coarse = SpikeTrain::from_neurons(TimeGrid::from_ms(1.0, 0.5).unwrap(), &[vec![1]]).unwrap();
        let found = neuron.receive_spikes(coarse.view(), &[0.5], 1, Drive::Event);
        assert!(matches!(found, Err(SimError::StepWidth { expected_dt_ms: 0.1, found_dt_ms: 0.5 })));
    }

    /// The same jump, one step after another: when it is tested, and what is left of it.
    #[test]
    fn schedules_by_hand() {
        let a = 0.995_012_479_192_682_3;
        let mut brian2 = neuron(LifOptions::default());
        assert!(!brian2.step(&[0.5]).unwrap());
        assert_eq!(brian2.potential(), 0.5);
        brian2.step(&[0.25]).unwrap();
        assert_eq!(brian2.potential(), a * 0.5 + 0.25);
        let mut nest = neuron(LifOptions { schedule: Schedule::Nest, initial: 0.5, ..LifOptions::default() });
        nest.step(&[]).unwrap();
        assert_eq!(nest.potential(), 0.5);
        assert!(nest.step(&[0.6]).unwrap());
        assert_eq!(nest.potential(), 0.0);
        // Euler: a = 1 − 0.1/20, b = 1 − 0.1/5, and the threshold has to be exceeded.
        let synapse = PostsynapticEffect::Exponential { tau_ms: 5.0 };
        let lava = LifOptions { schedule: Schedule::Lava, synapse, refractory_ms: 0.2, ..LifOptions::default() };
        let mut lava = neuron(lava);
        assert!(!lava.step(&[1.0]).unwrap());
        assert_eq!((lava.potential(), lava.current()), (1.0, 1.0));
        assert!(lava.step(&[]).unwrap());
        assert_eq!((lava.potential(), lava.current()), (0.0, 0.98));
        lava.step(&[-0.5]).unwrap();
        lava.step(&[]).unwrap();
        assert_eq!(lava.potential(), 0.0);
        lava.step(&[]).unwrap();
        assert_eq!(lava.potential(), lava.current());
    }

    #[test]
    fn subtraction_keeps_what_exceeds_the_threshold() {
        let options = LifOptions { rest: -70.0, threshold: -50.0, initial: -70.0, ..LifOptions::default() };
        let options = LifOptions { reset: Reset::Subtract, schedule: Schedule::Nest, refractory_ms: 0.0, ..options };
        let mut neuron = neuron(options);
        neuron.step(&[]).unwrap();
        assert!(neuron.step(&[25.0]).unwrap());
        assert!((neuron.potential() - -65.0).abs() < 1e-12);
    }

    #[test]
    fn input_of_the_refractory_period_is_lost_kept_or_taken() {
        let after = |refractoriness, schedule| {
            let options = LifOptions { refractoriness, schedule, refractory_ms: 0.3, ..LifOptions::default() };
            let mut neuron = neuron(options);
            for weights in [&[][..], &[1.5], &[], &[0.3], &[], &[], &[]] {
                neuron.step(weights).unwrap();
            }
            neuron.potential()
        };
        let a = 0.995_012_479_192_682_3f64;
        assert_eq!(after(Refractoriness::Held, Schedule::Nest), 0.0);
        // Discounted by the two steps that are left, taken when the neuron is free, decayed once.
        assert!((after(Refractoriness::Accumulating, Schedule::Nest) - 0.3 * a.powi(3)).abs() < 1e-15);
        assert_eq!(after(Refractoriness::Held, Schedule::Brian2), 0.0);
        assert!((after(Refractoriness::Integrating, Schedule::Brian2) - 0.3 * a.powi(3)).abs() < 1e-15);
    }
}
