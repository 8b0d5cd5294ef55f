//! Arbitrary bytes as camera events in text.

use spike_io::events::{EventFormat, EventWriter, read_events};

pub(crate) fn run(data: &[u8]) {
    let Ok(file) = read_events(data, EventFormat::Csv) else { return };
    assert!(file.stream.num_events() <= data.len() as u64 / 8, "an event takes a line");
    let mut writer =
        EventWriter::new(EventFormat::Csv, Vec::new(), file.header.clone()).expect("the header was accepted");
    for chunk in file.stream.chunks() {
        writer.push(chunk).expect("the events are those of the header");
    }
    let (again, summary) = writer.finish(file.span_us).expect("memory takes it");
    assert_eq!((summary.num_events, summary.num_bytes), (file.stream.num_events(), again.len() as u64));
    assert!(read_events(&again[..], EventFormat::Csv).expect("what was written is read") == file, "events come back");
}
