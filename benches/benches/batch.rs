//! A batch of 128 samples of 1000 channels, on one thread and on two.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spike_bench::{poisson, uniform};
use std::hint::black_box;

fn batch(c: &mut Criterion) {
    let values = uniform(128_000);
    for (name, refractory_ms) in [("batch/128x1000-2ms", 2.0), ("batch/128x1000-0ms", 0.0)] {
        let encoder = poisson(1000, refractory_ms);
        let spikes = encoder.encode(&values, 0).expect("values in [0, 1]").0.num_spikes();
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(spikes)).sample_size(40);
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
            group.bench_function(format!("{threads}-threads"), |b| {
                b.iter(|| pool.install(|| encoder.encode(black_box(&values), 0).expect("values in [0, 1]")));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, batch);
criterion_main!(benches);
