//! What can be wrong with spike records and their files.

use std::io;
use thiserror::Error;

/// Records that cannot be written or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The medium failed.
    #[error("reading or writing spike records failed")]
    Io(#[from] io::Error),
    /// A number outside its range.
    #[error("{name} of a spike record is {found}, allowed is {allowed}")]
    Field {
        /// The field.
        name: &'static str,
        /// What was found.
        found: i64,
        /// What is allowed.
        allowed: String,
    },
    /// Records that are not in order of time.
    #[error("record {index} is of step {step}, after one of step {previous}; sort the records by step")]
    Order {
        /// Position of the record.
        index: u64,
        /// Its step.
        step: u32,
        /// Step of the record before.
        previous: u32,
    },
    /// Spikes for whose neurons no axons are given.
    #[error("axons are given for {found} neurons, the spikes are of {neurons}")]
    Targets {
        /// Lists of axons.
        found: usize,
        /// Neurons.
        neurons: usize,
    },
    /// Spikes of several chips in one list of host words.
    #[error("record {index} goes to chip {found}, the first one to chip {first}; pack the records of each chip alone")]
    Chips {
        /// Position of the record.
        index: usize,
        /// Its chip.
        found: u32,
        /// Chip of the first record.
        first: u32,
    },
    /// Host words that are no spikes.
    #[error("host word {index} is {word:#010x}, which is no spike: {reason}")]
    Word {
        /// Position of the word.
        index: usize,
        /// The word.
        word: u32,
        /// What is wrong.
        reason: &'static str,
    },
    /// The file does not start with the magic of spike records.
    #[error("not a file of spike records: it starts with {found:02x?}")]
    BadMagic {
        /// The first bytes.
        found: Vec<u8>,
    },
    /// A version that this reader does not know.
    #[error("version {found} of spike records; this reader knows up to {known}; use a newer spike")]
    Version {
        /// Version of the file.
        found: u16,
        /// Newest version known.
        known: u16,
    },
    /// The header is damaged or from another format.
    #[error("the header is damaged: {reason}")]
    Header {
        /// What is wrong.
        reason: &'static str,
    },
    /// A block that is damaged.
    #[error("the block at byte {position} is damaged: {reason}; {records} records precede it")]
    Block {
        /// Position of the block.
        position: u64,
        /// What is wrong.
        reason: &'static str,
        /// Records read before it.
        records: u64,
    },
    /// The file ends early.
    #[error("the file ends at byte {position}, inside {part}; {records} whole records precede it")]
    Truncated {
        /// Where the file ends.
        position: u64,
        /// The part that is not whole.
        part: &'static str,
        /// Records read before it.
        records: u64,
    },
    /// The end of the file counts other records than there are.
    #[error("the end of the file counts {stated} records, {found} were read; a damaged block may be missing")]
    Count {
        /// Number stated.
        stated: u64,
        /// Number read.
        found: u64,
    },
    /// Bytes behind the end.
    #[error("bytes follow the end of the records at byte {position}")]
    Trailing {
        /// Where the records end.
        position: u64,
    },
}
