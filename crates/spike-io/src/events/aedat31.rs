//! AEDAT 3.1 of cAER: packets of events of one kind, little endian.
//!
//! After text lines up to `#!END-HEADER`, packets. Their header of 28 bytes: kind of event (i16, 1 is polarity),
//! source (i16), size of an event, offset of its time, overflows of the time, capacity, number, valid ones (i32 each).
//! A polarity event has 8 bytes: a word (bit 0 valid, 1 polarity, 2..16 y, 17..31 x) and the time in µs, 31 bits, to
//! which the overflows of the packet are the upper bits.
//!
//! Source: iniVation, AEDAT 3.1 file format.

use super::aedat_text::{AedatText, size_line};
use super::bytes::{append, i32_at};
use super::chunk::{Chunk, polarity};
use super::reader::{Decoder, Opening};
use super::writer::{Encoder, Limits};
use super::{EventFileError, EventFormat, LeftOut, RecordingInfo};
use spike_core::{CameraEvent, Polarity};

const HEADER: usize = 28;
const EVENT: usize = 8;
const POLARITY: u16 = 1;
/// Events of a packet that is written.
const PACKET_EVENTS: usize = 4096;
/// Bits of the time in an event.
const TIME_BITS: u32 = 31;

pub(super) const LIMITS: Limits = Limits { max_us: (1 << 62) - 1, max_width: 1 << 15, max_height: 1 << 15 };

pub(super) fn open(bytes: &[u8], ended: bool) -> Opening {
    let Some(text) = AedatText::parse(bytes, ended, b"#!AER-DAT3.1", b"#!END-HEADER")? else { return Ok(None) };
    if !text.closed {
        let reason = "the line '#!END-HEADER' is missing";
        return Err(EventFileError::Corrupt { position: text.end as u64, reason });
    }
    let info = RecordingInfo::new(EventFormat::Aedat31, text.size);
    Ok(Some((info, Box::new(Aedat31Decoder::default()), text.end)))
}

#[derive(Debug, Default)]
struct Aedat31Decoder {
    /// Events of the packet that are still to come.
    events: usize,
    overflow_us: i64,
    /// Bytes of the packet after them.
    skip: u64,
    left_out: LeftOut,
}

impl Aedat31Decoder {
    fn header(&mut self, bytes: &[u8; HEADER], position: u64) -> Result<(), EventFileError> {
        let corrupt = |at: u64, reason| Err(EventFileError::Corrupt { position: position + at, reason });
        let number_at = |at| i32_at(bytes, at).map_or(-1, i64::from);
        let kind = u16::from_le_bytes([bytes[0], bytes[1]]);
        let (size, overflows) = (number_at(4), number_at(12));
        let (capacity, number) = (number_at(16), number_at(20));
        if size < 1 || capacity < 0 {
            return corrupt(4, "a packet has a negative size");
        }
        if !(0 <= number && number <= capacity) {
            return corrupt(20, "a packet holds more events than it has room for");
        }
        if overflows < 0 {
            return corrupt(12, "a packet has a negative number of overflows of time");
        }
        self.skip = (size * capacity).cast_unsigned();
        match kind {
            POLARITY => {
                if size != EVENT as i64 || number_at(8) != 4 {
                    return corrupt(4, "an event of polarity does not have 8 bytes with the time in the second 4");
                }
                self.events = number as usize;
                self.skip -= (number * size).cast_unsigned();
                self.overflow_us = overflows << TIME_BITS;
            }
            0 => self.left_out.triggers += number.cast_unsigned(),
            2 => self.left_out.frames += number.cast_unsigned(),
            3 | 4 => self.left_out.imu_samples += number.cast_unsigned(),
            _ => self.left_out.other += number.cast_unsigned(),
        }
        Ok(())
    }
}

impl Decoder for Aedat31Decoder {
    fn decode(&mut self, bytes: &[u8], position: u64, chunk: &mut Chunk) -> Result<usize, EventFileError> {
        let mut done = 0;
        loop {
            let rest = &bytes[done..];
            if self.events > 0 {
                let events = rest.as_chunks::<EVENT>().0;
                let count = events.len().min(self.events).min(chunk.room());
                let (slots, mut valid) = (chunk.free(), 0);
                for event in &events[..count] {
                    let event = u64::from_le_bytes(*event);
                    let (word, time) = (event as u32, (event >> 32) as u32);
                    slots[valid] = CameraEvent {
                        time_us: self.overflow_us + i64::from(time & 0x7fff_ffff),
                        x: (word >> 17) as u16,
                        y: (word >> 2 & 0x7fff) as u16,
                        polarity: polarity(word >> 1 & 1 == 1),
                    };
                    valid += (word & 1) as usize;
                }
                chunk.advance(valid);
                self.left_out.invalid += (count - valid) as u64;
                self.events -= count;
                done += count * EVENT;
                if self.events > 0 {
                    return Ok(done);
                }
            } else if self.skip > 0 {
                let count = self.skip.min(rest.len() as u64);
                self.skip -= count;
                done += count as usize;
                if self.skip > 0 {
                    return Ok(done);
                }
            } else if let Some(header) = rest.first_chunk() {
                self.header(header, position + done as u64)?;
                done += HEADER;
            } else {
                return Ok(done);
            }
        }
    }

    fn end(&self, rest: &[u8], position: u64) -> Result<(), EventFileError> {
        let what = match (self.events, self.skip) {
            (0, 0) if rest.is_empty() => return Ok(()),
            (0, 0) => "the header of a packet",
            _ => "a packet",
        };
        Err(EventFileError::CutOff { position, what })
    }

    fn left_out(&self) -> LeftOut {
        self.left_out
    }
}

/// Writes packets of polarity events.
#[derive(Debug)]
pub(super) struct Aedat31Encoder {
    size: [u32; 2],
}

impl Aedat31Encoder {
    pub(super) fn new(size: [u32; 2]) -> Self {
        Self { size }
    }
}

impl Encoder for Aedat31Encoder {
    fn start(&mut self, out: &mut Vec<u8>) {
        out.extend(b"#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: Spike\r\n");
        // The time of recording is not known, and a file is to depend on its events alone.
        out.extend(b"#Start-Time: 1970-01-01 00:00:00 (TZ+0000)\r\n");
        out.extend(size_line(self.size).bytes());
        out.extend(b"#!END-HEADER\r\n");
    }

    fn encode(&mut self, events: &[CameraEvent], _: u64, out: &mut Vec<u8>) -> Result<(), EventFileError> {
        let overflows = |event: &CameraEvent| event.time_us >> TIME_BITS;
        for same in events.chunk_by(|a, b| overflows(a) == overflows(b)) {
            for packet in same.chunks(PACKET_EVENTS) {
                let number = packet.len() as i32;
                out.extend([1, 0, 1, 0]);
                for field in [EVENT as i32, 4, overflows(&packet[0]) as i32, number, number, number] {
                    out.extend(field.to_le_bytes());
                }
                append(out, packet, |event| {
                    let on = u32::from(event.polarity == Polarity::On);
                    let word = u32::from(event.x) << 17 | u32::from(event.y) << 2 | on << 1 | 1;
                    (u64::from(event.time_us as u32 & 0x7fff_ffff) << 32 | u64::from(word)).to_le_bytes()
                });
            }
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<u8>) {}
}

#[cfg(test)]
mod tests {
    use super::super::{EventHeader, EventReader, EventWriter};
    use super::*;

    const START: &[u8] = b"#!AER-DAT3.1\r\n#Format: RAW\r\n#!END-HEADER\r\n";

    fn packet(kind: u8, fields: [i32; 6], events: &[u8]) -> Vec<u8> {
        [&[kind, 0, 1, 0][..], &fields.map(i32::to_le_bytes).concat(), events].concat()
    }

    fn event(time_us: i64, x: u16, y: u16, on: bool) -> CameraEvent {
        CameraEvent { time_us, x, y, polarity: polarity(on) }
    }

    #[test]
    fn bytes_by_hand() {
        let header = EventHeader { width: 640, height: 480, record: None, provenance: Default::default() };
        let mut writer = EventWriter::new(EventFormat::Aedat31, Vec::new(), header).unwrap();
        let events = [event((1 << 31) - 1, 639, 479, true), event((5 << 31) + 6, 1, 2, false)];
        writer.push(&events).unwrap();
        let (bytes, _) = writer.finish([0, 1 << 40]).unwrap();
        let first = packet(1, [8, 4, 0, 1, 1, 1], &[0x7f, 0x07, 0xfe, 0x04, 0xff, 0xff, 0xff, 0x7f]);
        let second = packet(1, [8, 4, 5, 1, 1, 1], &[9, 0, 2, 0, 6, 0, 0, 0]);
        assert!(bytes.ends_with(&[b"#Size: 640x480\r\n#!END-HEADER\r\n", &first[..], &second].concat()));
        let mut reader = EventReader::new(&bytes[..], EventFormat::Aedat31).unwrap();
        assert_eq!(reader.next_chunk().unwrap().unwrap(), events);
        assert_eq!(reader.info().size, Some([640, 480]));
    }

    #[test]
    fn packets_of_other_kinds_and_invalid_events() {
        let polarity =
            packet(1, [8, 4, 0, 3, 2, 1], &[[8, 0, 2, 0, 6, 0, 0, 0], [9, 0, 2, 0, 7, 0, 0, 0], [9; 8]].concat());
        let bytes = [
            START,
            &packet(0, [8, 4, 0, 2, 2, 2], &[1; 16]),
            &packet(2, [40, 4, 0, 1, 1, 1], &[1; 40]),
            &polarity,
            &packet(3, [36, 4, 0, 1, 1, 1], &[1; 36]),
            &packet(9, [1, 0, 0, 0, 0, 0], &[]),
        ]
        .concat();
        let mut reader = EventReader::new(&bytes[..], EventFormat::Aedat31).unwrap();
        assert_eq!(reader.next_chunk().unwrap().unwrap(), [event(7, 1, 2, false)]);
        assert_eq!(reader.next_chunk().unwrap(), None);
        let expected = LeftOut { triggers: 2, frames: 1, imu_samples: 1, invalid: 1, ..LeftOut::default() };
        assert_eq!(reader.left_out(), expected);
    }

    #[test]
    fn damage() {
        let good = packet(1, [8, 4, 0, 2, 2, 2], &[9; 16]);
        for (fields, at) in [
            ([-8, 4, 0, 2, 2, 2], 4),
            ([9, 4, 0, 2, 2, 2], 4),
            ([8, 0, 0, 2, 2, 2], 4),
            ([8, 4, -1, 2, 2, 2], 12),
            ([8, 4, 0, -2, 2, 2], 4),
            ([8, 4, 0, 1, 2, 2], 20),
            ([8, 4, 0, 2, -2, 2], 20),
        ] {
            let bytes = [START, &good, &packet(1, fields, &[9; 16])].concat();
            let mut reader = EventReader::new(&bytes[..], EventFormat::Aedat31).unwrap();
            assert_eq!(reader.next_chunk().unwrap().unwrap().len(), 2, "{fields:?}");
            let expected = (START.len() + good.len()) as u64 + at;
            match reader.next_chunk() {
                Err(EventFileError::Corrupt { position, .. }) => assert_eq!(position, expected, "{fields:?}"),
                other => panic!("{other:?}"),
            }
        }
        assert!(EventReader::new(&b"#!AER-DAT3.1\r\n\x01"[..], EventFormat::Aedat31).is_err());
    }
}
