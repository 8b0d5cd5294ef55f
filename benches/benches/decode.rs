//! Decoding a batch of 128 samples of 1000 channels.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spike_bench::{poisson, ttfs, uniform};
use spike_decode::Decoder;
use std::hint::black_box;

fn decode(c: &mut Criterion) {
    let values = uniform(128_000);
    for (name, encoder) in [("decode/count-128x1000", poisson(1000, 2.0)), ("decode/ttfs-128x1000", ttfs(1000))] {
        let batch = encoder.encode(&values, 0).expect("values in [0, 1]").0;
        let decoder = Decoder::new(encoder.encoding(), None).expect("a code with a decoder");
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(batch.num_spikes()));
        group.bench_function("spikes", |b| b.iter(|| decoder.decode(black_box(&batch)).expect("own spikes")));
        group.finish();
    }
}

criterion_group!(benches, decode);
criterion_main!(benches);
