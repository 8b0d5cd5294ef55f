//! `.spk`: the native file of spike trains.
//!
//! | part | content |
//! |---|---|
//! | prologue | magic, version, length of the header, the header as JSON, CRC-32 |
//! | blocks | `SBLK`, first sample, samples, spikes, lengths, CRC-32 of payload and of the block header, payload |
//! | index | `SIDX`, position, first sample, samples and spikes of each block, CRC-32 |
//! | trailer | position and length of the index, `SEND` |
//!
//! All numbers are little-endian. A payload is one zstd frame. Uncompressed it holds the number of spikes of each
//! row as a varint, then of each spike the distance to the spike before it in its row (to step −1 for the first)
//! as a varint, row after row. Blocks hold a fixed number of samples that follows from the shape
//! ([`SpkHeader::samples_per_block`]), so that the same spikes are the same bytes, however they were produced.
//!
//! A writer streams: it holds one block. A reader streams too, and seeks by sample where the source can seek. A
//! damaged block is reported with its position and the others stay readable; a file without its index (cut off)
//! is read by its blocks.

mod block;
mod error;
mod file;
mod header;
mod reader;
mod varint;
mod writer;

pub use block::BlockInfo;
pub use error::{BlockDamage, SpkError};
pub use file::SpkFile;
pub use header::{Provenance, SpkHeader};
pub use reader::{ReadLimits, SpkReader};
pub use writer::{SpkSummary, SpkWriter};
