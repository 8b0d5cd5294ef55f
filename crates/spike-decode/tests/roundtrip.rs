//! Encode, decode, compare: attained against reachable R² within Monte-Carlo error, calibrated confidence, values in
//! the caller's units, and errors that help.
//!
//! Monte-Carlo bounds are five standard errors; those of R² come from the sample itself by the delta method.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use spike_core::{
    CodeOptions, CodingScheme, DecodeError, Decoded, DecoderFor, DecodingMethod, EncoderConfig, Encoding, Normalizer,
    NormalizerKind, PoissonOptions, Probability, RefractoryMode, Seed, SpikeBatch, SpikeTrain, TimeGrid, TtfsForm,
    TtfsOptions, ValueDecoder, ZeroValue,
};
use spike_decode::{
    CountFormula, Decoder, RatePosterior, Reachable, Scored, SpikeCountDecoder, TimeToFirstSpikeDecoder,
    ValueDistribution,
};
use spike_encode::{Encoder, SpikeProbability};
use std::sync::LazyLock;

const CHANNELS: usize = 1000;
const POISSON: CodeOptions = CodeOptions::RatePoisson(PoissonOptions {
    probability: Probability::PerStep,
    refractory: RefractoryMode::Uncompensated,
});
const TTFS: CodeOptions = CodeOptions::TemporalTtfs(TtfsOptions { form: TtfsForm::Linear, zero: ZeroValue::LastStep });

/// Independent uniform values.
fn uniform(n: usize, seed: u64) -> Vec<f64> {
    let mut stream = Seed(seed).stream(0, 0, spike_core::Domain::Mismatch);
    (0..n).map(|_| stream.next_open_unit()).collect()
}

struct Run {
    values: Vec<f64>,
    encoding: std::sync::Arc<Encoding>,
    batch: SpikeBatch,
}

fn run_with(config: &EncoderConfig, code: CodeOptions, kind: NormalizerKind, channels: usize, values: Vec<f64>) -> Run {
    let normalizer = Normalizer::fit_slice(kind, channels, &values).unwrap();
    let encoder = Encoder::new(config, code, normalizer, Seed(31), vec![channels]).unwrap();
    let (batch, _) = encoder.encode(&values, 0).unwrap();
    Run { values, encoding: encoder.encoding().clone(), batch }
}

fn run(config: &EncoderConfig, code: CodeOptions, samples: usize, seed: u64) -> Run {
    run_with(config, code, NormalizerKind::None, CHANNELS, uniform(samples * CHANNELS, seed))
}

/// 400 000 uniform values in the default configuration of the Poisson code.
static DEFAULTS: LazyLock<Run> = LazyLock::new(|| run(&EncoderConfig::default(), POISSON, 400, 1));

/// R² and its standard error: that of the mean of e² − (1 − R²)·(x − x̄)², over the variance.
fn r2(values: &[f64], decoded: &[f64]) -> (f64, f64) {
    assert_eq!(values.len(), decoded.len());
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    let unexplained = values.iter().zip(decoded).map(|(x, y)| (x - y).powi(2)).sum::<f64>() / n / variance;
    let residual = |x: f64, y: f64| (x - y).powi(2) - unexplained * (x - mean).powi(2);
    let spread = values.iter().zip(decoded).map(|(&x, &y)| residual(x, y).powi(2)).sum::<f64>() / n;
    (1.0 - unexplained, (spread / n).sqrt() / variance)
}

fn posterior(run: &Run) -> Vec<(f64, f64)> {
    let CodeOptions::RatePoisson(options) = run.encoding.code else { panic!("not a rate code") };
    let probability = SpikeProbability::new(&run.encoding.config, options).unwrap();
    let posterior = RatePosterior::new(probability, run.batch.grid().num_steps());
    run.batch.samples().flat_map(|s| s.neurons().map(|row| posterior.moments(row)).collect::<Vec<_>>()).collect()
}

fn decoded(run: &Run, formula: CountFormula) -> Decoded {
    let decoder = SpikeCountDecoder::for_encoding(&run.encoding).unwrap().with_formula(formula);
    let mut decoded = Decoded::default();
    run.batch.samples().for_each(|s| decoder.decode_sample(s, 0, &mut decoded).unwrap());
    decoded
}

/// Exact R² of an estimate from the count, for uniform values: P(N ≥ n | x) = P(Binomial(T − (n − 1)·k, p) ≥ n).
fn exact_r2(num_steps: usize, dead: usize, p_of: impl Fn(f64) -> f64, estimate: impl Fn(f64) -> f64) -> f64 {
    let tail = |n: usize, p: f64| -> f64 {
        let Some(trials) = num_steps.checked_sub((n - 1) * dead).filter(|t| *t >= n) else { return 0.0 };
        // 1 − Σ_{i < n} of the binomial law, by the ratio of its neighbours.
        let mut term = (1.0 - p).powi(trials as i32);
        let mut below = 0.0;
        for i in 0..n {
            below += term;
            term *= (trials - i) as f64 / (i + 1) as f64 * (p / (1.0 - p));
        }
        (1.0 - below).max(0.0)
    };
    let atoms = 1000;
    let mut error = 0.0;
    for i in 0..atoms {
        let x = (f64::from(i) + 0.5) / f64::from(atoms);
        let mut left = 1.0;
        for n in 0..=num_steps {
            let next = tail(n + 1, p_of(x));
            error += (left - next) * (x - estimate(n as f64)).powi(2) / f64::from(atoms);
            left = next;
            if left < 1e-14 {
                break;
            }
        }
    }
    1.0 - 12.0 * error
}

#[test]
fn corrected_count_attains_what_is_expected_of_it() {
    let run = &*DEFAULTS;
    let expected = Reachable::of(&run.encoding, &ValueDistribution::uniform()).unwrap().unwrap().own_decoder;
    // The same number by binomial tails; p̂ = n/(T − n·k) is the value n/(T·f − n·k·f) here, f = f_max·dt = 0.1.
    let corrected = |n: f64| if n * 21.0 < 1000.0 { (n / (1000.0 - 20.0 * n) / 0.1).min(1.0) } else { 1.0 };
    let exact = exact_r2(1000, 20, |x| 0.1 * x, corrected);
    assert!((expected - exact).abs() < 1e-5, "{expected} {exact}");
    let (found, error) = r2(&run.values, &decoded(run, CountFormula::DeadTimeCorrected).values);
    // 400 000 values: the standard error is 0.0003.
    assert!(error < 5e-4 && (found - expected).abs() < 5.0 * error, "{found} ± {error}, expected {expected}");
    let result = Decoder::new(&run.encoding, None).unwrap().decode(&run.batch).unwrap().scored(&run.values).unwrap();
    assert!((result.reconstruction_r2.unwrap() - found).abs() < 1e-12);
    assert_eq!(result.method, DecodingMethod::SpikeCount);
}

#[test]
fn plain_formula_loses_to_the_mean() {
    let run = &*DEFAULTS;
    let expected = exact_r2(1000, 20, |x| 0.1 * x, |n| (n / 100.0).min(1.0));
    assert!((expected + 0.40).abs() < 0.02, "{expected}");
    let (found, error) = r2(&run.values, &decoded(run, CountFormula::Plain).values);
    assert!(error < 5e-3 && (found - expected).abs() < 5.0 * error, "{found} ± {error}, expected {expected}");
}

#[test]
fn without_dead_time_both_formulas_are_one() {
    let config = EncoderConfig { refractory_period_ms: 0.0, ..EncoderConfig::default() };
    let run = run(&config, POISSON, 100, 2);
    let (plain, corrected) = (decoded(&run, CountFormula::Plain), decoded(&run, CountFormula::DeadTimeCorrected));
    assert!(plain.values.iter().zip(&corrected.values).all(|(a, b)| (a - b).abs() < 1e-12));
    let expected = exact_r2(1000, 0, |x| 0.1 * x, |n| (n / 100.0).min(1.0));
    let limit = Reachable::of(&run.encoding, &ValueDistribution::uniform()).unwrap().unwrap();
    assert!((limit.own_decoder - expected).abs() < 1e-5, "{} {expected}", limit.own_decoder);
    let (found, error) = r2(&run.values, &plain.values);
    assert!((found - expected).abs() < 5.0 * error, "{found} ± {error}, expected {expected}");
}

#[test]
fn posterior_mean_attains_the_limit_in_every_mode() {
    let mode = |probability, refractory| CodeOptions::RatePoisson(PoissonOptions { probability, refractory });
    let defaults = EncoderConfig::default;
    let slow = EncoderConfig { max_firing_rate_hz: 400.0, min_firing_rate_hz: 40.0, ..defaults() };
    let runs = [
        run(&defaults(), mode(Probability::Exact, RefractoryMode::Uncompensated), 150, 3),
        run(&slow, mode(Probability::PerStep, RefractoryMode::Compensated), 150, 4),
        run(&slow, mode(Probability::PerStep, RefractoryMode::Uncompensated), 150, 5),
        run(&EncoderConfig { refractory_period_ms: 5.0, ..defaults() }, POISSON, 150, 11),
        run(&EncoderConfig { time_window_ms: 10.0, dt_ms: 1.0, ..defaults() }, POISSON, 150, 6),
    ];
    for run in runs.iter().chain([&*DEFAULTS]) {
        let limit = Reachable::of(&run.encoding, &ValueDistribution::uniform()).unwrap().unwrap();
        let means: Vec<f64> = posterior(run).into_iter().map(|m| m.0).collect();
        let (found, error) = r2(&run.values, &means);
        let config = &run.encoding.config;
        assert!(error < 2e-3, "{error}");
        assert!((found - limit.optimal).abs() < 5.0 * error, "{found} ± {error}, {limit:?} for {config:?}");
        let (own, own_error) = r2(&run.values, &decoded(run, CountFormula::DeadTimeCorrected).values);
        assert!((own - limit.own_decoder).abs() < 5.0 * own_error, "{own} ± {own_error}, {limit:?} for {config:?}");
        assert!(limit.own_decoder <= limit.optimal);
    }
}

#[test]
fn confidence_is_calibrated() {
    let run = &*DEFAULTS;
    let moments = posterior(run);
    let means: Vec<f64> = moments.iter().map(|m| m.0).collect();
    let (found, error) = r2(&run.values, &means);
    let confidence = decoded(run, CountFormula::DeadTimeCorrected).confidence;
    let n = confidence.len() as f64;
    let mean = confidence.iter().sum::<f64>() / n;
    // The mean confidence has the smaller error of the two; together still below 5·√2 of the larger.
    assert!((mean - found).abs() < 5.0 * error, "mean confidence {mean}, attained R² {found} ± {error}");
    // Not only on average: in each fifth of the confidence the squared errors are what it says, within five standard
    // errors of a mean of squares (relative √(2/n) for Gaussian errors, here doubled).
    let mut order: Vec<usize> = (0..confidence.len()).collect();
    order.sort_by(|&a, &b| confidence[a].total_cmp(&confidence[b]));
    for fifth in order.chunks(order.len().div_ceil(5)) {
        let said = fifth.iter().map(|&i| (1.0 - confidence[i]) / 12.0).sum::<f64>();
        let happened = fifth.iter().map(|&i| (run.values[i] - means[i]).powi(2)).sum::<f64>();
        let bound = 10.0 * (2.0 / fifth.len() as f64).sqrt();
        assert!((happened / said - 1.0).abs() < bound, "{happened} instead of {said} within {bound}");
    }
}

#[test]
fn normal_intervals_cover_what_they_should() {
    let run = &*DEFAULTS;
    let inside = posterior(run)
        .iter()
        .zip(&run.values)
        .filter(|((mean, variance), x)| (*x - mean).abs() <= 1.959_964 * variance.sqrt())
        .count();
    let share = inside as f64 / run.values.len() as f64;
    assert!((0.93..=0.97).contains(&share), "{share}");
}

#[test]
fn latency_loses_only_the_step() {
    for num_steps in [100u32, 1000] {
        let config = EncoderConfig { dt_ms: 100.0 / f64::from(num_steps), ..EncoderConfig::default() };
        let run = run(&config, TTFS, 200, 7);
        let result = Decoder::new(&run.encoding, None).unwrap().decode(&run.batch).unwrap();
        let (found, error) = r2(&run.values, result.values.as_slice().unwrap());
        // A uniform error within a step: 1 − R² = 12·(1/T)²/12 = 1/T², with a relative standard error of 0.002.
        let lost = f64::from(num_steps).powi(-2);
        assert!(error < 3e-3 * lost && (1.0 - found - lost).abs() < 5.0 * error, "{found} ± {error}, lost {lost}");
        let half = 0.5 / f64::from(num_steps) + 1e-12;
        assert!(run.values.iter().zip(&result.values).all(|(x, y)| (x - y).abs() <= half));
        assert!(result.confidence.iter().all(|c| (c - (1.0 - lost)).abs() < 1e-9));
    }
}

#[test]
fn logarithmic_latencies_decode_to_their_interval() {
    let form = TtfsForm::Logarithmic { tau_ms: 20.0, theta0: 1.0 };
    let code = CodeOptions::TemporalTtfs(TtfsOptions { form, zero: ZeroValue::Silent });
    let run = run(&EncoderConfig::default(), code, 20, 8);
    let decoder = TimeToFirstSpikeDecoder::for_encoding(&run.encoding).unwrap();
    for (row, sample) in run.batch.samples().zip(run.values.chunks(CHANNELS)) {
        for (step, &x) in row.first_spikes().into_iter().zip(sample) {
            let (low, high) = decoder.interval(step.unwrap());
            assert!(low - 1e-12 <= x && x <= high + 1e-12, "{x} in ({low}, {high}]");
        }
    }
}

#[test]
fn values_come_back_in_the_callers_units() {
    let raw: Vec<f64> =
        uniform(20_000, 9).iter().enumerate().map(|(i, x)| -40.0 + 0.5 * x * (1.0 + (i % 10) as f64)).collect();
    let unit = uniform(20_000, 9);
    let percentile = NormalizerKind::Percentile { low_pct: 2.0, high_pct: 95.0 };
    for kind in [NormalizerKind::None, NormalizerKind::MinMax, NormalizerKind::PerChannel, percentile] {
        let values = if kind == NormalizerKind::None { &unit } else { &raw };
        let run = run_with(&EncoderConfig::default(), TTFS, kind, 10, values.clone());
        let result = Decoder::new(&run.encoding, None).unwrap().decode(&run.batch).unwrap();
        assert_eq!(result.values.dim(), (2000, 10));
        for ((_, channel), (y, &x)) in result.values.indexed_iter().zip(values).map(|((at, y), x)| (at, (y, x))) {
            let [low, high] = run.encoding.normalizer.range(channel);
            let bound = (high - low) / 2000.0 * (1.0 + 1e-9);
            assert!((y - x.clamp(low, high)).abs() <= bound, "{kind:?}: {x} came back as {y}, bound {bound}");
        }
        // R² does not change under a change of units; clipping by percentiles lowers what can be had.
        let run = run_with(&EncoderConfig::default(), POISSON, kind, 10, values.clone());
        let result = Decoder::new(&run.encoding, None).unwrap().decode(&run.batch).unwrap().scored(values).unwrap();
        let low = run.encoding.normalizer.range(0)[0];
        assert!(result.values.iter().all(|y| *y >= low.min(-40.0)));
        assert!(result.reconstruction_r2.unwrap() > 0.6, "{kind:?}: {:?}", result.reconstruction_r2);
    }
}

#[test]
fn the_two_ways_to_decode_agree() {
    let run = run(&EncoderConfig::default(), POISSON, 40, 10);
    let batch = Decoder::new(&run.encoding, None).unwrap().decode(&run.batch).unwrap();
    let train = Decoder::decode_train(&run.batch.to_train(), Some(DecodingMethod::SpikeCount)).unwrap();
    assert_eq!(batch, train);
}

#[test]
fn constant_arrays_and_channels_decode_exactly() {
    for constant in [0.1, -3.7e5, 1e-300, 0.0] {
        for code in [POISSON, TTFS] {
            for kind in [NormalizerKind::MinMax, NormalizerKind::PerChannel] {
                let run = run_with(&EncoderConfig::default(), code, kind, 3, vec![constant; 6]);
                let result =
                    Decoder::new(&run.encoding, None).unwrap().decode(&run.batch).unwrap().scored(&run.values).unwrap();
                assert!(result.values.iter().all(|y| *y == constant));
                assert_eq!((result.reconstruction_mse, result.reconstruction_r2), (Some(0.0), None));
            }
            let values = vec![1.0, constant, 2.0, constant];
            let run = run_with(&EncoderConfig::default(), code, NormalizerKind::PerChannel, 2, values);
            let result = Decoder::new(&run.encoding, None).unwrap().decode(&run.batch).unwrap();
            assert!(result.values.column(1).iter().all(|y| *y == constant));
        }
    }
}

#[test]
fn a_method_of_another_code_is_an_error_that_names_the_right_one() {
    for (code, own) in [(POISSON, DecodingMethod::SpikeCount), (TTFS, DecodingMethod::TimeToFirstSpike)] {
        let run = run_with(&EncoderConfig::default(), code, NormalizerKind::None, 2, vec![0.5, 1.0]);
        assert_eq!(Decoder::new(&run.encoding, None).unwrap().decode(&run.batch).unwrap().method, own);
        for method in [DecodingMethod::PopulationVector, DecodingMethod::Phase, DecodingMethod::RankOrder] {
            let error = Decoder::new(&run.encoding, Some(method)).unwrap_err();
            let scheme = code.scheme();
            assert_eq!(error, DecodeError::WrongMethod { method, scheme });
            assert_eq!(error.to_string(), format!("{method} does not decode {scheme}; use {own}"));
        }
    }
}

#[test]
fn spikes_that_cannot_be_decoded_are_errors() {
    let grid = TimeGrid::from_ms(100.0, 0.1).unwrap();
    let bare = SpikeTrain::from_neurons(grid, &[vec![1, 50]]).unwrap();
    let error = Decoder::decode_train(&bare, Some(DecodingMethod::TimeToFirstSpike)).unwrap_err();
    assert_eq!(error, DecodeError::NoEncoding { method: DecodingMethod::TimeToFirstSpike });
    assert!(error.to_string().contains("time_to_first_spike") && error.to_string().contains("with_encoding"));
    let run = run_with(&EncoderConfig::default(), POISSON, NormalizerKind::None, 2, vec![0.5, 1.0, 0.0, 0.1]);
    let odd = bare.with_encoding(run.encoding.clone());
    let error = Decoder::decode_train(&odd, None).unwrap_err();
    assert_eq!(error, DecodeError::ChannelMismatch { expected: 2, found: 1 });
    let result = Decoder::new(&run.encoding, None).unwrap().decode(&run.batch).unwrap();
    let error = result.scored(&[0.5]).unwrap_err();
    assert_eq!(error, DecodeError::OriginalShape { original: 1, decoded: 4 });
    let mut broken = run.encoding.as_ref().clone();
    broken.config.max_firing_rate_hz = 1e6;
    let error = Decoder::new(&broken.into(), None).unwrap_err();
    assert!(matches!(&error, DecodeError::Config(_)) && error.to_string().contains("10000 Hz"), "{error}");
    assert_eq!(run.encoding.scheme(), CodingScheme::RatePoisson);
}

/// A code, a configuration that it accepts, and values of three channels.
fn any_run() -> impl Strategy<Value = (CodeOptions, EncoderConfig, Vec<f64>)> {
    let poisson = (any::<bool>(), any::<bool>()).prop_map(|(exact, compensated)| {
        let probability = if exact { Probability::Exact } else { Probability::PerStep };
        let refractory = if compensated { RefractoryMode::Compensated } else { RefractoryMode::Uncompensated };
        CodeOptions::RatePoisson(PoissonOptions { probability, refractory })
    });
    let form = prop_oneof![
        Just(TtfsForm::Linear),
        (0.01f64..200.0, 0.05f64..4.0).prop_map(|(tau_ms, theta0)| TtfsForm::Logarithmic { tau_ms, theta0 }),
    ];
    let zero = prop_oneof![Just(ZeroValue::LastStep), Just(ZeroValue::Silent)];
    let ttfs = (form, zero).prop_map(|(form, zero)| CodeOptions::TemporalTtfs(TtfsOptions { form, zero }));
    let share = || prop_oneof![4 => 0.0f64..=1.0, 1 => Just(0.0), 1 => Just(1.0)];
    (prop_oneof![poisson, ttfs], 1u32..200, 0u32..60, share(), share(), prop::collection::vec(share(), 3)).prop_map(
        |(code, num_steps, dead, top, low, values)| {
            let max_hz = top * 1e3 / f64::from(dead + 1);
            let config = EncoderConfig {
                time_window_ms: f64::from(num_steps),
                dt_ms: 1.0,
                max_firing_rate_hz: max_hz,
                min_firing_rate_hz: max_hz * low,
                refractory_period_ms: f64::from(dead),
                ..EncoderConfig::default()
            };
            (code, config, values)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200, rng_seed: RngSeed::Fixed(30), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn any_spikes_decode_to_unit_values_and_confidences(
        (code, config, values) in any_run(),
        foreign in prop::collection::vec(prop::collection::btree_set(0u32..200, 0..80), 3),
    ) {
        let run = run_with(&config, code, NormalizerKind::None, 3, values);
        let steps = run.batch.grid().num_steps();
        // Spikes of the code, and rows that it would never make (after jitter, or from elsewhere).
        let rows: Vec<Vec<u32>> = foreign.iter().map(|row| row.iter().copied().filter(|s| *s < steps).collect()).collect();
        let foreign = SpikeTrain::from_neurons(run.batch.grid(), &rows).unwrap().with_encoding(run.encoding.clone());
        for train in [run.batch.to_train(), foreign] {
            let result = Decoder::decode_train(&train, None).unwrap();
            prop_assert!(result.values.iter().chain(&result.confidence).all(|x| (-1e-12..=1.0 + 1e-12).contains(x)), "{result:?}");
            prop_assert!(result.activity.iter().all(|a| *a >= 0.0));
        }
        if let CodeOptions::TemporalTtfs(_) = code {
            let decoder = TimeToFirstSpikeDecoder::for_encoding(&run.encoding).unwrap();
            for (step, &x) in run.batch.sample(0).first_spikes().into_iter().zip(&run.values) {
                let (low, high) = step.map_or((0.0, 0.0), |step| decoder.interval(step));
                prop_assert!(low - 1e-12 <= x && x <= high + 1e-12, "{x} in ({low}, {high}]");
            }
        }
    }

    #[test]
    fn no_decoder_exceeds_the_optimum((code, config, values) in any_run()) {
        let run = run_with(&config, code, NormalizerKind::None, 3, values);
        for distribution in [ValueDistribution::uniform(), ValueDistribution::of(&run.values)] {
            let Some(limit) = Reachable::of(&run.encoding, &distribution).unwrap() else { continue };
            prop_assert!((-1e-9..=1.0 + 1e-9).contains(&limit.optimal), "{limit:?}");
            prop_assert!(limit.own_decoder <= limit.optimal + 1e-9, "{limit:?}");
        }
    }
}
