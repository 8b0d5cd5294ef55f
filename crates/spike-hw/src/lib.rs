//! Integer emulators, dumps and capacities of neuromorphic hardware.

mod board;
mod dialect;
pub mod eieio;
mod emulator;
mod error;
mod fit;
mod fixed;
pub mod lava;
pub mod nengo_loihi;
mod packed;
mod record;
mod rules;
mod synapse_memory;

pub use board::{Board, BoardError, Certainty, Figure, SynapseStorage};
pub use dialect::Dialect;
pub use emulator::{EmulationError, Emulator, emulate};
pub use error::ModelError;
pub use fit::{FitReport, LayerDemand, LayerFit, Misfit, Remedy, Resource, Usage, fit};
pub use fixed::{decay, wrap_signed};
pub use packed::{pack_host_words, pack_spike_bits, unpack_host_words, unpack_spike_bits};
pub use record::{
    AxonAddress, AxonType, RECORD_BYTES, RecordError, RecordHeader, RecordReader, RecordWriter, SpikeRecord,
    spike_records,
};
pub use synapse_memory::SynapseFormat;

#[cfg(test)]
mod golden;
