//! Reading by sample, from a source that can seek.

use super::block::{BLOCK_HEADER_BYTES, BlockInfo, open_payload};
use super::error::{BlockDamage, SpkError};
use super::header::{SpkHeader, read_up_to};
use super::reader::ReadLimits;
use super::writer::{END_MAGIC, INDEX_ENTRY_BYTES, INDEX_MAGIC, TRAILER_BYTES};
use spike_core::{Encoding, SpikeBatch, SpikeChunk};
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

/// A `.spk` file with its index: any run of samples is read without what precedes it.
///
/// A file whose index is missing or damaged is indexed by its block headers.
#[derive(Debug)]
pub struct SpkFile<R: Read + Seek> {
    input: R,
    header: SpkHeader,
    encoding: Option<Arc<Encoding>>,
    limits: ReadLimits,
    blocks: Vec<Entry>,
    whole: bool,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    position: u64,
    first_sample: u64,
    num_samples: u32,
    num_spikes: u64,
}

impl<R: Read + Seek> SpkFile<R> {
    /// Reads header and index.
    ///
    /// # Errors
    /// [`SpkError`] if this is not an intact header of a known version.
    pub fn new(mut input: R) -> Result<Self, SpkError> {
        let (header, first_block) = SpkHeader::read(&mut input)?;
        let encoding = header.encoding.clone().map(Arc::new);
        let (blocks, whole) = match read_index(&mut input)? {
            Some(blocks) => (blocks, true),
            None => (scan(&mut input, first_block)?, false),
        };
        Ok(Self { input, header, encoding, limits: ReadLimits::default(), blocks, whole })
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

    /// Whether the file has its index; if not, it was cut off and holds the samples of its whole blocks.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Global indices of the samples in the file.
    #[must_use]
    pub fn samples(&self) -> Range<u64> {
        let first = self.blocks.first().map_or(0, |b| b.first_sample);
        first..self.blocks.last().map_or(first, |b| b.first_sample + u64::from(b.num_samples))
    }

    /// Spikes in the file, by its index.
    #[must_use]
    pub fn num_spikes(&self) -> u64 {
        self.blocks.iter().map(|b| b.num_spikes).fold(0, u64::saturating_add)
    }

    /// Reads the samples of a range of global indices.
    ///
    /// # Errors
    /// [`SpkError::NoSuchSample`] if the range is not in the file, [`SpkError::Block`] for a damaged block.
    pub fn read(&mut self, range: Range<u64>) -> Result<SpikeBatch, SpkError> {
        let held = self.samples();
        if range.start > range.end || range.start < held.start || range.end > held.end {
            let (first, end) = (held.start, held.end);
            return Err(SpkError::NoSuchSample { from: range.start, to: range.end, first, end });
        }
        let mut batch = SpikeBatch::new(self.header.grid, self.header.num_neurons, range.start);
        if let Some(encoding) = &self.encoding {
            batch = batch.with_encoding(encoding.clone());
        }
        let from = self.blocks.partition_point(|b| b.first_sample + u64::from(b.num_samples) <= range.start);
        for at in from..self.blocks.len() {
            let entry = self.blocks[at];
            if entry.first_sample >= range.end {
                break;
            }
            let chunk = self.chunk(entry)?;
            let first = range.start.saturating_sub(entry.first_sample) as usize;
            let end = (range.end - entry.first_sample).min(u64::from(entry.num_samples)) as usize;
            let damaged = |e: spike_core::SpikeError| SpkError::Block {
                position: entry.position,
                first_sample: entry.first_sample,
                reason: e.into(),
            };
            let part = if first == 0 && end == entry.num_samples as usize {
                chunk
            } else {
                cut(&self.header, &chunk, first, end).map_err(damaged)?
            };
            batch.push(part).map_err(damaged)?;
        }
        Ok(batch)
    }

    fn chunk(&mut self, entry: Entry) -> Result<SpikeChunk, SpkError> {
        let Entry { position, first_sample, .. } = entry;
        let damaged = SpkError::Block { position, first_sample, reason: BlockDamage::Header };
        self.input.seek(SeekFrom::Start(position))?;
        let mut bytes = [0; BLOCK_HEADER_BYTES];
        let got = read_up_to(&mut self.input, &mut bytes)?;
        let Some(info) = BlockInfo::from_bytes(&bytes).filter(|info| {
            got == BLOCK_HEADER_BYTES && info.first_sample == first_sample && info.num_samples == entry.num_samples
        }) else {
            return Err(damaged);
        };
        let (bytes, limit) = (info.raw_bytes.max(info.payload_bytes), self.limits.max_block_bytes);
        if bytes > limit {
            return Err(SpkError::BlockTooLarge { position, bytes, limit });
        }
        let mut payload = Vec::new();
        (&mut self.input).take(info.payload_bytes).read_to_end(&mut payload)?;
        if (payload.len() as u64) < info.payload_bytes {
            return Err(damaged);
        }
        open_payload(&self.header, &info, position, &payload)
    }
}

/// Samples `first..end` of a chunk.
fn cut(header: &SpkHeader, chunk: &SpikeChunk, first: usize, end: usize) -> Result<SpikeChunk, spike_core::SpikeError> {
    let view = chunk.rows(header.grid, first * header.num_neurons, end * header.num_neurons);
    let offsets = std::iter::once(0).chain(view.counts().into_iter().scan(0, |sum, n| {
        *sum += n;
        Some(*sum)
    }));
    SpikeChunk::from_rows(header.grid, offsets.collect(), view.steps().to_vec())
}

/// The index, if the file has an intact one.
fn read_index<R: Read + Seek>(input: &mut R) -> Result<Option<Vec<Entry>>, SpkError> {
    let end = input.seek(SeekFrom::End(0))?;
    let Some(trailer_at) = end.checked_sub(TRAILER_BYTES as u64) else { return Ok(None) };
    input.seek(SeekFrom::Start(trailer_at))?;
    let mut trailer = [0; TRAILER_BYTES];
    if read_up_to(input, &mut trailer)? < TRAILER_BYTES || trailer[16..] != END_MAGIC {
        return Ok(None);
    }
    let u64_at = |bytes: &[u8], at: usize| u64::from_le_bytes(std::array::from_fn(|i| bytes[at + i]));
    let (at, len) = (u64_at(&trailer, 0), u64_at(&trailer, 8));
    if at.checked_add(len) != Some(trailer_at) || len < 8 || !(len - 8).is_multiple_of(INDEX_ENTRY_BYTES as u64) {
        return Ok(None);
    }
    input.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    input.by_ref().take(len).read_to_end(&mut bytes)?;
    let Some((body, crc)) = bytes.split_last_chunk::<4>() else { return Ok(None) };
    if body.len() < 4 || body[..4] != INDEX_MAGIC || crc32fast::hash(body) != u32::from_le_bytes(*crc) {
        return Ok(None);
    }
    let entries: Vec<Entry> = body[4..]
        .as_chunks::<INDEX_ENTRY_BYTES>()
        .0
        .iter()
        .map(|b| Entry {
            position: u64_at(b, 0),
            first_sample: u64_at(b, 8),
            num_samples: u32::from_le_bytes([b[16], b[17], b[18], b[19]]),
            num_spikes: u64_at(b, 20),
        })
        .collect();
    Ok(consecutive(&entries).then_some(entries))
}

/// Whether each block starts with the sample behind the one before it.
fn consecutive(entries: &[Entry]) -> bool {
    let end = |e: &Entry| e.first_sample.checked_add(u64::from(e.num_samples));
    entries.array_windows().all(|[a, b]| end(a) == Some(b.first_sample))
        && entries.last().is_none_or(|e| end(e).is_some())
}

/// Blocks by their headers, up to the first that is not intact or not whole.
fn scan<R: Read + Seek>(input: &mut R, first_block: u64) -> Result<Vec<Entry>, SpkError> {
    let end = input.seek(SeekFrom::End(0))?;
    let mut position = first_block;
    let mut entries = Vec::new();
    loop {
        input.seek(SeekFrom::Start(position))?;
        let mut bytes = [0; BLOCK_HEADER_BYTES];
        if read_up_to(input, &mut bytes)? < BLOCK_HEADER_BYTES {
            return Ok(entries);
        }
        let Some(info) = BlockInfo::from_bytes(&bytes) else { return Ok(entries) };
        let BlockInfo { first_sample, num_samples, num_spikes, payload_bytes, .. } = info;
        let next = (position + BLOCK_HEADER_BYTES as u64).checked_add(payload_bytes).filter(|next| *next <= end);
        let Some(next) = next else { return Ok(entries) };
        entries.push(Entry { position, first_sample, num_samples, num_spikes });
        if !consecutive(&entries) {
            entries.pop();
            return Ok(entries);
        }
        position = next;
    }
}
