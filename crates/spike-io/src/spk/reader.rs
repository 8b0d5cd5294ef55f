//! Reading in order, from anything that gives bytes.

use super::block::{BLOCK_HEADER_BYTES, BLOCK_MAGIC, BlockInfo, open_payload};
use super::error::{BlockDamage, SpkError};
use super::header::{SpkHeader, read_up_to};
use super::writer::INDEX_MAGIC;
use spike_core::{Encoding, SpikeBatch};
use std::io::Read;
use std::sync::Arc;

/// Bounds that a reader keeps, however large a file says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Largest block, decompressed.
    pub max_block_bytes: u64,
}

impl Default for ReadLimits {
    /// 4 GiB: what a single sample of a very large network may take. Blocks of smaller samples are far smaller.
    fn default() -> Self {
        Self { max_block_bytes: 1 << 32 }
    }
}

/// Reads the blocks of a `.spk` file one after the other.
///
/// After a damaged block, [`next_block`](Self::next_block) goes on with the next intact one.
#[derive(Debug)]
pub struct SpkReader<R: Read> {
    input: R,
    header: SpkHeader,
    encoding: Option<Arc<Encoding>>,
    limits: ReadLimits,
    position: u64,
    samples: u64,
    next_sample: u64,
    ended: bool,
    /// A block header that was found while looking for one.
    pending: Option<(BlockInfo, u64)>,
}

impl<R: Read> SpkReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`SpkError`] if this is not an intact header of a known version.
    pub fn new(input: R) -> Result<Self, SpkError> {
        Self::with_limits(input, ReadLimits::default())
    }

    /// Reads the header; blocks will be held to other limits than the default.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_limits(mut input: R, limits: ReadLimits) -> Result<Self, SpkError> {
        let (header, position) = SpkHeader::read(&mut input)?;
        let encoding = header.encoding.clone().map(Arc::new);
        Ok(Self { input, header, encoding, limits, position, samples: 0, next_sample: 0, ended: false, pending: None })
    }

    /// What the file says of itself.
    #[must_use]
    pub fn header(&self) -> &SpkHeader {
        &self.header
    }

    /// The shared record of the encoding, if there is one.
    #[must_use]
    pub fn encoding(&self) -> Option<&Arc<Encoding>> {
        self.encoding.as_ref()
    }

    /// The next block as a batch; `None` behind the last.
    ///
    /// # Errors
    /// [`SpkError::Block`] and [`SpkError::BlockTooLarge`] for a damaged block, after which reading can go on;
    /// [`SpkError::Truncated`] where the file ends early, after which it is over.
    pub fn next_block(&mut self) -> Result<Option<SpikeBatch>, SpkError> {
        if self.ended {
            return Ok(None);
        }
        if let Some((info, position)) = self.pending.take() {
            return self.block(info, position).map(Some);
        }
        let position = self.position;
        let mut bytes = [0; BLOCK_HEADER_BYTES];
        let got = self.read(&mut bytes)?;
        if got >= 4 && bytes[..4] == INDEX_MAGIC {
            self.ended = true;
            return Ok(None);
        }
        if got < BLOCK_HEADER_BYTES {
            return Err(self.truncated("a block header"));
        }
        let first_sample = self.next_sample;
        let Some(info) = BlockInfo::from_bytes(&bytes) else {
            return self.resynchronise(bytes, position, first_sample);
        };
        self.block(info, position).map(Some)
    }

    fn block(&mut self, info: BlockInfo, position: u64) -> Result<SpikeBatch, SpkError> {
        self.next_sample = info.first_sample.saturating_add(u64::from(info.num_samples));
        let limit = self.limits.max_block_bytes;
        let bytes = info.raw_bytes.max(info.payload_bytes);
        if bytes > limit {
            self.skip(info.payload_bytes)?;
            return Err(SpkError::BlockTooLarge { position, bytes, limit });
        }
        let mut payload = Vec::new();
        let got = (&mut self.input).take(info.payload_bytes).read_to_end(&mut payload)? as u64;
        self.position += got;
        if got < info.payload_bytes {
            return Err(self.truncated("a block"));
        }
        let chunk = open_payload(&self.header, &info, position, &payload)?;
        let mut batch = SpikeBatch::new(self.header.grid, self.header.num_neurons, info.first_sample);
        if let Some(encoding) = &self.encoding {
            batch = batch.with_encoding(encoding.clone());
        }
        let damaged =
            |e: spike_core::SpikeError| SpkError::Block { position, first_sample: info.first_sample, reason: e.into() };
        batch.push(chunk).map_err(damaged)?;
        self.samples += u64::from(info.num_samples);
        Ok(batch)
    }

    /// Looks for the next intact block header and reports the damage before it.
    fn resynchronise(
        &mut self,
        mut window: [u8; BLOCK_HEADER_BYTES],
        damaged_at: u64,
        first_sample: u64,
    ) -> Result<Option<SpikeBatch>, SpkError> {
        let damage = SpkError::Block { position: damaged_at, first_sample, reason: BlockDamage::Header };
        loop {
            // The window moves by whole bytes to the next place where a magic may start.
            let shift = (1..BLOCK_HEADER_BYTES)
                .find(|&i| BLOCK_MAGIC.iter().zip(&window[i..]).all(|(a, b)| a == b))
                .unwrap_or(BLOCK_HEADER_BYTES);
            window.copy_within(shift.., 0);
            let keep = BLOCK_HEADER_BYTES - shift;
            let mut fresh = [0; BLOCK_HEADER_BYTES];
            let got = self.read(&mut fresh[..shift])?;
            window[keep..].copy_from_slice(&fresh[..shift]);
            if got < shift {
                self.ended = true;
                return Err(damage);
            }
            if let Some(info) = BlockInfo::from_bytes(&window) {
                self.pending = Some((info, self.position - BLOCK_HEADER_BYTES as u64));
                return Err(damage);
            }
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, SpkError> {
        let got = read_up_to(&mut self.input, buffer)?;
        self.position += got as u64;
        Ok(got)
    }

    fn skip(&mut self, bytes: u64) -> Result<(), SpkError> {
        let got = std::io::copy(&mut (&mut self.input).take(bytes), &mut std::io::sink())?;
        self.position += got;
        if got < bytes { Err(self.truncated("a block")) } else { Ok(()) }
    }

    fn truncated(&mut self, part: &'static str) -> SpkError {
        self.ended = true;
        SpkError::Truncated { position: self.position, part, samples: self.samples }
    }
}
