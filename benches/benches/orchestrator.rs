//! What the orchestrator costs over the straight composition of the same parts, and what its threads and parcels bring.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array2;
use spike::{
    CodeOptions, CodingScheme, EncoderConfig, Encoding, INPUT, Normalizer, Orchestrator, Pipeline, Plasticity,
    Population, Projection, QueueOptions, RunOptions, Samples, Wiring,
};
use spike_bench::SEED;
use spike_encode::Encoder;
use spike_sim::{Drive, LifOptions, LifPopulation, Stdp, StdpOptions};
use std::hint::black_box;
use std::ops::ControlFlow;

const CHANNELS: usize = 784;
const NEURONS: u32 = 100;
const SAMPLES: usize = 64;

/// 784 values at up to 80 Hz for 150 ms, all connected with 100 leaky neurons.
fn pipeline(plasticity: Option<Plasticity>) -> Pipeline {
    let config =
        EncoderConfig { time_window_ms: 150.0, dt_ms: 1.0, max_firing_rate_hz: 80.0, ..EncoderConfig::default() };
    let code = CodeOptions::default_of(CodingScheme::RatePoisson);
    let encoding = Encoding::new(&config, code, Normalizer::identity(CHANNELS), SEED, vec![CHANNELS]);
    let layer = Population {
        inputs: vec![Projection::new(INPUT, wiring())],
        plasticity,
        queue: QueueOptions { capacity_spikes: 4096, ..QueueOptions::default() },
        ..Population::new("layer", NEURONS)
    };
    Pipeline { populations: vec![layer], ..Pipeline::new(encoding.expect("a valid code")) }
}

fn wiring() -> Wiring {
    Wiring::Uniform { min_weight: 0.0, max_weight: 0.01, delay_steps: 1, seed: SEED }
}

/// A fifth of the values is not 0, as in pictures of digits.
fn values() -> Array2<f64> {
    Array2::from_shape_fn((SAMPLES, CHANNELS), |(s, c)| {
        let place = (s * 31 + c * 7) % 50;
        if place < 10 { place as f64 / 10.0 } else { 0.0 }
    })
}

fn orchestrator(c: &mut Criterion) {
    let values = values();
    let encoding = pipeline(None).encoding;
    let grid = encoding.config.grid().expect("a valid grid");
    let encoder = Encoder::from_encoding(encoding).expect("a valid code");
    let connections = wiring().connections(CHANNELS as u32, NEURONS).expect("valid connections");
    let cells = LifPopulation::new(&LifOptions::default(), grid, connections.clone()).expect("valid options");
    let stdp = StdpOptions::default();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    for (name, plasticity) in [("fixed", None), ("learning", Some(Plasticity { stdp, sum_of_weights: None }))] {
        let mut group = c.benchmark_group(format!("orchestrator/{name}-784in-100n-150steps"));
        group.sample_size(20);
        group.throughput(Throughput::Elements(SAMPLES as u64));
        group.bench_function("straight", |b| {
            b.iter(|| {
                let mut cells = cells.clone();
                let mut traces =
                    plasticity.map(|_| Stdp::new(&stdp, grid, Drive::Event, &connections).expect("valid options"));
                let mut spikes = 0;
                for (index, sample) in (0..).zip(values.rows()) {
                    let values = sample.as_slice().expect("rows are contiguous");
                    let (batch, _) = encoder.encode(values, index).expect("values in [0, 1]");
                    cells.reset();
                    let train = match &mut traces {
                        None => cells.receive_spikes(batch.sample(0), Drive::Clock),
                        Some(traces) => {
                            traces.reset(cells.connections()).expect("its own connections");
                            cells.receive_spikes_plastic(batch.sample(0), traces)
                        }
                    };
                    spikes += train.expect("fitting spikes").num_spikes();
                }
                black_box(spikes)
            });
        });
        for (threads, samples_per_parcel) in [(1, 1), (2, 1), (2, 8)] {
            let declared = Pipeline { threads, samples_per_parcel, ..pipeline(plasticity) };
            let start = Orchestrator::new(declared).expect("a valid pipeline");
            let weights = start.connections("layer").expect("the layer").weights().to_vec();
            let mut orchestrator = start;
            let options = RunOptions { learning: plasticity.is_some(), ..RunOptions::default() };
            group.bench_function(format!("{threads}threads-parcels-of-{samples_per_parcel}"), |b| {
                b.iter(|| {
                    orchestrator.set_weights("layer", &weights).expect("its own weights");
                    let mut spikes = 0;
                    let mut run = || {
                        let samples = Samples::from_array(values.view());
                        orchestrator.run(samples, &options, |sample| {
                            spikes += sample.spikes("layer").map_or(0, |train| train.num_spikes());
                            ControlFlow::Continue(())
                        })
                    };
                    let report = if threads == 1 { one.install(&mut run) } else { run() };
                    black_box(report.expect("a valid run"));
                    spikes
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, orchestrator);
criterion_main!(benches);
