//! Estimators on samples of channels whose information is known.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use serde_json::Value;
use spike_core::{Domain, Seed, Stream};
use spike_metrics::*;

const SEED: Seed = Seed(20);

/// A Poisson count, by exponential intervals.
fn poisson(stream: &mut Stream, mean: f64) -> u32 {
    let (mut time, mut count) = (stream.next_exponential(), 0);
    while time < mean {
        count += 1;
        time += stream.next_exponential();
    }
    count
}

/// Pairs of a uniform value and a Poisson count of mean L·x.
fn rate_code(n: usize, l: f64, repetition: u64) -> (Vec<f64>, Vec<u32>) {
    let mut stream = SEED.stream(repetition, l as u32, Domain::Spikes);
    (0..n)
        .map(|_| {
            let x = stream.next_open_unit();
            (x, poisson(&mut stream, l * x))
        })
        .unzip()
}

fn tenths(values: &[f64]) -> Vec<u32> {
    values.iter().map(|x| (10.0 * x) as u32).collect()
}

fn estimate(stimuli: &[u32], responses: &[u32], method: InformationMethod) -> f64 {
    let options = InformationOptions { method, num_shuffles: 0, ..InformationOptions::default() };
    mutual_information(stimuli, responses, &options).unwrap().estimate_bits
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

/// Means over own samples against means of another implementation over its samples.
///
/// The reference states the standard deviation σ over at least 20 repetitions up to 500 samples and 4 beyond. The
/// difference of two means is allowed 4 of its standard deviations: 100 comparisons fail by chance with 0.6 %.
#[test]
fn means_agree_with_the_reference() {
    let golden: Value = serde_json::from_str(include_str!("golden/estimators.json")).unwrap();
    for (l, cases) in golden["mc_bias"]["values"].as_object().unwrap() {
        for (n, expected) in cases.as_object().unwrap().iter().filter(|(key, _)| *key != "true_bits") {
            let (l, n): (f64, usize) = (l.parse().unwrap(), n.parse().unwrap());
            let (ours, theirs) = if n <= 500 { (20, 20.0) } else { (4, 4.0) };
            let samples: Vec<_> = (0..ours).map(|r| rate_code(n, l, (1000 * n) as u64 + r)).collect();
            let check = |key: &str, f: &dyn Fn(&[f64], &[u32]) -> f64| {
                let Some(reference) = expected.get(key) else { return };
                let (mean_there, sd) = (reference[0].as_f64().unwrap(), reference[1].as_f64().unwrap());
                let found = mean(samples.iter().map(|(x, n)| f(x, n)));
                let allowed = 4.0 * sd * (1.0 / ours as f64 + 1.0 / theirs).sqrt();
                assert!((found - mean_there).abs() < allowed, "L {l} N {n} {key}: {found}, {mean_there} ± {allowed}");
            };
            let by = |method| move |x: &[f64], n: &[u32]| estimate(&tenths(x), n, method);
            check("naive", &by(InformationMethod::PlugIn));
            check("miller_madow", &by(InformationMethod::MillerMadow));
            check("panzeri_treves", &by(InformationMethod::PanzeriTreves));
            check("shuffle_null", &|x, n| {
                let options = InformationOptions { num_shuffles: 10, ..InformationOptions::default() };
                mutual_information(&tenths(x), n, &options).unwrap().shuffle_null.unwrap().mean_bits
            });
            check("naive_raw_x_as_symbol", &|x, n| {
                let each: Vec<u32> = (0..x.len() as u32).collect();
                table_information(&ContingencyTable::from_samples(&each, n).unwrap(), InformationMethod::PlugIn)
                    .unwrap()
                    .estimate_bits
            });
            if n <= 2000 {
                check("qe", &by(InformationMethod::Quadratic { num_partitions: 10 }));
                check("nsb", &|x, n| {
                    let table = ContingencyTable::from_samples(&tenths(x), n).unwrap();
                    let possible = n.iter().max().map(|largest| *largest as usize + 1);
                    table_information(&table, InformationMethod::Nsb { num_possible_responses: possible })
                        .unwrap()
                        .estimate_bits
                });
                // The reference searches among all samples but averages over those that share a response.
                check("ksg_mixed_k3", &|x, n| {
                    let sole_responses = SoleResponses::Searched;
                    let options = NeighbourOptions { num_shuffles: 0, sole_responses, ..NeighbourOptions::default() };
                    mutual_information_mixed(x, n, options).unwrap().estimate_bits
                });
            }
        }
    }
}

/// The standard error covers the spread over repetitions, and the null the value of independent samples.
#[test]
fn errors_and_nulls_are_calibrated() {
    let options = InformationOptions { num_shuffles: 40, ..InformationOptions::default() };
    let (mut values, mut errors, mut false_alarms) = (Vec::new(), Vec::new(), 0);
    for repetition in 0..60 {
        let (x, counts) = rate_code(500, 10.0, repetition);
        let result = mutual_information(&tenths(&x), &counts, &options).unwrap();
        assert_eq!(result.exceeds_null(), Some(true));
        values.push(result.estimate_bits);
        errors.push(result.standard_error_bits.unwrap());
        let (other, _) = rate_code(500, 10.0, repetition + 1000);
        let independent = mutual_information(&tenths(&other), &counts, &options).unwrap();
        false_alarms += u32::from(independent.exceeds_null() == Some(true));
    }
    let average = mean(values.iter().copied());
    let spread = mean(values.iter().map(|v| (v - average) * (v - average))).sqrt();
    let error = mean(errors.into_iter());
    // The spread of 60 values is known to 9 %; the jackknife is allowed 30 % more.
    assert!((error / spread - 1.0).abs() < 0.6, "{error} {spread}");
    // 5 % of 60 are 3; 11 or more have probability 2e-4.
    assert!(false_alarms <= 10, "{false_alarms}");
}

/// A channel with K inputs that replaces a symbol by any other one with total probability e.
fn symmetric(n: usize, k: u32, e: f64) -> (Vec<u32>, Vec<u32>) {
    let mut stream = SEED.stream(7, k, Domain::Spikes);
    (0..n)
        .map(|_| {
            let s = (f64::from(k) * stream.next_open_unit()) as u32;
            let shift = 1 + (f64::from(k - 1) * stream.next_open_unit()) as u32;
            (s, if stream.next_open_unit() < e { (s + shift) % k } else { s })
        })
        .unzip()
}

/// A channel that deletes ones.
fn deleting(n: usize, d: f64) -> (Vec<u32>, Vec<u32>) {
    let mut stream = SEED.stream(8, 0, Domain::Spikes);
    (0..n)
        .map(|_| {
            let s = u32::from(stream.next_open_unit() < 0.5);
            (s, s * u32::from(stream.next_open_unit() >= d))
        })
        .unzip()
}

/// Every correction finds the closed form from the stated number of samples on, within 4 of its own standard errors
/// plus 0.003 bits of bias that is left.
#[test]
fn discrete_channels_are_found() {
    let methods = [
        InformationMethod::MillerMadow,
        InformationMethod::PanzeriTreves,
        InformationMethod::Quadratic { num_partitions: 20 },
        InformationMethod::Nsb { num_possible_responses: None },
    ];
    let cases = [
        ("binary symmetric", symmetric(400, 2, 0.11), binary_symmetric_bits(0.11).unwrap()),
        ("Z", deleting(400, 0.25), z_channel_bits(0.25).unwrap()),
        ("4-ary", symmetric(1000, 4, 0.1), symmetric_channel_bits(4, 0.1).unwrap()),
        ("10-ary", symmetric(4000, 10, 0.1), symmetric_channel_bits(10, 0.1).unwrap()),
    ];
    for (name, (stimuli, responses), truth) in cases {
        for method in methods {
            let options = InformationOptions { method, num_shuffles: 0, ..InformationOptions::default() };
            let result = mutual_information(&stimuli, &responses, &options).unwrap();
            let allowed = 4.0 * result.standard_error_bits.unwrap() + 0.003;
            let found = result.estimate_bits;
            assert!((found - truth).abs() < allowed, "{name} {method:?}: {found}, {truth} ± {allowed}");
            assert!(result.reliable && allowed < 0.35, "{allowed}");
        }
    }
}

fn gaussian(stream: &mut Stream) -> f64 {
    // Box and Muller; a test may use the platform's functions.
    let radius = (-2.0 * stream.next_open_unit().ln()).sqrt();
    radius * (std::f64::consts::TAU * stream.next_open_unit()).cos()
}

/// Latency with jitter: continuous against continuous, k = 3.
#[test]
fn jittered_latency_is_found_by_nearest_neighbours() {
    for (sigma_ms, n) in [(10.0, 500), (2.0, 1000), (1.0, 2000)] {
        let mut stream = SEED.stream(9, n as u32, Domain::Jitter);
        let (x, t): (Vec<f64>, Vec<f64>) = (0..n)
            .map(|_| {
                let x = stream.next_open_unit();
                (x, 100.0 * (1.0 - x) + sigma_ms * gaussian(&mut stream))
            })
            .unzip();
        // The maximum norm compares x with t: both are scaled to the unit interval.
        let t: Vec<f64> = t.iter().map(|t| t / 100.0).collect();
        let options = NeighbourOptions { num_shuffles: 20, ..NeighbourOptions::default() };
        let result = mutual_information_continuous(&x, &t, options).unwrap();
        let truth = jittered_latency_bits(100.0, sigma_ms).unwrap();
        let allowed = 4.0 * result.standard_error_bits.unwrap() + 0.05;
        assert!((result.estimate_bits - truth).abs() < allowed, "{sigma_ms}: {} {truth}", result.estimate_bits);
        assert!(allowed < 0.4 && result.exceeds_null() == Some(true));
    }
}

/// Two correlated Gaussian values: −½·log₂(1 − ρ²).
#[test]
fn gaussian_values_are_found_by_nearest_neighbours() {
    for rho in [0.0, 0.6, 0.9] {
        let mut stream = SEED.stream(10, (10.0 * rho) as u32, Domain::Jitter);
        let (x, y): (Vec<f64>, Vec<f64>) = (0..2000)
            .map(|_| {
                let (x, z) = (gaussian(&mut stream), gaussian(&mut stream));
                (x, rho * x + (1.0f64 - rho * rho).sqrt() * z)
            })
            .unzip();
        let options = NeighbourOptions { num_shuffles: 0, ..NeighbourOptions::default() };
        let found = mutual_information_continuous(&x, &y, options).unwrap();
        let truth = gaussian_channel_bits(rho * rho).unwrap();
        assert!((found.estimate_bits - truth).abs() < 4.0 * found.standard_error_bits.unwrap() + 0.02);
    }
}

/// Independent bins whose spike probability is drawn once for each time and then repeated: words share nothing, so
/// that the extrapolated rate is the closed form. 100 repetitions of 2000 bins.
#[test]
fn direct_method_finds_independent_bins() {
    let (num_trials, num_bins, bin_ms) = (100, 2000, 2.0);
    for levels in [vec![0.02, 0.2], vec![0.1, 0.1], vec![0.01, 0.05, 0.1, 0.3], vec![0.0, 1.0]] {
        let mut stream = SEED.stream(11, levels.len() as u32, Domain::Spikes);
        let probabilities: Vec<f64> =
            (0..num_bins).map(|_| levels[(levels.len() as f64 * stream.next_open_unit()) as usize]).collect();
        let counts = ndarray::Array2::from_shape_fn((num_trials, num_bins), |(_, bin)| {
            u32::from(stream.next_open_unit() < probabilities[bin])
        });
        let estimate = direct_information(counts.view(), &DirectOptions::new(bin_ms)).unwrap();
        assert!(estimate.reliable);
        let truth = independent_bins_bits(&probabilities).unwrap();
        let first = estimate.points[0];
        assert!((first.total_bits - first.noise_bits - truth).abs() < 0.004, "{levels:?}");
        let per_bin = estimate.information_bits_per_s * bin_ms * 1e-3;
        assert!((per_bin - truth).abs() < 0.004, "{levels:?}: {per_bin} {truth}");
    }
}

/// A regular train has much entropy in short words and none in the limit of long ones.
#[test]
fn extrapolation_takes_off_what_bins_share() {
    let counts = ndarray::Array2::from_shape_fn((40, 600), |(_, bin)| u32::from(bin % 5 == 0));
    let options = DirectOptions { word_lengths: vec![10, 20, 40], ..DirectOptions::new(1.0) };
    let estimate = direct_information(counts.view(), &options).unwrap();
    assert!((estimate.points[0].total_bits - 5f64.log2()).abs() < 1e-3);
    assert!(estimate.total_bits_per_s.abs() < 1.0 && estimate.noise_bits_per_s == 0.0);
}
