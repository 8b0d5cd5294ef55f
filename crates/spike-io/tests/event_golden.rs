//! Files that other programs wrote, beside the events that they were given.
//!
//! `tests/interop/event_files.py golden` makes them; `requirements.txt` beside it has the versions. The same script
//! checks the other direction, that those programs read what is written here.

use spike_core::CameraEvent;
use spike_io::events::{EventFormat, EventReader, LeftOut, read_events};
use std::fs;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/events")
}

#[test]
fn files_of_other_programs() {
    let mut names: Vec<String> =
        fs::read_dir(folder()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.ends_with(".csv") && !name.ends_with(".md"));
    names.sort();
    assert_eq!(names.len(), 25, "{names:?}");
    for name in names {
        let mut parts = name.split(['_', '.']);
        let recording = parts.next().unwrap();
        let format = EventFormat::from_name(parts.next().unwrap()).unwrap();
        let expected = fs::read(folder().join(format!("{recording}.csv"))).unwrap();
        let expected = read_events(&expected[..], EventFormat::Csv).unwrap();
        let bytes = fs::read(folder().join(&name)).unwrap();
        let mut reader = EventReader::new(&bytes[..], format).unwrap();
        // expelliarmus writes no header, dv-processing and Event Stream one with the size.
        assert!(reader.info().size.is_none_or(|size| size == [320, 240]), "{name}");
        let mut found: Vec<CameraEvent> = Vec::new();
        while let Some(chunk) = reader.next_chunk().unwrap() {
            found.extend(chunk);
        }
        assert!(expected.stream.iter().eq(&found), "{name}");
        let left_out = if name.contains("mixed") {
            LeftOut { triggers: 5, imu_samples: 5, frames: 5, ..LeftOut::default() }
        } else {
            LeftOut::default()
        };
        assert_eq!(reader.left_out(), left_out, "{name}");
    }
}
