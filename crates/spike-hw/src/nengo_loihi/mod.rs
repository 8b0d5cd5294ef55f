//! The dialect of nengo-loihi 1.1.0: its emulator and its quantiser.

mod block;
mod compartment;
mod network;
mod quantize;
mod synapse;

pub use block::{Axon, Block, SpikeInput, SynapseRef};
pub use compartment::{CompartmentConfig, Compartments};
pub(crate) use compartment::{Fixed, State, update};
pub use network::NengoNetwork;
pub use quantize::{
    CurrentScale, DiscretizeError, FloatCompartments, FloatSynapse, Quantised, QuantisedSynapse, Scales, bias_mantissa,
    decay_of_time_constant, decay_sum, discretize_block, discretize_weights,
};
pub use synapse::{Synapse, WeightGroup};

#[cfg(test)]
pub(crate) use compartment::wrap_sum;
#[cfg(test)]
pub(crate) use quantize::{discretize_block_with, discretize_weights_with};
