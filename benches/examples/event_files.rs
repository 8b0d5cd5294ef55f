//! Reading of long recordings, for the comparison with other programs in `benches/peers/event_files.py`.
//!
//! `event_files make IN OUT FORMAT COMPRESSION EVENTS` repeats a recording with later times from 0 on;
//! `event_files read IN FORMAT pieces|stream` reads it from the file and prints events, ms of wall time, ms of processor
//! time: in pieces of constant memory, or into a stream of all events in memory.

use spike_core::{CameraEvent, EventStream};
use spike_io::events::{Compression, EventFormat, EventHeader, EventReader, EventWriter};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["make", input, output, format, compression, events] => {
            make(input.as_ref(), output.as_ref(), format, compression, events.parse()?)
        }
        ["read", input, format, mode @ ("pieces" | "stream")] => read(input.as_ref(), format, mode == "stream"),
        _ => Err("event_files make IN OUT FORMAT COMPRESSION EVENTS | read IN FORMAT pieces|stream".into()),
    }
}

fn make(input: &Path, output: &Path, format: &str, compression: &str, count: usize) -> Result<(), Failure> {
    let found = EventFormat::recognise(&mut File::open(input)?)?.ok_or("the input is no recording")?;
    let mut reader = EventReader::new(File::open(input)?, found)?;
    let [width, height] = reader.info().size.unwrap_or([640, 480]);
    let mut events: Vec<CameraEvent> = Vec::new();
    while let Some(chunk) = reader.next_chunk()? {
        events.extend_from_slice(chunk);
    }
    let (first, last) = events.first().zip(events.last()).ok_or("the input is empty")?;
    let (first_us, length_us) = (first.time_us, last.time_us - first.time_us + 1);
    let header = EventHeader { width, height, record: None, provenance: Default::default() };
    let out = BufWriter::with_capacity(1 << 20, File::create(output)?);
    let (format, compression) = (EventFormat::from_name(format)?, Compression::from_name(compression)?);
    let mut writer = EventWriter::with_compression(format, compression, out, header)?;
    let mut shift_us = -first_us;
    let mut left = count;
    while left > 0 {
        let part: Vec<CameraEvent> =
            events.iter().take(left).map(|e| CameraEvent { time_us: e.time_us + shift_us, ..*e }).collect();
        writer.push(&part)?;
        left -= part.len();
        shift_us += length_us;
    }
    writer.finish_indexed([0, i64::MAX])?.0.flush()?;
    Ok(())
}

fn read(input: &Path, format: &str, stream: bool) -> Result<(), Failure> {
    let (started, before_ms) = (Instant::now(), processor_ms()?);
    let mut reader = EventReader::new(File::open(input)?, EventFormat::from_name(format)?)?;
    let (mut all, mut check) = (EventStream::default(), 0);
    while let Some(chunk) = reader.next_chunk()? {
        if stream {
            all.push_chunk(chunk.to_vec())?;
        }
        check ^= chunk[chunk.len() - 1].time_us;
    }
    let (wall_ms, processor_ms) = (started.elapsed().as_secs_f64() * 1e3, processor_ms()? - before_ms);
    let kept = if stream { all.num_events() } else { reader.num_events() };
    Ok(writeln!(std::io::stdout(), "{kept} {wall_ms:.3} {processor_ms:.3} {check}")?)
}

/// Time of this process on a processor; other programs on the machine do not count.
fn processor_ms() -> Result<f64, Failure> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    Ok(text.split_whitespace().next().ok_or("no figure")?.parse::<f64>()? / 1e6)
}
