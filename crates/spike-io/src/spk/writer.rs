//! Writing: samples in order, one block in memory.

use super::block::{BlockBuilder, BlockInfo, compressor};
use super::error::SpkError;
use super::header::SpkHeader;
use spike_core::{SpikeBatch, SpikeView};
use std::io::Write;

pub(super) const INDEX_MAGIC: [u8; 4] = *b"SIDX";
pub(super) const END_MAGIC: [u8; 4] = *b"SEND";
pub(super) const INDEX_ENTRY_BYTES: usize = 28;
pub(super) const TRAILER_BYTES: usize = 20;

/// Writes a `.spk` file to anything that takes bytes, in order.
///
/// The bytes depend on header, first sample and spikes alone, not on how the samples are handed over.
///
/// ```
/// use spike_core::{SpikeTrain, TimeGrid};
/// use spike_io::spk::{Provenance, SpkHeader, SpkReader, SpkWriter};
/// let grid = TimeGrid::from_ms(10.0, 1.0)?;
/// let header = SpkHeader { grid, num_neurons: 2, encoding: None, provenance: Provenance::default() };
/// let mut writer = SpkWriter::new(Vec::new(), header, 0)?;
/// writer.push(SpikeTrain::from_neurons(grid, &[vec![3, 7], vec![]])?.view())?;
/// let (bytes, summary) = writer.finish()?;
/// assert_eq!((summary.num_samples, summary.num_spikes), (1, 2));
/// let mut reader = SpkReader::new(&bytes[..])?;
/// let batch = reader.next_block()?.unwrap();
/// assert_eq!(batch.sample(0).neuron(0), &[3, 7]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SpkWriter<W: Write> {
    out: W,
    header: SpkHeader,
    samples_per_block: u32,
    block: BlockBuilder,
    bytes: Vec<u8>,
    compressor: zstd::bulk::Compressor<'static>,
    position: u64,
    next_sample: u64,
    index: Vec<(u64, BlockInfo)>,
    summary: SpkSummary,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpkSummary {
    /// Samples written.
    pub num_samples: u64,
    /// Spikes written.
    pub num_spikes: u64,
    /// Length of the file.
    pub num_bytes: u64,
}

impl<W: Write> std::fmt::Debug for SpkWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SpkWriter")
            .field("header", &self.header)
            .field("summary", &self.summary)
            .finish_non_exhaustive()
    }
}

impl<W: Write> SpkWriter<W> {
    /// Starts a file; `first_sample` is the global index of the first sample that will be pushed.
    ///
    /// # Errors
    /// [`SpkError::Io`] if the header cannot be written.
    pub fn new(mut out: W, header: SpkHeader, first_sample: u64) -> Result<Self, SpkError> {
        let position = header.write(&mut out)?;
        Ok(Self {
            out,
            samples_per_block: header.samples_per_block() as u32,
            header,
            block: BlockBuilder::default(),
            bytes: Vec::new(),
            compressor: compressor()?,
            position,
            next_sample: first_sample,
            index: Vec::new(),
            summary: SpkSummary::default(),
        })
    }

    /// Appends a sample.
    ///
    /// # Errors
    /// [`SpkError`] if its rows or grid are not those of the header, or if writing fails.
    pub fn push(&mut self, sample: SpikeView<'_>) -> Result<(), SpkError> {
        let (expected, found) = (self.header.num_neurons, sample.num_neurons());
        if expected != found {
            return Err(SpkError::Shape { expected, found });
        }
        if self.header.grid != sample.grid() {
            return Err(SpkError::Grid);
        }
        self.block.push(sample);
        self.summary.num_samples += 1;
        self.summary.num_spikes += sample.num_spikes();
        if self.block.num_samples() == self.samples_per_block {
            self.end_block()?;
        }
        Ok(())
    }

    /// Appends every sample of a batch.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn push_batch(&mut self, batch: &SpikeBatch) -> Result<(), SpkError> {
        batch.samples().try_for_each(|sample| self.push(sample))
    }

    fn end_block(&mut self) -> Result<(), SpkError> {
        self.bytes.clear();
        let info = self.block.finish(self.next_sample, &mut self.compressor, &mut self.bytes)?;
        self.out.write_all(&self.bytes)?;
        self.index.push((self.position, info));
        self.position += self.bytes.len() as u64;
        self.next_sample += u64::from(info.num_samples);
        Ok(())
    }

    /// Writes the last block and the index and returns the output, flushed.
    ///
    /// # Errors
    /// [`SpkError::Io`] if writing fails.
    pub fn finish(mut self) -> Result<(W, SpkSummary), SpkError> {
        if self.block.num_samples() > 0 {
            self.end_block()?;
        }
        let mut bytes = Vec::with_capacity(8 + self.index.len() * INDEX_ENTRY_BYTES + TRAILER_BYTES);
        bytes.extend_from_slice(&INDEX_MAGIC);
        for (position, info) in &self.index {
            bytes.extend_from_slice(&position.to_le_bytes());
            bytes.extend_from_slice(&info.first_sample.to_le_bytes());
            bytes.extend_from_slice(&info.num_samples.to_le_bytes());
            bytes.extend_from_slice(&info.num_spikes.to_le_bytes());
        }
        let crc = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        let index_bytes = bytes.len() as u64;
        bytes.extend_from_slice(&self.position.to_le_bytes());
        bytes.extend_from_slice(&index_bytes.to_le_bytes());
        bytes.extend_from_slice(&END_MAGIC);
        self.out.write_all(&bytes)?;
        self.out.flush()?;
        self.summary.num_bytes = self.position + bytes.len() as u64;
        Ok((self.out, self.summary))
    }
}
