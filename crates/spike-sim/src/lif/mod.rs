//! Leaky integrate-and-fire neurons with the update orders of Brian2, NEST and Lava.

mod cell;
mod dynamics;
mod event_driven;
mod homeostasis;
mod inputs;
mod jumps;
mod neuron;
mod options;
mod population;
mod recurrent;
mod schedule;
mod sweep;
mod synapse;

pub use homeostasis::HomeostasisOptions;
pub use neuron::LifNeuron;
pub use options::LifOptions;
pub use population::LifPopulation;
pub use schedule::Schedule;
pub use synapse::{PostsynapticEffect, Refractoriness, Reset};

pub(crate) use dynamics::Map;
pub(crate) use jumps::Jumps;
pub(crate) use options::in_range;
pub(crate) use population::same_step_width;
