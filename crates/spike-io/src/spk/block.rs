//! Blocks: a fixed header with its own checksum and a compressed payload.

use super::error::{BlockDamage, SpkError};
use super::header::SpkHeader;
use super::varint;
use spike_core::{SpikeChunk, SpikeView};
use std::io::Read;

pub(super) const BLOCK_MAGIC: [u8; 4] = *b"SBLK";
pub(super) const BLOCK_HEADER_BYTES: usize = 48;
/// Fast, and for spike distances as small as higher levels: what remains is entropy coding.
const LEVEL: i32 = 1;

/// What the header of a block says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockInfo {
    /// Global index of the first sample.
    pub first_sample: u64,
    /// Samples in the block.
    pub num_samples: u32,
    /// Spikes in the block.
    pub num_spikes: u64,
    /// Bytes of the payload when decompressed.
    pub raw_bytes: u64,
    /// Bytes of the payload.
    pub payload_bytes: u64,
    /// CRC-32 of the payload.
    pub payload_crc: u32,
}

impl BlockInfo {
    pub(super) fn to_bytes(self) -> [u8; BLOCK_HEADER_BYTES] {
        let mut bytes = [0; BLOCK_HEADER_BYTES];
        bytes[0..4].copy_from_slice(&BLOCK_MAGIC);
        bytes[4..12].copy_from_slice(&self.first_sample.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.num_samples.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.num_spikes.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.raw_bytes.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.payload_bytes.to_le_bytes());
        bytes[40..44].copy_from_slice(&self.payload_crc.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..44]);
        bytes[44..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// The header, if the bytes are an intact one.
    pub(super) fn from_bytes(bytes: &[u8; BLOCK_HEADER_BYTES]) -> Option<Self> {
        let u32_at = |at: usize| u32::from_le_bytes(std::array::from_fn(|i| bytes[at + i]));
        let u64_at = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| bytes[at + i]));
        (bytes[..4] == BLOCK_MAGIC && crc32fast::hash(&bytes[..44]) == u32_at(44)).then(|| Self {
            first_sample: u64_at(4),
            num_samples: u32_at(12),
            num_spikes: u64_at(16),
            raw_bytes: u64_at(24),
            payload_bytes: u64_at(32),
            payload_crc: u32_at(40),
        })
    }
}

/// A block being filled.
#[derive(Debug, Default)]
pub(super) struct BlockBuilder {
    counts: Vec<u8>,
    distances: Vec<u8>,
    num_samples: u32,
    num_spikes: u64,
}

impl BlockBuilder {
    pub(super) fn push(&mut self, sample: SpikeView<'_>) {
        varint::put_rows(sample, &mut self.counts, &mut self.distances);
        self.num_samples += 1;
        self.num_spikes += sample.num_spikes();
    }

    pub(super) fn num_samples(&self) -> u32 {
        self.num_samples
    }

    /// Compresses the block, appends it to `out` and starts the next.
    pub(super) fn finish(
        &mut self,
        first_sample: u64,
        compressor: &mut zstd::bulk::Compressor<'_>,
        out: &mut Vec<u8>,
    ) -> Result<BlockInfo, std::io::Error> {
        self.counts.append(&mut self.distances);
        let at = out.len();
        out.resize(at + BLOCK_HEADER_BYTES + zstd::zstd_safe::compress_bound(self.counts.len()), 0);
        let payload_bytes = compressor.compress_to_buffer(&self.counts, &mut out[at + BLOCK_HEADER_BYTES..])?;
        out.truncate(at + BLOCK_HEADER_BYTES + payload_bytes);
        let info = BlockInfo {
            first_sample,
            num_samples: self.num_samples,
            num_spikes: self.num_spikes,
            raw_bytes: self.counts.len() as u64,
            payload_bytes: payload_bytes as u64,
            payload_crc: crc32fast::hash(&out[at + BLOCK_HEADER_BYTES..]),
        };
        out[at..at + BLOCK_HEADER_BYTES].copy_from_slice(&info.to_bytes());
        self.counts.clear();
        (self.num_samples, self.num_spikes) = (0, 0);
        Ok(info)
    }
}

pub(super) fn compressor() -> Result<zstd::bulk::Compressor<'static>, std::io::Error> {
    zstd::bulk::Compressor::new(LEVEL)
}

/// The rows of a block from its payload.
pub(super) fn open_payload(
    header: &SpkHeader,
    info: &BlockInfo,
    position: u64,
    payload: &[u8],
) -> Result<SpikeChunk, SpkError> {
    let damaged = |reason| SpkError::Block { position, first_sample: info.first_sample, reason };
    let found = crc32fast::hash(payload);
    if found != info.payload_crc {
        return Err(damaged(BlockDamage::Checksum { expected: info.payload_crc, found }));
    }
    let wrong_length = || damaged(BlockDamage::Compression { expected: info.raw_bytes });
    let raw = decompress(payload, info.raw_bytes).ok_or_else(wrong_length)?;
    let rows = (info.num_samples as usize).checked_mul(header.num_neurons).ok_or_else(wrong_length)?;
    let (offsets, steps) = varint::take_rows(&raw, rows, info.num_spikes, header.grid.num_steps()).map_err(damaged)?;
    SpikeChunk::from_rows(header.grid, offsets, steps).map_err(|e| damaged(e.into()))
}

/// Decompresses to exactly `expected` bytes; memory grows with what comes out, not with what is stated.
fn decompress(payload: &[u8], expected: u64) -> Option<Vec<u8>> {
    /// Stated lengths up to here are believed at once.
    const BELIEVED: u64 = 1 << 22;
    let mut raw = Vec::with_capacity(expected.min(BELIEVED) as usize);
    let decoder = zstd::stream::read::Decoder::with_buffer(payload).ok()?;
    decoder.take(expected.saturating_add(1)).read_to_end(&mut raw).ok()?;
    (raw.len() as u64 == expected).then_some(raw)
}
