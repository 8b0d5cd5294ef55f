//! Reading the container of spike records.

use super::writer::{
    BLOCK_MAGIC, END_MAGIC, HEADER_BYTES, MAGIC, MAX_BLOCK_RECORDS, PART_BYTES, VERSION, dialect_code,
};
use super::{RECORD_BYTES, RecordError, RecordHeader, SpikeRecord};
use crate::Dialect;
use std::io::{self, Read};

/// Reads the blocks of a container of spike records one after the other.
///
/// Of a truncated file it gives every whole block and then says where the file ends. After a block whose records are
/// damaged it goes on with the next one; after a damaged header of a block it cannot.
#[derive(Debug)]
pub struct RecordReader<R: Read> {
    input: R,
    header: RecordHeader,
    position: u64,
    records: u64,
    last_step: u32,
    ended: bool,
}

impl<R: Read> RecordReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`RecordError`] if this is not an intact header of a known version.
    pub fn new(mut input: R) -> Result<Self, RecordError> {
        let mut bytes = [0; HEADER_BYTES];
        let got = read_up_to(&mut input, &mut bytes)?;
        let known = got.min(MAGIC.len());
        if bytes[..known] != MAGIC[..known] || got == 0 {
            return Err(RecordError::BadMagic { found: bytes[..known].to_vec() });
        }
        if got < HEADER_BYTES {
            return Err(RecordError::Truncated { position: got as u64, part: "the header", records: 0 });
        }
        let version = u16::from_le_bytes([bytes[8], bytes[9]]);
        if version == 0 || version > VERSION {
            return Err(RecordError::Version { found: version, known: VERSION });
        }
        if crc32fast::hash(&bytes[..28]) != u32_at(&bytes, 28) {
            return Err(RecordError::Header { reason: "its checksum differs" });
        }
        if u16::from_le_bytes([bytes[10], bytes[11]]) != RECORD_BYTES as u16 {
            return Err(RecordError::Header { reason: "its records are not of 28 bytes" });
        }
        let code = u32_at(&bytes, 24);
        let dialects = [None, Some(Dialect::Lava), Some(Dialect::NengoLoihi)];
        let Some(dialect) = dialects.into_iter().find(|&dialect| dialect_code(dialect) == code) else {
            return Err(RecordError::Header { reason: "its dialect is unknown" });
        };
        let step_ns = u64::from(u32_at(&bytes, 12)) | u64::from(u32_at(&bytes, 16)) << 32;
        let header = RecordHeader { step_ns, num_steps: u32_at(&bytes, 20), dialect };
        Ok(Self { input, header, position: HEADER_BYTES as u64, records: 0, last_step: 0, ended: false })
    }

    /// What the file says of itself.
    #[must_use]
    pub fn header(&self) -> RecordHeader {
        self.header
    }

    /// The records of the next block; `None` behind the end.
    ///
    /// # Errors
    /// [`RecordError::Block`] for a damaged block, after which reading may go on; [`RecordError::Truncated`],
    /// [`RecordError::Count`] and [`RecordError::Trailing`], after which it is over.
    pub fn next_block(&mut self) -> Result<Option<Vec<SpikeRecord>>, RecordError> {
        if self.ended {
            return Ok(None);
        }
        let position = self.position;
        let mut part = [0; PART_BYTES];
        if self.read(&mut part)? < PART_BYTES {
            return Err(self.truncated("the header of a block"));
        }
        let magic = [part[0], part[1], part[2], part[3]];
        if crc32fast::hash(&part[..12]) != u32_at(&part, 12) || ![BLOCK_MAGIC, END_MAGIC].contains(&magic) {
            self.ended = true;
            return Err(self.damaged(position, "no intact header of a block here"));
        }
        if magic == END_MAGIC {
            return self.end(u64::from(u32_at(&part, 4)) | u64::from(u32_at(&part, 8)) << 32);
        }
        let count = u32_at(&part, 4);
        if count == 0 || count > MAX_BLOCK_RECORDS {
            self.ended = true;
            return Err(self.damaged(position, "a block holds 1 to 65536 records"));
        }
        self.block(position, count as usize * RECORD_BYTES, u32_at(&part, 8)).map(Some)
    }

    fn block(&mut self, position: u64, num_bytes: usize, crc: u32) -> Result<Vec<SpikeRecord>, RecordError> {
        let mut bytes = vec![0; num_bytes];
        if self.read(&mut bytes)? < num_bytes {
            return Err(self.truncated("a block"));
        }
        if crc32fast::hash(&bytes) != crc {
            return Err(self.damaged(position, "the checksum of its records differs"));
        }
        let records = bytes.as_chunks::<RECORD_BYTES>().0.iter().map(SpikeRecord::from_bytes);
        let records: Vec<_> = records.collect::<Result<_, _>>()?;
        for (index, record) in records.iter().enumerate() {
            if record.step < self.last_step {
                let index = self.records + index as u64;
                return Err(RecordError::Order { index, step: record.step, previous: self.last_step });
            }
            self.last_step = record.step;
        }
        self.records += records.len() as u64;
        Ok(records)
    }

    fn end(&mut self, stated: u64) -> Result<Option<Vec<SpikeRecord>>, RecordError> {
        self.ended = true;
        if stated != self.records {
            return Err(RecordError::Count { stated, found: self.records });
        }
        let position = self.position;
        if self.read(&mut [0])? > 0 { Err(RecordError::Trailing { position }) } else { Ok(None) }
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, RecordError> {
        let got = read_up_to(&mut self.input, buffer)?;
        self.position += got as u64;
        Ok(got)
    }

    fn truncated(&mut self, part: &'static str) -> RecordError {
        self.ended = true;
        RecordError::Truncated { position: self.position, part, records: self.records }
    }

    fn damaged(&self, position: u64, reason: &'static str) -> RecordError {
        RecordError::Block { position, reason, records: self.records }
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Fills the buffer as far as there are bytes.
pub(crate) fn read_up_to(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match input.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}
