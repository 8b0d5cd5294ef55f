//! Replays the seeds and the findings of the fuzz targets.

use std::fs;
use std::path::PathBuf;

#[path = "../../../fuzz/targets/eieio.rs"]
mod eieio;
#[path = "../../../fuzz/targets/spike_records.rs"]
mod spike_records;

fn replay(name: &str, run: fn(&[u8])) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    let mut num_files = 0;
    for entry in fs::read_dir(folder).expect("the corpus is in the repository") {
        let path = entry.expect("the corpus is readable").path();
        run(&fs::read(path).expect("the corpus is readable"));
        num_files += 1;
    }
    assert!(num_files > 10, "{num_files} files for {name}");
}

#[test]
fn spike_records_corpus() {
    replay("spike_records", spike_records::run);
}

#[test]
fn eieio_corpus() {
    replay("eieio", eieio::run);
}
