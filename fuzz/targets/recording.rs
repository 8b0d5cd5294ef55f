//! Arbitrary bytes as a recording of an event camera.

use spike_core::{CameraEvent, Polarity};
use spike_io::events::{EventFormat, EventHeader, EventReader, EventWriter, LeftOut};
use std::io::Read;

/// No word of any format holds more events per byte; a packet of AEDAT 4 may unpack to this many more.
const EVENTS_PER_BYTE: u64 = 6;
const UNPACKED_EVENTS: u64 = 1 << 23;
/// More events than this are counted and not kept.
const KEPT: usize = 1 << 16;

/// Gives a few bytes at a time, so that words and packets come in pieces.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.1 = self.1 % 7 + 1;
        let count = self.1.min(self.0.len()).min(out.len());
        let (now, later) = self.0.split_at(count);
        out[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

#[derive(Debug, PartialEq)]
struct Found {
    size: Option<[u32; 2]>,
    events: Vec<CameraEvent>,
    num_events: u64,
    left_out: LeftOut,
    end: Result<(), String>,
}

fn read(input: impl Read, format: EventFormat) -> Result<Found, String> {
    let mut reader = EventReader::new(input, format).map_err(|e| e.to_string())?;
    let mut events = Vec::new();
    let end = loop {
        match reader.next_chunk() {
            Ok(Some(chunk)) => events.extend(chunk.iter().take(KEPT - events.len())),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error.to_string()),
        }
    };
    assert!(matches!(reader.next_chunk(), Ok(None)), "nothing follows the end");
    let (size, num_events, left_out) = (reader.info().size, reader.num_events(), reader.left_out());
    Ok(Found { size, events, num_events, left_out, end })
}

pub(crate) fn run(format: EventFormat, data: &[u8]) {
    let found = read(data, format);
    assert_eq!(found, read(Pieces(data, 0), format), "the size of the pieces decides nothing");
    let Ok(found) = found else { return };
    let unpacked = if format == EventFormat::Aedat4 { UNPACKED_EVENTS } else { 0 };
    assert!(found.num_events <= data.len() as u64 * EVENTS_PER_BYTE + unpacked, "events follow the bytes");
    write_again(format, &found);
}

/// What was read is written and read again, in order of time and where the format is written.
fn write_again(format: EventFormat, found: &Found) {
    let [width, height] = found.size.unwrap_or([256, 256]);
    let header = EventHeader { width, height, record: None, provenance: Default::default() };
    let Ok(mut writer) = EventWriter::new(format, Vec::new(), header) else { return };
    let mut written = Vec::new();
    for event in &found.events {
        // A long silence takes memory in formats that fill it.
        let last_us = written.last().map_or(0, |e: &CameraEvent| e.time_us);
        if event.time_us.saturating_sub(last_us) < 1 << 27 && writer.push(&[*event]).is_ok() {
            written.push(*event);
        }
    }
    let end = written.last().map_or(0, |e| e.time_us);
    let (bytes, summary) = writer.finish([0, end]).expect("memory takes it");
    let on = written.iter().filter(|e| e.polarity == Polarity::On).count() as u64;
    assert_eq!((summary.num_events, summary.num_on), (written.len() as u64, on));
    let again = read(&bytes[..], format).expect("what was written is read");
    assert_eq!((again.events, again.end, again.left_out), (written, Ok(()), LeftOut::default()));
}
