//! `.spk` to and from memory: 260 samples (4 blocks) of 1000 neurons, 1000 steps, 5 % Bernoulli spikes.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spike_bench::bernoulli_samples;
use spike_io::spk::{Provenance, SpkHeader, SpkReader, SpkWriter};
use std::hint::black_box;

fn spk(c: &mut Criterion) {
    let samples = bernoulli_samples(260, 1000, 1000);
    let spikes: u64 = samples.iter().map(spike_core::SpikeTrain::num_spikes).sum();
    let header =
        SpkHeader { grid: samples[0].grid(), num_neurons: 1000, encoding: None, provenance: Provenance::default() };
    let write = || {
        let memory = Vec::with_capacity(spikes as usize);
        let mut writer = SpkWriter::new(memory, header.clone(), 0).expect("memory");
        for sample in &samples {
            writer.push(black_box(sample.view())).expect("memory");
        }
        writer.finish().expect("memory").0
    };
    let bytes = write();
    let mut group = c.benchmark_group("spk/260x1000x1000-5pct");
    group.throughput(Throughput::Elements(spikes)).sample_size(20);
    group.bench_function("write", |b| b.iter(&write));
    group.bench_function("read", |b| {
        b.iter(|| {
            let mut reader = SpkReader::new(black_box(&bytes[..])).expect("own bytes");
            let mut found = 0;
            while let Some(batch) = reader.next_block().expect("own bytes") {
                found += batch.num_spikes();
            }
            found
        });
    });
    group.finish();
}

criterion_group!(benches, spk);
criterion_main!(benches);
