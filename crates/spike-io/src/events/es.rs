//! Event Stream (`.es`), version 2, events of a dynamic vision sensor.
//!
//! `Event Stream`, version 2 0 0, kind 1, width and height (u16, little endian); then for each event a byte with the
//! time since the one before, shifted by one, and the polarity, and x and y (u16). A byte 255 adds 127 µs to the
//! time, a byte 254 stands for nothing.
//!
//! Rows are as in the file; its description counts them from below.
//!
//! Source: A. Marcireau, Event Stream file format, repository `event_stream`.

use super::bytes::u16_at;
use super::chunk::{Chunk, polarity};
use super::reader::{Decoder, Opening};
use super::writer::{Encoder, Limits};
use super::{EventFileError, EventFormat, LeftOut, RecordingInfo};
use spike_core::{CameraEvent, Polarity};

const MAGIC: &[u8] = b"Event Stream";
const VERSION: u8 = 2;
const DVS: u8 = 1;
/// A byte that only adds to the time.
const OVERFLOW: u8 = 0xff;
/// A byte between events for the synchronisation of streams.
const RESET: u8 = 0xfe;
/// What an overflow adds; the time of an event is below it.
const STEP_US: i64 = 127;
const EVENT: usize = 5;

/// 4.8 hours of silence take 135 MB, the price of a format of differences.
pub(super) const LIMITS: Limits = Limits { max_us: (1 << 34) - 1, max_width: 0xffff, max_height: 0xffff };

pub(super) fn open(bytes: &[u8], _: bool) -> Opening {
    let start = &bytes[..bytes.len().min(MAGIC.len())];
    if !MAGIC.starts_with(start) {
        return Err(EventFileError::Corrupt { position: 0, reason: "the file does not start with 'Event Stream'" });
    }
    let Some(&[version, _, _, kind]) = bytes.get(MAGIC.len()..).and_then(|rest| rest.first_chunk()) else {
        return Ok(None);
    };
    let unsupported = |reason| Err(EventFileError::Unsupported { format: EventFormat::Es, reason });
    if version != VERSION {
        return unsupported("only version 2 is read, and the file says another");
    }
    if kind != DVS {
        return unsupported(
            "only events of a dynamic vision sensor (kind 1) are read, and the file holds another kind",
        );
    }
    let at = MAGIC.len() + 4;
    let Some((width, height)) = u16_at(bytes, at).zip(u16_at(bytes, at + 2)) else { return Ok(None) };
    let info = RecordingInfo::new(EventFormat::Es, Some([width.into(), height.into()]));
    Ok(Some((info, Box::new(EsDecoder { time_us: 0 }), at + 4)))
}

#[derive(Debug)]
struct EsDecoder {
    time_us: i64,
}

impl Decoder for EsDecoder {
    fn decode(&mut self, bytes: &[u8], _: u64, chunk: &mut Chunk) -> Result<usize, EventFileError> {
        let mut rest = bytes;
        let mut count = 0;
        let mut time_us = self.time_us;
        let slots = chunk.free();
        while count < slots.len() {
            match rest {
                [OVERFLOW, after @ ..] => {
                    time_us += STEP_US;
                    rest = after;
                }
                [RESET, after @ ..] => rest = after,
                &[first, x0, x1, y0, y1, ref after @ ..] => {
                    time_us += i64::from(first >> 1);
                    let (x, y) = (u16::from_le_bytes([x0, x1]), u16::from_le_bytes([y0, y1]));
                    slots[count] = CameraEvent { time_us, x, y, polarity: polarity(first & 1 == 1) };
                    count += 1;
                    rest = after;
                }
                _ => break,
            }
        }
        self.time_us = time_us;
        chunk.advance(count);
        Ok(bytes.len() - rest.len())
    }

    fn end(&self, rest: &[u8], position: u64) -> Result<(), EventFileError> {
        if rest.is_empty() { Ok(()) } else { Err(EventFileError::CutOff { position, what: "an event of 5 bytes" }) }
    }

    fn left_out(&self) -> LeftOut {
        LeftOut::default()
    }
}

/// Writes differences of time.
#[derive(Debug)]
pub(super) struct EsEncoder {
    size: [u32; 2],
    time_us: i64,
}

impl EsEncoder {
    pub(super) fn new(size: [u32; 2]) -> Self {
        Self { size, time_us: 0 }
    }
}

impl Encoder for EsEncoder {
    fn start(&mut self, out: &mut Vec<u8>) {
        out.extend(MAGIC);
        out.extend([VERSION, 0, 0, DVS]);
        out.extend(self.size.iter().flat_map(|&side| (side as u16).to_le_bytes()));
    }

    fn encode(&mut self, events: &[CameraEvent], _: u64, out: &mut Vec<u8>) -> Result<(), EventFileError> {
        out.reserve(events.len() * EVENT);
        for event in events {
            let mut wait_us = event.time_us - self.time_us;
            if wait_us >= STEP_US {
                out.resize(out.len() + (wait_us / STEP_US) as usize, OVERFLOW);
                wait_us %= STEP_US;
            }
            let [x0, x1] = event.x.to_le_bytes();
            let [y0, y1] = event.y.to_le_bytes();
            let first = (wait_us as u8) << 1 | u8::from(event.polarity == Polarity::On);
            out.extend_from_slice(&[first, x0, x1, y0, y1]);
            self.time_us = event.time_us;
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<u8>) {}
}

#[cfg(test)]
mod tests {
    use super::super::{EventHeader, EventReader, EventWriter};
    use super::*;

    #[test]
    fn bytes_by_hand() {
        let header = EventHeader { width: 640, height: 480, record: None, provenance: Default::default() };
        let mut writer = EventWriter::new(EventFormat::Es, Vec::new(), header).unwrap();
        let events = [(5, 1, 2, true), (131, 300, 479, false), (258, 0, 0, true), (258, 0, 0, true)]
            .map(|(time_us, x, y, on)| CameraEvent { time_us, x, y, polarity: polarity(on) });
        writer.push(&events).unwrap();
        let (bytes, _) = writer.finish([0, 999]).unwrap();
        let start = b"Event Stream\x02\x00\x00\x01\x80\x02\xe0\x01".to_vec();
        let body = [11, 1, 0, 2, 0, 252, 44, 1, 223, 1, 255, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0];
        assert_eq!(bytes, [&start[..], &body].concat());
        let with_resets = [&start[..], &[254], &body[..5], &[254, 254], &body[5..]].concat();
        let mut reader = EventReader::new(&with_resets[..], EventFormat::Es).unwrap();
        assert_eq!(reader.next_chunk().unwrap().unwrap(), events);
    }

    #[test]
    fn other_kinds_are_refused() {
        let start = b"Event Stream\x02\x00\x00\x01\x80\x02\xe0\x01";
        for (at, value, words) in [(0, b'e', "does not start"), (12, 1, "version 2"), (15, 2, "kind 1")] {
            let mut wrong = start.to_vec();
            wrong[at] = value;
            let error = EventReader::new(&wrong[..], EventFormat::Es).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
        for end in 0..start.len() {
            let error = EventReader::new(&start[..end], EventFormat::Es).unwrap_err();
            assert!(matches!(error, EventFileError::CutOff { .. }), "{end}: {error}");
        }
    }
}
