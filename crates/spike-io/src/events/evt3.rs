//! EVT 3.0 of Prophesee: little-endian words of 16 bits that change a state, some of which are events.
//!
//! | bits 15 to 12 | word | other bits |
//! |---|---|---|
//! | 0 | row | 10..0 y |
//! | 2 | event | 11 polarity, 10..0 x |
//! | 3 | start of a vector | 11 polarity, 10..0 x |
//! | 4, 5 | vector | 12 or 8 bits, one for each pixel from x on, which moves on |
//! | 6, 8 | time low, time high | 11..0 lower and upper bits of the time |
//! | A | external trigger | |
//! | D, 7, E, F | inertial sensor, continued, other | |
//!
//! The time has 24 bits and wraps every 16.8 s. Single events are written, no vectors: programs that take a vector
//! as three words whatever follows read others wrongly.
//!
//! Source: Prophesee, EVT 3.0 format, documentation of the Metavision SDK.

use super::chunk::{Chunk, polarity};
use super::prophesee::{PropheseeText, evt_text};
use super::reader::{Decoder, Opening};
use super::time_high::TimeHigh;
use super::writer::{Encoder, Limits};
use super::{EventFileError, EventFormat, LeftOut, RecordingInfo};
use spike_core::{CameraEvent, Polarity};

const ADDR_Y: u16 = 0x0;
const ADDR_X: u16 = 0x2;
const VECT_BASE_X: u16 = 0x3;
const VECT_12: u16 = 0x4;
const VECT_8: u16 = 0x5;
const TIME_LOW: u16 = 0x6;
const TIME_HIGH: u16 = 0x8;
const TRIGGER: u16 = 0xA;
const IMU: u16 = 0xD;
/// 76 hours, 16 384 wraps of the time.
pub(super) const LIMITS: Limits = Limits { max_us: (1 << 38) - 1, max_width: 1 << 11, max_height: 1 << 11 };

pub(super) fn open(bytes: &[u8], ended: bool) -> Opening {
    let Some(text) = PropheseeText::parse(bytes, ended) else { return Ok(None) };
    let decoder = Evt3Decoder {
        time: TimeHigh::new(12, 12),
        low_us: 0,
        y: 0,
        vector_x: 0,
        vector_on: false,
        left_out: LeftOut::default(),
    };
    Ok(Some((RecordingInfo::new(EventFormat::Evt3, text.size), Box::new(decoder), text.end)))
}

#[derive(Debug)]
struct Evt3Decoder {
    time: TimeHigh,
    low_us: u16,
    y: u16,
    vector_x: u16,
    vector_on: bool,
    left_out: LeftOut,
}

/// What a kind of word does, as masks: looking it up costs no branch that a processor could predict wrongly.
#[derive(Debug, Clone, Copy)]
struct Effect {
    /// Bits of the time that stay, and bits that come from the word.
    keep: i64,
    take: i64,
    /// Bits that must not fall, or the time wraps.
    high: i64,
    keep_y: u16,
    take_y: u16,
    events: u16,
    simple: bool,
}

const EFFECTS: [Effect; 16] = {
    let nothing = Effect { keep: -1, take: 0, high: 0, keep_y: 0xffff, take_y: 0, events: 0, simple: false };
    let mut effects = [nothing; 16];
    effects[ADDR_Y as usize] = Effect { keep_y: 0, take_y: 0x7ff, simple: true, ..nothing };
    effects[ADDR_X as usize] = Effect { events: 1, simple: true, ..nothing };
    effects[TIME_LOW as usize] = Effect { keep: !0xfff, take: 0xfff, simple: true, ..nothing };
    // A time high clears the low bits.
    let high = 0xfff << 12;
    effects[TIME_HIGH as usize] = Effect { keep: !0xff_ffff, take: high, high, simple: true, ..nothing };
    effects
};

impl Evt3Decoder {
    /// Takes words that set a field or are one event as long as they last, and says how many they were.
    fn simple(&mut self, words: &[[u8; 2]], base_us: i64, chunk: &mut Chunk) -> usize {
        let (mut y, mut time_us, mut count, mut done) = (self.y, base_us | i64::from(self.low_us), 0, 0);
        let slots = chunk.free();
        for word in &words[..words.len().min(slots.len())] {
            let word = u16::from_le_bytes(*word);
            let Effect { keep, take, high, keep_y, take_y, events, simple } = EFFECTS[usize::from(word >> 12)];
            // The value at both of its places, of which one is taken.
            let value = i64::from(word & 0xfff);
            let value = value | value << 12;
            if !simple | (value & high < time_us & high) {
                break;
            }
            time_us = time_us & keep | value & take;
            y = y & keep_y | word & take_y;
            // Every word is written as if it were an event, and the next one takes the same slot if it is none.
            slots[count] = CameraEvent { time_us, x: word & 0x7ff, y, polarity: polarity(word >> 11 & 1 == 1) };
            count += usize::from(events);
            done += 1;
        }
        chunk.advance(count);
        self.y = y;
        self.low_us = (time_us & 0xfff) as u16;
        self.time.advance_to(time_us & !0xfff);
        done
    }

    /// An event where none of the simple words could be taken.
    fn single(&mut self, word: u16, chunk: &mut Chunk) {
        match self.time.base_us() {
            None => self.left_out.untimed += 1,
            Some(base_us) => chunk.push(CameraEvent {
                time_us: base_us + i64::from(self.low_us),
                x: word & 0x7ff,
                y: self.y,
                polarity: polarity(word >> 11 & 1 == 1),
            }),
        }
    }

    fn vector(&mut self, mut mask: u16, pixels: u16, position: u64, chunk: &mut Chunk) -> Result<(), EventFileError> {
        if self.vector_x + (u16::BITS - mask.leading_zeros()) as u16 > 1 << 11 {
            let reason = "the pixels of a vector reach beyond column 2047";
            return Err(EventFileError::Corrupt { position, reason });
        }
        if let Some(base_us) = self.time.base_us() {
            let (time_us, y) = (base_us + i64::from(self.low_us), self.y);
            while mask != 0 {
                let x = self.vector_x + mask.trailing_zeros() as u16;
                chunk.push(CameraEvent { time_us, x, y, polarity: polarity(self.vector_on) });
                mask &= mask - 1;
            }
        } else {
            self.left_out.untimed += u64::from(mask.count_ones());
        }
        self.vector_x = (self.vector_x + pixels).min(1 << 11);
        Ok(())
    }

    fn word(&mut self, word: u16, position: u64, chunk: &mut Chunk) -> Result<(), EventFileError> {
        match word >> 12 {
            ADDR_Y => self.y = word & 0x7ff,
            TIME_LOW => self.low_us = word & 0xfff,
            ADDR_X => self.single(word, chunk),
            VECT_BASE_X => (self.vector_x, self.vector_on) = (word & 0x7ff, word >> 11 & 1 == 1),
            VECT_12 => self.vector(word & 0xfff, 12, position, chunk)?,
            VECT_8 => self.vector(word & 0xff, 8, position, chunk)?,
            TIME_HIGH => {
                self.time.set(u32::from(word & 0xfff));
                self.low_us = 0;
            }
            TRIGGER => self.left_out.triggers += 1,
            IMU => self.left_out.imu_samples += 1,
            _ => self.left_out.other += 1,
        }
        Ok(())
    }
}

impl Decoder for Evt3Decoder {
    fn decode(&mut self, bytes: &[u8], position: u64, chunk: &mut Chunk) -> Result<usize, EventFileError> {
        let words = bytes.as_chunks::<2>().0;
        let mut done = 0;
        while done < words.len() && chunk.room() >= 12 {
            if let Some(base_us) = self.time.base_us() {
                done += self.simple(&words[done..], base_us, chunk);
            }
            // What stopped the simple words.
            if let Some(&word) = words.get(done)
                && chunk.room() >= 12
            {
                self.word(u16::from_le_bytes(word), position + 2 * done as u64, chunk)?;
                done += 1;
            }
        }
        Ok(2 * done)
    }

    fn end(&self, rest: &[u8], position: u64) -> Result<(), EventFileError> {
        if rest.is_empty() { Ok(()) } else { Err(EventFileError::CutOff { position, what: "a word of 2 bytes" }) }
    }

    fn left_out(&self) -> LeftOut {
        self.left_out
    }
}

/// Writes single events, and each field before them when it changes.
#[derive(Debug)]
pub(super) struct Evt3Encoder {
    size: [u32; 2],
    /// Time high, wraps included, that a reader has.
    high: i64,
    low_us: u16,
    y: u16,
}

/// No value of twelve bits: nothing was written yet.
const UNKNOWN: u16 = u16::MAX;

impl Evt3Encoder {
    pub(super) fn new(size: [u32; 2]) -> Self {
        Self { size, high: 0, low_us: UNKNOWN, y: UNKNOWN }
    }

    /// Moves the time of a reader to `high`: no step above a quarter of the range, and at each wrap the last word
    /// before and the first word after it, without which most readers do not count the wrap.
    fn move_to(&mut self, high: i64, out: &mut Vec<u8>) {
        const STEP: i64 = 1 << 10;
        while self.high != high {
            let wrap = self.high | 0xfff;
            let farthest = if self.high == wrap { wrap + 1 } else { wrap.min(self.high + STEP) };
            self.high = high.min(farthest);
            out.extend((TIME_HIGH << 12 | (self.high & 0xfff) as u16).to_le_bytes());
        }
        self.low_us = UNKNOWN;
    }
}

impl Encoder for Evt3Encoder {
    fn start(&mut self, out: &mut Vec<u8>) {
        out.extend(evt_text("EVT3", "3.0", self.size).bytes());
        // Programs that shift times by the first of these words shift by nothing.
        out.extend((TIME_HIGH << 12).to_le_bytes());
    }

    fn encode(&mut self, events: &[CameraEvent], _: u64, out: &mut Vec<u8>) -> Result<(), EventFileError> {
        for run in events.chunk_by(|a, b| a.time_us >> 12 == b.time_us >> 12) {
            if self.high != run[0].time_us >> 12 {
                self.move_to(run[0].time_us >> 12, out);
            }
            // Room for all three words of every event; a word that says nothing new is written over by the next.
            let mut end = out.len();
            out.resize(end + 6 * run.len(), 0);
            let mut word = |word: u16, is_new: bool| {
                out[end..end + 2].copy_from_slice(&word.to_le_bytes());
                end += 2 * usize::from(is_new);
            };
            for event in run {
                let low_us = (event.time_us & 0xfff) as u16;
                word(TIME_LOW << 12 | low_us, self.low_us != low_us);
                word(ADDR_Y << 12 | event.y, self.y != event.y);
                let on = u16::from(event.polarity == Polarity::On);
                word(ADDR_X << 12 | on << 11 | event.x, true);
                (self.low_us, self.y) = (low_us, event.y);
            }
            out.truncate(end);
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<u8>) {}
}

#[cfg(test)]
mod tests {
    use super::super::{EventHeader, EventReader, EventWriter};
    use super::*;

    /// Time, column, row, ON.
    type Plain = (i64, u16, u16, bool);

    fn read(words: &[u16]) -> Result<(Vec<Plain>, LeftOut), EventFileError> {
        let bytes = [b"% evt 3.0\n".to_vec(), words.iter().flat_map(|w| w.to_le_bytes()).collect()].concat();
        let mut reader = EventReader::new(&bytes[..], EventFormat::Evt3)?;
        let mut events = Vec::new();
        while let Some(chunk) = reader.next_chunk()? {
            events.extend(chunk.iter().map(|e| (e.time_us, e.x, e.y, e.polarity == Polarity::On)));
        }
        Ok((events, reader.left_out()))
    }

    #[test]
    fn words_by_hand() {
        let (events, left_out) = read(&[
            0x2801, 0x3005, 0x4007, // before any time: an event and three of a vector
            0x8001, 0x6002, 0x0803, // 4098 us, row 3 of the other origin
            0x2804, 0x2005, // x 4 ON, x 5 OFF
            0x3864, 0x4801, 0x4000, 0x5081, // vector from x 100
            0x6fff, 0x2006, // 8191 us
            0xa001, 0xd123, 0x7123, 0xe000, 0xf000, 0x9999, 0x8fff, 0x67ff, 0x2007, 0x8000,
            0x2008, // wrap; time high alone clears the low bits
        ])
        .unwrap();
        let wrap = 1 << 24;
        let expected = [
            (4098, 4, 3, true),
            (4098, 5, 3, false),
            (4098, 100, 3, true),
            (4098, 111, 3, true),
            (4098, 124, 3, true),
            (4098, 131, 3, true),
            (8191, 6, 3, false),
            (wrap - 4096 + 2047, 7, 3, false),
            (wrap, 8, 3, false),
        ];
        assert_eq!(events, expected);
        assert_eq!(left_out, LeftOut { triggers: 1, imu_samples: 1, untimed: 4, other: 4, ..LeftOut::default() });
    }

    #[test]
    fn vectors_end_with_what_can_be_addressed() {
        assert_eq!(read(&[0x8000, 0x37ff, 0x4001]).unwrap().0, [(0, 2047, 0, false)]);
        for words in [[0x8000, 0x37ff, 0x4002], [0x8000, 0x37ff, 0x5080]] {
            assert!(matches!(read(&words), Err(EventFileError::Corrupt { position: 14, .. })));
        }
        let far: Vec<u16> = [vec![0x8000, 0x3000], vec![0x4000; 9999], vec![0x4001]].concat();
        assert!(read(&far).is_err());
    }

    #[test]
    fn bytes_by_hand() {
        let header = EventHeader { width: 640, height: 480, record: None, provenance: Default::default() };
        let mut writer = EventWriter::new(EventFormat::Evt3, Vec::new(), header).unwrap();
        let event = |time_us, x, y, on| CameraEvent { time_us, x, y, polarity: polarity(on) };
        let wrap = 1 << 24;
        let events = [
            event(0, 1, 2, true),
            event(0, 639, 2, false),
            event(4095, 0, 479, true),
            event(4096, 0, 479, true),
            event(wrap - 1, 3, 479, false),
            event(wrap, 3, 479, false),
            event(2 * wrap + 4097, 3, 479, false),
        ];
        writer.push(&events).unwrap();
        let (bytes, _) = writer.finish([0, 3 * wrap]).unwrap();
        let expected: Vec<u8> = [
            0x8000, 0x6000, 0x0002, 0x2801, 0x227f, 0x6fff, 0x01df, 0x2800, 0x8001, 0x6000,
            0x2800, // first two highs
            0x8401, 0x8801, 0x8c01, 0x8fff, 0x6fff, 0x2003, 0x8000, 0x6000, 0x2003, // to the first wrap
            0x8400, 0x8800, 0x8c00, 0x8fff, 0x8000, 0x8001, 0x6001, 0x2003u16, // beyond the second
        ]
        .iter()
        .flat_map(|w| w.to_le_bytes())
        .collect();
        assert_eq!(bytes, [evt_text("EVT3", "3.0", [640, 480]).as_bytes(), &expected].concat());
    }
}
