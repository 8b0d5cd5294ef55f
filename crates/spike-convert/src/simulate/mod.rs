//! Event-driven simulation: each step passes the spikes of every layer on to the next, in the same step.

mod differential;
mod events;
mod flow;
mod pool;
mod rows;
mod run;

pub use run::{Simulation, SimulationState};
