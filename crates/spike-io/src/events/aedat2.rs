//! AEDAT 2.0 of jAER, addresses of a DAVIS camera: big-endian records of an address and a time.
//!
//! After text lines that begin with `#`, 8 bytes for each event. The address: bit 31 says that it is a sample of a
//! frame or of an inertial sensor, else 30..22 y, 21..12 x, 11 polarity, 10 an external event. The time is in µs.
//!
//! Coordinates are as in the file, whose description counts rows from below.
//!
//! Source: iniVation, AEDAT 2.0 file format.

use super::aedat_text::{AedatText, size_line};
use super::bytes::append;
use super::chunk::{Chunk, polarity};
use super::reader::{Decoder, Opening};
use super::time_high::Wrapping32;
use super::writer::{Encoder, Limits};
use super::{EventFileError, EventFormat, LeftOut, RecordingInfo};
use spike_core::{CameraEvent, Polarity};

const RECORD: usize = 8;
/// A sample of a kind that no camera sends: readers skip it, whatever else they read.
const NOTHING: u32 = 0b1 << 31 | 0b10 << 10;

/// Times stay below the bit that programs with signed numbers take for a sign.
pub(super) const LIMITS: Limits = Limits { max_us: i32::MAX as i64, max_width: 1 << 10, max_height: 1 << 9 };

pub(super) fn open(bytes: &[u8], ended: bool) -> Opening {
    let Some(text) = AedatText::parse(bytes, ended, b"#!AER-DAT2.0", b"#End Of ASCII Header")? else { return Ok(None) };
    if text.dvs128 {
        let reason = "the addresses are those of a DVS128; only the layout of a DAVIS is read";
        return Err(EventFileError::Unsupported { format: EventFormat::Aedat2, reason });
    }
    let decoder = Aedat2Decoder { time: Wrapping32::default(), left_out: LeftOut::default() };
    Ok(Some((RecordingInfo::new(EventFormat::Aedat2, text.size), Box::new(decoder), text.end)))
}

#[derive(Debug)]
struct Aedat2Decoder {
    time: Wrapping32,
    left_out: LeftOut,
}

impl Decoder for Aedat2Decoder {
    fn decode(&mut self, bytes: &[u8], _: u64, chunk: &mut Chunk) -> Result<usize, EventFileError> {
        let records = bytes.as_chunks::<RECORD>().0;
        let records = &records[..records.len().min(chunk.room())];
        let mut count = 0;
        let slots = chunk.free();
        for record in records {
            let record = u64::from_be_bytes(*record);
            let (address, time) = ((record >> 32) as u32, record as u32);
            let time_us = self.time.unwrap(time);
            match (address >> 31, address >> 10 & 0b11) {
                (0, kind @ (0b00 | 0b10)) => {
                    slots[count] = CameraEvent {
                        time_us,
                        x: (address >> 12 & 0x3ff) as u16,
                        y: (address >> 22 & 0x1ff) as u16,
                        polarity: polarity(kind == 0b10),
                    };
                    count += 1;
                }
                (0, _) => self.left_out.triggers += 1,
                (_, 0b00 | 0b01) => self.left_out.frames += 1,
                (_, 0b11) => self.left_out.imu_samples += 1,
                _ if address == NOTHING => {}
                _ => self.left_out.other += 1,
            }
        }
        chunk.advance(count);
        Ok(records.len() * RECORD)
    }

    fn end(&self, rest: &[u8], position: u64) -> Result<(), EventFileError> {
        if rest.is_empty() { Ok(()) } else { Err(EventFileError::CutOff { position, what: "a record of 8 bytes" }) }
    }

    fn left_out(&self) -> LeftOut {
        self.left_out
    }
}

/// Writes records.
#[derive(Debug)]
pub(super) struct Aedat2Encoder {
    size: [u32; 2],
}

impl Aedat2Encoder {
    pub(super) fn new(size: [u32; 2]) -> Self {
        Self { size }
    }
}

impl Encoder for Aedat2Encoder {
    fn start(&mut self, out: &mut Vec<u8>) {
        let text = "#!AER-DAT2.0\r\n# This is a raw AE data file - do not edit\r\n\
            # Data format is int32 address, int32 timestamp (8 bytes total), repeated for each event\r\n\
            # Timestamps tick is 1 us\r\n# Addresses have the layout of a DAVIS\r\n";
        out.extend(text.bytes());
        out.extend(size_line(self.size).bytes());
        out.extend(b"#End Of ASCII Header\r\n");
    }

    fn encode(&mut self, events: &[CameraEvent], index: u64, out: &mut Vec<u8>) -> Result<(), EventFileError> {
        let record = |event: &CameraEvent| {
            let on = u32::from(event.polarity == Polarity::On);
            let address = u32::from(event.y) << 22 | u32::from(event.x) << 12 | on << 11;
            (u64::from(address) << 32 | u64::from(event.time_us as u32)).to_be_bytes()
        };
        // Many readers take every line that begins with '#' for text, whatever the line before it says.
        if let Some(event) = events.first()
            && index == 0
            && record(event)[0] == b'#'
        {
            out.extend(NOTHING.to_be_bytes());
            out.extend((event.time_us as u32).to_be_bytes());
        }
        append(out, events, record);
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<u8>) {}
}

#[cfg(test)]
mod tests {
    use super::super::{EventHeader, EventReader, EventWriter};
    use super::*;

    fn event(time_us: i64, x: u16, y: u16, on: bool) -> CameraEvent {
        CameraEvent { time_us, x, y, polarity: polarity(on) }
    }

    fn write(events: &[CameraEvent]) -> Vec<u8> {
        let header = EventHeader { width: 346, height: 260, record: None, provenance: Default::default() };
        let mut writer = EventWriter::new(EventFormat::Aedat2, Vec::new(), header).unwrap();
        writer.push(events).unwrap();
        writer.finish([0, 1 << 40]).unwrap().0
    }

    #[test]
    fn bytes_by_hand() {
        let events = [event(5, 345, 259, true), event(0x7fff_ffff, 1, 2, false)];
        let bytes = write(&events);
        let expected = [0x40, 0xd5, 0x98, 0, 0, 0, 0, 5, 0, 0x80, 0x10, 0, 0x7f, 0xff, 0xff, 0xff];
        assert!(bytes.ends_with(&[b"#Size: 346x260\r\n#End Of ASCII Header\r\n", &expected[..]].concat()));
        let mut reader = EventReader::new(&bytes[..], EventFormat::Aedat2).unwrap();
        assert_eq!(reader.next_chunk().unwrap().unwrap(), events);
        assert_eq!(reader.info().size, Some([346, 260]));
    }

    #[test]
    fn a_first_byte_that_looks_like_text() {
        let events = [event(7, 1, 141, true), event(8, 1, 141, true)];
        let bytes = write(&events);
        assert!(bytes.ends_with(&[&[0x80, 0, 8, 0, 0, 0, 0, 7, 0x23][..], &bytes[bytes.len() - 15..]].concat()));
        let mut reader = EventReader::new(&bytes[..], EventFormat::Aedat2).unwrap();
        assert_eq!(reader.next_chunk().unwrap().unwrap(), events);
        assert_eq!(reader.left_out().total(), 0);
    }

    #[test]
    fn records_of_other_kinds() {
        let addresses: [u32; 6] = [0x8000_0000, 0x8000_0400, 0x8000_0c00, 0x8000_0801, 0x0000_0400, 0x0000_0c00];
        let records = addresses.iter().flat_map(|a| [a.to_be_bytes(), [0; 4]]).flatten();
        let bytes: Vec<u8> = b"#!AER-DAT2.0\r\n".iter().copied().chain(records).collect();
        let mut reader = EventReader::new(&bytes[..], EventFormat::Aedat2).unwrap();
        assert_eq!(reader.next_chunk().unwrap(), None);
        let expected = LeftOut { frames: 2, imu_samples: 1, other: 1, triggers: 2, ..LeftOut::default() };
        assert_eq!(reader.left_out(), expected);
        let dvs = b"#!AER-DAT2.0\r\n# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128\r\n\x00";
        assert!(EventReader::new(&dvs[..], EventFormat::Aedat2).unwrap_err().to_string().contains("DVS128"));
    }
}
