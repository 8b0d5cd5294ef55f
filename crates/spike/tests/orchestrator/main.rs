//! The orchestrator against a straight composition of the same parts, and its behaviour when something is full, fails
//! or stops.

#![expect(clippy::unwrap_used, reason = "parts of tests state what they expect")]

mod composition;
mod declaration;
mod determinism;
mod flow;

use ndarray::Array2;
use spike::{
    CodeOptions, CodingScheme, EncoderConfig, Encoding, Normalizer, Orchestrator, Pipeline, PipelineReport, Population,
    Projection, RunOptions, Samples, Seed, SpikeTrain, Wiring,
};
use std::ops::ControlFlow;

/// Values of a sample.
const SIZE: usize = 12;

/// Poisson spikes of 12 values in [0, 1], 60 steps of 0.5 ms.
fn encoding() -> Encoding {
    let config =
        EncoderConfig { dt_ms: 0.5, time_window_ms: 30.0, max_firing_rate_hz: 300.0, ..EncoderConfig::default() };
    let code = CodeOptions::default_of(CodingScheme::RatePoisson);
    Encoding::new(&config, code, Normalizer::identity(SIZE), Seed(11), vec![SIZE]).unwrap()
}

/// Samples that differ from each other and from channel to channel.
fn values(num_samples: usize) -> Array2<f64> {
    Array2::from_shape_fn((num_samples, SIZE), |(s, c)| ((s * 7 + c * 5 + s * c) % 17) as f64 / 16.0)
}

/// Random connections with these numbers.
fn random(probability: f64, weight: f64, delay_steps: u32, seed: u64) -> Wiring {
    Wiring::Random { probability, weight, delay_steps, seed: Seed(seed) }
}

/// A population of 9 neurons behind the encoder.
fn population(name: &str, wiring: Wiring) -> Population {
    Population { inputs: vec![Projection::new("input", wiring)], ..Population::new(name, 9) }
}

/// A pipeline of these populations.
fn pipeline(populations: Vec<Population>) -> Pipeline {
    Pipeline { populations, ..Pipeline::new(encoding()) }
}

/// Spikes of a stage, sample by sample.
fn spikes_of(
    orchestrator: &mut Orchestrator,
    stages: &[&str],
    values: &Array2<f64>,
    options: &RunOptions,
) -> (Vec<Vec<SpikeTrain>>, PipelineReport) {
    let mut found = vec![Vec::new(); stages.len()];
    let report = orchestrator
        .run(Samples::from_array(values.view()), options, |sample| {
            for (trains, stage) in found.iter_mut().zip(stages) {
                trains.push(sample.spikes(stage).unwrap().to_train(0, None));
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    (found, report)
}
