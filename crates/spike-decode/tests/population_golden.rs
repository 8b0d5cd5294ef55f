//! Populations in discrete time against the reference values of continuous time, as the step shrinks.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

#[expect(dead_code, reason = "other tests use the rest")]
mod simulation;

use serde_json::{Map, Value};
use simulation::{Run, mean, r2, uniform};
use spike_core::{
    CodeOptions, CodingScheme, Decoded, DecoderFor, EncoderConfig, Encoding, Normalizer, PoissonOptions, Seed,
    SpikeTrain, Tuning, TuningShape, ValueDecoder,
};
use spike_decode::{
    Estimate, FisherInformation, PopulationPosterior, PopulationVectorDecoder, Prior, Reachable, ValueDistribution,
    VectorFormula,
};
use std::sync::LazyLock;

static GOLDEN: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("golden/population.json")).unwrap());

fn section(name: &str) -> &'static Map<String, Value> {
    GOLDEN[name].as_object().unwrap()
}

/// The numbers of a key such as `fmax=1000,T=0.1,tau=0.002`.
fn parameters(key: &str) -> [f64; 3] {
    let numbers: Vec<f64> = key.split(',').map(|part| part.split_once('=').unwrap().1.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

fn code(name: &str) -> CodeOptions {
    CodeOptions::default_of(if name.starts_with("tri") {
        CodingScheme::PopulationTriangular
    } else {
        CodingScheme::PopulationGaussian
    })
}

/// The tuning curves of a set.
fn tuning(name: &str) -> Tuning {
    let set = &section("configs")[name];
    let centers: Vec<f64> = set["centers"].as_array().unwrap().iter().map(|c| c.as_f64().unwrap()).collect();
    let shape = if name.starts_with("tri") { TuningShape::Triangular } else { TuningShape::Gaussian };
    Tuning { shape, widths: vec![set["width"].as_f64().unwrap(); centers.len()], centers }
}

fn config([max_hz, window_s, dead_s]: [f64; 3], dt_ms: f64) -> EncoderConfig {
    EncoderConfig {
        time_window_ms: window_s * 1e3,
        dt_ms,
        max_firing_rate_hz: max_hz,
        refractory_period_ms: dead_s * 1e3,
        ..EncoderConfig::default()
    }
}

fn encoding(name: &str, parameters: [f64; 3], dt_ms: f64) -> Encoding {
    let config = config(parameters, dt_ms);
    let plain = Encoding::new(&config, code(name), Normalizer::identity(1), Seed(0), vec![1]).unwrap();
    Encoding { tuning: Some(tuning(name)), ..plain }
}

/// The limit dt → 0 of a smooth function of dt, of which this removes the first order.
fn in_continuous_time(dt_ms: f64, of: impl Fn(f64) -> f64) -> f64 {
    2.0 * of(dt_ms / 2.0) - of(dt_ms)
}

#[test]
fn fisher_information_approaches_continuous_time() {
    let mut checked = 0;
    for (name, set) in section("configs").iter().filter(|(name, _)| name.starts_with("gauss")) {
        for (key, expected) in set.as_object().unwrap() {
            let Some(parameters) = key.strip_prefix("CRLB ").map(parameters) else { continue };
            // The references take the stationary rate from the start. A window of this code starts with ready
            // neurons, which adds up to ρ²/2 spikes to r·T, ρ = r·τ: at most 0.7 % with dead time.
            let start = if parameters[2] > 0.0 { 7.5e-3 } else { 2e-5 };
            let check = |what: &str, found: f64, wanted: f64| {
                let more = found / wanted - 1.0;
                assert!((-2e-5..start).contains(&more), "{name} {key}: {what} {found}, reference {wanted}");
            };
            for (x, sd) in expected["crlb_sd_at"].as_object().unwrap() {
                // Keys have four decimals; 0.0556 and 0.1111 stand for multiples of 1/18.
                let x: f64 = x.parse().unwrap();
                let x = if (x * 18.0 - (x * 18.0).round()).abs() < 1e-3 { (x * 18.0).round() / 18.0 } else { x };
                let at = |dt_ms| FisherInformation::for_encoding(&encoding(name, parameters, dt_ms)).unwrap().at(x);
                check("information", in_continuous_time(0.01, at), sd.as_f64().unwrap().powi(-2));
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 4 * 5 * 6);
}

#[test]
fn the_limit_of_r2_approaches_continuous_time() {
    let mut checked = 0;
    for (name, set) in section("configs").iter().filter(|(name, _)| name.starts_with("gauss")) {
        for (key, expected) in set.as_object().unwrap() {
            let Some(parameters) = key.strip_prefix("CRLB ").map(parameters) else { continue };
            let limit = |dt_ms| FisherInformation::for_encoding(&encoding(name, parameters, dt_ms)).unwrap().r2_limit();
            let lost = 1.0 - in_continuous_time(0.05, limit);
            let wanted = 1.0 - expected["R2_limit_unbiased"].as_f64().unwrap();
            let start = if parameters[2] > 0.0 { 7.5e-3 } else { 5e-4 };
            assert!((-start..5e-4).contains(&(lost / wanted - 1.0)), "{name} {key}: {lost}, reference {wanted}");
            checked += 1;
        }
    }
    assert_eq!(checked, 20);
}

/// Rows whose numbers of spikes are the expected ones of the stationary rates, to a whole number.
fn noiseless(tuning: &Tuning, x: f64, tau_s: f64, config: &EncoderConfig) -> SpikeTrain {
    let grid = config.grid().unwrap();
    let row = |j: usize| {
        let rate = 1000.0 * tuning.response(j, x);
        let count = (rate / (1.0 + rate * tau_s) * grid.duration_s()).round();
        (0..count as u32).map(|i| (f64::from(i) * f64::from(grid.num_steps()) / count) as u32).collect()
    };
    SpikeTrain::from_neurons(grid, &(0..tuning.len()).map(row).collect::<Vec<_>>()).unwrap()
}

#[test]
fn the_noiseless_vector_has_the_bias_of_the_references_and_its_inverse_none() {
    // 100 s: at most 10⁵ spikes, so that whole numbers cost less than 10⁻⁵.
    for (name, set) in section("configs") {
        for (section, tau_s) in [("pv_mean_noiseless_bias_tau0", 0.0), ("pv_noiseless_bias_fmax1000_tau2ms", 0.002)] {
            let encoding = encoding(name, [1000.0, 100.0, tau_s], 0.1);
            let decoder = |formula| PopulationVectorDecoder::for_encoding(&encoding).unwrap().with_formula(formula);
            let [plain, edge] = [VectorFormula::Plain, VectorFormula::EdgeCorrected].map(decoder);
            let decode = |decoder: &PopulationVectorDecoder, train: &SpikeTrain| {
                let mut decoded = Decoded::default();
                decoder.decode_sample(train.view(), 0, &mut decoded).unwrap();
                decoded.values[0]
            };
            for (x, expected) in set[section].as_object().unwrap() {
                let x: f64 = x.parse().unwrap();
                let train = noiseless(&tuning(name), x, tau_s, &encoding.config);
                let (found, wanted) = (decode(&plain, &train), x + expected.as_f64().unwrap());
                assert!((found - wanted).abs() < 2e-5, "{name} {section} {x}: {found}, reference {wanted}");
                let found = decode(&edge, &train);
                assert!((found - x).abs() < 1e-4, "{name} {section} {x}: the inverse is {found}");
            }
        }
    }
}

/// R² of each decoder against the reference: both are simulations, of 12 000 values there and 5000 here.
#[test]
fn decoders_attain_what_the_references_attain() {
    // A step of 0.02 ms is a probability of 0.02 at most, which adds 2 % of information at the peak of a curve.
    const DT_MS: f64 = 0.02;
    let mut checked = 0;
    for (seed, (key, expected)) in section("mc").iter().enumerate() {
        let (name, numbers) = key.split_once('|').unwrap();
        let parameters = parameters(numbers);
        let config = config(parameters, DT_MS);
        let run = Run::tuned(&config, code(name), Some(tuning(name)), uniform(5000, seed as u64), seed as u64);
        let check = |what: &str, values: &[f64]| {
            let (found, error) = r2(&run.values, values);
            let wanted = expected[what].as_f64().unwrap();
            // The standard error of the reference is about ours.
            let bound = 5.0 * (1.0 + 5.0 / 12.0f64).sqrt() * error + 0.02 * (1.0 - wanted);
            assert!((found - wanted).abs() < bound, "{key}: {what} {found} ± {error}, reference {wanted}");
        };
        let posterior = run.bayes(Estimate::PosteriorMean, &Prior::uniform());
        check("posterior_mean", &posterior.values);
        // Few spikes make the maximum a matter of the grid on which it is sought.
        if parameters[0] > 50.0 {
            check("mle", &run.bayes(Estimate::Mle, &Prior::uniform()).values);
        }
        let vector = PopulationVectorDecoder::for_encoding(&run.encoding).unwrap();
        check("pv_inverse_mapped", &run.decode(&vector).values);
        check("pv_raw", &run.decode(&vector.with_formula(VectorFormula::Plain)).values);
        let confidence = mean(posterior.confidence.iter().copied());
        let spread = mean(posterior.confidence.iter().map(|c| (c - confidence).powi(2)));
        let wanted = expected["mean_conf_1-varpost/varprior"].as_f64().unwrap();
        let bound = 5.0 * ((1.0 + 5.0 / 12.0) * spread / 5e3).sqrt() + 0.02 * (1.0 - wanted);
        assert!((confidence - wanted).abs() < bound, "{key}: {confidence}, reference {wanted} within {bound}");
        let activity = mean(posterior.activity.iter().copied());
        let wanted = expected["spec_conf_mean"].as_f64().unwrap();
        assert!((activity / wanted - 1.0).abs() < 0.02, "{key}: activity {activity}, reference {wanted}");
        checked += 1;
    }
    assert!(checked > 20, "{checked}");
}

#[test]
fn one_neuron_is_calibrated_like_the_reference() {
    let code = CodeOptions::RatePoisson(PoissonOptions::default());
    for (seed, (key, expected)) in section("single_neuron_confidence").iter().enumerate() {
        let number = |name: &str| expected[name].as_f64().unwrap();
        let run = Run::new(&config(parameters(key), 0.01), code, uniform(20_000, seed as u64), seed as u64);
        let decoded = run.bayes(Estimate::PosteriorMean, &Prior::uniform());
        let (found, error) = r2(&run.values, &decoded.values);
        let bound = 5.0 * 2f64.sqrt() * error;
        assert!((found - number("R2_post_mean")).abs() < bound, "{key}: {found} ± {error}");
        let confidence = mean(decoded.confidence.iter().copied());
        // Confidence varies less than squared errors do. With dead time, the reference knows the count alone.
        assert!((confidence - number("mean_conf_postvar")).abs() < 1.5e-3, "{key}: {confidence}");
        let activity = mean(decoded.activity.iter().copied());
        assert!((activity - number("spec_conf_mean")).abs() < 0.015, "{key}: {activity}");
    }
}

#[test]
fn the_maximum_of_the_likelihood_is_that_of_the_reference() {
    // Live time: spikes per time that was not dead.
    let all: Value = serde_json::from_str(include_str!("golden/decoding.json")).unwrap();
    let cases = all["rate_mc"].as_object().unwrap();
    let code = CodeOptions::RatePoisson(PoissonOptions::default());
    for (seed, (key, expected)) in cases.iter().enumerate() {
        let run = Run::new(&config(parameters(key), 0.01), code, uniform(20_000, seed as u64), 70 + seed as u64);
        let (found, error) = r2(&run.values, &run.bayes(Estimate::Mle, &Prior::uniform()).values);
        let wanted = expected["ML_livetime"].as_f64().unwrap();
        assert!((found - wanted).abs() < 5.0 * 2f64.sqrt() * error, "{key}: {found} ± {error}, reference {wanted}");
    }
}

#[test]
fn the_reachable_optimum_is_that_of_the_references() {
    for (key, expected) in section("mc") {
        let (name, numbers) = key.split_once('|').unwrap();
        let encoding = encoding(name, parameters(numbers), 0.02);
        let limit = Reachable::of(&encoding, &ValueDistribution::uniform()).unwrap().unwrap();
        let lost = 1.0 - expected["mean_conf_1-varpost/varprior"].as_f64().unwrap();
        // 12 000 and 4096 posterior variances, and 2 % of discrete time.
        let bound = 5.0 * (1.0 + 4.0 / 12.0f64).sqrt() * limit.standard_error + 0.02 * lost;
        assert!((1.0 - limit.optimal - lost).abs() < bound, "{key}: {limit:?}, reference loses {lost}");
        assert!(limit.own_decoder <= limit.optimal + 1e-12);
    }
}

#[test]
fn intervals_cover_as_those_of_the_references() {
    let key = "gauss_ends_sigma=1/(1.5*(N-2))|fmax=20,T=0.1,tau=0";
    let (name, numbers) = key.split_once('|').unwrap();
    let run = Run::tuned(&config(parameters(numbers), 0.1), code(name), Some(tuning(name)), uniform(10_000, 5), 5);
    let posterior = PopulationPosterior::for_encoding(&run.encoding, &Prior::uniform()).unwrap();
    let covered = mean(run.rows().zip(&run.values).map(|(rows, x)| {
        let posterior = posterior.of(rows).unwrap();
        f64::from(u8::from(posterior.low95 <= *x && *x <= posterior.high95))
    }));
    let wanted = section("mc")[key]["posterior95_coverage"].as_f64().unwrap();
    // Standard errors 0.0022 and 0.0020.
    assert!((covered - wanted).abs() < 5.0 * 0.003, "{covered}, reference {wanted}");
}
