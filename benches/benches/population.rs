//! Population codes, one thread: 100 channels of 10 neurons on 1000 steps, and values decoded from 10 neurons.

use criterion::{Criterion, criterion_group, criterion_main};
use spike_bench::{SEED, uniform};
use spike_core::{CodeOptions, PopulationOptions, SpikeChunk, Tuning, UnitValues, ValueEncoder};
use spike_encode::PopulationEncoder;
use std::hint::black_box;

const GAUSSIAN: fn(PopulationOptions) -> CodeOptions = CodeOptions::PopulationGaussian;

fn encode(c: &mut Criterion) {
    let values = uniform(100);
    let unit = UnitValues::new(&values, 0).expect("values in [0, 1]");
    for (name, refractory_ms) in [("population/100x10-1000st-2ms", 2.0), ("population/100x10-1000st-0ms", 0.0)] {
        let (config, options) = (spike_bench::config(refractory_ms), PopulationOptions::default());
        let tuning = Tuning::of(&config, GAUSSIAN(options)).expect("a valid configuration").expect("a population");
        let encoder = PopulationEncoder::new(&config, options, tuning).expect("a valid configuration");
        let mut chunk = SpikeChunk::default();
        c.bench_function(&format!("{name}/code"), |b| {
            b.iter(|| {
                chunk.clear();
                encoder.encode_sample(black_box(unit), SEED, 0, &mut chunk);
                chunk.num_spikes()
            });
        });
    }
}

criterion_group!(benches, encode);
criterion_main!(benches);
