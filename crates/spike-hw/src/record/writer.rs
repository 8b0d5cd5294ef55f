//! The container of spike records, and how it is written.
//!
//! All numbers are little-endian, every checksum is a CRC-32 (IEEE).
//!
//! ```text
//! header  "SPKHWREC" | version u16 = 1 | record bytes u16 = 28 | step_ns u64 | num_steps u32 | dialect u32 | crc u32
//! block   "RBLK" | count u32 | crc of the records u32 | crc of the 12 bytes before u32 | count records
//! end     "REND" | count of all records u64 | crc of the 12 bytes before u32
//! ```
//!
//! A crc without further words covers everything before it in its part. The dialect is 0 (none), 1 (lava) or
//! 2 (nengo_loihi). A block holds 1 to 65 536 records, which are in order of time throughout the file.

use super::{RECORD_BYTES, RecordError, RecordHeader, SpikeRecord};
use crate::Dialect;
use std::io::Write;

/// The first bytes of a file.
pub(super) const MAGIC: [u8; 8] = *b"SPKHWREC";
/// The newest version.
pub(super) const VERSION: u16 = 1;
/// Bytes of the header.
pub(super) const HEADER_BYTES: usize = 32;
/// The first bytes of a block.
pub(super) const BLOCK_MAGIC: [u8; 4] = *b"RBLK";
/// The first bytes of the end.
pub(super) const END_MAGIC: [u8; 4] = *b"REND";
/// Bytes of a block's header, and of the end.
pub(super) const PART_BYTES: usize = 16;
/// Most records of a block.
pub(super) const MAX_BLOCK_RECORDS: u32 = 1 << 16;
/// Records of a block that is written.
const BLOCK_RECORDS: usize = 1024;

/// Writes spike records into a versioned, checksummed container.
///
/// A file is whole only after [`finish`](Self::finish); what was written before is readable all the same.
///
/// ```
/// use spike_hw::{AxonAddress, AxonType, RecordHeader, RecordReader, RecordWriter, SpikeRecord};
/// let to = AxonAddress { chip: 0, core: 1, axon: 2, axon_type: AxonType::Pop32, atom: 3 };
/// let header = RecordHeader { step_ns: 1_000_000, num_steps: 100, dialect: None };
/// let mut writer = RecordWriter::new(Vec::new(), header)?;
/// writer.push(SpikeRecord { step: 7, to })?;
/// let file = writer.finish()?;
/// let mut reader = RecordReader::new(&file[..])?;
/// assert_eq!(reader.next_block()?, Some(vec![SpikeRecord { step: 7, to }]));
/// assert_eq!(reader.next_block()?, None);
/// # Ok::<(), spike_hw::RecordError>(())
/// ```
#[derive(Debug)]
pub struct RecordWriter<W: Write> {
    output: W,
    records: Vec<u8>,
    written: u64,
    last_step: u32,
}

impl<W: Write> RecordWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// [`RecordError::Io`] if the medium fails.
    pub fn new(mut output: W, header: RecordHeader) -> Result<Self, RecordError> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend((RECORD_BYTES as u16).to_le_bytes());
        bytes.extend(header.step_ns.to_le_bytes());
        bytes.extend(header.num_steps.to_le_bytes());
        bytes.extend(dialect_code(header.dialect).to_le_bytes());
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        output.write_all(&bytes)?;
        Ok(Self { output, records: Vec::new(), written: 0, last_step: 0 })
    }

    /// Appends a record.
    ///
    /// # Errors
    /// [`RecordError`] if a field leaves its range, the record is before the one before it, or the medium fails.
    pub fn push(&mut self, record: SpikeRecord) -> Result<(), RecordError> {
        let bytes = record.to_bytes()?;
        if record.step < self.last_step {
            let index = self.written + (self.records.len() / RECORD_BYTES) as u64;
            return Err(RecordError::Order { index, step: record.step, previous: self.last_step });
        }
        self.last_step = record.step;
        self.records.extend(bytes);
        if self.records.len() == BLOCK_RECORDS * RECORD_BYTES { self.block() } else { Ok(()) }
    }

    fn block(&mut self) -> Result<(), RecordError> {
        let count = self.records.len() / RECORD_BYTES;
        if count == 0 {
            return Ok(());
        }
        let [a, b, c, d] = (count as u32).to_le_bytes();
        let [e, f, g, h] = crc32fast::hash(&self.records).to_le_bytes();
        self.output.write_all(&part(BLOCK_MAGIC, [a, b, c, d, e, f, g, h]))?;
        self.output.write_all(&self.records)?;
        self.written += count as u64;
        self.records.clear();
        Ok(())
    }

    /// Writes what is left and the end.
    ///
    /// # Errors
    /// [`RecordError::Io`] if the medium fails.
    pub fn finish(mut self) -> Result<W, RecordError> {
        self.block()?;
        self.output.write_all(&part(END_MAGIC, self.written.to_le_bytes()))?;
        self.output.flush()?;
        Ok(self.output)
    }
}

/// Magic, eight bytes and their checksum.
fn part(magic: [u8; 4], content: [u8; 8]) -> [u8; PART_BYTES] {
    let mut bytes = [0; PART_BYTES];
    bytes[..4].copy_from_slice(&magic);
    bytes[4..12].copy_from_slice(&content);
    let crc = crc32fast::hash(&bytes[..12]);
    bytes[12..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// The number of a dialect in a header.
pub(super) fn dialect_code(dialect: Option<Dialect>) -> u32 {
    match dialect {
        None => 0,
        Some(Dialect::Lava) => 1,
        Some(Dialect::NengoLoihi) => 2,
    }
}
