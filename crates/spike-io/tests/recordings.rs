//! Recordings of event cameras: what is written is read, whatever the pieces; damage and cuts are named.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use spike_core::{CameraEvent, Polarity};
use spike_io::events::{Compression, EventFileError, EventFormat, EventHeader, EventReader, EventWriter, read_events};
use std::io::Cursor;

/// What is written, and the wraps and packets that the times are to reach.
const FORMATS: [(EventFormat, Compression, i64); 11] = [
    (EventFormat::Csv, Compression::Lz4, i64::MAX),
    (EventFormat::Evt2, Compression::Lz4, 1 << 36),
    (EventFormat::Evt3, Compression::Lz4, 1 << 27),
    (EventFormat::Dat, Compression::Lz4, 1 << 32),
    (EventFormat::Aedat2, Compression::Lz4, 1 << 31),
    (EventFormat::Aedat31, Compression::Lz4, 1 << 40),
    (EventFormat::Aedat4, Compression::None, 1 << 62),
    (EventFormat::Aedat4, Compression::Lz4, 1 << 62),
    (EventFormat::Aedat4, Compression::Zstd, 1 << 62),
    (EventFormat::Es, Compression::Lz4, 1 << 20),
    (EventFormat::Nmnist, Compression::Lz4, 1 << 23),
];

fn header(width: u32, height: u32) -> EventHeader {
    EventHeader { width, height, record: None, provenance: Default::default() }
}

fn event(time_us: i64, x: u16, y: u16, on: bool) -> CameraEvent {
    CameraEvent { time_us, x, y, polarity: if on { Polarity::On } else { Polarity::Off } }
}

/// Events of an end of time: several chunks, equal times, every column and row of 200 x 150.
fn events(count: i64, end_us: i64) -> Vec<CameraEvent> {
    let step = (end_us / count).max(1);
    (0..count).map(|i| event((i / 3 * 3) * step, (i * 7 % 200) as u16, (i * 3 % 150) as u16, i % 5 < 2)).collect()
}

fn write(format: EventFormat, compression: Compression, events: &[CameraEvent], indexed: bool) -> Vec<u8> {
    let out = Cursor::new(Vec::new());
    let mut writer = EventWriter::with_compression(format, compression, out, header(200, 150)).unwrap();
    for part in events.chunks(10_007) {
        writer.push(part).unwrap();
    }
    let span_us = [events.first(), events.last()].map(|e| e.map_or(0, |e| e.time_us));
    let (out, summary) = if indexed { writer.finish_indexed(span_us) } else { writer.finish(span_us) }.unwrap();
    let bytes = out.into_inner();
    assert_eq!((summary.num_events, summary.num_bytes), (events.len() as u64, bytes.len() as u64));
    bytes
}

fn read(format: EventFormat, bytes: &[u8]) -> (Vec<CameraEvent>, Result<(), EventFileError>) {
    let mut events = Vec::new();
    let mut reader = match EventReader::new(bytes, format) {
        Ok(reader) => reader,
        Err(error) => return (events, Err(error)),
    };
    loop {
        match reader.next_chunk() {
            Ok(Some(chunk)) => {
                assert!(!chunk.is_empty() && chunk.len() <= 1 << 16);
                events.extend_from_slice(chunk);
            }
            Ok(None) => return (events, Ok(())),
            Err(error) => return (events, Err(error)),
        }
    }
}

#[test]
fn what_is_written_is_read() {
    for (format, compression, end_us) in FORMATS {
        // Silence costs Event Stream a byte for each 127 us, so that a shorter recording is long enough.
        for events in [events(200_000, end_us / 2), vec![], vec![event(end_us - 1, 199, 149, true)]] {
            for indexed in [false, true] {
                let bytes = write(format, compression, &events, indexed);
                let (found, end) = read(format, &bytes);
                assert!(end.is_ok(), "{format}: {end:?}");
                assert!(found == events, "{format}");
                if format != EventFormat::Nmnist {
                    let info = EventReader::new(&bytes[..], format).unwrap().info().clone();
                    assert_eq!((info.size, info.format), (Some([200, 150]), format));
                    assert_eq!(EventFormat::recognise(&mut Cursor::new(&bytes)).unwrap(), Some(format));
                    assert!(read_events(&bytes[..], format).unwrap().stream.iter().eq(&events));
                }
            }
        }
    }
}

#[test]
fn a_cut_leaves_what_is_whole() {
    for (format, compression, end_us) in FORMATS {
        let events = events(300, end_us.min(1 << 25) / 2);
        for indexed in [false, true] {
            let bytes = write(format, compression, &events, indexed);
            let mut most = 0;
            for end in 0..bytes.len() {
                let (found, result) = read(format, &bytes[..end]);
                assert!(events.starts_with(&found), "{format} {end}");
                assert!(most <= found.len(), "{format} {end}");
                most = found.len();
                match result {
                    Err(EventFileError::CutOff { position, .. }) => assert!(position <= end as u64, "{format} {end}"),
                    Err(EventFileError::Table { .. }) => assert_eq!(format, EventFormat::Csv),
                    // Nothing tells that a word or a packet should follow.
                    Ok(()) => assert!(format != EventFormat::Csv && !(indexed && format == EventFormat::Aedat4)),
                    // A part of a text is taken for another text.
                    Err(error) => assert!(found.is_empty(), "{format} {end}: {error}"),
                }
            }
            assert!(format == EventFormat::Aedat4 || most >= 299, "{format}: {most}");
        }
    }
}

#[test]
fn what_no_format_of_cameras_holds() {
    for (format, compression, end_us) in FORMATS.into_iter().skip(1) {
        let open = || EventWriter::with_compression(format, compression, Vec::new(), header(200, 150)).unwrap();
        let mut writer = open();
        assert!(
            matches!(writer.push(&[event(-1, 0, 0, true)]), Err(EventFileError::Time { index: 0, .. })),
            "{format}"
        );
        writer.push(&[event(5, 0, 0, true)]).unwrap();
        let error = writer.push(&[event(6, 0, 0, true), event(4, 0, 0, true)]).unwrap_err();
        assert_eq!(error.to_string(), "event 2 at 4 us precedes the event before it", "{format}");
        assert!(writer.push(&[event(9, 200, 0, true)]).unwrap_err().to_string().contains("outside the sensor"));
        if !matches!(format, EventFormat::Aedat4) {
            let error = open().push(&[event(i64::MAX, 0, 0, true)]).unwrap_err();
            assert!(matches!(error, EventFileError::Time { max_us, .. } if max_us >= end_us - 1), "{format}: {error}");
        }
    }
    let refused = |format, width, height| EventWriter::new(format, Vec::new(), header(width, height)).unwrap_err();
    for (format, width, height) in [
        (EventFormat::Evt2, 2049, 1),
        (EventFormat::Evt3, 1, 2049),
        (EventFormat::Dat, 16_385, 1),
        (EventFormat::Aedat2, 1, 513),
        (EventFormat::Aedat31, 32_769, 1),
        (EventFormat::Aedat4, 1, 32_769),
        (EventFormat::Es, 65_536, 1),
        (EventFormat::Nmnist, 257, 1),
    ] {
        assert!(matches!(refused(format, width, height), EventFileError::SensorSize { .. }), "{format}");
    }
    assert!(refused(EventFormat::Evt21, 1, 1).to_string().contains("write evt2 or evt3"));
    let bytes = write(EventFormat::Nmnist, Compression::None, &events(9, 900), false);
    assert!(matches!(read_events(&bytes[..], EventFormat::Nmnist), Err(EventFileError::UnknownSize { .. })));
}

#[test]
fn damage_in_a_packet_of_aedat4_is_named() {
    let events = events(40_000, 1 << 22);
    let good = write(EventFormat::Aedat4, Compression::Zstd, &events, true);
    let (mut named, mut intact) = (0, 0);
    for at in (800..good.len()).step_by(97) {
        let mut damaged = good.clone();
        damaged[at] ^= 0x10;
        let (found, result) = read(EventFormat::Aedat4, &damaged);
        match result {
            Err(EventFileError::Corrupt { position, .. }) => {
                assert!(position <= at as u64 + 8, "{at}: {position}");
                assert!(events.starts_with(&found), "{at}");
                named += 1;
            }
            // Without a checksum other bytes may be other events.
            Ok(()) => intact += 1,
            Err(error) => assert!(matches!(error, EventFileError::CutOff { .. }), "{at}: {error}"),
        }
    }
    assert!(named > 100 && intact > 0, "{named} {intact}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(0), ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_events_come_back(
        steps in prop::collection::vec((0u32..24, any::<u32>(), 0u16..200, 0u16..150, any::<bool>()), 0..300),
        at in 0..FORMATS.len(),
    ) {
        let (format, compression, end_us) = FORMATS[at];
        let mut time_us = 0;
        let mut events = Vec::new();
        for (bits, step, x, y, on) in steps {
            time_us += i64::from(step & ((1 << bits) - 1));
            if time_us < end_us {
                events.push(event(time_us, x, y, on));
            }
        }
        let (found, end) = read(format, &write(format, compression, &events, at.is_multiple_of(2)));
        prop_assert!(end.is_ok());
        prop_assert_eq!(found, events);
    }
}
