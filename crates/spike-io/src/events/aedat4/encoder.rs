//! Writing AEDAT 4.

use super::super::EventFileError;
use super::super::bytes::append;
use super::super::writer::{Encoder, Limits, Patch};
use super::compression::Compression;
use super::flatbuffer::set_size;
use super::{MAGIC, NUMBERS, description};
use spike_core::{CameraEvent, Polarity};

/// Events of a packet: 128 KiB before compression, which stays in the fast caches of writer and reader.
const PACKET_EVENTS: usize = 1 << 13;
/// Where the place of the table stands in the header.
const TABLE_POSITION: usize = MAGIC.len() + 32;

pub(in super::super) const LIMITS: Limits = Limits { max_us: i64::MAX, max_width: 1 << 15, max_height: 1 << 15 };

/// One packet in the table.
#[derive(Debug)]
struct Entry {
    offset: i64,
    size: i32,
    num_events: i64,
    span_us: [i64; 2],
}

/// Writes packets of one stream, and the table of them where the output can be gone back in.
#[derive(Debug)]
pub(in super::super) struct Aedat4Encoder {
    size: [u32; 2],
    compression: Compression,
    events: Vec<CameraEvent>,
    table: Vec<Entry>,
    position: i64,
    plain: Vec<u8>,
}

impl Aedat4Encoder {
    pub(in super::super) fn new(size: [u32; 2], compression: Compression) -> Self {
        Self { size, compression, events: Vec::new(), table: Vec::new(), position: 0, plain: Vec::new() }
    }

    fn packet(&mut self, events: &[CameraEvent], out: &mut Vec<u8>) {
        let [Some(first), Some(last)] = [events.first(), events.last()] else { return };
        self.plain.clear();
        self.plain.extend(16u32.to_le_bytes().repeat(2)); // size, set below; root at 20
        self.plain.extend(b"EVTS");
        self.plain.extend([6, 0, 8, 0, 4, 0, 0, 0]); // offsets of a table with one field, at 12
        self.plain.extend([8, 0, 0, 0, 4, 0, 0, 0]); // the table: back to its offsets, vector at 28
        self.plain.extend((events.len() as u32).to_le_bytes());
        append(&mut self.plain, events, |event| {
            // As one number of 128 bits: eight bytes of time, two each of x and y, one of polarity.
            let on = u128::from(event.polarity == Polarity::On);
            let place = u128::from(event.y) << 80 | u128::from(event.x) << 64;
            (on << 96 | place | u128::from(event.time_us.cast_unsigned())).to_le_bytes()
        });
        set_size(&mut self.plain);
        let start = out.len();
        out.extend([0; NUMBERS]);
        self.compression.pack(&self.plain, out);
        let size = (out.len() - start - NUMBERS) as i32;
        out[start + 4..start + NUMBERS].copy_from_slice(&size.to_le_bytes());
        self.table.push(Entry {
            offset: self.position + NUMBERS as i64,
            size,
            num_events: events.len() as i64,
            span_us: [first.time_us, last.time_us],
        });
        self.position += i64::from(size) + NUMBERS as i64;
    }
}

impl Encoder for Aedat4Encoder {
    fn start(&mut self, out: &mut Vec<u8>) {
        let text = description::write(self.size, self.compression);
        let mut header = 20u32.to_le_bytes().repeat(2); // size, set below; root at 24
        header.extend(b"IOHE");
        header.extend([10, 0, 20, 0, 4, 0, 8, 0, 16, 0, 0, 0]); // offsets of a table with three fields, at 12
        header.extend(12i32.to_le_bytes());
        header.extend(self.compression.code().to_le_bytes());
        header.extend((-1i64).to_le_bytes()); // the place of the table, at 32
        header.extend(4u32.to_le_bytes());
        header.extend((text.len() as u32).to_le_bytes());
        header.extend(text.bytes());
        header.push(0);
        header.resize(header.len().next_multiple_of(8), 0);
        set_size(&mut header);
        out.extend(MAGIC);
        out.extend(header);
        self.position = out.len() as i64;
    }

    fn encode(&mut self, mut events: &[CameraEvent], _: u64, out: &mut Vec<u8>) -> Result<(), EventFileError> {
        while !events.is_empty() {
            let count = events.len().min(PACKET_EVENTS - self.events.len());
            let (now, later) = events.split_at(count);
            if count == PACKET_EVENTS {
                self.packet(now, out);
            } else {
                self.events.extend_from_slice(now);
                if self.events.len() == PACKET_EVENTS {
                    self.finish(out);
                }
            }
            events = later;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        let mut events = std::mem::take(&mut self.events);
        self.packet(&events, out);
        events.clear();
        self.events = events;
    }

    fn index(&mut self, position: u64) -> Option<(Vec<u8>, Patch)> {
        let count = self.table.len();
        let mut plain = 16u32.to_le_bytes().repeat(2);
        plain.extend(b"FTAB");
        plain.extend([6, 0, 8, 0, 4, 0, 0, 0]);
        plain.extend([8, 0, 0, 0, 4, 0, 0, 0]);
        plain.extend((count as u32).to_le_bytes());
        // The offsets of an entry, which all share, stand behind the vector, so that the entries are aligned.
        let offsets = (32 + 4 * count).next_multiple_of(8);
        let entries = offsets + 16;
        for entry in 0..count {
            let from = 32 + 4 * entry;
            plain.extend(((entries + 48 * entry - from) as u32).to_le_bytes());
        }
        plain.resize(offsets, 0);
        plain.extend([14, 0, 48, 0, 8, 0, 16, 0, 24, 0, 32, 0, 40, 0, 0, 0]);
        for (at, entry) in self.table.iter().enumerate() {
            let back = (entries + 48 * at - offsets) as i32;
            plain.extend(back.to_le_bytes());
            plain.extend([0; 4]);
            plain.extend(entry.offset.to_le_bytes());
            plain.extend(0i32.to_le_bytes());
            plain.extend(entry.size.to_le_bytes());
            plain.extend(entry.num_events.to_le_bytes());
            plain.extend(entry.span_us.iter().flat_map(|t| t.to_le_bytes()));
        }
        set_size(&mut plain);
        let mut packed = Vec::new();
        self.compression.pack(&plain, &mut packed);
        Some((packed, Patch { position: TABLE_POSITION as u64, bytes: position.to_le_bytes() }))
    }
}
