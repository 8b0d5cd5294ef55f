//! Replays the seeds and the findings of the fuzz targets.

use std::fs;
use std::path::PathBuf;

#[path = "../../../fuzz/targets/csv.rs"]
mod csv;
#[path = "../../../fuzz/targets/drain.rs"]
mod drain;
#[path = "../../../fuzz/targets/events_csv.rs"]
mod events_csv;
#[path = "../../../fuzz/targets/feed_times.rs"]
mod feed_times;
#[path = "../../../fuzz/targets/idx.rs"]
mod idx;
#[path = "../../../fuzz/targets/netx.rs"]
mod netx;
#[path = "../../../fuzz/targets/nir_graph.rs"]
mod nir_graph;
#[path = "../../../fuzz/targets/npy.rs"]
mod npy;
#[path = "../../../fuzz/targets/npz.rs"]
mod npz;
#[path = "../../../fuzz/targets/png.rs"]
mod png;
#[path = "../../../fuzz/targets/recording.rs"]
mod recording;
#[path = "../../../fuzz/targets/sonata.rs"]
mod sonata;
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

#[test]
fn recordings_corpus() {
    use spike_io::events::EventFormat::{Aedat2, Aedat4, Aedat31, Dat, Es, Evt2, Evt3, Evt21, Nmnist};
    type Run = fn(&[u8]);
    let formats: [(&str, Run); 9] = [
        ("events_evt2", |data| recording::run(Evt2, data)),
        ("events_evt21", |data| recording::run(Evt21, data)),
        ("events_evt3", |data| recording::run(Evt3, data)),
        ("events_dat", |data| recording::run(Dat, data)),
        ("events_aedat2", |data| recording::run(Aedat2, data)),
        ("events_aedat31", |data| recording::run(Aedat31, data)),
        ("events_aedat4", |data| recording::run(Aedat4, data)),
        ("events_es", |data| recording::run(Es, data)),
        ("events_nmnist", |data| recording::run(Nmnist, data)),
    ];
    for (name, run) in formats {
        replay(name, run);
    }
}

/// The files as they are, cut short, and with single bytes changed at places spread over the file.
fn replay_damaged(name: &str, run: fn(&[u8])) {
    const PLACES: usize = 400;
    replay(name, run);
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    for entry in fs::read_dir(folder).expect("the corpus is in the repository") {
        let bytes = fs::read(entry.expect("the corpus is readable").path()).expect("the corpus is readable");
        for place in 0..PLACES {
            let at = place * bytes.len() / PLACES;
            run(&bytes[..at]);
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (place % 8);
            run(&changed);
            changed[at] = 0xff;
            run(&changed);
        }
    }
}

#[test]
fn sonata_corpus() {
    replay_damaged("sonata", sonata::run);
}

#[test]
fn netx_corpus() {
    replay_damaged("netx", netx::run);
}

#[test]
fn nir_graph_corpus() {
    replay_damaged("nir_graph", nir_graph::run);
}

#[test]
fn feed_times_corpus() {
    replay("feed_times", feed_times::run);
}
