//! Replays the seeds and the findings of the fuzz targets.

use std::fs;
use std::path::PathBuf;

#[path = "../../../fuzz/targets/csv.rs"]
mod csv;
#[path = "../../../fuzz/targets/drain.rs"]
mod drain;
#[path = "../../../fuzz/targets/events_csv.rs"]
mod events_csv;
#[path = "../../../fuzz/targets/idx.rs"]
mod idx;
#[path = "../../../fuzz/targets/npy.rs"]
mod npy;
#[path = "../../../fuzz/targets/npz.rs"]
mod npz;
#[path = "../../../fuzz/targets/png.rs"]
mod png;
#[path = "../../../fuzz/targets/spikes_csv.rs"]
mod spikes_csv;
#[path = "../../../fuzz/targets/spk.rs"]
mod spk;
#[path = "../../../fuzz/targets/wav.rs"]
mod wav;

fn replay(name: &str, run: fn(&[u8])) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    let mut num_files = 0;
    for entry in fs::read_dir(folder).expect("the corpus is in the repository") {
        let path = entry.expect("the corpus is readable").path();
        run(&fs::read(path).expect("the corpus is readable"));
        num_files += 1;
    }
    assert!(num_files > 3, "{num_files} files for {name}");
}

#[test]
fn idx_corpus() {
    replay("idx", idx::run);
}

#[test]
fn npy_corpus() {
    replay("npy", npy::run);
}

#[test]
fn npz_corpus() {
    replay("npz", npz::run);
}

#[test]
fn csv_corpus() {
    replay("csv", csv::run);
}

#[test]
fn png_corpus() {
    replay("png", png::run);
}

#[test]
fn wav_corpus() {
    replay("wav", wav::run);
}

#[test]
fn spk_corpus() {
    replay("spk", spk::run);
}

#[test]
fn spikes_csv_corpus() {
    replay("spikes_csv", spikes_csv::run);
}

#[test]
fn events_csv_corpus() {
    replay("events_csv", events_csv::run);
}
