//! Populations of Poisson neurons: attained against reachable accuracy, bias at the edges, calibrated confidence.
//!
//! Monte-Carlo bounds are five standard errors, which a sound decoder exceeds with probability 6e-7; seeds are fixed.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

mod simulation;

use simulation::{Run, bias, drawn, mean, r2, uniform};
use spike_core::{
    CodeOptions, CodingScheme, ConfigError, DecodeError, Decoded, DecoderFor, DecodingMethod, Domain, EncoderConfig,
    Encoding, Normalizer, PopulationOptions, PopulationSpikes, Seed, SpikeTrain, ValueDecoder,
};
use spike_decode::{
    BayesianDecoder, Decoder, Estimate, FisherInformation, Method, PopulationPosterior, PopulationVectorDecoder, Prior,
    Reachable, ValueDistribution, VectorFormula,
};
use spike_encode::SpikeProbability;

const GAUSSIAN: CodingScheme = CodingScheme::PopulationGaussian;
const TRIANGULAR: CodingScheme = CodingScheme::PopulationTriangular;

fn code(scheme: CodingScheme) -> CodeOptions {
    CodeOptions::default_of(scheme)
}

fn config(refractory_period_ms: f64) -> EncoderConfig {
    EncoderConfig { refractory_period_ms, ..EncoderConfig::default() }
}

fn vector(run: &Run, formula: VectorFormula) -> Decoded {
    run.decode(&PopulationVectorDecoder::for_encoding(&run.encoding).unwrap().with_formula(formula))
}

#[test]
fn mean_and_mle_attain_what_the_code_can_reach() {
    for (refractory_ms, wanted, seed) in [(0.0, 0.9995, 1), (2.0, 0.9992, 2)] {
        let run = Run::new(&config(refractory_ms), code(GAUSSIAN), uniform(20_000, seed), seed);
        let limit = Reachable::of(&run.encoding, &ValueDistribution::uniform()).unwrap().unwrap();
        let unbiased = FisherInformation::for_encoding(&run.encoding).unwrap().r2_limit();
        assert!(0.0 < limit.standard_error && limit.standard_error < 0.02 * (1.0 - limit.optimal), "{limit:?}");
        assert!(limit.own_decoder <= limit.optimal && limit.own_decoder > limit.optimal - 1e-6, "{limit:?}");
        for estimate in [Estimate::PosteriorMean, Estimate::Map, Estimate::Mle] {
            let (found, error) = r2(&run.values, &run.bayes(estimate, &Prior::uniform()).values);
            assert!(found >= wanted, "{estimate:?}: {found}");
            assert!(1.0 - found <= 1.1 * (1.0 - limit.optimal), "{estimate:?}: {found}, reachable {limit:?}");
            if estimate == Estimate::PosteriorMean {
                assert!((found - limit.optimal).abs() < 5.0 * (error + limit.standard_error), "{found} {limit:?}");
            }
            assert!((found - unbiased).abs() < 0.05 * (1.0 - unbiased) + 5.0 * error, "{found}, limit {unbiased}");
        }
        let (edge, _) = r2(&run.values, &vector(&run, VectorFormula::EdgeCorrected).values);
        let (plain, _) = r2(&run.values, &vector(&run, VectorFormula::Plain).values);
        assert!(plain < edge && edge < limit.optimal && edge > 0.999, "{plain} {edge}");
    }
}

#[test]
fn triangular_and_few_spikes_attain_the_limit() {
    let slow = EncoderConfig { max_firing_rate_hz: 20.0, ..config(0.0) };
    let rate = EncoderConfig { min_firing_rate_hz: 30.0, population_size: 4, max_firing_rate_hz: 300.0, ..config(3.0) };
    for (config, scheme, seed) in
        [(config(2.0), TRIANGULAR, 3), (slow.clone(), GAUSSIAN, 4), (slow, TRIANGULAR, 5), (rate, GAUSSIAN, 6)]
    {
        let run = Run::new(&config, code(scheme), uniform(20_000, seed), seed);
        let limit = Reachable::of(&run.encoding, &ValueDistribution::uniform()).unwrap().unwrap();
        let (found, error) = r2(&run.values, &run.bayes(Estimate::PosteriorMean, &Prior::uniform()).values);
        let bound = 5.0 * (error + limit.standard_error);
        assert!((found - limit.optimal).abs() < bound, "{found} ± {error}, {limit:?} for {config:?}");
    }
}

#[test]
fn inverse_map_and_mle_have_no_bias_at_the_edge() {
    for (refractory_ms, seed) in [(0.0, 7), (2.0, 8)] {
        let values: Vec<f64> = uniform(40_000, seed).into_iter().map(|u| 0.03 * u).collect();
        let run = Run::new(&config(refractory_ms), code(GAUSSIAN), values, seed);
        let (mle, error) = bias(&run.values, &run.bayes(Estimate::Mle, &Prior::uniform()).values);
        assert!(error < 6e-5 && mle.abs() <= 1e-3, "MLE {mle} ± {error} with {refractory_ms} ms");
        let (edge, error) = bias(&run.values, &vector(&run, VectorFormula::EdgeCorrected).values);
        assert!(error < 6e-5 && (refractory_ms > 0.0 || edge.abs() <= 1e-3), "inverse {edge} ± {error}");
        let (plain, _) = bias(&run.values, &vector(&run, VectorFormula::Plain).values);
        assert!(plain > 0.02, "the plain vector is pulled inwards: {plain}");
    }
}

/// Probability of a neuron to spike in a free step, given the value.
type Curve = fn(usize, f64) -> f64;

/// ln p and ln(1 − p) on a grid, and trains, both by the naive formulas: the code written a second time.
struct Naive {
    p: Curve,
    points: Vec<f64>,
    logs: Vec<[f64; 2]>,
    dead: usize,
}

impl Naive {
    const NEURONS: usize = 10;
    const STEPS: usize = 1000;

    fn gaussian(j: usize, x: f64) -> f64 {
        let z = (x - j as f64 / 9.0) * 13.5;
        0.1 * (-0.5 * z * z).exp()
    }

    fn triangular(j: usize, x: f64) -> f64 {
        0.1 * (1.0 - 9.0 * (x - j as f64 / 9.0).abs()).max(0.0)
    }

    /// Two points of the Gauss rule, which have equal weights, in each of equal cells.
    fn new(p: Curve, dead: usize, low: f64, high: f64, cells: usize) -> Self {
        let width = (high - low) / cells as f64;
        let gauss = |i: usize| [-0.5, 0.5].map(|at| low + width * (i as f64 + 0.5 + at / 3f64.sqrt()));
        let points: Vec<f64> = (0..cells).flat_map(gauss).collect();
        let logs = |x: &f64| (0..Self::NEURONS).map(|j| p(j, *x)).map(|p| [p.ln(), (-p).ln_1p()]).collect();
        Self { logs: points.iter().flat_map(|x| -> Vec<[f64; 2]> { logs(x) }).collect(), p, points, dead }
    }

    /// Steps of each neuron: one draw for each step that is free.
    fn simulate(&self, x: f64, sample: u64) -> Vec<Vec<u32>> {
        let row = |j: usize| {
            let mut stream = Seed(99).stream(sample, j as u32, Domain::Mismatch);
            let (mut free, mut steps) = (0, Vec::new());
            for t in 0..Self::STEPS {
                if t >= free && stream.next_open_unit() < (self.p)(j, x) {
                    steps.push(t as u32);
                    free = t + 1 + self.dead;
                }
            }
            steps
        };
        (0..Self::NEURONS).map(row).collect()
    }

    /// Posterior mean and variance: trials counted step by step, sums over the grid.
    fn moments(&self, rows: &[Vec<u32>]) -> (f64, f64) {
        let trials: Vec<[f64; 2]> = rows
            .iter()
            .map(|row| {
                let busy: usize = row.iter().map(|&s| (Self::STEPS - 1 - s as usize).min(self.dead)).sum();
                [row.len() as f64, (Self::STEPS - row.len() - busy) as f64]
            })
            .collect();
        let ln = |logs: &[[f64; 2]]| {
            logs.iter()
                .zip(&trials)
                .map(|(l, n)| (if n[0] > 0.0 { n[0] * l[0] } else { 0.0 }) + n[1] * l[1])
                .sum::<f64>()
        };
        let all: Vec<f64> = self.logs.chunks(Self::NEURONS).map(ln).collect();
        let top = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = all.iter().map(|l| (l - top).exp()).collect();
        let mass: f64 = weights.iter().sum();
        let mean = weights.iter().zip(&self.points).map(|(w, x)| w * x).sum::<f64>() / mass;
        let spread = weights.iter().zip(&self.points).map(|(w, x)| w * (x - mean).powi(2)).sum::<f64>();
        (mean, spread / mass)
    }
}

#[test]
fn the_bias_of_the_posterior_mean_is_its_shrinkage() {
    for (refractory_ms, seed) in [(0.0, 9), (2.0, 10)] {
        let near = |n, seed| -> Vec<f64> { uniform(n, seed).into_iter().map(|u| 0.03 * u).collect() };
        let run = Run::new(&config(refractory_ms), code(GAUSSIAN), near(40_000, seed), seed);
        let (found, error) = bias(&run.values, &run.bayes(Estimate::PosteriorMean, &Prior::uniform()).values);
        // Values near 0 leave no mass above 0.2; points 2.5e-4 apart are a thirtieth of a standard deviation.
        let naive = Naive::new(Naive::gaussian, (refractory_ms * 10.0) as usize, 0.0, 0.2, 400);
        let values = near(6000, seed + 100);
        let simulated = |(i, &x): (usize, &f64)| naive.moments(&naive.simulate(x, i as u64)).0;
        let means: Vec<f64> = values.iter().enumerate().map(simulated).collect();
        let (expected, expected_error) = bias(&values, &means);
        let bound = 5.0 * (error * error + expected_error * expected_error).sqrt();
        assert!(found > 1e-3 && bound < 6e-4, "{found} ± {error}");
        assert!((found - expected).abs() < bound, "{found}, expected {expected} within {bound}");
    }
}

#[test]
fn the_quadrature_agrees_with_a_fine_grid() {
    let curves: [(CodingScheme, Curve); 2] = [(GAUSSIAN, Naive::gaussian), (TRIANGULAR, Naive::triangular)];
    for (scheme, p) in curves {
        let naive = Naive::new(p, 20, 0.0, 1.0, 9000);
        let encoding = Encoding::new(&config(2.0), code(scheme), Normalizer::identity(1), Seed(0), vec![1]).unwrap();
        let posterior = PopulationPosterior::for_encoding(&encoding, &Prior::uniform()).unwrap();
        let decoder = BayesianDecoder::for_encoding(&encoding).unwrap();
        let silent = vec![vec![]; 10];
        let mut odd = silent.clone();
        (odd[2], odd[3]) = (vec![5, 400], vec![999]);
        let mut cases: Vec<Vec<Vec<u32>>> = (0..25).map(|i| naive.simulate(f64::from(i) / 24.0, i as u64)).collect();
        cases.extend([silent, odd]);
        for rows in &cases {
            let (mean, variance) = naive.moments(rows);
            let train = SpikeTrain::from_neurons(config(2.0).grid().unwrap(), rows).unwrap();
            let found = posterior.of(train.view()).unwrap();
            // Kinks of the triangular curves are edges of the 9000 cells.
            assert!((found.mean - mean).abs() < 1e-9, "{scheme}: {} {mean}", found.mean);
            assert!((found.variance / variance - 1.0).abs() < 1e-5, "{scheme}: {} {variance}", found.variance);
            assert!(found.low95 < mean && mean < found.high95);
            let mut decoded = Decoded::default();
            decoder.decode_sample(train.view(), 0, &mut decoded).unwrap();
            assert!((decoded.values[0] - found.mean).abs() < 1e-8, "both levels of the quadrature agree");
        }
    }
}

#[test]
fn sharp_posteriors_are_integrated_as_well() {
    // 20 s and 200 s windows: standard deviations of 4e-4 and 1.3e-4, far below the first level's panels.
    for (window_ms, seed) in [(20_000.0, 11), (200_000.0, 12)] {
        let config = EncoderConfig { time_window_ms: window_ms, ..config(2.0) };
        let encoding = Encoding::new(&config, code(GAUSSIAN), Normalizer::identity(8), Seed(seed), vec![8]).unwrap();
        let encoder = spike_encode::Encoder::from_encoding(encoding).unwrap();
        let (batch, _) = encoder.encode(&uniform(8, seed), 0).unwrap();
        let posterior = PopulationPosterior::for_encoding(encoder.encoding(), &Prior::uniform()).unwrap();
        let mut decoded = Decoded::default();
        let decoder = BayesianDecoder::for_encoding(encoder.encoding()).unwrap();
        decoder.decode_sample(batch.sample(0), 0, &mut decoded).unwrap();
        for channel in 0..8 {
            let rows = batch.sample(0).rows(channel * 10, channel * 10 + 10);
            let found = posterior.of(rows).unwrap();
            // The grid of the definition, around the mode that it finds itself.
            let reach = 12.0 * found.variance.sqrt();
            let naive =
                Naive::new(Naive::gaussian, 20, (found.mode - reach).max(0.0), (found.mode + reach).min(1.0), 2000);
            let steps = config.grid().unwrap().num_steps() as usize;
            let trials: Vec<[f64; 2]> = rows
                .neurons()
                .map(|row| {
                    let busy: usize = row.iter().map(|&s| (steps - 1 - s as usize).min(20)).sum();
                    [row.len() as f64, (steps - row.len() - busy) as f64]
                })
                .collect();
            let ln: Vec<f64> = naive
                .logs
                .chunks(10)
                .map(|logs| logs.iter().zip(&trials).map(|(l, n)| n[0] * l[0] + n[1] * l[1]).sum())
                .collect();
            let top = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mass: f64 = ln.iter().map(|l| (l - top).exp()).sum();
            let first: f64 = ln.iter().zip(&naive.points).map(|(l, x)| (l - top).exp() * x).sum();
            assert!((found.mean - first / mass).abs() < 1e-9, "{} {}", found.mean, first / mass);
            assert!((decoded.values[channel] - found.mean).abs() < 1e-9);
            assert!((found.mode - found.mean).abs() < found.variance.sqrt());
        }
    }
}

/// Mean confidence against attained R², and coverage of the 95 % intervals.
fn check_calibration(run: &Run, prior: &Prior, what: &str) {
    let decoded = run.bayes(Estimate::PosteriorMean, prior);
    let (found, error) = r2(&run.values, &decoded.values);
    let confidence = mean(decoded.confidence.iter().copied());
    assert!((confidence - found).abs() < 5.0 * error, "{what}: confidence {confidence}, R² {found} ± {error}");
    let posterior = PopulationPosterior::for_encoding(&run.encoding, prior).unwrap();
    let covered = mean(run.rows().zip(&run.values).map(|(rows, x)| {
        let posterior = posterior.of(rows).unwrap();
        if posterior.low95 <= *x && *x <= posterior.high95 { 1.0 } else { 0.0 }
    }));
    // 5000 values: the standard error is 0.003, so that 0.93 and 0.97 are 6.5 of them away.
    assert!((0.93..=0.97).contains(&covered), "{what}: {covered}");
}

#[test]
fn confidence_and_intervals_are_calibrated() {
    let weights: Vec<f64> = (0..40).map(|i| (f64::from(i) + 0.5) / 40.0).map(|x| x * (1.0 - x).powi(3)).collect();
    let beta = Prior::from_weights(&weights).unwrap();
    let few = EncoderConfig { max_firing_rate_hz: 60.0, ..config(2.0) };
    for (scheme, config, seed) in [
        (GAUSSIAN, config(2.0), 20),
        (TRIANGULAR, config(2.0), 21),
        (CodingScheme::RatePoisson, config(2.0), 22),
        (GAUSSIAN, few.clone(), 23),
        (TRIANGULAR, few, 24),
    ] {
        let flat = Run::new(&config, code(scheme), uniform(5000, seed), seed);
        check_calibration(&flat, &Prior::uniform(), &format!("{scheme}, uniform"));
        let skewed = Run::new(&config, code(scheme), drawn(&weights, 5000, seed + 50), seed + 50);
        check_calibration(&skewed, &beta, &format!("{scheme}, not uniform"));
        // The right prior is better than the wrong one.
        let [right, wrong] = [&beta, &Prior::uniform()]
            .map(|prior| r2(&skewed.values, &skewed.bayes(Estimate::PosteriorMean, prior).values).0);
        assert!(right > wrong, "{scheme}: {right} {wrong}");
    }
}

#[test]
fn the_activity_is_spikes_over_the_most_there_could_be() {
    let run = Run::new(&config(2.0), code(GAUSSIAN), uniform(1000, 30), 30);
    let decoded = run.bayes(Estimate::PosteriorMean, &Prior::uniform());
    for (rows, activity) in run.rows().zip(&decoded.activity) {
        assert!((activity - rows.num_spikes() as f64 / (10.0 * 0.1 * 1000.0)).abs() < 1e-12);
    }
    assert_eq!(decoded.activity, vector(&run, VectorFormula::Plain).activity);
}

#[test]
fn impossible_spikes_are_taken_as_spurious() {
    // Triangular curves: neurons 1 and 6 cannot spike together. Ten spikes against one: the ten are believed.
    let encoding = Encoding::new(&config(2.0), code(TRIANGULAR), Normalizer::identity(1), Seed(0), vec![1]).unwrap();
    let mut rows = vec![vec![]; 10];
    (rows[1], rows[6]) = ((0..10).map(|i| 100 * i).collect(), vec![77]);
    let train = SpikeTrain::from_neurons(config(2.0).grid().unwrap(), &rows).unwrap();
    let posterior = PopulationPosterior::for_encoding(&encoding, &Prior::uniform()).unwrap().of(train.view()).unwrap();
    assert!((posterior.mean - 1.0 / 9.0).abs() < 0.1 && posterior.variance > 0.0, "{posterior:?}");
    for estimate in [Estimate::PosteriorMean, Estimate::Map, Estimate::Mle] {
        let mut decoded = Decoded::default();
        let decoder = BayesianDecoder::new(&encoding, estimate, &Prior::uniform()).unwrap();
        decoder.decode_sample(train.view(), 0, &mut decoded).unwrap();
        assert!((decoded.values[0] - 1.0 / 9.0).abs() < 0.1 && (0.0..=1.0).contains(&decoded.confidence[0]));
    }
    // Without the stray spike it is the ordinary posterior, and a wide one for one neuron alone.
    rows[6].clear();
    let train = SpikeTrain::from_neurons(config(2.0).grid().unwrap(), &rows).unwrap();
    let clean = PopulationPosterior::for_encoding(&encoding, &Prior::uniform()).unwrap().of(train.view()).unwrap();
    assert!((clean.mean - posterior.mean).abs() < 0.05);
}

#[test]
fn silence_is_the_prior_mean_without_confidence_for_the_vector() {
    let encoding = Encoding::new(&config(2.0), code(GAUSSIAN), Normalizer::identity(1), Seed(0), vec![1]).unwrap();
    let train = SpikeTrain::from_neurons(config(2.0).grid().unwrap(), &vec![vec![]; 10]).unwrap();
    let mut decoded = Decoded::default();
    PopulationVectorDecoder::for_encoding(&encoding).unwrap().decode_sample(train.view(), 0, &mut decoded).unwrap();
    assert_eq!(
        (&decoded.values[..], &decoded.confidence[..], &decoded.activity[..]),
        (&[0.5][..], &[0.0][..], &[0.0][..])
    );
}

#[test]
fn refusals_name_the_reason() {
    let build = |code| {
        std::sync::Arc::new(Encoding::new(&config(2.0), code, Normalizer::identity(1), Seed(0), vec![1]).unwrap())
    };
    let with = |code, method: DecodingMethod| Decoder::with_method(&build(code), Method::from(method));
    for scheme in [CodingScheme::RatePoisson, CodingScheme::TemporalTtfs] {
        let error = with(code(scheme), DecodingMethod::PopulationVector).unwrap_err();
        assert_eq!(error, DecodeError::WrongMethod { method: DecodingMethod::PopulationVector, scheme });
    }
    let error = with(code(CodingScheme::TemporalTtfs), DecodingMethod::BayesianMle).unwrap_err();
    assert!(error.to_string().contains("use time_to_first_spike"), "{error}");
    let regular = PopulationOptions { spikes: PopulationSpikes::Regular, ..PopulationOptions::default() };
    let regular = build(CodeOptions::PopulationGaussian(regular));
    let error = PopulationPosterior::for_encoding(&regular, &Prior::uniform()).unwrap_err();
    assert!(matches!(error, DecodeError::Config(ConfigError::PopulationSpikes { .. })));
    assert_eq!(Decoder::new(&build(code(GAUSSIAN)), None).unwrap().method(), DecodingMethod::BayesianMle);
    let broken = Encoding { tuning: None, ..build(code(GAUSSIAN)).as_ref().clone() };
    let error = PopulationPosterior::for_encoding(&broken, &Prior::uniform()).unwrap_err();
    assert!(matches!(error, DecodeError::Config(ConfigError::TuningMismatch { found: 0, .. })));
    let train = SpikeTrain::from_neurons(config(2.0).grid().unwrap(), &vec![vec![]; 9]).unwrap();
    let posterior = PopulationPosterior::for_encoding(&build(code(GAUSSIAN)), &Prior::uniform()).unwrap();
    assert_eq!(posterior.of(train.view()), Err(DecodeError::ChannelMismatch { expected: 10, found: 9 }));
    let mut decoded = Decoded::default();
    let decoder = BayesianDecoder::for_encoding(&build(code(GAUSSIAN))).unwrap();
    assert!(decoder.decode_sample(train.view(), 0, &mut decoded).is_err());
}

#[test]
fn estimates_of_a_rate_have_their_closed_forms() {
    let run = Run::new(&config(2.0), code(CodingScheme::RatePoisson), uniform(20_000, 40), 40);
    let CodeOptions::RatePoisson(options) = run.encoding.code else { panic!("a rate code") };
    let probability = SpikeProbability::new(&run.encoding.config, options).unwrap();
    let mle = run.bayes(Estimate::Mle, &Prior::from_weights(&[1.0, 2.0]).unwrap());
    let map = run.bayes(Estimate::Map, &Prior::uniform());
    for ((row, mle), map) in run.rows().zip(&mle.values).zip(&map.values) {
        let busy: u32 = row.steps().iter().map(|s| (999 - s).min(20)).sum();
        let free = f64::from(1000 - busy);
        // p̂ = spikes / free steps.
        let expected = probability.value_of(row.steps().len() as f64 / free).clamp(0.0, 1.0);
        assert!((mle - expected).abs() < 1e-6 && (map - expected).abs() < 1e-6, "{mle} {map} {expected}");
    }
    let limit = Reachable::of(&run.encoding, &ValueDistribution::uniform()).unwrap().unwrap();
    assert!((limit.optimal - 0.9098).abs() < 1e-4 && limit.standard_error == 0.0);
    let (found, error) = r2(&run.values, &run.bayes(Estimate::PosteriorMean, &Prior::uniform()).values);
    assert!((found - limit.optimal).abs() < 5.0 * error, "{found} ± {error}");
    // A prior that excludes the lower half moves every estimate but the likelihood's own.
    let upper = Prior::from_weights(&[0.0, 1.0]).unwrap();
    let map = run.bayes(Estimate::Map, &upper);
    assert!(map.values.iter().zip(&mle.values).all(|(map, mle)| (map - mle.max(0.5)).abs() < 1e-6));
    assert!(run.bayes(Estimate::PosteriorMean, &upper).values.iter().all(|x| *x > 0.5));
}

#[test]
fn counts_of_regular_neurons_are_read_by_their_own_law() {
    for (scheme, refractory_ms) in [(GAUSSIAN, 2.0), (GAUSSIAN, 0.0), (CodingScheme::PopulationTriangular, 2.0)] {
        let options = PopulationOptions { spikes: PopulationSpikes::Regular, ..PopulationOptions::default() };
        let regular = match scheme {
            GAUSSIAN => CodeOptions::PopulationGaussian(options),
            _ => CodeOptions::PopulationTriangular(options),
        };
        let run = Run::new(&config(refractory_ms), regular, uniform(10_000, 51), 52);
        let decoded = run.bayes(Estimate::PosteriorMean, &Prior::uniform());
        let (attained, _) = r2(&run.values, &decoded.values);
        let random = Run::new(&config(refractory_ms), code(scheme), uniform(10_000, 51), 52);
        let (poisson, _) = r2(&random.values, &random.bayes(Estimate::PosteriorMean, &Prior::uniform()).values);
        assert!(1.0 - attained < 0.3 * (1.0 - poisson), "{scheme}: {attained} {poisson}");
        let confidence = mean(decoded.confidence);
        assert!((attained - confidence).abs() < 0.1 * (1.0 - attained), "{attained} {confidence}");
        let (mle, _) = r2(&run.values, &run.bayes(Estimate::Mle, &Prior::uniform()).values);
        assert!(mle <= attained && 1.0 - mle < 2.0 * (1.0 - attained), "{mle}");
    }
}
