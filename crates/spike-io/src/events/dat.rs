//! DAT, version 2, of Prophesee: little-endian records of a time and an address.
//!
//! After lines `% key value`, a byte with the kind of event (12, or 0 in older files) and one with the size of a
//! record, 8. A record is the time in µs (32 bits, which wrap) and a word: 31..28 polarity, 27..14 y, 13..0 x.
//!
//! Source: Prophesee, DAT file format, documentation of the Metavision SDK.

use super::bytes::append;
use super::chunk::{Chunk, polarity};
use super::prophesee::PropheseeText;
use super::reader::{Decoder, Opening};
use super::time_high::Wrapping32;
use super::writer::{Encoder, Limits};
use super::{EventFileError, EventFormat, LeftOut, RecordingInfo};
use spike_core::{CameraEvent, Polarity};

const CD: u8 = 0x0c;
const RECORD: usize = 8;

pub(super) const LIMITS: Limits = Limits { max_us: u32::MAX as i64, max_width: 1 << 14, max_height: 1 << 14 };

pub(super) fn open(bytes: &[u8], ended: bool) -> Opening {
    let Some(text) = PropheseeText::parse(bytes, ended) else { return Ok(None) };
    let wrong = |at: usize, reason| Err(EventFileError::Corrupt { position: (text.end + at) as u64, reason });
    if text.version.is_some_and(|v| v != 2) {
        let reason = "only version 2 is read, and the file says another";
        return Err(EventFileError::Unsupported { format: EventFormat::Dat, reason });
    }
    let Some(&[kind, size]) = bytes[text.end..].first_chunk() else { return Ok(None) };
    if kind != CD && kind != 0 {
        return wrong(0, "the records are not events of brightness (kind 12 or 0)");
    }
    if usize::from(size) != RECORD {
        return wrong(1, "the records do not have 8 bytes");
    }
    let info = RecordingInfo::new(EventFormat::Dat, text.size);
    Ok(Some((info, Box::new(DatDecoder { time: Wrapping32::default() }), text.end + 2)))
}

#[derive(Debug)]
struct DatDecoder {
    time: Wrapping32,
}

impl Decoder for DatDecoder {
    fn decode(&mut self, bytes: &[u8], _: u64, chunk: &mut Chunk) -> Result<usize, EventFileError> {
        let records = bytes.as_chunks::<RECORD>().0;
        let records = &records[..records.len().min(chunk.room())];
        for (slot, record) in chunk.free().iter_mut().zip(records) {
            let record = u64::from_le_bytes(*record);
            let word = (record >> 32) as u32;
            *slot = CameraEvent {
                time_us: self.time.unwrap(record as u32),
                x: (word & 0x3fff) as u16,
                y: (word >> 14 & 0x3fff) as u16,
                polarity: polarity(word >> 28 & 1 == 1),
            };
        }
        chunk.advance(records.len());
        Ok(records.len() * RECORD)
    }

    fn end(&self, rest: &[u8], position: u64) -> Result<(), EventFileError> {
        if rest.is_empty() { Ok(()) } else { Err(EventFileError::CutOff { position, what: "a record of 8 bytes" }) }
    }

    fn left_out(&self) -> LeftOut {
        LeftOut::default()
    }
}

/// Writes records; times stay below the wrap, which not every reader undoes.
#[derive(Debug)]
pub(super) struct DatEncoder {
    size: [u32; 2],
}

impl DatEncoder {
    pub(super) fn new(size: [u32; 2]) -> Self {
        Self { size }
    }
}

impl Encoder for DatEncoder {
    fn start(&mut self, out: &mut Vec<u8>) {
        let [width, height] = self.size;
        let text = format!("% Data file containing CD events.\n% Version 2\n% Height {height}\n% Width {width}\n");
        out.extend(text.bytes());
        out.extend([CD, RECORD as u8]);
    }

    fn encode(&mut self, events: &[CameraEvent], _: u64, out: &mut Vec<u8>) -> Result<(), EventFileError> {
        append(out, events, |event| {
            let on = u64::from(event.polarity == Polarity::On);
            let word = on << 28 | u64::from(event.y) << 14 | u64::from(event.x);
            (word << 32 | u64::from(event.time_us as u32)).to_le_bytes()
        });
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<u8>) {}
}

#[cfg(test)]
mod tests {
    use super::super::{EventHeader, EventReader, EventWriter};
    use super::*;

    const TEXT: &[u8] = b"% Data file containing CD events.\n% Version 2\n% Height 480\n% Width 640\n\x0c\x08";

    #[test]
    fn bytes_by_hand() {
        let header = EventHeader { width: 640, height: 480, record: None, provenance: Default::default() };
        let mut writer = EventWriter::new(EventFormat::Dat, Vec::new(), header).unwrap();
        let events = [(1, 2, 3, true), (i64::from(u32::MAX), 639, 479, false)].map(|(time_us, x, y, on)| CameraEvent {
            time_us,
            x,
            y,
            polarity: polarity(on),
        });
        writer.push(&events).unwrap();
        let error = writer.push(&[CameraEvent { time_us: 1 << 32, ..events[0] }]).unwrap_err();
        assert!(error.to_string().contains("dat holds times from 0 to 4294967295 us; event 2"), "{error}");
        let (bytes, _) = writer.finish([0, 1 << 40]).unwrap();
        let records = [1, 0, 0, 0, 2, 0xc0, 0, 0x10, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xc2, 0x77, 0];
        assert_eq!(bytes, [TEXT, &records].concat());
        // Of time that wraps: another record after these.
        let again = [&bytes[..], &records[..8]].concat();
        let mut reader = EventReader::new(&again[..], EventFormat::Dat).unwrap();
        assert_eq!(reader.info().size, Some([640, 480]));
        let wrapped = CameraEvent { time_us: (1 << 32) + 1, ..events[0] };
        assert_eq!(reader.next_chunk().unwrap().unwrap(), [events[0], events[1], wrapped]);
    }

    #[test]
    fn other_kinds_of_records_are_refused() {
        for (from, to) in [("Version 2", "Version 1"), ("\x0c\x08", "\x0e\x08"), ("\x0c\x08", "\x0c\x10")] {
            let text = String::from_utf8(TEXT.to_vec()).unwrap().replace(from, to);
            assert!(EventReader::new(text.as_bytes(), EventFormat::Dat).is_err(), "{to:?}");
        }
        assert!(matches!(EventReader::new(&TEXT[..9], EventFormat::Dat), Err(EventFileError::CutOff { .. })));
        let old = [&TEXT[..TEXT.len() - 2], &[0, 8]].concat();
        assert!(EventReader::new(&old[..], EventFormat::Dat).is_ok());
    }
}
