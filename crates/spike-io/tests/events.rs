//! Camera events in both formats come back, and broken files are errors.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use spike_core::{CameraEvent, DvsPixelOptions, Normalizer, Polarity, Seed};
use spike_io::events::{EventFile, EventFileError, EventFormat, EventHeader, EventRecord, EventWriter, read_events};
use spike_io::spikes::{SpikeFormat, SpikeWriter};
use spike_io::spk::{Provenance, SpkHeader};
use std::io::Cursor;

const FORMATS: [EventFormat; 2] = [EventFormat::Csv, EventFormat::Npz];

fn header() -> EventHeader {
    let record = EventRecord {
        options: DvsPixelOptions { threshold_sd: 0.03, ..DvsPixelOptions::default() },
        seed: Seed(7),
        normalizer: Normalizer::identity(12),
    };
    EventHeader { width: 4, height: 3, record: Some(record), provenance: Provenance::default() }
}

fn event(time_us: i64, x: u16, y: u16, polarity: Polarity) -> CameraEvent {
    CameraEvent { time_us, x, y, polarity }
}

/// More than a chunk of events, with equal times and a repeated event.
fn events() -> Vec<CameraEvent> {
    let on = |i: i64| if i % 3 == 0 { Polarity::On } else { Polarity::Off };
    let mut events = vec![event(-5, 0, 0, Polarity::On), event(-5, 0, 0, Polarity::On)];
    events.extend((0..70_000).map(|i| event(i / 2, (i % 4) as u16, (i % 3) as u16, on(i))));
    events
}

fn write(format: EventFormat, events: &[CameraEvent], span_us: [i64; 2]) -> Vec<u8> {
    let mut writer = EventWriter::new(format, Vec::new(), header()).unwrap();
    for part in events.chunks(20_001) {
        writer.push(part).unwrap();
    }
    let (bytes, summary) = writer.finish(span_us).unwrap();
    assert_eq!((summary.num_bytes, summary.num_events), (bytes.len() as u64, events.len() as u64));
    assert_eq!(summary.num_on, events.iter().filter(|e| e.polarity == Polarity::On).count() as u64);
    bytes
}

fn read(format: EventFormat, bytes: &[u8]) -> Result<EventFile, EventFileError> {
    read_events(bytes, format)
}

#[test]
fn both_formats_give_back_what_they_were_given() {
    for format in FORMATS {
        for events in [events(), vec![], vec![event(3, 3, 2, Polarity::Off)]] {
            let bytes = write(format, &events, [-10, 40_000]);
            let file = read(format, &bytes).unwrap();
            assert_eq!((file.header, file.span_us), (header(), [-10, 40_000]));
            assert!(file.stream.iter().eq(&events), "{format:?}");
            assert_eq!(EventFormat::recognise(&mut Cursor::new(&bytes)).unwrap(), Some(format));
        }
    }
}

#[test]
fn the_text_is_plain() {
    let bytes = write(EventFormat::Csv, &events()[1..4], [-5, 9]);
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    let end = "# end {\"num_events\":3,\"span_us\":[-5,9]}";
    assert_eq!(lines, ["t_us,x,y,polarity", "-5,0,0,1", "0,0,0,1", "0,1,1,0", end]);
    assert!(text.starts_with("# event csv 1 {\"width\":4,\"height\":3,\"record\":{\"options\":{\"on_threshold\":0.2"));
}

#[test]
fn files_of_spikes_are_not_taken_for_events() {
    let grid = spike_core::TimeGrid::from_ms(1.0, 0.1).unwrap();
    let header = SpkHeader { grid, num_neurons: 3, encoding: None, provenance: Provenance::default() };
    for format in [SpikeFormat::Spk, SpikeFormat::Csv, SpikeFormat::Npz] {
        let (bytes, _) = SpikeWriter::new(format, Vec::new(), header.clone(), 0).unwrap().finish().unwrap();
        let mut input = Cursor::new(bytes);
        assert_eq!(EventFormat::recognise(&mut input).unwrap(), None, "{format}");
        assert_eq!(input.position(), 0);
    }
    assert_eq!(EventFormat::recognise(&mut Cursor::new(b"PK")).unwrap(), None);
    assert_eq!(EventFormat::recognise(&mut Cursor::new(b"")).unwrap(), None);
    assert_eq!(EventFormat::from_path("a/b.CSV".as_ref()), Ok(EventFormat::Csv));
    assert!(EventFormat::from_path("a.spk".as_ref()).unwrap_err().to_string().contains(".csv, .npz"));
    assert!(EventFormat::from_name("aedat").is_err());
}

#[test]
fn what_a_writer_refuses() {
    let mut writer = EventWriter::new(EventFormat::Csv, Vec::new(), header()).unwrap();
    for (x, y) in [(4, 0), (0, 3)] {
        let error = writer.push(&[event(1, x, y, Polarity::On)]).unwrap_err();
        assert!(error.to_string().contains("outside the sensor"), "{error}");
    }
    writer.push(&[event(5, 0, 0, Polarity::On)]).unwrap();
    let error = writer.push(&[event(4, 0, 0, Polarity::On)]).unwrap_err();
    assert_eq!(error.to_string(), "event 1 at 4 us precedes the event before it");
    assert!(writer.finish([0, 4]).is_err());
    for (width, height) in [(0, 3), (4, 0), (65_537, 1)] {
        let wrong = EventHeader { width, height, record: None, ..header() };
        assert!(matches!(EventWriter::new(EventFormat::Npz, Vec::new(), wrong), Err(EventFileError::Size { .. })));
    }
    let wrong = EventHeader { width: 5, ..header() };
    let error = EventWriter::new(EventFormat::Npz, Vec::new(), wrong).unwrap_err();
    assert_eq!(error.to_string(), "the normaliser of the record is for 12 pixels, the sensor has 15");
}

#[test]
fn broken_text() {
    let good = String::from_utf8(write(EventFormat::Csv, &events()[1..5], [-5, 9])).unwrap();
    for (from, to, words) in [
        ("# event csv 1", "# event csv 2", "line 1: it does not start with"),
        ("t_us,x,y,polarity", "t,x,y,p", "line 2: the columns are not"),
        ("\"width\":4", "\"width\":0", "0 x 3"),
        ("\"width\":4", "\"width\":5", "12 pixels"),
        ("\"width\":4", "\"widht\":4", "widht"),
        ("0,1,1,0", "0,1,1,2", "line 5: it is not time"),
        ("0,1,1,0", "0,1,1", "line 5: it is not time"),
        ("0,1,1,0", "0,1,1,0,0", "line 5: it is not time"),
        ("0,1,1,0", "0,4,1,0", "outside the sensor"),
        ("0,1,1,0", "-6,1,1,0", "precedes"),
        ("[-5,9]", "[-4,9]", "outside the time span"),
        ("[-5,9]", "[-5,0]", "outside the time span"),
        ("\"num_events\":4", "\"num_events\":3", "does not fit the lines"),
        ("# end", "# and", "line 7: it is not time"),
    ] {
        let broken = good.replacen(from, to, 1);
        assert_ne!(broken, good, "{from}");
        let error = read(EventFormat::Csv, broken.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(words), "{from} -> {to}: {error}");
    }
    let longer = format!("{good}0,0,0,1\n");
    assert!(read(EventFormat::Csv, longer.as_bytes()).unwrap_err().to_string().contains("text follows"));
    for end in 0..good.len() - 1 {
        assert!(read(EventFormat::Csv, &good.as_bytes()[..end]).is_err(), "{end}");
    }
}

#[test]
fn broken_archives() {
    let good = write(EventFormat::Npz, &events()[..50], [-5, 40_000]);
    for end in 0..good.len() {
        assert!(read(EventFormat::Npz, &good[..end]).is_err(), "{end}");
    }
    let file = read(EventFormat::Npz, &good).unwrap();
    for at in 0..good.len() {
        let mut damaged = good.clone();
        damaged[at] ^= 1;
        if let Ok(found) = read(EventFormat::Npz, &damaged) {
            assert_eq!(found, file, "{at}");
        }
    }
    assert!(read(EventFormat::Npz, b"no archive").is_err());
}
