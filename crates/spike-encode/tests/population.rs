//! Populations: the rate of every neuron against its tuning curve, equality with the rate code, and exact spikes for
//! a seed.
//!
//! Statistical bounds are five standard errors, which a sound code exceeds with probability 6e-7; seeds are fixed.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use spike_core::{
    CodeOptions, CodingScheme, ConfigError, EncodeError, EncoderConfig, Encoding, LatencyPopulationOptions, Normalizer,
    PoissonOptions, PopulationOptions, PopulationSpikes, Probability, RefractoryMode, Seed, SpikeView, Tuning,
};
use spike_encode::Encoder;

const PLAIN: PoissonOptions =
    PoissonOptions { probability: Probability::PerStep, refractory: RefractoryMode::Uncompensated };
const EXACT: PoissonOptions =
    PoissonOptions { probability: Probability::Exact, refractory: RefractoryMode::Uncompensated };
const COMPENSATED: PoissonOptions =
    PoissonOptions { probability: Probability::PerStep, refractory: RefractoryMode::Compensated };

fn encoder(config: &EncoderConfig, code: CodeOptions, channels: usize, seed: u64) -> Encoder {
    Encoder::new(config, code, Normalizer::identity(channels), Seed(seed), vec![channels]).unwrap()
}

/// The response by its formula, for N neurons at distance 1/(N − 1).
fn response(gaussian: bool, n: usize, beta: f64, j: usize, x: f64) -> f64 {
    let distance = 1.0 / (n as f64 - 1.0);
    let away = (x - j as f64 * distance) / distance;
    if gaussian { (-0.5 * (away * beta).powi(2)).exp() } else { (1.0 - away.abs()).max(0.0) }
}

/// Expected spikes of a window, by the renewal equation in discrete time.
fn expected(p: f64, dead: usize, num_steps: usize) -> f64 {
    let mut u: Vec<f64> = Vec::with_capacity(num_steps);
    for t in 0..num_steps {
        let blocked: f64 = u[t.saturating_sub(dead)..t].iter().sum();
        u.push(p * (1.0 - blocked));
    }
    u.iter().sum()
}

#[test]
fn every_neuron_has_the_rate_of_its_curve() {
    const SAMPLES: usize = 400;
    let slow = EncoderConfig { max_firing_rate_hz: 300.0, min_firing_rate_hz: 15.0, ..EncoderConfig::default() };
    for (config, poisson, beta, seed) in [
        (EncoderConfig::default(), PLAIN, 1.5, 1),
        (EncoderConfig { refractory_period_ms: 0.0, ..EncoderConfig::default() }, EXACT, 1.0, 2),
        (slow.clone(), COMPENSATED, 2.0, 3),
        (EncoderConfig { population_size: 4, ..slow }, PLAIN, 1.5, 4),
    ] {
        for gaussian in [true, false] {
            let options = PopulationOptions { beta, poisson, ..PopulationOptions::default() };
            let code = if gaussian {
                CodeOptions::PopulationGaussian(options)
            } else {
                CodeOptions::PopulationTriangular(options)
            };
            let n = config.population_size as usize;
            let values = [0.0, 0.07, 0.31, 0.5, 0.93, 1.0];
            let (batch, _) = encoder(&config, code, 6, seed).encode(&values.repeat(SAMPLES), 0).unwrap();
            let mut counts = vec![0u64; 6 * n];
            for sample in batch.samples() {
                counts.iter_mut().zip(sample.counts()).for_each(|(sum, count)| *sum += count);
            }
            let dead = (config.refractory_period_ms / 0.1).round() as usize;
            for (row, &count) in counts.iter().enumerate() {
                let (x, j) = (values[row / n], row % n);
                let share = response(gaussian, n, beta, j, x);
                let (low, high) = (config.min_firing_rate_hz, config.max_firing_rate_hz);
                let asked = (low + (high - low) * share) * 1e-4;
                let p = match poisson {
                    PLAIN => asked,
                    EXACT => 1.0 - (-asked).exp(),
                    _ => asked / (1.0 - asked * dead as f64),
                };
                let mean = expected(p, dead, 1000) * SAMPLES as f64;
                // A dead time makes counts more regular than the binomial ones of the same mean.
                let error = mean.sqrt();
                // Few spikes are not Gaussian: three more bring their tail below that of five standard errors.
                let bound = 5.0 * error + if mean < 25.0 { 3.0 } else { 0.0 };
                assert!((count as f64 - mean).abs() <= bound, "{code:?} x {x} neuron {j}: {count}, expected {mean}");
            }
        }
    }
}

#[test]
fn a_neuron_spikes_as_the_rate_code_at_its_response() {
    // Row i·N + j draws from stream i·N + j, so that a rate code with a channel for each response has the same spikes.
    let config = EncoderConfig { population_size: 7, min_firing_rate_hz: 20.0, ..EncoderConfig::default() };
    for poisson in [PLAIN, EXACT] {
        let code = CodeOptions::PopulationGaussian(PopulationOptions { poisson, ..PopulationOptions::default() });
        let tuning = Tuning::of(&config, code).unwrap().unwrap();
        let values = [0.0, 0.2, 0.55, 1.0];
        let responses: Vec<f64> =
            values.iter().flat_map(|&x| (0..7).map(|j| tuning.response(j, x)).collect::<Vec<_>>()).collect();
        let (population, _) = encoder(&config, code, 4, 9).encode(&values, 3).unwrap();
        let (rate, _) = encoder(&config, CodeOptions::RatePoisson(poisson), 28, 9).encode(&responses, 3).unwrap();
        assert_eq!(population.sample(0), rate.sample(0));
    }
}

#[test]
fn neurons_of_a_channel_are_independent() {
    // Two neurons with the same response, 2000 samples: the correlation of counts has the standard error 0.022.
    let code = CodeOptions::default_of(CodingScheme::PopulationGaussian);
    let config = EncoderConfig { population_size: 2, ..EncoderConfig::default() };
    let (batch, _) = encoder(&config, code, 1, 5).encode(&[0.5; 2000], 0).unwrap();
    let counts: Vec<[f64; 2]> = batch.samples().map(|s| [s.neuron(0).len() as f64, s.neuron(1).len() as f64]).collect();
    let mean = |f: &dyn Fn(&[f64; 2]) -> f64| counts.iter().map(f).sum::<f64>() / 2000.0;
    let [a, b] = [mean(&|c| c[0]), mean(&|c| c[1])];
    let covariance = mean(&|c| (c[0] - a) * (c[1] - b));
    let [va, vb] = [mean(&|c| (c[0] - a).powi(2)), mean(&|c| (c[1] - b).powi(2))];
    let correlation = covariance / (va * vb).sqrt();
    assert!(correlation.abs() < 5.0 / 2000f64.sqrt() && va > 0.0, "{correlation}");
}

#[test]
fn records_that_do_not_fit_are_refused() {
    let config = EncoderConfig::default();
    let code = CodeOptions::default_of(CodingScheme::PopulationGaussian);
    let encoding = Encoding::new(&config, code, Normalizer::identity(1), Seed(0), vec![1]).unwrap();
    let none = Encoding { tuning: None, ..encoding.clone() };
    let mismatch = ConfigError::TuningMismatch { expected: 10, found: 0 };
    assert_eq!(Encoder::from_encoding(none).unwrap_err(), mismatch);
    let triangular = CodeOptions::default_of(CodingScheme::PopulationTriangular);
    let other = Encoding { tuning: Tuning::of(&config, triangular).unwrap(), ..encoding.clone() };
    assert_eq!(Encoder::from_encoding(other).unwrap_err(), mismatch);
    let encoder = Encoder::from_encoding(encoding).unwrap();
    assert_eq!(encoder.num_neurons(), 10);
    assert!(matches!(encoder.encode(&[f64::NAN], 0), Err(EncodeError::NotFinite { .. })));
}

/// FNV-1a with 64 bits over the number of spikes and the steps of every row, little-endian.
fn checksum(view: SpikeView<'_>) -> u64 {
    let rows = view.neurons().flat_map(|row| std::iter::once(row.len() as u32).chain(row.iter().copied()));
    rows.flat_map(u32::to_le_bytes)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A change here changes every stored result: it is a "Value-breaking" entry of the changelog, never a side effect.
#[test]
fn spikes_are_pinned() {
    let ramp: Vec<f64> = (0..16).map(|i| f64::from(i) / 15.0).collect();
    let latency = CodeOptions::PopulationLatency(LatencyPopulationOptions::default());
    let of = CodeOptions::default_of;
    for (code, jitter_ms, spikes, sum) in [
        (of(CodingScheme::PopulationGaussian), 0.0, 1152, 0x39fe_0ba0_f801_f9eb),
        (of(CodingScheme::PopulationTriangular), 0.0, 707, 0x04ea_91c4_626c_30e9),
        (latency, 0.0, 44, 0xe4e1_b14b_4081_ab81),
        (of(CodingScheme::PopulationGaussian), 1.5, 1152, 0x6792_033d_dff6_c976),
    ] {
        let config = EncoderConfig { jitter_ms, ..EncoderConfig::default() };
        let (batch, _) = encoder(&config, code, 16, 7).encode(&ramp, 0).unwrap();
        let found = (batch.num_spikes(), checksum(batch.sample(0)));
        assert_eq!(found, (spikes, sum), "{code:?}: found ({}, {:#018x})", found.0, found.1);
    }
    let (batch, _) = encoder(&EncoderConfig::default(), latency, 1, 0).encode(&[0.3], 0).unwrap();
    // ⌊1000·(1 − r)⌋ of the three responses above 0.1, computed outside.
    let mut steps = [None; 10];
    (steps[2], steps[3], steps[4]) = (Some(597), Some(11), Some(743));
    assert_eq!(batch.sample(0).first_spikes(), steps);
}

#[test]
fn regular_spikes_come_at_the_interval_of_the_response() {
    let config = EncoderConfig::default();
    let regular = PopulationOptions { spikes: PopulationSpikes::Regular, ..PopulationOptions::default() };
    let code = CodeOptions::PopulationGaussian(regular);
    let encoder = Encoder::new(&config, code, Normalizer::identity(200), Seed(3), vec![200]).unwrap();
    let (batch, _) = encoder.encode(&[0.37; 200], 0).unwrap();
    let tuning = Tuning::of(&config, code).unwrap().unwrap();
    for (row, neuron) in batch.sample(0).neurons().zip(0..) {
        let interval = 10.0 / tuning.response(neuron % 10, 0.37) + 20.0;
        assert!((row.len() as f64 - 1000.0 / interval).abs() < 1.0, "neuron {neuron}: {} {interval}", row.len());
        assert!(row.array_windows().all(|[a, b]| (f64::from(b - a) - interval).abs() < 1.0));
    }
}
