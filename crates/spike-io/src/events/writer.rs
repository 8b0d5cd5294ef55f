//! Writing recordings of any format in pieces.

use super::csv::CsvWriter;
use super::npz::NpzEvents;
use super::{
    Compression, EventFileError, EventFormat, EventHeader, aedat2, aedat4, aedat31, dat, es, evt2, evt3, nmnist,
};
use spike_core::{CameraEvent, Polarity, SpikeError};
use std::fmt::Debug;
use std::io::{Seek, SeekFrom, Write};

/// Turns events into bytes of one format; knows nothing of files.
///
/// It is given events in order of time, inside the sensor, with times from 0 to the limit that it states.
pub(super) trait Encoder: Debug {
    /// What stands before the events.
    fn start(&mut self, out: &mut Vec<u8>);

    /// Bytes of events, the first of which is number `index` of the file.
    fn encode(&mut self, events: &[CameraEvent], index: u64, out: &mut Vec<u8>) -> Result<(), EventFileError>;

    /// What is held back.
    fn finish(&mut self, out: &mut Vec<u8>);

    /// The index of a file whose `position` it will stand at, and what then changes in the header, if the format
    /// has that.
    fn index(&mut self, position: u64) -> Option<(Vec<u8>, Patch)> {
        let _ = position;
        None
    }
}

/// Bytes of the header that are known only at the end.
#[derive(Debug)]
pub(super) struct Patch {
    pub(super) position: u64,
    pub(super) bytes: [u8; 8],
}

/// What a format can hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) max_us: i64,
    pub(super) max_width: u32,
    pub(super) max_height: u32,
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

/// Writes camera events in order of time, as they come; only npz holds them until it is finished.
#[derive(Debug)]
pub struct EventWriter<W: Write> {
    header: EventHeader,
    format: EventFormat,
    last_us: i64,
    summary: EventSummary,
    target: Target<W>,
}

#[derive(Debug)]
enum Target<W: Write> {
    Csv(CsvWriter<W>),
    Npz(NpzEvents<W>),
    Recording(Recording<W>),
}

#[derive(Debug)]
struct Recording<W> {
    out: W,
    encoder: Box<dyn Encoder>,
    limits: Limits,
    bytes: Vec<u8>,
    num_bytes: u64,
}

/// Events whose bytes are held at a time.
const PART_EVENTS: usize = 1 << 14;

impl<W: Write> Recording<W> {
    fn write(&mut self) -> std::io::Result<()> {
        self.out.write_all(&self.bytes)?;
        self.num_bytes += self.bytes.len() as u64;
        self.bytes.clear();
        Ok(())
    }
}

impl<W: Write> EventWriter<W> {
    /// Starts a file; AEDAT 4 is compressed by LZ4.
    ///
    /// # Errors
    /// [`EventFileError`] if the header contradicts itself, if the format cannot hold the sensor or is not written,
    /// or if writing fails.
    pub fn new(format: EventFormat, out: W, header: EventHeader) -> Result<Self, EventFileError> {
        Self::with_compression(format, Compression::default(), out, header)
    }

    /// Starts a file with a compression that AEDAT 4 is to use; other formats have none to choose.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn with_compression(
        format: EventFormat,
        compression: Compression,
        out: W,
        header: EventHeader,
    ) -> Result<Self, EventFileError> {
        header.check()?;
        let size = [header.width, header.height];
        let (encoder, limits): (Box<dyn Encoder>, Limits) = match format {
            EventFormat::Csv => return Ok(Self::started(format, Target::Csv(CsvWriter::new(out, &header)?), header)),
            EventFormat::Npz => return Ok(Self::started(format, Target::Npz(NpzEvents::new(out)), header)),
            EventFormat::Evt21 => {
                let reason = "it is read but not written; write evt2 or evt3";
                return Err(EventFileError::Unsupported { format, reason });
            }
            EventFormat::Evt2 => (Box::new(evt2::Evt2Encoder::new(size)), evt2::LIMITS),
            EventFormat::Evt3 => (Box::new(evt3::Evt3Encoder::new(size)), evt3::LIMITS),
            EventFormat::Dat => (Box::new(dat::DatEncoder::new(size)), dat::LIMITS),
            EventFormat::Aedat2 => (Box::new(aedat2::Aedat2Encoder::new(size)), aedat2::LIMITS),
            EventFormat::Aedat31 => (Box::new(aedat31::Aedat31Encoder::new(size)), aedat31::LIMITS),
            EventFormat::Aedat4 => (Box::new(aedat4::Aedat4Encoder::new(size, compression)), aedat4::LIMITS),
            EventFormat::Es => (Box::new(es::EsEncoder::new(size)), es::LIMITS),
            EventFormat::Nmnist => (Box::new(nmnist::NmnistEncoder), nmnist::LIMITS),
        };
        let Limits { max_width, max_height, .. } = limits;
        let [width, height] = size;
        if max_width < width || max_height < height {
            return Err(EventFileError::SensorSize { format, width, height, max_width, max_height });
        }
        let mut recording = Recording { out, encoder, limits, bytes: Vec::new(), num_bytes: 0 };
        recording.encoder.start(&mut recording.bytes);
        recording.write()?;
        Ok(Self::started(format, Target::Recording(recording), header))
    }

    /// The output; `None` for npz and csv, which hold it until they are finished.
    #[must_use]
    pub fn get_ref(&self) -> Option<&W> {
        match &self.target {
            Target::Recording(recording) => Some(&recording.out),
            Target::Csv(_) | Target::Npz(_) => None,
        }
    }

    fn started(format: EventFormat, target: Target<W>, header: EventHeader) -> Self {
        Self { header, format, last_us: i64::MIN, summary: EventSummary::default(), target }
    }

    /// Appends events.
    ///
    /// # Errors
    /// [`EventFileError`] if an event is outside the sensor, precedes the one before it or has a time that the
    /// format cannot hold, or if writing fails; none of these events is then written.
    pub fn push(&mut self, events: &[CameraEvent]) -> Result<(), EventFileError> {
        for part in events.chunks(PART_EVENTS) {
            self.check(part)?;
            match &mut self.target {
                Target::Csv(writer) => writer.push(part)?,
                Target::Npz(writer) => writer.push(part),
                Target::Recording(recording) => {
                    recording.encoder.encode(part, self.summary.num_events, &mut recording.bytes)?;
                    recording.write()?;
                }
            }
            self.last_us = part.last().map_or(self.last_us, |e| e.time_us);
            self.summary.num_events += part.len() as u64;
            self.summary.num_on += part.iter().map(|e| u64::from(e.polarity == Polarity::On)).sum::<u64>();
        }
        Ok(())
    }

    /// Checks events in one pass without branches, and looks for the culprit only where there is one.
    fn check(&self, events: &[CameraEvent]) -> Result<(), EventFileError> {
        let (mut max_x, mut max_y, mut last_us, mut ordered) = (0, 0, self.last_us, true);
        for event in events {
            max_x = max_x.max(event.x);
            max_y = max_y.max(event.y);
            ordered &= last_us <= event.time_us;
            last_us = event.time_us;
        }
        let times = match &self.target {
            Target::Recording(recording) => 0..=recording.limits.max_us,
            _ => i64::MIN..=i64::MAX,
        };
        let first_us = events.first().map_or(last_us, |e| e.time_us);
        let inside = u32::from(max_x) < self.header.width && u32::from(max_y) < self.header.height;
        if events.is_empty() || ordered && inside && times.contains(&first_us) && times.contains(&last_us) {
            return Ok(());
        }
        let mut last_us = self.last_us;
        for (index, event) in (self.summary.num_events..).zip(events) {
            let time_us = event.time_us;
            self.header.check_event(event, index)?;
            if !times.contains(&time_us) {
                return Err(EventFileError::Time { format: self.format, index, time_us, max_us: *times.end() });
            }
            if time_us < last_us {
                return Err(SpikeError::EventOrder { index: index as usize, time_us }.into());
            }
            last_us = time_us;
        }
        Ok(())
    }

    /// Finishes the file, whose events lie in the span from `span_us[0]` to `span_us[1]`, both included, and returns
    /// the output, flushed; only csv and npz keep the span.
    ///
    /// A file of AEDAT 4 has no index then; see [`finish_indexed`](Self::finish_indexed).
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
            Target::Recording(mut recording) => {
                recording.encoder.finish(&mut recording.bytes);
                recording.write()?;
                recording.out.flush()?;
                (recording.out, recording.num_bytes)
            }
        };
        summary.num_bytes = num_bytes;
        Ok((out, summary))
    }

    /// Finishes a file that stands at the start of an output with positions: AEDAT 4 then gets its table of packets,
    /// whose place its header names.
    ///
    /// # Errors
    /// Those of [`finish`](Self::finish).
    pub fn finish_indexed(mut self, span_us: [i64; 2]) -> Result<(W, EventSummary), EventFileError>
    where
        W: Seek,
    {
        let mut patch = None;
        if let Target::Recording(recording) = &mut self.target {
            recording.encoder.finish(&mut recording.bytes);
            recording.write()?;
            if let Some((index, change)) = recording.encoder.index(recording.num_bytes) {
                recording.bytes = index;
                recording.write()?;
                patch = Some(change);
            }
        }
        let (mut out, summary) = self.finish(span_us)?;
        if let Some(Patch { position, bytes }) = patch {
            out.seek(SeekFrom::Start(position))?;
            out.write_all(&bytes)?;
            out.seek(SeekFrom::End(0))?;
            out.flush()?;
        }
        Ok((out, summary))
    }
}
