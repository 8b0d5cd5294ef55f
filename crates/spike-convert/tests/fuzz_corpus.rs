//! Replays the seeds and the findings of the fuzz targets, whole and cut.

use std::fs;
use std::path::PathBuf;

#[path = "../../../fuzz/targets/nir.rs"]
mod nir;
#[path = "../../../fuzz/targets/onnx.rs"]
mod onnx;
#[path = "../../../fuzz/targets/safetensors.rs"]
mod safetensors;
#[path = "../../../fuzz/targets/spikenet.rs"]
mod spikenet;

fn replay(name: &str, run: fn(&[u8])) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    let mut num_files = 0;
    for entry in fs::read_dir(folder).expect("the corpus is in the repository") {
        let path = entry.expect("the corpus is readable").path();
        let bytes = fs::read(&path).expect("the corpus is readable");
        run(&bytes);
        damaged(&bytes, run);
        num_files += 1;
    }
    assert!(num_files > 3, "{num_files} files for {name}");
}

/// The file cut short and with single bytes changed, at places spread over the file.
fn damaged(bytes: &[u8], run: fn(&[u8])) {
    const PLACES: usize = 100;
    for place in 0..PLACES {
        let at = place * bytes.len() / PLACES;
        run(&bytes[..at]);
        let mut changed = bytes.to_vec();
        changed[at] ^= 1 << (place % 8);
        run(&changed);
        changed[at] = 0xff;
        run(&changed);
    }
}

#[test]
fn onnx_corpus() {
    replay("onnx", onnx::run);
}

#[test]
fn safetensors_corpus() {
    replay("safetensors", safetensors::run);
}

#[test]
fn nir_corpus() {
    replay("nir", nir::run);
}

#[test]
fn spikenet_corpus() {
    replay("spikenet", spikenet::run);
}
