//! EVT 2.0 of Prophesee: little-endian words of 32 bits.
//!
//! | bits 31 to 28 | word | other bits |
//! |---|---|---|
//! | 0, 1 | OFF, ON event | 27..22 low bits of the time, 21..11 x, 10..0 y |
//! | 8 | time high | 27..0 time / 64 µs |
//! | A | external trigger | |
//! | D, E, F | inertial sensor, other, continued | |
//!
//! Source: Prophesee, EVT 2.0 format, documentation of the Metavision SDK.

use super::bytes::append;
use super::chunk::{Chunk, polarity};
use super::prophesee::{PropheseeText, evt_text};
use super::reader::{Decoder, Opening};
use super::time_high::TimeHigh;
use super::writer::{Encoder, Limits};
use super::{EventFileError, EventFormat, LeftOut, RecordingInfo};
use spike_core::{CameraEvent, Polarity};

/// Bits of the time in an event.
const LOW_BITS: u32 = 6;
/// Bits of the time in a word of its own.
const HIGH_BITS: u32 = 28;

/// Words whose kind is looked at together.
const BLOCK: usize = 32;

const TIME_HIGH: u32 = 0x8;
const TRIGGER: u32 = 0xA;
const IMU: u32 = 0xD;

/// 203 days: the words that carry a reader over a longer silence would be more than a thousand wraps of the time.
pub(super) const LIMITS: Limits = Limits { max_us: (1 << 44) - 1, max_width: 1 << 11, max_height: 1 << 11 };

pub(super) fn open(bytes: &[u8], ended: bool) -> Opening {
    let Some(text) = PropheseeText::parse(bytes, ended) else { return Ok(None) };
    let decoder = Evt2Decoder { time: TimeHigh::new(HIGH_BITS, LOW_BITS), left_out: LeftOut::default() };
    Ok(Some((RecordingInfo::new(EventFormat::Evt2, text.size), Box::new(decoder), text.end)))
}

#[derive(Debug)]
struct Evt2Decoder {
    time: TimeHigh,
    left_out: LeftOut,
}

fn event(word: u32, base_us: i64) -> CameraEvent {
    CameraEvent {
        time_us: base_us + i64::from(word >> 22 & 0x3f),
        x: (word >> 11 & 0x7ff) as u16,
        y: (word & 0x7ff) as u16,
        polarity: polarity(word >> 28 & 1 == 1),
    }
}

/// What a kind of word does, as masks: looking it up costs no branch that a processor could predict wrongly.
#[derive(Debug, Clone, Copy)]
struct Effect {
    /// Bits of the time that stay, and bits that come from the word.
    keep: i64,
    take: i64,
    events: usize,
    simple: bool,
}

const EFFECTS: [Effect; 16] = {
    let mut effects = [Effect { keep: -1, take: 0, events: 0, simple: false }; 16];
    effects[0] = Effect { keep: -1, take: 0, events: 1, simple: true };
    effects[1] = effects[0];
    let high = ((1 << HIGH_BITS) - 1) << LOW_BITS;
    effects[TIME_HIGH as usize] = Effect { keep: !high, take: high, events: 0, simple: true };
    effects
};

impl Evt2Decoder {
    /// Takes blocks of nothing but events as long as they last, and says how many words they were.
    fn events(words: &[[u8; 4]], base_us: i64, chunk: &mut Chunk) -> usize {
        let slots = chunk.free().as_chunks_mut::<BLOCK>().0;
        let mut done = 0;
        for (slots, block) in slots.iter_mut().zip(words.as_chunks::<BLOCK>().0) {
            let block = block.map(u32::from_le_bytes);
            if block.iter().fold(0, |all, word| all | word) >> 29 != 0 {
                break;
            }
            for (slot, word) in slots.iter_mut().zip(block) {
                *slot = event(word, base_us);
            }
            done += BLOCK;
        }
        chunk.advance(done);
        done
    }

    /// Takes events and times as long as they last, and says how many words they were.
    fn simple(&mut self, words: &[[u8; 4]], mut base_us: i64, chunk: &mut Chunk) -> usize {
        let (mut count, mut done) = (0, 0);
        let slots = chunk.free();
        for word in &words[..words.len().min(slots.len())] {
            let word = u32::from_le_bytes(*word);
            let Effect { keep, take, events, simple } = EFFECTS[(word >> 28) as usize];
            let high = i64::from(word) << LOW_BITS & take;
            if !simple | (high < base_us & take) {
                break;
            }
            base_us = base_us & keep | high;
            // Every word is written as if it were an event, and the next one takes the same slot if it is none.
            slots[count] = event(word, base_us);
            count += events;
            done += 1;
        }
        chunk.advance(count);
        self.time.advance_to(base_us);
        done
    }

    fn word(&mut self, word: u32, chunk: &mut Chunk) {
        match (word >> 28, self.time.base_us()) {
            (0 | 1, Some(base_us)) => chunk.push(event(word, base_us)),
            (0 | 1, None) => self.left_out.untimed += 1,
            (TIME_HIGH, _) => self.time.set(word & 0x0fff_ffff),
            (TRIGGER, _) => self.left_out.triggers += 1,
            (IMU, _) => self.left_out.imu_samples += 1,
            _ => self.left_out.other += 1,
        }
    }
}

impl Decoder for Evt2Decoder {
    fn decode(&mut self, bytes: &[u8], _: u64, chunk: &mut Chunk) -> Result<usize, EventFileError> {
        let words = bytes.as_chunks::<4>().0;
        let mut done = 0;
        while done < words.len() && chunk.room() > 0 {
            if let Some(base_us) = self.time.base_us() {
                done += Self::events(&words[done..], base_us, chunk);
                let block = &words[done..];
                done += self.simple(&block[..block.len().min(BLOCK)], base_us, chunk);
            }
            // What stopped the simple words.
            if let Some(&word) = words.get(done)
                && chunk.room() > 0
            {
                self.word(u32::from_le_bytes(word), chunk);
                done += 1;
            }
        }
        Ok(done * 4)
    }

    fn end(&self, rest: &[u8], position: u64) -> Result<(), EventFileError> {
        if rest.is_empty() { Ok(()) } else { Err(EventFileError::CutOff { position, what: "a word of 4 bytes" }) }
    }

    fn left_out(&self) -> LeftOut {
        self.left_out
    }
}

/// Writes the words, a time-high word before the events that need it.
#[derive(Debug)]
pub(super) struct Evt2Encoder {
    size: [u32; 2],
    /// Time high, wraps included, that a reader has.
    high: i64,
}

impl Evt2Encoder {
    pub(super) fn new(size: [u32; 2]) -> Self {
        Self { size, high: 0 }
    }

    /// Moves the time of a reader to `high`: the last word before a wrap and the first after it are written, so that
    /// every reader counts it.
    fn move_to(&mut self, high: i64, out: &mut Vec<u8>) {
        while self.high != high {
            let wrap = self.high | ((1 << HIGH_BITS) - 1);
            let farthest = if self.high == wrap { wrap + 1 } else { wrap };
            self.high = high.min(farthest);
            out.extend_from_slice(&(TIME_HIGH << 28 | (self.high & 0x0fff_ffff) as u32).to_le_bytes());
        }
    }
}

impl Encoder for Evt2Encoder {
    fn start(&mut self, out: &mut Vec<u8>) {
        out.extend(evt_text("EVT2", "2.0", self.size).bytes());
        // Programs that shift times by the first of these words shift by nothing.
        out.extend((TIME_HIGH << 28).to_le_bytes());
    }

    fn encode(&mut self, events: &[CameraEvent], _: u64, out: &mut Vec<u8>) -> Result<(), EventFileError> {
        for run in events.chunk_by(|a, b| a.time_us >> LOW_BITS == b.time_us >> LOW_BITS) {
            self.move_to(run[0].time_us >> LOW_BITS, out);
            append(out, run, |event| {
                let kind = u32::from(event.polarity == Polarity::On);
                let low = (event.time_us & 0x3f) as u32;
                (kind << 28 | low << 22 | u32::from(event.x) << 11 | u32::from(event.y)).to_le_bytes()
            });
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<u8>) {}
}

#[cfg(test)]
mod tests {
    use super::super::{EventHeader, EventReader, EventWriter};
    use super::*;

    fn words(words: &[u32]) -> Vec<u8> {
        [b"% evt 2.0\n".to_vec(), words.iter().flat_map(|w| w.to_le_bytes()).collect()].concat()
    }

    fn read(bytes: &[u8]) -> (Vec<CameraEvent>, LeftOut) {
        let mut reader = EventReader::new(bytes, EventFormat::Evt2).unwrap();
        let mut events = Vec::new();
        while let Some(chunk) = reader.next_chunk().unwrap() {
            events.extend_from_slice(chunk);
        }
        (events, reader.left_out())
    }

    #[test]
    fn words_by_hand() {
        let bytes = words(&[
            0x0000_0000, // before any time
            0x8000_0002, // 128 us
            0x1000_0000 | 5 << 22 | 639 << 11 | 479,
            63 << 22 | 2047 << 11 | 2047,
            0xa000_0001,
            0xd000_0000,
            0xe000_0000,
            0xf000_0000,
            0x8fff_ffff,
            0x0000_0000,
            0x8000_0000, // wrap
            0x1000_0801,
        ]);
        let (events, left_out) = read(&bytes);
        let event = |time_us, x, y, on| CameraEvent { time_us, x, y, polarity: polarity(on) };
        let wrap = 1 << 34;
        let expected = [
            event(133, 639, 479, true),
            event(191, 2047, 2047, false),
            event(wrap - 64, 0, 0, false),
            event(wrap, 1, 1, true),
        ];
        assert_eq!(events, expected);
        assert_eq!(left_out, LeftOut { triggers: 1, imu_samples: 1, untimed: 1, other: 2, ..LeftOut::default() });
    }

    #[test]
    fn bytes_by_hand() {
        let header = EventHeader { width: 640, height: 480, record: None, provenance: Default::default() };
        let mut writer = EventWriter::new(EventFormat::Evt2, Vec::new(), header).unwrap();
        let event = |time_us, x, y, on| CameraEvent { time_us, x, y, polarity: polarity(on) };
        let wrap = 1 << 34;
        writer.push(&[event(3, 1, 2, true), event(64, 639, 479, false), event(2 * wrap + 65, 0, 0, true)]).unwrap();
        let (bytes, _) = writer.finish([0, 3 * wrap]).unwrap();
        let text = evt_text("EVT2", "2.0", [640, 480]);
        let expected: Vec<u8> = [
            0x8000_0000,
            0x1000_0000 | 3 << 22 | 1 << 11 | 2,
            0x8000_0001,
            639 << 11 | 479,
            0x8fff_ffff,
            0x8000_0000,
            0x8fff_ffff,
            0x8000_0000,
            0x8000_0001,
            0x1000_0000u32 | 1 << 22,
        ]
        .iter()
        .flat_map(|w| w.to_le_bytes())
        .collect();
        assert_eq!(bytes, [text.as_bytes(), &expected].concat());
        assert_eq!(read(&bytes).0.last().unwrap().time_us, 2 * wrap + 65);
    }
}
