//! AEDAT 4.0 of DV: packets of several streams, compressed or not.
//!
//! `#!AER-DAT4.0\r\n`; a FlatBuffer `IOHE` (compression, place of the table of packets or −1, description of the
//! streams in XML); packets of a stream number and a size (i32 each) and so many bytes, which unpack to a FlatBuffer:
//! `EVTS` is a vector of events of 16 bytes (time in µs i64, x and y i16, polarity); at the end, packed alike but
//! without numbers, the table `FTAB` of all packets.
//!
//! The first stream of events is read; others are counted, as are frames, inertial samples and triggers.
//!
//! Source: iniVation, AEDAT 4.0 file format and its FlatBuffers schemas.

mod compression;
mod description;
mod encoder;
mod flatbuffer;
mod lz4_frame;

pub use compression::Compression;
pub(super) use encoder::{Aedat4Encoder, LIMITS};

use super::bytes::{i32_at, u32_at};
use super::chunk::{Chunk, polarity};
use super::reader::{Decoder, Opening};
use super::{EventFileError, EventFormat, LeftOut, RecordingInfo};
use compression::Unpacked;
use description::Stream;
use flatbuffer::Table;
use spike_core::CameraEvent;
use std::collections::BTreeMap;

const MAGIC: &[u8] = b"#!AER-DAT4.0\r\n";
/// Bytes of an event.
const EVENT: usize = 16;
/// Bytes before a packet: its stream and its size.
const NUMBERS: usize = 8;

pub(super) fn open(bytes: &[u8], _: bool) -> Opening {
    let corrupt = |position: usize, reason| Err(EventFileError::Corrupt { position: position as u64, reason });
    if !MAGIC.starts_with(&bytes[..bytes.len().min(MAGIC.len())]) {
        return corrupt(0, "the file does not start with '#!AER-DAT4.0'");
    }
    let Some(size) = u32_at(bytes, MAGIC.len()) else { return Ok(None) };
    let end = MAGIC.len() + 4 + size as usize;
    let Some(header) = bytes.get(MAGIC.len()..end) else { return Ok(None) };
    let Some(table) = Table::root(header, b"IOHE") else {
        return corrupt(MAGIC.len(), "the header is no FlatBuffer of type IOHE");
    };
    let Some(compression) = Compression::from_code(table.i32(0).unwrap_or(0)) else {
        return corrupt(MAGIC.len(), "the header names an unknown compression");
    };
    let Some(streams) = table.text(2).and_then(description::streams) else {
        return corrupt(MAGIC.len(), "the header has no description of streams with their types");
    };
    let events = streams.iter().find_map(|(&id, stream)| match stream {
        Stream::Events(size) => Some((id, *size)),
        _ => None,
    });
    let Some((events, size)) = events else {
        let reason = "the file has no stream of events (EVTS)";
        return Err(EventFileError::Unsupported { format: EventFormat::Aedat4, reason });
    };
    let table_position = table.i64(1).and_then(|position| u64::try_from(position).ok());
    let decoder = Aedat4Decoder {
        compression,
        streams,
        events,
        table_position,
        at_table: false,
        packet: Unpacked::default(),
        pending: 0..0,
        left_out: LeftOut::default(),
    };
    Ok(Some((RecordingInfo::new(EventFormat::Aedat4, size), Box::new(decoder), end)))
}

#[derive(Debug)]
struct Aedat4Decoder {
    compression: Compression,
    streams: BTreeMap<i32, Stream>,
    /// The stream that is read.
    events: i32,
    table_position: Option<u64>,
    at_table: bool,
    /// The packet whose events are handed over.
    packet: Unpacked,
    /// Bytes of it that are events still to come.
    pending: std::ops::Range<usize>,
    left_out: LeftOut,
}

impl Aedat4Decoder {
    fn hand_over(&mut self, chunk: &mut Chunk) {
        let Some(bytes) = self.packet.bytes().get(self.pending.clone()) else { return };
        let events = bytes.as_chunks::<EVENT>().0;
        let count = events.len().min(chunk.room());
        for (slot, event) in chunk.free().iter_mut().zip(events) {
            let [t0, t1, t2, t3, t4, t5, t6, t7, x0, x1, y0, y1, on, ..] = *event;
            *slot = CameraEvent {
                time_us: i64::from_le_bytes([t0, t1, t2, t3, t4, t5, t6, t7]),
                x: u16::from_le_bytes([x0, x1]),
                y: u16::from_le_bytes([y0, y1]),
                polarity: polarity(on != 0),
            };
        }
        chunk.advance(count);
        self.pending.start += count * EVENT;
    }

    /// Takes a packet of `stream`; `position` is that of its bytes.
    fn packet(&mut self, stream: i32, packed: &[u8], position: u64) -> Result<(), EventFileError> {
        let corrupt = |reason| Err(EventFileError::Corrupt { position, reason });
        let letters = match self.streams.get(&stream) {
            None => return corrupt("a packet of a stream that the header does not describe"),
            Some(Stream::Events(_)) => b"EVTS",
            Some(Stream::Imu) => b"IMUS",
            Some(Stream::Triggers) => b"TRIG",
            Some(Stream::Frames) => {
                self.left_out.frames += 1;
                return Ok(());
            }
            Some(Stream::Other) => {
                self.left_out.other += 1;
                return Ok(());
            }
        };
        // The range is that of the packet before, which goes now.
        self.pending = 0..0;
        if self.compression.unpack(packed, &mut self.packet).is_err() {
            return corrupt("a packet cannot be unpacked");
        }
        let Some(table) = Table::root(self.packet.bytes(), letters) else {
            return corrupt("a packet is no FlatBuffer of the type of its stream");
        };
        let (length, bytes) = table.vector(0).unwrap_or((0, &[]));
        match self.streams.get(&stream) {
            Some(Stream::Imu) => self.left_out.imu_samples += length as u64,
            Some(Stream::Triggers) => self.left_out.triggers += length as u64,
            _ if stream != self.events => self.left_out.other += length as u64,
            _ => {
                let start = self.packet.bytes().len() - bytes.len();
                let Some(size) = length.checked_mul(EVENT).filter(|&size| size <= bytes.len()) else {
                    return corrupt("a packet says that it holds more events than it has bytes for");
                };
                self.pending = start..start + size;
            }
        }
        Ok(())
    }
}

impl Decoder for Aedat4Decoder {
    fn decode(&mut self, bytes: &[u8], position: u64, chunk: &mut Chunk) -> Result<usize, EventFileError> {
        let mut done = 0;
        loop {
            self.hand_over(chunk);
            if !self.pending.is_empty() {
                return Ok(done);
            }
            let (rest, at) = (&bytes[done..], position + done as u64);
            self.at_table |= self.table_position == Some(at);
            if self.at_table {
                // The table is judged when all of it is there.
                return Ok(done);
            }
            let (Some(stream), Some(size)) = (i32_at(rest, 0), i32_at(rest, 4)) else { return Ok(done) };
            let Ok(size) = usize::try_from(size) else {
                return Err(EventFileError::Corrupt { position: at + 4, reason: "a packet has a negative size" });
            };
            let end = at + (NUMBERS + size) as u64;
            if self.table_position.is_some_and(|table| table < end) {
                let reason = "a packet reaches into the table of packets";
                return Err(EventFileError::Corrupt { position: at + 4, reason });
            }
            let Some(packed) = rest.get(NUMBERS..NUMBERS + size) else { return Ok(done) };
            self.packet(stream, packed, at + NUMBERS as u64)?;
            done += NUMBERS + size;
        }
    }

    fn end(&self, rest: &[u8], position: u64) -> Result<(), EventFileError> {
        let mut table = Unpacked::default();
        let is_table = |table: &[u8]| {
            let whole = u32_at(table, 0).is_some_and(|size| size as usize + 4 <= table.len());
            whole && Table::root(table, b"FTAB").is_some_and(|table| table.vector(0).is_some())
        };
        let what = match self.table_position {
            Some(_) if self.at_table => {
                if self.compression.unpack(rest, &mut table).is_ok() && is_table(table.bytes()) {
                    return Ok(());
                }
                "the table of packets, behind all events"
            }
            _ if !rest.is_empty() => "a packet",
            Some(_) => "the packets: the table that follows them is missing",
            None => return Ok(()),
        };
        Err(EventFileError::CutOff { position, what })
    }

    fn left_out(&self) -> LeftOut {
        self.left_out
    }
}
