//! Traces of spikes: what a synapse remembers of either side.

use crate::drive::Drive;
use crate::plasticity::Pairing;
use crate::plasticity::event_driven::LazyTraces;
use spike_core::exp;

/// Traces x of several neurons: dx/dt = −x/τ, and a spike adds 1 or sets 1.
#[derive(Debug, Clone)]
pub(super) struct Traces {
    store: Store,
    pairing: Pairing,
}

#[derive(Debug, Clone)]
enum Store {
    /// All traces at the step that the clock has reached.
    Clock {
        x: Vec<f64>,
        decay: f64,
    },
    Event(LazyTraces),
}

impl Traces {
    /// `ratio` is dt/τ.
    pub(super) fn new(len: usize, ratio: f64, drive: Drive, pairing: Pairing) -> Self {
        let decay = exp(-ratio);
        let store = match drive {
            Drive::Clock => Store::Clock { x: vec![0.0; len], decay },
            Drive::Event => Store::Event(LazyTraces::new(len, decay)),
        };
        Self { store, pairing }
    }

    /// All traces to 0, at step 0.
    pub(super) fn reset(&mut self) {
        match &mut self.store {
            Store::Clock { x, .. } => x.fill(0.0),
            Store::Event(traces) => traces.reset(),
        }
    }

    /// One step of the clock: all traces decay.
    pub(super) fn tick(&mut self) {
        if let Store::Clock { x, decay } = &mut self.store {
            for x in x {
                *x *= *decay;
            }
        }
    }

    /// Trace `index` at `step`, which the clock has reached.
    pub(super) fn at(&self, index: usize, step: u64) -> f64 {
        match &self.store {
            Store::Clock { x, .. } => x[index],
            Store::Event(traces) => traces.at(index, step),
        }
    }

    /// A spike at `step`.
    pub(super) fn bump(&mut self, index: usize, step: u64) {
        let x = match self.pairing {
            Pairing::AllToAll => self.at(index, step) + 1.0,
            Pairing::NearestNeighbour => 1.0,
        };
        match &mut self.store {
            Store::Clock { x: all, .. } => all[index] = x,
            Store::Event(traces) => traces.set(index, step, x),
        }
    }

    pub(super) fn to_vec(&self, step: u64) -> Vec<f64> {
        match &self.store {
            Store::Clock { x, .. } => x.clone(),
            Store::Event(traces) => traces.to_vec(step),
        }
    }
}
