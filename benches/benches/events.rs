//! Recordings of event cameras from memory and to nowhere: 2^21 events, one thread.
//!
//! The events are those of a real recording, repeated with later times, if its path is given by the variables
//! `SPIKE_BENCH_EVT2` and `SPIKE_BENCH_AEDAT4`; otherwise they are made here: bursts along rows.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use spike_core::{CameraEvent, Polarity};
use spike_io::events::{Compression, EventFormat, EventHeader, EventReader, EventWriter};
use std::hint::black_box;
use std::io::Write;

const EVENTS: usize = 1 << 21;
const SIZE: [u32; 2] = [640, 480];

const CASES: [(&str, EventFormat, Compression); 9] = [
    ("evt2", EventFormat::Evt2, Compression::None),
    ("evt3", EventFormat::Evt3, Compression::None),
    ("dat", EventFormat::Dat, Compression::None),
    ("aedat2", EventFormat::Aedat2, Compression::None),
    ("aedat31", EventFormat::Aedat31, Compression::None),
    ("aedat4-none", EventFormat::Aedat4, Compression::None),
    ("aedat4-lz4", EventFormat::Aedat4, Compression::Lz4),
    ("aedat4-zstd", EventFormat::Aedat4, Compression::Zstd),
    ("es", EventFormat::Es, Compression::None),
];

/// Events of a made scene: rows in bursts of neighbours, 10 million a second.
fn made() -> Vec<CameraEvent> {
    let mut state = 1234u64;
    let mut draw = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) * below) >> 31
    };
    let (mut y, mut x, mut burst) = (0, 0, 0);
    let event = |i: usize| {
        if burst == 0 {
            (burst, y, x) = (1 + draw(6), draw(SIZE[1].into()), draw(600));
        }
        burst -= 1;
        x += 1 + draw(4);
        let polarity = if draw(3) == 0 { Polarity::Off } else { Polarity::On };
        CameraEvent { time_us: i as i64 / 10, x: x as u16, y: y as u16, polarity }
    };
    (0..EVENTS).map(event).collect()
}

/// Events of a real recording from time 0, repeated.
fn real(path: &str, format: EventFormat) -> Vec<CameraEvent> {
    let bytes = std::fs::read(path).expect("the recording of the variable is readable");
    let mut reader = EventReader::new(&bytes[..], format).expect("the recording of the variable is one");
    let mut events = Vec::new();
    while let Some(chunk) = reader.next_chunk().expect("the recording is whole") {
        events.extend_from_slice(chunk);
    }
    let [first_us, last_us] = [events.first(), events.last()].map(|e| e.expect("it has events").time_us);
    let repeat = |i: usize| {
        let event = events[i % events.len()];
        let time_us = event.time_us - first_us + (i / events.len()) as i64 * (last_us - first_us + 1);
        CameraEvent { time_us, ..event }
    };
    (0..EVENTS).map(repeat).collect()
}

fn write<W: Write>(format: EventFormat, compression: Compression, events: &[CameraEvent], out: W) -> W {
    let header = EventHeader { width: SIZE[0], height: SIZE[1], record: None, provenance: Default::default() };
    let mut writer = EventWriter::with_compression(format, compression, out, header).expect("a sensor that fits");
    writer.push(events).expect("events that fit");
    writer.finish([0, i64::MAX]).expect("memory").0
}

/// Reads everything, in pieces, and sums the times so that nothing is left out.
fn read(format: EventFormat, bytes: &[u8]) -> (u64, i64) {
    let mut reader = EventReader::new(bytes, format).expect("own bytes");
    let mut last_us = 0;
    while let Some(chunk) = reader.next_chunk().expect("own bytes") {
        last_us ^= black_box(chunk)[chunk.len() - 1].time_us;
    }
    (reader.num_events(), last_us)
}

fn events(c: &mut Criterion) {
    let mut scenes = vec![("made", made())];
    let variable = |name| std::env::var(name).ok();
    scenes.extend(variable("SPIKE_BENCH_EVT2").map(|path| ("gen3", real(&path, EventFormat::Evt2))));
    scenes.extend(variable("SPIKE_BENCH_AEDAT4").map(|path| ("davis", real(&path, EventFormat::Aedat4))));
    for (scene, events) in &scenes {
        let mut group = c.benchmark_group(format!("events/{scene}"));
        group.throughput(Throughput::Elements(EVENTS as u64)).sample_size(20);
        for (name, format, compression) in CASES {
            let bytes = write(format, compression, events, Vec::new());
            assert_eq!(read(format, &bytes).0, EVENTS as u64);
            group.bench_function(BenchmarkId::new("read", name), |b| b.iter(|| read(format, black_box(&bytes))));
            group.bench_function(BenchmarkId::new("write", name), |b| {
                b.iter(|| write(format, compression, black_box(events), std::io::sink()));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, events);
criterion_main!(benches);
