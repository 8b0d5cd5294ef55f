//! Spike files behind one door: `.spk`, npz, csv and SONATA, written sample by sample and read batch by batch.

mod csv;
mod npz;
pub mod sonata;

use crate::spk::{SpkError, SpkFile, SpkHeader, SpkSummary, SpkWriter};
use spike_core::{Encoding, NameError, SpikeBatch, SpikeView};
use std::fmt::{self, Debug};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

/// A file format for spikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpikeFormat {
    /// The native format ([`crate::spk`]).
    Spk,
    /// NumPy arrays `offsets`, `steps`, `shape` and the header as JSON; held in memory until it is finished.
    Npz,
    /// Text: `sample,neuron,step`, with the header as a comment in the first line and the totals in the last.
    Csv,
    /// HDF5 of the SONATA data format ([`sonata`]); held in memory until it is finished.
    Sonata,
}

impl SpikeFormat {
    const NAMES: &'static str = "spk, npz, csv, sonata (.h5)";

    /// The format that the extension names.
    ///
    /// # Errors
    /// [`NameError`] with the allowed extensions.
    pub fn from_path(path: &Path) -> Result<Self, NameError> {
        path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase().parse()
    }
}

impl FromStr for SpikeFormat {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        match text {
            "spk" => Ok(Self::Spk),
            "npz" => Ok(Self::Npz),
            "csv" => Ok(Self::Csv),
            "sonata" | "h5" => Ok(Self::Sonata),
            _ => Err(NameError { what: "format of spikes", found: text.to_owned(), allowed: Self::NAMES }),
        }
    }
}

impl fmt::Display for SpikeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Spk => "spk",
            Self::Npz => "npz",
            Self::Csv => "csv",
            Self::Sonata => "sonata",
        })
    }
}

/// Writes spikes in any format.
#[derive(Debug)]
pub enum SpikeWriter<W: Write> {
    /// To `.spk`.
    Spk(Box<SpkWriter<W>>),
    /// To npz.
    Npz(npz::NpzSpikes<W>),
    /// To csv.
    Csv(csv::CsvWriter<W>),
    /// To SONATA.
    Sonata(sonata::SonataWriter<W>),
}

impl<W: Write> SpikeWriter<W> {
    /// Starts a file; `first_sample` is the global index of the first sample.
    ///
    /// # Errors
    /// [`SpkError`] if the header cannot be written.
    pub fn new(format: SpikeFormat, out: W, header: SpkHeader, first_sample: u64) -> Result<Self, SpkError> {
        Ok(match format {
            SpikeFormat::Spk => Self::Spk(Box::new(SpkWriter::new(out, header, first_sample)?)),
            SpikeFormat::Npz => Self::Npz(npz::NpzSpikes::new(out, header, first_sample)),
            SpikeFormat::Csv => Self::Csv(csv::CsvWriter::new(out, header, first_sample)?),
            SpikeFormat::Sonata => Self::Sonata(sonata::SonataWriter::new(out, header, first_sample)),
        })
    }

    /// Appends a sample.
    ///
    /// # Errors
    /// [`SpkError`] if its rows or grid are not those of the header, or if writing fails.
    pub fn push(&mut self, sample: SpikeView<'_>) -> Result<(), SpkError> {
        match self {
            Self::Spk(writer) => writer.push(sample),
            Self::Npz(writer) => writer.push(sample),
            Self::Csv(writer) => writer.push(sample),
            Self::Sonata(writer) => writer.push(sample),
        }
    }

    /// Appends every sample of a batch.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn push_batch(&mut self, batch: &SpikeBatch) -> Result<(), SpkError> {
        batch.samples().try_for_each(|sample| self.push(sample))
    }

    /// Finishes the file and returns the output, flushed.
    ///
    /// # Errors
    /// [`SpkError`] if writing fails.
    pub fn finish(self) -> Result<(W, SpkSummary), SpkError> {
        match self {
            Self::Spk(writer) => writer.finish(),
            Self::Npz(writer) => writer.finish(),
            Self::Csv(writer) => writer.finish(),
            Self::Sonata(writer) => writer.finish(),
        }
    }
}

/// Spikes that are read batch by batch.
pub trait SpikeSource: Debug {
    /// What the file says of itself.
    fn header(&self) -> &SpkHeader;

    /// The shared record of the encoding, if there is one.
    fn encoding(&self) -> Option<&Arc<Encoding>>;

    /// Global indices of the samples in the file.
    fn samples(&self) -> std::ops::Range<u64>;

    /// Whether the file is known to be whole.
    fn is_whole(&self) -> bool;

    /// Reads a range of samples by global index.
    ///
    /// # Errors
    /// [`SpkError`] if they are not in the file or damaged.
    fn read(&mut self, range: std::ops::Range<u64>) -> Result<SpikeBatch, SpkError>;
}

impl<R: Read + Seek + Debug> SpikeSource for SpkFile<R> {
    fn header(&self) -> &SpkHeader {
        self.header()
    }

    fn encoding(&self) -> Option<&Arc<Encoding>> {
        self.encoding()
    }

    fn samples(&self) -> std::ops::Range<u64> {
        self.samples()
    }

    fn is_whole(&self) -> bool {
        self.is_whole()
    }

    fn read(&mut self, range: std::ops::Range<u64>) -> Result<SpikeBatch, SpkError> {
        self.read(range)
    }
}

/// Opens spikes of any format; all but `.spk` are held in memory.
///
/// SONATA files of other programs do not say their time grid: they are read by [`sonata::open_sonata`].
///
/// # Errors
/// [`SpkError`] if the bytes are not an intact file of the format.
pub fn open_spikes<R: Read + Seek + Debug + 'static>(
    input: R,
    format: SpikeFormat,
) -> Result<Box<dyn SpikeSource>, SpkError> {
    Ok(match format {
        SpikeFormat::Spk => Box::new(SpkFile::new(input)?),
        SpikeFormat::Npz => Box::new(npz::read(input)?),
        SpikeFormat::Csv => Box::new(csv::read(input)?),
        SpikeFormat::Sonata => sonata::open_sonata(input, &sonata::SonataOptions::default())?.0,
    })
}

/// Rows that a file may stand for without a spike in them: what its header claims is not believed beyond.
const SILENT_ROWS: u64 = 1 << 24;

/// The rows of all samples, if spikes make that many plausible.
fn believable_rows(num_samples: u64, num_neurons: u64, num_spikes: usize) -> Option<usize> {
    let limit = SILENT_ROWS.saturating_add(64 * num_spikes as u64);
    let rows = num_samples.checked_mul(num_neurons).filter(|&rows| rows <= limit)?;
    usize::try_from(rows).ok()
}

/// A whole file in memory.
#[derive(Debug)]
struct Held {
    header: SpkHeader,
    encoding: Option<Arc<Encoding>>,
    first_sample: u64,
    offsets: Vec<u64>,
    steps: Vec<u32>,
}

impl Held {
    fn num_samples(&self) -> usize {
        (self.offsets.len() - 1) / self.header.num_neurons
    }
}

impl SpikeSource for Held {
    fn header(&self) -> &SpkHeader {
        &self.header
    }

    fn encoding(&self) -> Option<&Arc<Encoding>> {
        self.encoding.as_ref()
    }

    fn samples(&self) -> std::ops::Range<u64> {
        self.first_sample..self.first_sample.saturating_add(self.num_samples() as u64)
    }

    fn is_whole(&self) -> bool {
        true
    }

    fn read(&mut self, range: std::ops::Range<u64>) -> Result<SpikeBatch, SpkError> {
        let held = self.samples();
        if range.start > range.end || range.start < held.start || range.end > held.end {
            let (first, end) = (held.start, held.end);
            return Err(SpkError::NoSuchSample { from: range.start, to: range.end, first, end });
        }
        let rows = self.header.num_neurons;
        let row = |sample: u64| (sample - held.start) as usize * rows;
        let offsets = &self.offsets[row(range.start)..=row(range.end)];
        let (from, to) = (offsets[0], offsets[offsets.len() - 1]);
        let steps = self.steps[from as usize..to as usize].to_vec();
        let offsets = offsets.iter().map(|o| o - from).collect();
        let chunk = spike_core::SpikeChunk::from_rows(self.header.grid, offsets, steps)?;
        let mut batch = SpikeBatch::new(self.header.grid, rows, range.start);
        if let Some(encoding) = &self.encoding {
            batch = batch.with_encoding(encoding.clone());
        }
        batch.push(chunk)?;
        Ok(batch)
    }
}
