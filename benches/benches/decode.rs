//! Decoding a batch of 128 samples of 1000 channels on one thread.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spike_bench::{encoder, poisson, ttfs, uniform};
use spike_core::{CodingScheme, DecodingMethod};
use spike_decode::Decoder;
use std::hint::black_box;

fn decode(c: &mut Criterion) {
    let values = uniform(128_000);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread pool");
    let of = |scheme| encoder(scheme, 1000, 2.0);
    for (name, encoder, method) in [
        ("decode/count-128x1000", poisson(1000, 2.0), None),
        ("decode/isi-128x1000", poisson(1000, 2.0), Some(DecodingMethod::SpikeRate)),
        ("decode/membrane-128x1000", poisson(1000, 2.0), Some(DecodingMethod::MembranePotential)),
        ("decode/regular-128x1000", of(CodingScheme::RateRegular), None),
        ("decode/burst-128x1000", of(CodingScheme::RateBurst), None),
        ("decode/ttfs-128x1000", ttfs(1000), None),
        ("decode/rank_order-128x1000", of(CodingScheme::TemporalRankOrder), None),
        ("decode/phase-128x1000", of(CodingScheme::TemporalPhase), None),
        ("decode/weighted_phase-128x1000", of(CodingScheme::TemporalWeightedPhase), None),
    ] {
        let batch = encoder.encode(&values, 0).expect("values in [0, 1]").0;
        let decoder = Decoder::new(encoder.encoding(), method).expect("a code with a decoder");
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(batch.num_spikes()));
        group.bench_function("spikes", |b| {
            b.iter(|| pool.install(|| decoder.decode(black_box(&batch)).expect("own spikes")))
        });
        group.finish();
    }
}

criterion_group!(benches, decode);
criterion_main!(benches);
