//! Records of N-MNIST (`.bin`): 5 bytes without any header.
//!
//! x, y, polarity and the upper 7 bits of the time, its middle and its lower byte; the time is in µs.
//! A record of row 240 is no event: it adds 2¹³ µs to all times after it, and to none before.
//!
//! Source: G. Orchard, A. Jayawant, G. K. Cohen, N. Thakor, Converting static image datasets to spiking neuromorphic
//! datasets using saccades, Frontiers in Neuroscience 9:437, 2015, doi 10.3389/fnins.2015.00437, and its scripts.

use super::chunk::{Chunk, polarity};
use super::reader::{Decoder, Opening};
use super::writer::{Encoder, Limits};
use super::{EventFileError, EventFormat, LeftOut, RecordingInfo};
use spike_core::{CameraEvent, Polarity};

const RECORD: usize = 5;
/// The row that stands for an overflow of time.
const OVERFLOW_ROW: u8 = 240;
const OVERFLOW_US: i64 = 1 << 13;

/// The limit of time is that of one record: not every reader knows overflows.
pub(super) const LIMITS: Limits = Limits { max_us: (1 << 23) - 1, max_width: 256, max_height: 256 };

pub(super) fn open(_: &[u8], _: bool) -> Opening {
    let info = RecordingInfo::new(EventFormat::Nmnist, None);
    Ok(Some((info, Box::new(NmnistDecoder { offset_us: 0 }), 0)))
}

#[derive(Debug)]
struct NmnistDecoder {
    offset_us: i64,
}

impl Decoder for NmnistDecoder {
    fn decode(&mut self, bytes: &[u8], _: u64, chunk: &mut Chunk) -> Result<usize, EventFileError> {
        let records = bytes.as_chunks::<RECORD>().0;
        let records = &records[..records.len().min(chunk.room())];
        let mut count = 0;
        let slots = chunk.free();
        for &[x, y, high, middle, low] in records {
            if y == OVERFLOW_ROW {
                self.offset_us += OVERFLOW_US;
                continue;
            }
            let time_us = i64::from(u32::from_be_bytes([0, high & 0x7f, middle, low])) + self.offset_us;
            slots[count] = CameraEvent { time_us, x: x.into(), y: y.into(), polarity: polarity(high >> 7 == 1) };
            count += 1;
        }
        chunk.advance(count);
        Ok(records.len() * RECORD)
    }

    fn end(&self, rest: &[u8], position: u64) -> Result<(), EventFileError> {
        if rest.is_empty() { Ok(()) } else { Err(EventFileError::CutOff { position, what: "a record of 5 bytes" }) }
    }

    fn left_out(&self) -> LeftOut {
        LeftOut::default()
    }
}

/// Writes records.
#[derive(Debug)]
pub(super) struct NmnistEncoder;

impl Encoder for NmnistEncoder {
    fn start(&mut self, _: &mut Vec<u8>) {}

    fn encode(&mut self, events: &[CameraEvent], index: u64, out: &mut Vec<u8>) -> Result<(), EventFileError> {
        for (index, event) in (index..).zip(events) {
            if event.y == u16::from(OVERFLOW_ROW) {
                return Err(EventFileError::Row { format: EventFormat::Nmnist, index, y: event.y });
            }
            let [_, high, middle, low] = (event.time_us as u32).to_be_bytes();
            let on = u8::from(event.polarity == Polarity::On);
            out.extend([event.x as u8, event.y as u8, on << 7 | high, middle, low]);
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<u8>) {}
}

#[cfg(test)]
mod tests {
    use super::super::{EventHeader, EventReader, EventWriter};
    use super::*;

    fn writer(width: u32, height: u32) -> Result<EventWriter<Vec<u8>>, EventFileError> {
        let header = EventHeader { width, height, record: None, provenance: Default::default() };
        EventWriter::new(EventFormat::Nmnist, Vec::new(), header)
    }

    fn event(time_us: i64, x: u16, y: u16, on: bool) -> CameraEvent {
        CameraEvent { time_us, x, y, polarity: polarity(on) }
    }

    #[test]
    fn bytes_by_hand() {
        let events = [event(5, 1, 2, true), event((1 << 23) - 1, 255, 239, false)];
        let mut writer = writer(256, 256).unwrap();
        writer.push(&events).unwrap();
        let (bytes, _) = writer.finish([0, 1 << 30]).unwrap();
        assert_eq!(bytes, [1, 2, 0x80, 0, 5, 255, 239, 0x7f, 0xff, 0xff]);
        let overflow = [&bytes[..5], &[0, 240, 0, 0, 0], &bytes[..5]].concat();
        let mut reader = EventReader::new(&overflow[..], EventFormat::Nmnist).unwrap();
        assert_eq!(reader.next_chunk().unwrap().unwrap(), [events[0], event(5 + 8192, 1, 2, true)]);
        assert_eq!((reader.info().size, reader.next_chunk().unwrap()), (None, None));
    }

    #[test]
    fn what_it_cannot_hold() {
        for (width, height) in [(257, 1), (1, 257)] {
            assert!(writer(width, height).unwrap_err().to_string().contains("at most 256 x 256 pixels"));
        }
        let mut writer = writer(256, 256).unwrap();
        for (event, words) in [
            (event(1 << 23, 0, 0, true), "from 0 to 8388607 us"),
            (event(-1, 0, 0, true), "event 0 is at -1 us; shift the times"),
            (event(0, 0, 240, true), "cannot hold row 240"),
        ] {
            let error = writer.push(&[event]).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
