//! The latency population: intervals that hold every value, calibrated with and without jitter.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

#[expect(dead_code, reason = "other tests use the rest")]
mod simulation;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use simulation::{Run, drawn, mean, r2, uniform};
use spike_core::{
    CenterPlacement, CodeOptions, CodingScheme, Decoded, DecoderFor, EncoderConfig, Encoding, LatencyPopulationOptions,
    Normalizer, Seed, SpikeTrain, ValueDecoder,
};
use spike_decode::{
    BayesianDecoder, Estimate, LatencyPosterior, PopulationVectorDecoder, Prior, Reachable, ValueDistribution,
    VectorFormula,
};
use spike_encode::Encoder;

const LATENCY: CodeOptions = CodeOptions::PopulationLatency(LatencyPopulationOptions {
    beta: 1.5,
    centers: CenterPlacement::Beyond,
    silent_below: 0.1,
});

fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(21), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(fixed(400))]

    #[test]
    fn the_intervals_hold_the_value(
        values in prop::collection::vec(0.0f64..=1.0, 1..12),
        population_size in 3u32..40,
        num_steps in prop_oneof![1u32..30, 30u32..5000, Just(1_000_000)],
        beta in 0.2f64..8.0,
        ends in any::<bool>(),
        silent_below in prop_oneof![Just(0.0), 0.0f64..=0.9, Just(1.0)],
    ) {
        let centers = if ends { CenterPlacement::Ends } else { CenterPlacement::Beyond };
        let code = CodeOptions::PopulationLatency(LatencyPopulationOptions { beta, centers, silent_below });
        let config = EncoderConfig {
            time_window_ms: f64::from(num_steps), dt_ms: 1.0, population_size, refractory_period_ms: 0.0,
            ..EncoderConfig::default()
        };
        let n = values.len();
        let encoder = Encoder::new(&config, code, Normalizer::identity(n), Seed(1), vec![n]).unwrap();
        let (batch, _) = encoder.encode(&values, 0).unwrap();
        let posterior = LatencyPosterior::for_encoding(encoder.encoding(), &Prior::uniform()).unwrap();
        for (i, &x) in values.iter().enumerate() {
            let size = population_size as usize;
            let rows = batch.sample(0).rows(i * size, (i + 1) * size);
            let intervals = posterior.intervals(rows).unwrap();
            prop_assert!(intervals.iter().any(|(low, high)| *low <= x && x <= *high), "{x} in {intervals:?}");
            prop_assert!(intervals.array_windows().all(|[a, b]| a.1 < b.0));
            let found = posterior.of(rows).unwrap();
            let (first, last) = (intervals[0].0, intervals.last().unwrap().1);
            prop_assert!(first <= found.mean && found.mean <= last && found.low95 <= found.high95);
            prop_assert!(intervals.iter().any(|(low, high)| *low <= found.mode && found.mode <= *high));
            // Another value of the same intervals causes the same spikes: they are as narrow as they can be. Off the
            // middle, where a centre with its own single response may be.
            let wide = intervals.iter().find(|(low, high)| high - low > 1e-9);
            if let Some(other) = wide.map(|(low, high)| low + 0.37 * (high - low)) {
                let mut others = values.clone();
                others[i] = other;
                let (again, _) = encoder.encode(&others, 0).unwrap();
                prop_assert_eq!(again.sample(0).rows(i * size, (i + 1) * size), rows);
            }
        }
    }
}

#[test]
fn steps_alone_are_lost() {
    for (dt_ms, best) in [(0.1, 0.999_999), (1.0, 0.999_9)] {
        let config = EncoderConfig { dt_ms, ..EncoderConfig::default() };
        let run = Run::new(&config, LATENCY, uniform(20_000, 1), 1);
        let decoded = run.bayes(Estimate::PosteriorMean, &Prior::uniform());
        let (found, error) = r2(&run.values, &decoded.values);
        let confidence = mean(decoded.confidence.iter().copied());
        assert!(found > best && (confidence - found).abs() < 5.0 * error, "{found} ± {error}, {confidence}");
        let (mle, _) = r2(&run.values, &run.bayes(Estimate::Mle, &Prior::uniform()).values);
        assert!(mle > best);
        let limit = Reachable::of(&run.encoding, &ValueDistribution::of(&run.values)).unwrap().unwrap();
        assert!(limit.optimal >= limit.own_decoder && limit.own_decoder > best && limit.standard_error == 0.0);
    }
}

#[test]
fn the_vector_of_earliness_is_exact_only_with_its_map() {
    let run = Run::new(&EncoderConfig::default(), LATENCY, uniform(20_000, 2), 2);
    let vector = PopulationVectorDecoder::for_encoding(&run.encoding).unwrap();
    let edge = r2(&run.values, &run.decode(&vector).values).0;
    let plain = r2(&run.values, &run.decode(&vector.with_formula(VectorFormula::Plain)).values).0;
    assert!(edge > 0.9995 && plain < edge && plain > 0.99, "{edge} {plain}");
}

#[test]
fn jitter_is_taken_into_account() {
    for (jitter_ms, prior_weights, seed) in [(1.0, vec![1.0], 3), (5.0, vec![1.0], 4), (5.0, vec![1.0, 5.0, 0.5], 5)] {
        let config = EncoderConfig { jitter_ms, dt_ms: 0.5, ..EncoderConfig::default() };
        let prior = Prior::from_weights(&prior_weights).unwrap();
        let run = Run::new(&config, LATENCY, drawn(&prior_weights, 2000, seed), seed);
        let decoded = run.bayes(Estimate::PosteriorMean, &prior);
        let (found, error) = r2(&run.values, &decoded.values);
        let confidence = mean(decoded.confidence.iter().copied());
        assert!((confidence - found).abs() < 5.0 * error, "{jitter_ms} ms: {confidence}, R² {found} ± {error}");
        assert!(found > 0.998, "{found}");
        let posterior = LatencyPosterior::for_encoding(&run.encoding, &prior).unwrap();
        let covered = mean(run.rows().zip(&run.values).map(|(rows, x)| {
            let posterior = posterior.of(rows).unwrap();
            f64::from(u8::from(posterior.low95 <= *x && *x <= posterior.high95))
        }));
        // 2000 values: the standard error is 0.005.
        assert!((0.925..=0.975).contains(&covered), "{jitter_ms} ms: {covered}");
        let (mle, _) = r2(&run.values, &run.bayes(Estimate::Mle, &prior).values);
        assert!(mle > 0.997 && mle < found + 5.0 * error, "{mle} {found}");
        assert_eq!(Reachable::of(&run.encoding, &ValueDistribution::uniform()), Ok(None));
    }
}

#[test]
fn spikes_of_no_value_say_nothing() {
    let encoding =
        Encoding::new(&EncoderConfig::default(), LATENCY, Normalizer::identity(1), Seed(0), vec![1]).unwrap();
    // The first neuron and the last at once.
    let mut rows = vec![vec![]; 10];
    (rows[0], rows[9]) = (vec![100], vec![100]);
    let train = SpikeTrain::from_neurons(EncoderConfig::default().grid().unwrap(), &rows).unwrap();
    let prior = Prior::from_weights(&[1.0, 3.0]).unwrap();
    let posterior = LatencyPosterior::for_encoding(&encoding, &prior).unwrap();
    assert_eq!(posterior.intervals(train.view()), Ok(vec![]));
    let found = posterior.of(train.view()).unwrap();
    assert!((found.mean - prior.mean()).abs() < 1e-12 && (found.variance - prior.variance()).abs() < 1e-12);
    assert!((found.low95 - 0.05).abs() < 1e-12 && found.high95 < 1.0);
    let mut decoded = Decoded::default();
    let decoder = BayesianDecoder::new(&encoding, Estimate::PosteriorMean, &prior).unwrap();
    decoder.decode_sample(train.view(), 0, &mut decoded).unwrap();
    assert!((decoded.values[0] - prior.mean()).abs() < 1e-12 && decoded.confidence[0] < 1e-12);
    let jittered = EncoderConfig { jitter_ms: 1.0, ..EncoderConfig::default() };
    let encoding = Encoding::new(&jittered, LATENCY, Normalizer::identity(1), Seed(0), vec![1]).unwrap();
    assert_eq!(LatencyPosterior::for_encoding(&encoding, &prior).unwrap().of(train.view()).unwrap().mean, found.mean);
    assert_eq!(CodingScheme::PopulationLatency, encoding.scheme());
}
