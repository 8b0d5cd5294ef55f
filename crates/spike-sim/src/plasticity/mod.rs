//! Spike-timing-dependent plasticity: weights that follow the order and the distance of spikes.

mod event_driven;
mod options;
mod pair;
mod scaling;
mod traces;

pub use options::{Pairing, StdpOptions, StdpOrder, WeightDependence};
pub use pair::Stdp;
pub use scaling::SynapticScaling;
