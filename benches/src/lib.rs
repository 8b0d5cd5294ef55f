//! Shared inputs of the benches: constant seeds, uniform values, built outside of every timed closure.

pub mod codes;
pub mod petro;
pub mod process;

use spike_core::{
    CodeOptions, CodingScheme, Domain, EncoderConfig, Normalizer, PoissonOptions, Seed, SpikeTrain, TimeGrid,
    TtfsOptions,
};
use spike_encode::Encoder;
use spike_metrics::TrainSet;

/// The seed of every input.
pub const SEED: Seed = Seed(1234);

/// `n` values, uniform in (0, 1).
#[must_use]
pub fn uniform(n: usize) -> Vec<f64> {
    let mut stream = SEED.stream(0, 0, Domain::Mismatch);
    (0..n).map(|_| stream.next_open_unit()).collect()
}

/// The configuration of the peers' comparison: 1000 steps of 0.1 ms, f_max·dt = 0.1.
#[must_use]
pub fn config(refractory_period_ms: f64) -> EncoderConfig {
    EncoderConfig { refractory_period_ms, ..EncoderConfig::default() }
}

/// A Poisson encoder for values that lie in [0, 1].
///
/// # Panics
/// Never for the configurations of the benches.
#[must_use]
pub fn poisson(channels: usize, refractory_period_ms: f64) -> Encoder {
    let options = CodeOptions::RatePoisson(PoissonOptions::default());
    let normalizer = Normalizer::identity(channels);
    Encoder::new(&config(refractory_period_ms), options, normalizer, SEED, vec![channels])
        .expect("a valid configuration")
}

/// A latency encoder for values that lie in [0, 1].
///
/// # Panics
/// Never for the configurations of the benches.
#[must_use]
pub fn ttfs(channels: usize) -> Encoder {
    let options = CodeOptions::TemporalTtfs(TtfsOptions::default());
    Encoder::new(&config(0.0), options, Normalizer::identity(channels), SEED, vec![channels])
        .expect("a valid configuration")
}

/// An encoder of any code with its default options, for values that lie in [0, 1].
///
/// # Panics
/// Never for the configurations of the benches.
#[must_use]
pub fn encoder(scheme: CodingScheme, channels: usize, refractory_period_ms: f64) -> Encoder {
    let (config, options) = (config(refractory_period_ms), CodeOptions::default_of(scheme));
    Encoder::new(&config, options, Normalizer::identity(channels), SEED, vec![channels]).expect("a valid configuration")
}

/// Poisson trains of `num_spikes` spikes each in an interval of `num_spikes` × 20 ms: times to 1 µs, as files have.
///
/// # Panics
/// Never: sorted times are within the interval.
#[must_use]
pub fn spike_trains(num_trains: u32, num_spikes: u32) -> TrainSet {
    let stop_ms = 20.0 * f64::from(num_spikes);
    let trains: Vec<Vec<f64>> = (0..num_trains)
        .map(|train| {
            let mut stream = SEED.stream(0, train, Domain::Spikes);
            let mut times = std::collections::BTreeSet::new();
            while times.len() < num_spikes as usize {
                times.insert((stream.next_open_unit() * stop_ms * 1e3) as u64);
            }
            times.into_iter().map(|t| t as f64 * 1e-3).collect()
        })
        .collect();
    TrainSet::new(&trains, 0.0, stop_ms).expect("sorted times within the interval")
}

/// Samples of `rows` neurons that spike in each of `num_steps` steps with probability 1/20.
///
/// # Panics
/// Never for sizes above zero.
#[must_use]
pub fn bernoulli_samples(count: usize, rows: u32, num_steps: u32) -> Vec<SpikeTrain> {
    let grid = TimeGrid::new(100_000, num_steps).expect("a valid grid");
    (0..count)
        .map(|sample| {
            let rows: Vec<Vec<u32>> = (0..rows)
                .map(|row| {
                    let mut stream = SEED.stream(sample as u64, row, Domain::Spikes);
                    (0..num_steps).filter(|_| stream.next_u32() < u32::MAX / 20).collect()
                })
                .collect();
            SpikeTrain::from_neurons(grid, &rows).expect("sorted rows")
        })
        .collect()
}

/// Poisson spikes of one rate on 10 000 steps of 0.1 ms.
///
/// # Panics
/// Never for the rates of the benches.
#[must_use]
pub fn poisson_inputs(rows: usize, rate_hz: f64) -> SpikeTrain {
    let config = EncoderConfig { time_window_ms: 1000.0, max_firing_rate_hz: rate_hz, ..config(0.0) };
    let options = CodeOptions::RatePoisson(PoissonOptions::default());
    let encoder = Encoder::new(&config, options, Normalizer::identity(rows), SEED, vec![rows]).expect("valid options");
    encoder.encode(&vec![1.0; rows], 0).expect("values in [0, 1]").0.to_train()
}
