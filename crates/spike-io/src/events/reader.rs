//! Reading recordings of any format in pieces.

use super::bytes::ByteSource;
use super::chunk::Chunk;
use super::collect::Collector;
use super::{
    EventFile, EventFileError, EventFormat, EventHeader, LeftOut, RecordingInfo, aedat2, aedat4, aedat31, csv, dat, es,
    evt2, evt3, evt21, nmnist, npz,
};
use spike_core::CameraEvent;
use std::fmt::Debug;
use std::io::Read;

/// Turns bytes of one format into events; knows nothing of files.
pub(super) trait Decoder: Debug {
    /// Decodes from the start of `bytes`, which lie at `position` of the file, into free slots of `chunk`, and says
    /// how many bytes are done with. Nothing done and nothing decoded, with room in the chunk, asks for more bytes.
    ///
    /// Room for fewer than [`NEARLY_FULL`] events need not be used.
    /// On an error the events before it are in the chunk.
    fn decode(&mut self, bytes: &[u8], position: u64, chunk: &mut Chunk) -> Result<usize, EventFileError>;

    /// Judges the end of the file: `rest` was not decoded.
    fn end(&self, rest: &[u8], position: u64) -> Result<(), EventFileError>;

    /// What was left out so far.
    fn left_out(&self) -> LeftOut;

    /// First and last time of the recording, where the file says them; known at its end.
    fn span_us(&self) -> Option<[i64; 2]> {
        None
    }
}

/// Opens a format: `None` asks for more bytes, otherwise the decoder and how many bytes are done with.
pub(super) type Opening = Result<Option<(RecordingInfo, Box<dyn Decoder>, usize)>, EventFileError>;

/// Reads a recording piece by piece, in constant memory for every format but npz.
///
/// Coordinates and times are those of the file; wraps of the time are undone. Order and size of the sensor are not
/// checked here but where events are written or collected. When the file is damaged or cut off, the events before
/// the damage come first and the error after them.
///
/// ```
/// use spike_io::events::{EventFileError, EventFormat, EventReader};
/// // Event Stream, 4 x 3 pixels: an event, and the first byte of another.
/// let bytes = b"Event Stream\x02\x00\x00\x01\x04\x00\x03\x00\x0b\x01\x00\x02\x00\x0b";
/// let mut reader = EventReader::new(&bytes[..], EventFormat::Es)?;
/// assert_eq!(reader.info().size, Some([4, 3]));
/// assert_eq!(reader.next_chunk()?.expect("an event")[0].time_us, 5);
/// assert!(matches!(reader.next_chunk(), Err(EventFileError::CutOff { position: 25, .. })));
/// # Ok::<(), EventFileError>(())
/// ```
#[derive(Debug)]
pub struct EventReader<R: Read> {
    source: ByteSource<R>,
    decoder: Box<dyn Decoder>,
    chunk: Chunk,
    info: RecordingInfo,
    state: State,
    num_events: u64,
}

#[derive(Debug)]
enum State {
    Reading,
    /// An error to report after the events before it.
    Failed(EventFileError),
    Ended,
}

impl<R: Read> EventReader<R> {
    /// Opens a recording and reads what stands before its events.
    ///
    /// # Errors
    /// [`EventFileError`] if the beginning is not that of the format.
    pub fn new(input: R, format: EventFormat) -> Result<Self, EventFileError> {
        let mut source = ByteSource::new(input);
        if format == EventFormat::Npz {
            while source.fill()? {}
            let (info, decoder) = whole(npz::read(source.bytes())?);
            source.consume(usize::MAX);
            return Ok(Self { source, decoder, chunk: Chunk::new(), info, state: State::Reading, num_events: 0 });
        }
        let open = match format {
            EventFormat::Csv => csv::open,
            EventFormat::Evt2 | EventFormat::Npz => evt2::open,
            EventFormat::Evt21 => evt21::open,
            EventFormat::Evt3 => evt3::open,
            EventFormat::Dat => dat::open,
            EventFormat::Aedat2 => aedat2::open,
            EventFormat::Aedat31 => aedat31::open,
            EventFormat::Aedat4 => aedat4::open,
            EventFormat::Es => es::open,
            EventFormat::Nmnist => nmnist::open,
        };
        let mut ended = false;
        loop {
            if let Some((info, decoder, done)) = open(source.bytes(), ended)? {
                source.consume(done);
                return Ok(Self { source, decoder, chunk: Chunk::new(), info, state: State::Reading, num_events: 0 });
            }
            if ended {
                let position = source.position() + source.bytes().len() as u64;
                return Err(EventFileError::CutOff { position, what: "the header" });
            }
            ended = !source.fill()?;
        }
    }

    /// What the recording says of itself.
    #[must_use]
    pub fn info(&self) -> &RecordingInfo {
        &self.info
    }

    /// The next events, at most 65 536, or `None` at the end.
    ///
    /// # Errors
    /// [`EventFileError`] if the recording is damaged or cut off; after that it counts as ended.
    pub fn next_chunk(&mut self) -> Result<Option<&[CameraEvent]>, EventFileError> {
        self.chunk.clear();
        while matches!(self.state, State::Reading) {
            if let Err(error) = self.fill_chunk() {
                self.state = State::Failed(error);
            }
            if !self.chunk.events().is_empty() {
                self.num_events += self.chunk.events().len() as u64;
                return Ok(Some(self.chunk.events()));
            }
        }
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Failed(error) => Err(error),
            State::Reading | State::Ended => Ok(None),
        }
    }

    /// Decodes until the chunk is nearly full, or the input ends.
    fn fill_chunk(&mut self) -> Result<(), EventFileError> {
        while self.chunk.room() >= NEARLY_FULL {
            let room = self.chunk.room();
            let done = self.decoder.decode(self.source.bytes(), self.source.position(), &mut self.chunk)?;
            self.source.consume(done);
            if done == 0 && self.chunk.room() == room && !self.source.fill()? {
                self.state = State::Ended;
                return self.decoder.end(self.source.bytes(), self.source.position());
            }
        }
        Ok(())
    }

    /// What was left out so far.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        self.decoder.left_out()
    }

    /// First and last time, where the file says them; csv says them at its end.
    #[must_use]
    pub fn span_us(&self) -> Option<[i64; 2]> {
        self.decoder.span_us()
    }

    /// Events read so far.
    #[must_use]
    pub fn num_events(&self) -> u64 {
        self.num_events
    }

    /// Bytes read so far.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.source.position()
    }
}

/// Reads a whole file; memory is bounded by the bytes that are there.
///
/// # Errors
/// [`EventFileError`] if the bytes are not an intact file of the format, if its events are not in order of time or
/// outside the sensor, or if it does not say the size of the sensor.
pub fn read_events(input: impl Read, format: EventFormat) -> Result<EventFile, EventFileError> {
    if format == EventFormat::Npz {
        return npz::read(input);
    }
    let mut reader = EventReader::new(input, format)?;
    let [width, height] = reader.info.size.ok_or(EventFileError::UnknownSize { format })?;
    let RecordingInfo { record, provenance, .. } = reader.info.clone();
    let header = EventHeader { width, height, record, provenance: provenance.unwrap_or_default() };
    header.check()?;
    let mut events = Collector::new(&header);
    while let Some(chunk) = reader.next_chunk()? {
        events.push_all(chunk)?;
    }
    let span_us = reader.span_us().unwrap_or_else(|| events.span_us());
    let stream = events.finish(span_us)?;
    Ok(EventFile { header, span_us, stream })
}

/// Hands over a file that is in memory.
#[derive(Debug)]
struct Whole {
    file: EventFile,
    /// The next event, as chunk and place in it.
    next: (usize, usize),
}

impl Decoder for Whole {
    fn decode(&mut self, _: &[u8], _: u64, chunk: &mut Chunk) -> Result<usize, EventFileError> {
        while let Some(part) = self.file.stream.chunks().get(self.next.0) {
            let rest = &part[self.next.1..];
            let count = rest.len().min(chunk.room());
            chunk.free()[..count].copy_from_slice(&rest[..count]);
            chunk.advance(count);
            if count < rest.len() {
                self.next.1 += count;
                break;
            }
            self.next = (self.next.0 + 1, 0);
        }
        Ok(0)
    }

    fn end(&self, _: &[u8], _: u64) -> Result<(), EventFileError> {
        Ok(())
    }

    fn left_out(&self) -> LeftOut {
        LeftOut::default()
    }

    fn span_us(&self) -> Option<[i64; 2]> {
        Some(self.file.span_us)
    }
}

fn whole(file: EventFile) -> (RecordingInfo, Box<dyn Decoder>) {
    let info = RecordingInfo {
        format: EventFormat::Npz,
        size: Some([file.header.width, file.header.height]),
        record: file.header.record.clone(),
        provenance: Some(file.header.provenance.clone()),
    };
    (info, Box::new(Whole { file, next: (0, 0) }))
}

/// A decoder may stop with less room than this, because one word can hold several events.
pub(super) const NEARLY_FULL: usize = 64;
