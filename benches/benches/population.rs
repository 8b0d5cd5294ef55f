//! Population codes, one thread: 100 channels of 10 neurons on 1000 steps, and values decoded from 10 neurons.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spike_bench::{SEED, uniform};
use spike_core::{
    CodeOptions, CodingScheme, Decoded, DecoderFor, EncoderConfig, LatencyPopulationOptions, Normalizer,
    PopulationOptions, SpikeBatch, SpikeChunk, Tuning, UnitValues, ValueDecoder, ValueEncoder,
};
use spike_decode::{BayesianDecoder, Estimate, PopulationVectorDecoder, Prior};
use spike_encode::{Encoder, LatencyPopulationEncoder, PopulationEncoder};
use std::hint::black_box;

fn code(c: &mut Criterion, name: &str, code: &dyn ValueEncoder) {
    let values = uniform(100);
    let unit = UnitValues::new(&values, 0).expect("values in [0, 1]");
    let mut chunk = SpikeChunk::default();
    c.bench_function(&format!("{name}/code"), |b| {
        b.iter(|| {
            chunk.clear();
            code.encode_sample(black_box(unit), SEED, 0, &mut chunk);
            chunk.num_spikes()
        });
    });
}

fn encode(c: &mut Criterion) {
    for (name, refractory_ms) in [("population/100x10-1000st-2ms", 2.0), ("population/100x10-1000st-0ms", 0.0)] {
        let (config, options) = (spike_bench::config(refractory_ms), PopulationOptions::default());
        let tuning = Tuning::of(&config, CodeOptions::PopulationGaussian(options)).expect("a valid configuration");
        let encoder = PopulationEncoder::new(&config, options, tuning.expect("a population"));
        code(c, name, &encoder.expect("a valid configuration"));
    }
    let (config, options) = (spike_bench::config(0.0), LatencyPopulationOptions::default());
    let tuning = Tuning::of(&config, CodeOptions::PopulationLatency(options)).expect("a valid configuration");
    let encoder = LatencyPopulationEncoder::new(&config, options, tuning.expect("a population"));
    code(c, "population/latency-100x10", &encoder.expect("a valid configuration"));
}

fn decoder(c: &mut Criterion, name: &str, decoder: &dyn ValueDecoder, batch: &SpikeBatch, values: u64) {
    let mut decoded = Decoded::default();
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(values));
    group.bench_function("values", |b| {
        b.iter(|| {
            decoded.values.clear();
            decoded.confidence.clear();
            decoded.activity.clear();
            for sample in black_box(batch).samples() {
                decoder.decode_sample(sample, 0, &mut decoded).expect("own spikes");
            }
            decoded.values.len()
        });
    });
    group.finish();
}

fn decode(c: &mut Criterion) {
    let values = uniform(1000);
    for (name, scheme) in [
        ("gaussian", CodingScheme::PopulationGaussian),
        ("triangular", CodingScheme::PopulationTriangular),
        ("latency", CodingScheme::PopulationLatency),
    ] {
        let code = CodeOptions::default_of(scheme);
        let encoder = Encoder::new(&spike_bench::config(2.0), code, Normalizer::identity(100), SEED, vec![100])
            .expect("a valid configuration");
        let batch = encoder.encode(&values, 0).expect("values in [0, 1]").0;
        for (estimate, what) in [(Estimate::PosteriorMean, "mean"), (Estimate::Mle, "mle")] {
            let bayes = BayesianDecoder::new(encoder.encoding(), estimate, &Prior::uniform()).expect("a population");
            decoder(c, &format!("population/{name}-10-{what}"), &bayes, &batch, 1000);
        }
        let vector = PopulationVectorDecoder::for_encoding(encoder.encoding()).expect("a population");
        decoder(c, &format!("population/{name}-10-vector"), &vector, &batch, 1000);
    }
}

/// Posterior means that need more than the first level: long windows, and priors of many bins.
fn refined(c: &mut Criterion) {
    let values = uniform(1000);
    let code = CodeOptions::default_of(CodingScheme::PopulationGaussian);
    let long = EncoderConfig { time_window_ms: 10_000.0, ..spike_bench::config(2.0) };
    let weights: Vec<f64> = (1..=256).map(f64::from).collect();
    let bins = Prior::from_weights(&weights).expect("positive weights");
    for (name, config, prior) in [
        ("population/gaussian-10-mean-10s", long, Prior::uniform()),
        ("population/gaussian-10-mean-256bins", spike_bench::config(2.0), bins),
    ] {
        let encoder = Encoder::new(&config, code, Normalizer::identity(100), SEED, vec![100]);
        let encoder = encoder.expect("a valid configuration");
        let batch = encoder.encode(&values, 0).expect("values in [0, 1]").0;
        let bayes = BayesianDecoder::new(encoder.encoding(), Estimate::PosteriorMean, &prior).expect("a population");
        decoder(c, name, &bayes, &batch, 1000);
    }
}

criterion_group!(benches, encode, decode, refined);
criterion_main!(benches);
