//! EVT 2.1 of Prophesee: little-endian words of 64 bits, one for up to 32 pixels of a row; read only.
//!
//! | bits 63 to 60 | word | other bits |
//! |---|---|---|
//! | 0, 1 | OFF, ON events | 59..54 low bits of the time, 53..43 x, 42..32 y, 31..0 which of the pixels from x on |
//! | 8 | time high | 59..32 time / 64 µs |
//! | A | external trigger | |
//! | D, E, F | inertial sensor, other, continued | |
//!
//! Old cameras exchange the halves of a word, and say `endianness=legacy` in the header.
//!
//! Source: Prophesee, EVT 2.1 format, documentation of the Metavision SDK.

use super::chunk::{Chunk, polarity};
use super::prophesee::PropheseeText;
use super::reader::{Decoder, Opening};
use super::time_high::TimeHigh;
use super::{EventFileError, EventFormat, LeftOut, RecordingInfo};
use spike_core::CameraEvent;

/// Pixels of a word.
const PIXELS: usize = 32;

pub(super) fn open(bytes: &[u8], ended: bool) -> Opening {
    let Some(text) = PropheseeText::parse(bytes, ended) else { return Ok(None) };
    let decoder =
        Evt21Decoder { time: TimeHigh::new(28, 6), swapped: text.legacy_endianness, left_out: LeftOut::default() };
    Ok(Some((RecordingInfo::new(EventFormat::Evt21, text.size), Box::new(decoder), text.end)))
}

#[derive(Debug)]
struct Evt21Decoder {
    time: TimeHigh,
    swapped: bool,
    left_out: LeftOut,
}

impl Decoder for Evt21Decoder {
    fn decode(&mut self, bytes: &[u8], position: u64, chunk: &mut Chunk) -> Result<usize, EventFileError> {
        let mut done = 0;
        for &word in bytes.as_chunks::<8>().0 {
            if chunk.room() < PIXELS {
                break;
            }
            let word = u64::from_le_bytes(word);
            let word = if self.swapped { word.rotate_left(32) } else { word };
            let high = (word >> 32) as u32;
            let mut mask = word as u32;
            match high >> 28 {
                kind @ (0 | 1) => {
                    let (x, y) = ((high >> 11 & 0x7ff) as u16, (high & 0x7ff) as u16);
                    if u32::from(x) + (u32::BITS - mask.leading_zeros()) > 1 << 11 {
                        let reason = "the pixels of a word reach beyond column 2047";
                        return Err(EventFileError::Corrupt { position: position + done as u64, reason });
                    }
                    if let Some(base_us) = self.time.base_us() {
                        let time_us = base_us + i64::from(high >> 22 & 0x3f);
                        while mask != 0 {
                            let x = x + mask.trailing_zeros() as u16;
                            chunk.push(CameraEvent { time_us, x, y, polarity: polarity(kind == 1) });
                            mask &= mask - 1;
                        }
                    } else {
                        self.left_out.untimed += u64::from(mask.count_ones());
                    }
                }
                0x8 => self.time.set(high & 0x0fff_ffff),
                0xA => self.left_out.triggers += 1,
                0xD => self.left_out.imu_samples += 1,
                _ => self.left_out.other += 1,
            }
            done += 8;
        }
        Ok(done)
    }

    fn end(&self, rest: &[u8], position: u64) -> Result<(), EventFileError> {
        if rest.is_empty() { Ok(()) } else { Err(EventFileError::CutOff { position, what: "a word of 8 bytes" }) }
    }

    fn left_out(&self) -> LeftOut {
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::super::EventReader;
    use super::*;

    /// Time, column, row, ON.
    type Plain = (i64, u16, u16, bool);

    fn read(text: &str, words: &[u64]) -> Result<(Vec<Plain>, LeftOut), EventFileError> {
        let bytes = [text.as_bytes().to_vec(), words.iter().flat_map(|w| w.to_le_bytes()).collect()].concat();
        let mut reader = EventReader::new(&bytes[..], EventFormat::Evt21)?;
        let mut events = Vec::new();
        while let Some(chunk) = reader.next_chunk()? {
            events.extend(chunk.iter().map(|e| (e.time_us, e.x, e.y, e.polarity == spike_core::Polarity::On)));
        }
        Ok((events, reader.left_out()))
    }

    const WORDS: [u64; 8] = [
        7 << 32 | 3, // before any time
        0x8 << 60 | 2 << 32,
        0x1 << 60 | 5 << 54 | 64 << 43 | 479 << 32 | 0x8000_0005,
        63 << 54 | 2047 << 43 | 2047 << 32 | 1,
        1 << 60,
        0xA << 60,
        0xE << 60,
        0xD << 60,
    ];

    #[test]
    fn words_by_hand() {
        let (events, left_out) = read("% evt 2.1\n% end\n", &WORDS).unwrap();
        let expected = [(133, 64, 479, true), (133, 66, 479, true), (133, 95, 479, true), (191, 2047, 2047, false)];
        assert_eq!(events, expected);
        assert_eq!(left_out, LeftOut { triggers: 1, imu_samples: 1, untimed: 2, other: 1, ..LeftOut::default() });
        let swapped = WORDS.map(|w| w.rotate_left(32));
        assert_eq!(read("% format EVT21;endianness=legacy\n% end\n", &swapped).unwrap().0, expected);
    }

    #[test]
    fn pixels_beyond_what_can_be_addressed() {
        let error = read("", &[0x8 << 60, 2047 << 43 | 2]).unwrap_err();
        assert!(matches!(error, EventFileError::Corrupt { position: 8, .. }), "{error}");
    }
}
