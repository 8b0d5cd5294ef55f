//! Import and exact execution of the bundled networks, images of constant seed.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spike_bench::uniform;
use spike_convert::{AnalogNetwork, ImportOptions, fold, read_onnx};
use std::hint::black_box;
use std::path::PathBuf;

/// Images that are computed at once.
const BATCH: usize = 100;
/// Four of five pixels are background, as in MNIST.
const BACKGROUND: f64 = 0.8;

fn convert(c: &mut Criterion) {
    let pixels: Vec<f32> =
        uniform(BATCH * 784).into_iter().map(|x| if x < BACKGROUND { 0.0 } else { x as f32 }).collect();
    for name in ["mlp", "cnn_max", "rescnn", "attn_relu"] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../data/models/{name}.onnx"));
        let bytes = std::fs::read(path).expect("the networks are in the repository");
        let import = || fold(&read_onnx(black_box(&bytes), &ImportOptions::default()).expect("a valid network"));
        let network = AnalogNetwork::new(import());
        let mut group = c.benchmark_group(format!("convert/{name}"));
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function("import", |b| b.iter(import));
        group.throughput(Throughput::Elements(BATCH as u64));
        group.bench_function("analog-100", |b| b.iter(|| network.run(black_box(&pixels)).expect("finite pixels")));
        group.finish();
    }
}

criterion_group!(benches, convert);
criterion_main!(benches);
