//! What can be wrong with a SONATA file of spikes.

use crate::hdf5::Hdf5Error;
use spike_core::ImportError;
use thiserror::Error;

/// A SONATA file of spikes that cannot be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SonataError {
    /// The HDF5 side of the file.
    #[error(transparent)]
    Hdf5(#[from] Hdf5Error),
    /// Not exactly one population, and none was named.
    #[error("the file has the populations {found:?}; name one of them")]
    Populations {
        /// The populations.
        found: Vec<String>,
    },
    /// A population that is not in the file.
    #[error("the file has no population {asked:?}; it has {found:?}")]
    NoPopulation {
        /// The population asked for.
        asked: String,
        /// The populations.
        found: Vec<String>,
    },
    /// A name that a population cannot have.
    #[error("{name:?} cannot name a population; a name has 1 to 255 bytes and no '/'")]
    PopulationName {
        /// The name.
        name: String,
    },
    /// As many times as nodes there are not.
    #[error("{timestamps} timestamps and {node_ids} node_ids; a spike has one of each")]
    Lengths {
        /// Number of times.
        timestamps: usize,
        /// Number of nodes.
        node_ids: usize,
    },
    /// A unit of time that is not understood.
    #[error("timestamps have the units {found:?}; allowed are ms and s")]
    Units {
        /// What was found.
        found: String,
    },
    /// Spikes of another program, whose time grid the file does not say.
    #[error("the file does not say the time grid of its spikes; give the length of a step (spike transcode --dt-ms)")]
    NoGrid,
    /// The record of the file contradicts its spikes.
    #[error("spike {index} (node {node_id} at {time_ms} ms) contradicts the record of the file; it was changed")]
    Contradiction {
        /// Index of the spike.
        index: usize,
        /// Its node.
        node_id: i64,
        /// Its time.
        time_ms: f64,
    },
    /// A node beyond what the spikes make plausible.
    #[error("{rows} rows for {num_spikes} spikes; node_ids must be dense: number the nodes from 0")]
    Rows {
        /// Rows that the file asks for.
        rows: u64,
        /// Spikes that it has.
        num_spikes: usize,
    },
    /// A time beyond what 2⁵³ nanoseconds can say.
    #[error("the spikes reach beyond 2^53 ns, where milliseconds no longer tell steps apart; write fewer samples")]
    TooLong,
    /// The spikes are longer than a grid can be.
    #[error("the spikes end at {end_ms} ms, which has more than 2^32 - 1 steps of {dt_ms} ms; choose a longer step")]
    Window {
        /// Time of the last spike.
        end_ms: f64,
        /// Length of a step.
        dt_ms: f64,
    },
    /// Times that the rule of the grid does not admit.
    #[error(transparent)]
    Import(#[from] ImportError),
}
