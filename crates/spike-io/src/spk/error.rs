//! What can be wrong with a `.spk` file.

use spike_core::{ConfigError, SpikeError};
use std::io;
use thiserror::Error;

/// A `.spk` file that cannot be written or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SpkError {
    /// The medium failed.
    #[error("reading or writing spikes failed")]
    Io(#[from] io::Error),
    /// The file does not start with the magic of `.spk`.
    #[error("not a .spk file: it starts with {found:02x?}")]
    BadMagic {
        /// The first bytes.
        found: Vec<u8>,
    },
    /// A version that this reader does not know.
    #[error("version {found} of .spk; this reader knows up to {known}; use a newer spike")]
    Version {
        /// Version of the file.
        found: u16,
        /// Newest version known.
        known: u16,
    },
    /// The header's bytes are damaged.
    #[error("the header is damaged (CRC-32 {found:08x}, expected {expected:08x})")]
    HeaderChecksum {
        /// Stored value.
        expected: u32,
        /// Computed value.
        found: u32,
    },
    /// The header is not the JSON that it should be.
    #[error("the header is not valid: {0}")]
    HeaderJson(#[from] serde_json::Error),
    /// The header names an impossible configuration.
    #[error("the header is not valid: {0}")]
    Config(#[from] ConfigError),
    /// A field of the header contradicts another.
    #[error("header field {field} is {found}, expected {expected}")]
    HeaderField {
        /// The field.
        field: &'static str,
        /// What was found.
        found: u64,
        /// What is allowed.
        expected: u64,
    },
    /// The file ends inside a part.
    #[error("the file ends at byte {position}, inside {part}; {samples} whole samples precede it")]
    Truncated {
        /// Where the file ends.
        position: u64,
        /// The part that is not whole.
        part: &'static str,
        /// Samples that are readable.
        samples: u64,
    },
    /// A block that is damaged; reading can go on behind it.
    #[error("block at byte {position} (samples from {first_sample}) is damaged: {reason}")]
    Block {
        /// Position of the block.
        position: u64,
        /// First sample that it should hold.
        first_sample: u64,
        /// What is wrong.
        reason: BlockDamage,
    },
    /// A block beyond the limit of the reader.
    #[error(
        "block at byte {position} takes {bytes} bytes uncompressed, the limit is {limit}; raise it if you trust the file"
    )]
    BlockTooLarge {
        /// Position of the block.
        position: u64,
        /// Size it declares.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// Samples that are not in the file.
    #[error("samples {from}..{to} asked, the file holds {first}..{end}")]
    NoSuchSample {
        /// First asked.
        from: u64,
        /// End asked.
        to: u64,
        /// First in the file.
        first: u64,
        /// End of the file's samples.
        end: u64,
    },
    /// Samples of another shape than the header says.
    #[error("a sample of {found} rows was given to a file of {expected} rows a sample")]
    Shape {
        /// Rows of the header.
        expected: usize,
        /// Rows found.
        found: usize,
    },
    /// A line of a csv of spikes.
    #[error("line {line}: {reason}")]
    Table {
        /// Number of the line, from 1.
        line: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// An array of an npz of spikes.
    #[error("array {name}: {reason}")]
    Array {
        /// Name of the array.
        name: &'static str,
        /// What is wrong.
        reason: &'static str,
    },
    /// The archive of arrays cannot be read.
    #[error(transparent)]
    Input(#[from] crate::ReadError),
    /// The archive of arrays cannot be written.
    #[error(transparent)]
    Output(#[from] crate::WriteError),
    /// A SONATA file that cannot be read or written.
    #[error(transparent)]
    Sonata(#[from] crate::spikes::sonata::SonataError),
    /// Rows that break the rules of spike trains.
    #[error(transparent)]
    Spikes(#[from] SpikeError),
    /// Spikes of another time grid than the header says.
    #[error("spikes on another time grid than that of the file")]
    Grid,
}

/// Why a block cannot be read.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum BlockDamage {
    /// Its own header is damaged, or no block starts where one should.
    #[error("no intact block header here")]
    Header,
    /// The payload's checksum differs.
    #[error("CRC-32 {found:08x}, expected {expected:08x}")]
    Checksum {
        /// Stored value.
        expected: u32,
        /// Computed value.
        found: u32,
    },
    /// The payload does not decompress to its stated length.
    #[error("the payload does not decompress to {expected} bytes")]
    Compression {
        /// Stated length.
        expected: u64,
    },
    /// The payload is not a sequence of varints of the stated numbers.
    #[error("the payload ends inside a number or holds more than {spikes} spikes")]
    Numbers {
        /// Spikes stated.
        spikes: u64,
    },
    /// The rows break the rules of spike trains.
    #[error(transparent)]
    Spikes(#[from] SpikeError),
}
