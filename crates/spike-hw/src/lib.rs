//! Integer emulators of Loihi software, dumps for boards, and what fits on a board.
//!
//! | part | what it does | compared with |
//! |---|---|---|
//! | [`lava`] | neurons, synapses and delta encoder in fixed point | lava-nc 0.10.0, bit for bit |
//! | [`nengo_loihi`] | emulator and quantiser | nengo-loihi 1.1.0, bit for bit |
//! | [`RecordWriter`], [`RecordReader`] | spike records of 28 bytes in a checksummed container | nengo-loihi 1.1.0 |
//! | [`pack_host_words`] | spikes as words from the host | nengo-loihi 1.1.0 |
//! | [`eieio`] | SpiNNaker packets to a file or a UDP address | spinnman 1!7.4.1 |
//! | [`Board`], [`fit`](fit()) | capacities with sources; cores, what does not fit, what would make it fit | nengo-loihi 1.1.0 |
//!
//! Network files for boards, NIR and netx of lava-dl, are in `spike_io`.
//!
//! # Example
//! ```
//! use spike_core::{SpikeTrain, TimeGrid};
//! use spike_hw::lava::{
//!     Connection, CubaLif, CubaLifConfig, Dense, DenseConfig, LavaLayer, LavaNetwork, WeightFormat,
//! };
//! use spike_hw::{Board, LayerDemand, emulate, fit};
//!
//! let dense = Dense::new(&DenseConfig {
//!     num_inputs: 2,
//!     num_outputs: 1,
//!     weights: vec![120, -40],
//!     format: WeightFormat::default(),
//!     num_message_bits: 0,
//! })?;
//! let neurons = CubaLif::new(&CubaLifConfig::uniform(1, 2048, 512, 100))?;
//! let mut network = LavaNetwork::new(vec![LavaLayer { connection: Connection::Dense(dense), neurons }])?;
//! let input = SpikeTrain::from_neurons(TimeGrid::from_ms(6.0, 1.0)?, &[vec![0, 3], vec![3]])?;
//! let output = emulate(&mut network, input.view())?;
//! assert_eq!(output.view().neuron(0), [1, 4]);
//! assert!(fit(&Board::named("loihi1")?, &[LayerDemand::dense("output", 2, 1)]).fits());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What this crate does not do
//! It claims nothing about silicon, drives no board but by packets, and estimates no energy. It does not learn.

mod board;
mod dialect;
pub mod eieio;
mod emulator;
mod error;
mod fit;
mod fixed;
pub mod lava;
pub mod nengo_loihi;
mod network;
mod packed;
mod par;
mod quantise;
mod record;
mod rules;
mod synapse_memory;

pub use board::{Board, BoardError, Certainty, Figure, SynapseStorage};
pub use dialect::Dialect;
pub use emulator::{EmulationError, Emulator, emulate};
pub use error::ModelError;
pub use fit::{FitReport, LayerDemand, LayerFit, Misfit, Remedy, Resource, Usage, fit};
pub use fixed::{decay, wrap_signed};
pub use network::{
    Drive, Image, IntegerEvaluation, IntegerNetwork, IntegerSimulation, IntegerState, LAVA_SCRIPT, Pattern, Peak,
    Population, Progress, Projection, Role, Source, regular_spikes,
};
pub use packed::{pack_host_words, pack_spike_bits, unpack_host_words, unpack_spike_bits};
pub use quantise::{
    Quantisation, QuantiseError, QuantiseOptions, QuantisedLayer, Substitution, board_demands, quantise,
};
pub use record::{
    AxonAddress, AxonType, RECORD_BYTES, RecordError, RecordHeader, RecordReader, RecordWriter, SpikeRecord,
    spike_records,
};
pub use synapse_memory::SynapseFormat;

#[cfg(test)]
mod golden;
