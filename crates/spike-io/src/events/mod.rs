//! Files of camera events: text that is written as it comes, and NumPy arrays.
//!
//! | format | content |
//! |---|---|
//! | csv | `# event csv 1 {header}`, `t_us,x,y,polarity`, a line for each event (polarity 1 is ON, 0 OFF), `# end {totals}` |
//! | npz | arrays `t` (i64, µs), `x`, `y` (u16), `p` (u8), `size` (u32: columns, rows), `span_us` (i64), `header` (u8, JSON) |
//!
//! ```
//! use spike_core::{CameraEvent, Polarity};
//! use spike_io::events::{EventFormat, EventHeader, EventWriter, read_events};
//! let header = EventHeader { width: 4, height: 3, record: None, provenance: Default::default() };
//! let mut writer = EventWriter::new(EventFormat::Csv, Vec::new(), header)?;
//! writer.push(&[CameraEvent { time_us: 5, x: 1, y: 2, polarity: Polarity::On }])?;
//! let (bytes, summary) = writer.finish([0, 1000])?;
//! let file = read_events(&bytes[..], EventFormat::Csv)?;
//! assert_eq!((file.stream.num_events(), file.span_us, summary.num_on), (1, [0, 1000], 1));
//! # Ok::<(), spike_io::events::EventFileError>(())
//! ```

mod csv;
mod error;
mod npz;

pub use error::EventFileError;

use crate::spk::Provenance;
use serde::{Deserialize, Serialize};
use spike_core::{CameraEvent, DvsPixelOptions, EventStream, NameError, Normalizer, Polarity, Seed};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

/// A file format for camera events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventFormat {
    /// Text.
    Csv,
    /// NumPy arrays; held in memory until they are finished.
    Npz,
}

impl EventFormat {
    /// The format that a name gives: `eventcsv`, `csv`, `eventnpz` or `npz`.
    ///
    /// # Errors
    /// [`NameError`] with the allowed names.
    pub fn from_name(name: &str) -> Result<Self, NameError> {
        match name {
            "eventcsv" | "csv" => Ok(Self::Csv),
            "eventnpz" | "npz" => Ok(Self::Npz),
            _ => Err(NameError { what: "format of events", found: name.to_owned(), allowed: "eventcsv, eventnpz" }),
        }
    }

    /// The format that the extension of an output names.
    ///
    /// # Errors
    /// [`NameError`] with the allowed extensions.
    pub fn from_path(path: &Path) -> Result<Self, NameError> {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
        let allowed = ".csv, .npz";
        Self::from_name(&extension).map_err(|_| NameError { what: "extension for events", found: extension, allowed })
    }

    /// The format that the content of a file tells, `None` if it holds no camera events; reads a few bytes, and of
    /// an archive the names of its arrays, and goes back to the start.
    ///
    /// # Errors
    /// [`std::io::Error`] if the file cannot be read.
    pub fn recognise(input: &mut (impl Read + Seek)) -> std::io::Result<Option<Self>> {
        let mut first = Vec::new();
        input.take(csv::FIRST.len() as u64).read_to_end(&mut first)?;
        let format = if first == csv::FIRST.as_bytes() {
            Some(Self::Csv)
        } else if first.starts_with(b"PK") && npz::is_events(&mut *input) {
            Some(Self::Npz)
        } else {
            None
        };
        input.seek(SeekFrom::Start(0))?;
        Ok(format)
    }
}

/// How events were made from frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventRecord {
    /// The pixels.
    pub options: DvsPixelOptions,
    /// The seed of their mismatch.
    pub seed: Seed,
    /// The scaling of intensities to [0, 1], one channel for each pixel.
    pub normalizer: Normalizer,
}

/// What a file of camera events says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventHeader {
    /// Columns of the sensor.
    pub width: u32,
    /// Rows of the sensor.
    pub height: u32,
    /// How the events were made, if known.
    pub record: Option<EventRecord>,
    /// Where they came from.
    pub provenance: Provenance,
}

impl EventHeader {
    fn check(&self) -> Result<(), EventFileError> {
        let side = 1..=1u32 << 16;
        let &Self { width, height, .. } = self;
        if !side.contains(&width) || !side.contains(&height) {
            return Err(EventFileError::Size { width, height });
        }
        let expected = u64::from(width) * u64::from(height);
        match &self.record {
            Some(record) if record.normalizer.num_channels() as u64 != expected => {
                Err(EventFileError::Normalizer { expected, found: record.normalizer.num_channels() as u64 })
            }
            _ => Ok(()),
        }
    }

    fn check_event(&self, event: &CameraEvent, index: u64) -> Result<(), EventFileError> {
        if u32::from(event.x) < self.width && u32::from(event.y) < self.height {
            return Ok(());
        }
        let CameraEvent { time_us, x, y, .. } = *event;
        Err(EventFileError::Outside { index, time_us, x: x.into(), y: y.into(), allowed: "the sensor" })
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventSummary {
    /// Number of events.
    pub num_events: u64,
    /// Number of ON events.
    pub num_on: u64,
    /// Bytes of the file.
    pub num_bytes: u64,
}

/// Writes camera events in order of time.
#[derive(Debug)]
pub struct EventWriter<W: Write> {
    header: EventHeader,
    last_us: i64,
    summary: EventSummary,
    target: Target<W>,
}

#[derive(Debug)]
enum Target<W: Write> {
    Csv(csv::CsvWriter<W>),
    Npz(npz::NpzEvents<W>),
}

impl<W: Write> EventWriter<W> {
    /// Starts a file.
    ///
    /// # Errors
    /// [`EventFileError`] if the header contradicts itself or cannot be written.
    pub fn new(format: EventFormat, out: W, header: EventHeader) -> Result<Self, EventFileError> {
        header.check()?;
        let target = match format {
            EventFormat::Csv => Target::Csv(csv::CsvWriter::new(out, &header)?),
            EventFormat::Npz => Target::Npz(npz::NpzEvents::new(out)),
        };
        Ok(Self { header, last_us: i64::MIN, summary: EventSummary::default(), target })
    }

    /// Appends events.
    ///
    /// # Errors
    /// [`EventFileError`] if an event is outside the sensor or precedes the one before it, or if writing fails.
    pub fn push(&mut self, events: &[CameraEvent]) -> Result<(), EventFileError> {
        for event in events {
            let index = self.summary.num_events;
            self.header.check_event(event, index)?;
            if event.time_us < self.last_us {
                let (index, time_us) = (index as usize, event.time_us);
                return Err(spike_core::SpikeError::EventOrder { index, time_us }.into());
            }
            self.last_us = event.time_us;
            self.summary.num_events += 1;
            self.summary.num_on += u64::from(event.polarity == Polarity::On);
        }
        match &mut self.target {
            Target::Csv(writer) => Ok(writer.push(events)?),
            Target::Npz(writer) => {
                writer.push(events);
                Ok(())
            }
        }
    }

    /// Finishes the file, whose events lie in the span from `span_us[0]` to `span_us[1]`, both included, and returns
    /// the output, flushed.
    ///
    /// # Errors
    /// [`EventFileError`] if events lie outside the span or writing fails.
    pub fn finish(self, span_us: [i64; 2]) -> Result<(W, EventSummary), EventFileError> {
        let mut summary = self.summary;
        if summary.num_events > 0 && self.last_us > span_us[1] {
            let (index, time_us) = (summary.num_events - 1, self.last_us);
            return Err(EventFileError::Outside { index, time_us, x: 0, y: 0, allowed: "the time span" });
        }
        let (out, num_bytes) = match self.target {
            Target::Csv(writer) => writer.finish(summary.num_events, span_us)?,
            Target::Npz(writer) => writer.finish(&self.header, span_us)?,
        };
        summary.num_bytes = num_bytes;
        Ok((out, summary))
    }
}

/// A file of camera events in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct EventFile {
    /// What it says of itself.
    pub header: EventHeader,
    /// First and last time of the recording.
    pub span_us: [i64; 2],
    /// The events.
    pub stream: EventStream,
}

/// Reads a whole file; memory is bounded by the bytes that are there.
///
/// # Errors
/// [`EventFileError`] if the bytes are not an intact file of the format.
pub fn read_events(input: impl Read, format: EventFormat) -> Result<EventFile, EventFileError> {
    match format {
        EventFormat::Csv => csv::read(input),
        EventFormat::Npz => npz::read(input),
    }
}

/// Collects events into the chunks of a stream, and checks each.
#[derive(Debug)]
struct Collector<'a> {
    header: &'a EventHeader,
    stream: EventStream,
    chunk: Vec<CameraEvent>,
    count: u64,
}

impl<'a> Collector<'a> {
    const CHUNK: usize = 1 << 16;

    fn new(header: &'a EventHeader) -> Self {
        Self { header, stream: EventStream::default(), chunk: Vec::new(), count: 0 }
    }

    fn push(&mut self, event: CameraEvent) -> Result<(), EventFileError> {
        self.header.check_event(&event, self.count)?;
        self.count += 1;
        self.chunk.push(event);
        if self.chunk.len() == Self::CHUNK {
            self.stream.push_chunk(std::mem::take(&mut self.chunk))?;
        }
        Ok(())
    }

    fn finish(mut self, span_us: [i64; 2]) -> Result<EventStream, EventFileError> {
        self.stream.push_chunk(self.chunk)?;
        let ends = [self.stream.iter().next(), self.stream.chunks().last().and_then(|c| c.last())];
        for (event, index) in ends.into_iter().flatten().zip([0, self.count.saturating_sub(1)]) {
            if !(span_us[0] <= event.time_us && event.time_us <= span_us[1]) {
                let CameraEvent { time_us, x, y, .. } = *event;
                let (x, y) = (x.into(), y.into());
                return Err(EventFileError::Outside { index, time_us, x, y, allowed: "the time span" });
            }
        }
        if span_us[0] > span_us[1] {
            return Err(EventFileError::Array { name: "span_us", reason: "it ends before it begins" });
        }
        Ok(self.stream)
    }
}
