//! The statistical contract of the regular and stratified rate code: the mean of the Poisson code, its count without
//! noise, and phases that are uniform and independent.
//!
//! Bounds are five standard errors of the statistic under the exact law (a sound code exceeds one with probability
//! 6e-7); seeds are fixed.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use spike_core::{CodeOptions, EncoderConfig, Normalizer, RefractoryMode, RegularOptions, Seed, Spacing, SpikeBatch};
use spike_encode::Encoder;

const NEURONS: usize = 200;
const SAMPLES: usize = 200;

fn encode(x: f64, refractory_ms: f64, spacing: Spacing) -> SpikeBatch {
    let config = EncoderConfig { refractory_period_ms: refractory_ms, ..EncoderConfig::default() };
    let code = CodeOptions::RateRegular(RegularOptions { spacing, refractory: RefractoryMode::Uncompensated });
    let encoder = Encoder::new(&config, code, Normalizer::identity(NEURONS), Seed(11), vec![NEURONS]).unwrap();
    encoder.encode(&vec![x; NEURONS * SAMPLES], 0).unwrap().0
}

fn counts(batch: &SpikeBatch) -> Vec<f64> {
    batch.samples().flat_map(|s| s.counts()).map(|n| n as f64).collect()
}

fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n)
}

#[test]
fn the_mean_count_is_the_window_over_the_interval() {
    for (x, refractory_ms) in [(0.013, 0.0), (0.37, 0.0), (0.37, 2.0), (1.0, 2.0), (0.9, 0.0)] {
        let interval = 1.0 / (0.1 * x) + refractory_ms * 10.0;
        let expected = 1000.0 / interval;
        for spacing in [Spacing::Regular, Spacing::Stratified] {
            let counts = counts(&encode(x, refractory_ms, spacing));
            let (mean, variance) = moments(&counts);
            let bound = match spacing {
                // n and n + 1 with the fraction's probability.
                Spacing::Regular => expected.fract() * (1.0 - expected.fract()),
                // The two strata at the ends each add a variance of at most ¼.
                Spacing::Stratified => 0.5,
            };
            assert!(variance <= bound * 1.1 + 1e-9, "{x} {spacing:?}: variance {variance}");
            let error = 5.0 * (bound / counts.len() as f64).sqrt() + 1e-9;
            assert!((mean - expected).abs() < error, "{x} {refractory_ms} {spacing:?}: {mean} {expected}");
            assert!(spacing == Spacing::Stratified || variance < 0.26, "a Poisson count would have {expected}");
        }
    }
}

#[test]
fn phases_are_uniform_and_independent() {
    // x = 0.5: an interval of 20 steps; the first spike is uniform over them.
    let batch = encode(0.5, 0.0, Spacing::Regular);
    let first: Vec<u32> = batch.samples().flat_map(|s| s.first_spikes()).map(Option::unwrap).collect();
    let mut bins = [0.0; 20];
    first.iter().for_each(|&step| bins[step as usize] += 1.0);
    let expected = first.len() as f64 / 20.0;
    let chi_square: f64 = bins.iter().map(|n| (n - expected).powi(2) / expected).sum();
    // 19 degrees of freedom: the 0.999 quantile is 43.8.
    assert!(chi_square < 43.8, "{chi_square}");
    // Neighbouring neurons and the same neuron in neighbouring samples.
    let center = 9.5;
    let variance = (400.0 - 1.0) / 12.0;
    for lag in [1, NEURONS] {
        let pairs = first.len() - lag;
        let covariance: f64 =
            (0..pairs).map(|i| (f64::from(first[i]) - center) * (f64::from(first[i + lag]) - center)).sum();
        let correlation = covariance / pairs as f64 / variance;
        assert!(correlation.abs() < 5.0 / (pairs as f64).sqrt(), "lag {lag}: {correlation}");
    }
}

#[test]
fn spikes_are_uniform_within_their_strata() {
    // x = 0.5, 2 ms: strata of 40 steps, the first 20 of which can hold the spike. Distances less than 40 minus 20
    // are impossible, and distances follow the triangle of two uniform numbers around 40.
    let batch = encode(0.5, 2.0, Spacing::Stratified);
    // From the second spike on, since the first is one that did not lie before the window, and only ten, which are
    // always inside it: ends of the window favour short distances.
    let rows = batch.samples().flat_map(|s| s.neurons().collect::<Vec<_>>());
    let distances: Vec<f64> =
        rows.flat_map(|row| row[1..12].array_windows().map(|[a, b]| f64::from(b - a)).collect::<Vec<_>>()).collect();
    let (mean, variance) = moments(&distances);
    assert!(distances.iter().all(|d| (21.0..=60.0).contains(d)));
    let expected = 2.0 * 400.0 / 12.0;
    // Neighbouring distances share a spike, which raises the error of their mean only at the ends.
    assert!((mean - 40.0).abs() < 5.0 * (expected / distances.len() as f64).sqrt(), "{mean}");
    assert!((variance / expected - 1.0).abs() < 0.02, "{variance} {expected}");
}
