//! One sample of 1000 channels on 1000 steps, one thread: the unit of the peers' comparison.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spike_bench::{SEED, poisson, ttfs, uniform};
use spike_core::{
    BurstOptions, PhaseOptions, PoissonOptions, RankOrderOptions, RegularOptions, SpikeChunk, TtfsOptions, UnitValues,
    ValueEncoder, WeightedPhaseOptions,
};
use spike_encode::{
    BurstEncoder, Encoder, PhaseCodingEncoder, PoissonRateEncoder, RankOrderEncoder, RegularRateEncoder,
    TimeToFirstSpikeEncoder, WeightedPhaseEncoder,
};
use std::hint::black_box;

/// The code alone, into a chunk whose memory is kept: what a stream costs for each sample.
fn code(c: &mut Criterion, name: &str, code: &dyn ValueEncoder, values: &[f64]) {
    let unit = UnitValues::new(values, 0).expect("values in [0, 1]");
    let mut chunk = SpikeChunk::default();
    code.encode_sample(unit, SEED, 0, &mut chunk);
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(chunk.num_spikes()));
    group.bench_function("code", |b| {
        b.iter(|| {
            chunk.clear();
            code.encode_sample(black_box(unit), SEED, 0, &mut chunk);
            chunk.num_spikes()
        });
    });
    group.finish();
}

/// The same spikes without run-time dispatch to wider instructions: what the dispatch is worth.
fn baseline(c: &mut Criterion, name: &str, encoder: &PoissonRateEncoder, values: &[f64]) {
    let unit = UnitValues::new(values, 0).expect("values in [0, 1]");
    let mut chunk = SpikeChunk::default();
    c.bench_function(&format!("{name}/baseline"), |b| {
        b.iter(|| {
            chunk.clear();
            encoder.encode_sample_on_baseline(black_box(unit), SEED, 0, &mut chunk);
            chunk.num_spikes()
        });
    });
}

/// The whole call of a user: scaling, checks, allocation of the result.
fn call(c: &mut Criterion, name: &str, encoder: &Encoder, values: &[f64]) {
    c.bench_function(&format!("{name}/call"), |b| {
        b.iter(|| encoder.encode(black_box(values), 0).expect("values in [0, 1]").0.num_spikes());
    });
}

fn encode(c: &mut Criterion) {
    let values = uniform(1000);
    for (name, refractory_ms) in [("poisson/1000ch-1000st-2ms", 2.0), ("poisson/1000ch-1000st-0ms", 0.0)] {
        let config = spike_bench::config(refractory_ms);
        let encoder = PoissonRateEncoder::new(&config, PoissonOptions::default()).expect("a valid configuration");
        code(c, name, &encoder, &values);
        baseline(c, name, &encoder, &values);
        call(c, name, &poisson(1000, refractory_ms), &values);
    }
    let config = spike_bench::config(2.0);
    let regular = RegularRateEncoder::new(&config, RegularOptions::default()).expect("a valid configuration");
    code(c, "regular/1000ch-1000st-2ms", &regular, &values);
    let burst = BurstEncoder::new(&config, BurstOptions::default()).expect("a valid configuration");
    code(c, "burst/1000ch-1000st", &burst, &values);
    let rank = RankOrderEncoder::new(&config, RankOrderOptions::default(), 1000).expect("a valid configuration");
    code(c, "rank_order/1000ch-1000st", &rank, &values);
    let phase = PhaseCodingEncoder::new(&config, PhaseOptions::default()).expect("a valid configuration");
    code(c, "phase/1000ch-1000st", &phase, &values);
    let weighted = WeightedPhaseEncoder::new(&config, WeightedPhaseOptions::default()).expect("a valid configuration");
    code(c, "weighted_phase/1000ch-1000st", &weighted, &values);
    let encoder = TimeToFirstSpikeEncoder::new(&spike_bench::config(0.0), TtfsOptions::default());
    code(c, "ttfs/1000ch-1000st", &encoder.expect("a valid configuration"), &values);
    call(c, "ttfs/1000ch-1000st", &ttfs(1000), &values);
}

criterion_group!(benches, encode);
criterion_main!(benches);
