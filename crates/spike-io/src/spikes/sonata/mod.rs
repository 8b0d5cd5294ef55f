//! Spikes as SONATA: times in milliseconds and the numbers of nodes, in HDF5.
//!
//! ```text
//! /spikes/<population>                sorting: enumeration none = 0, by_id = 1, by_time = 2
//! /spikes/<population>/timestamps     f64, units: "ms"
//! /spikes/<population>/node_ids       u64
//! /spike_header                       u8, JSON: what SONATA has no place for; other readers pass over it
//! ```
//!
//! A spike in step k is at k·dt. SONATA has no samples: sample s begins at s windows, so that the samples of a file
//! follow each other in time. The spikes are sorted by time.
//! A file that was written here is read back exactly, with its samples and its encoding. Spikes of other programs go
//! onto a grid by an explicit rule, as one sample.
//!
//! # Memory
//! A file begins with the number of its spikes. Twelve bytes a spike are held until it is finished, and a whole file
//! when it is read.
//!
//! # References
//! K. Dai et al. (2020), The SONATA data format for efficient description of large-scale network models, PLOS
//! Computational Biology 16(2):e1007696, DOI 10.1371/journal.pcbi.1007696; SONATA Developer Guide, "Spike file".

mod checksum;
mod error;
mod layout;
mod read;
mod write;

pub use error::SonataError;
pub use read::{SonataGrid, SonataOptions, open_sonata};
pub use write::SonataWriter;

use crate::spk::SpkHeader;
use serde::{Deserialize, Serialize};

/// The population whose name nobody chose.
const POPULATION: &str = "spike";
const RECORD: &str = "spike_header";

/// What SONATA has no place for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    first_sample: u64,
    num_samples: u64,
    header: SpkHeader,
}
