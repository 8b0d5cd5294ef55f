//! Any spikes under any record of a population: finite answers inside the range, and equal ones by either way.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use spike_core::{
    CenterPlacement, CodeOptions, Decoded, DecoderFor, EncoderConfig, Encoding, LatencyPopulationOptions, Normalizer,
    PoissonOptions, PopulationOptions, Probability, RefractoryMode, Seed, SpikeTrain, ValueDecoder,
};
use spike_decode::{
    BayesianDecoder, Estimate, FisherInformation, LatencyPosterior, PopulationPosterior, PopulationVectorDecoder,
    Posterior, Prior, Reachable, ValueDistribution, VectorFormula,
};

fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(22), failure_persistence: None, ..ProptestConfig::default() }
}

fn code() -> impl Strategy<Value = CodeOptions> {
    (0u8..4, 0.05f64..100.0, any::<[bool; 3]>(), 0.0f64..=1.0).prop_map(|(kind, beta, flags, silent_below)| {
        let poisson = PoissonOptions {
            probability: if flags[0] { Probability::Exact } else { Probability::PerStep },
            refractory: if flags[1] { RefractoryMode::Compensated } else { RefractoryMode::Uncompensated },
        };
        let centers = if flags[2] { CenterPlacement::Ends } else { CenterPlacement::Beyond };
        let options = PopulationOptions { beta, centers, poisson, ..PopulationOptions::default() };
        match kind {
            0 => CodeOptions::PopulationGaussian(options),
            1 => CodeOptions::PopulationTriangular(options),
            2 => CodeOptions::RatePoisson(poisson),
            _ => CodeOptions::PopulationLatency(LatencyPopulationOptions { beta, centers, silent_below }),
        }
    })
}

fn config() -> impl Strategy<Value = EncoderConfig> {
    let share = || prop_oneof![3 => 0.0f64..=1.0, 1 => Just(0.0), 1 => Just(1.0)];
    let dead = prop_oneof![Just(0u32), 1u32..40, 40u32..2000];
    let jitter = prop_oneof![Just(0.0), 0.0f64..5.0];
    (1u32..300, dead, share(), share(), 3u32..9, jitter).prop_map(|(num_steps, dead, top, low, size, jitter)| {
        // Admissible for every kind of spikes: the compensated ones have the lowest limit.
        let max_hz = top * 1000.0 / (1.0 + f64::from(dead));
        EncoderConfig {
            time_window_ms: f64::from(num_steps),
            dt_ms: 1.0,
            max_firing_rate_hz: max_hz,
            min_firing_rate_hz: low * max_hz,
            refractory_period_ms: f64::from(dead),
            population_size: size,
            jitter_ms: f64::min(jitter, f64::from(num_steps)),
            ..EncoderConfig::default()
        }
    })
}

fn prior() -> impl Strategy<Value = Prior> {
    let weight = prop_oneof![1 => Just(0.0), 3 => 0.0f64..1.0, 1 => 1e-6f64..1e-3];
    prop::collection::vec(weight, 1..12).prop_map(|mut weights| {
        weights[0] += 1e-3;
        Prior::from_weights(&weights).unwrap()
    })
}

/// Sorted rows, whether or not the code could make them.
fn rows(num_steps: u32, neurons: usize) -> impl Strategy<Value = Vec<Vec<u32>>> {
    let row = prop_oneof![
        Just(Vec::new()),
        prop::collection::btree_set(0..num_steps, 0..20).prop_map(|steps| steps.into_iter().collect()),
        Just((0..num_steps).collect()),
    ];
    prop::collection::vec(row, neurons)
}

fn case() -> impl Strategy<Value = (Encoding, Prior, Vec<Vec<u32>>)> {
    (code(), config(), prior()).prop_flat_map(|(code, config, prior)| {
        let encoding = Encoding::new(&config, code, Normalizer::identity(1), Seed(0), vec![1]).unwrap();
        let rows = rows(config.grid().unwrap().num_steps(), encoding.num_neurons());
        (Just(encoding), Just(prior), rows)
    })
}

fn posterior(encoding: &Encoding, prior: &Prior, train: &SpikeTrain) -> Posterior {
    match encoding.code {
        CodeOptions::PopulationLatency(_) => {
            LatencyPosterior::for_encoding(encoding, prior).unwrap().of(train.view()).unwrap()
        }
        _ => PopulationPosterior::for_encoding(encoding, prior).unwrap().of(train.view()).unwrap(),
    }
}

proptest! {
    #![proptest_config(fixed(600))]

    #[test]
    fn answers_are_finite_and_inside_the_range((encoding, prior, rows) in case()) {
        let train = SpikeTrain::from_neurons(encoding.config.grid().unwrap(), &rows).unwrap();
        let all = posterior(&encoding, &prior, &train);
        for x in [all.mean, all.mode, all.low95, all.high95] {
            prop_assert!((0.0..=1.0).contains(&x), "{all:?}");
        }
        prop_assert!(all.low95 <= all.high95 && all.variance >= 0.0 && all.variance <= 0.25 + 1e-9, "{all:?}");
        // The mode may be the edge of a bin, on either side of it by rounding.
        prop_assert!([-1e-8, 0.0, 1e-8].iter().any(|by| prior.density(all.mode + by) > 0.0), "{all:?}");
        for estimate in [Estimate::PosteriorMean, Estimate::Map, Estimate::Mle] {
            let mut decoded = Decoded::default();
            let decoder = BayesianDecoder::new(&encoding, estimate, &prior).unwrap();
            decoder.decode_sample(train.view(), 0, &mut decoded).unwrap();
            prop_assert!((0.0..=1.0).contains(&decoded.values[0]) && (0.0..=1.0).contains(&decoded.confidence[0]));
            if estimate == Estimate::PosteriorMean {
                // The first level of the quadrature, and the refined one.
                let bound = 1e-6 * all.variance.sqrt() + 1e-9;
                prop_assert!((decoded.values[0] - all.mean).abs() < bound, "{} {all:?}", decoded.values[0]);
            }
        }
        if encoding.tuning.is_some() {
            for formula in [VectorFormula::Plain, VectorFormula::EdgeCorrected] {
                let mut decoded = Decoded::default();
                let decoder = PopulationVectorDecoder::for_encoding(&encoding).unwrap().with_formula(formula);
                decoder.decode_sample(train.view(), 0, &mut decoded).unwrap();
                prop_assert!((0.0..=1.0).contains(&decoded.values[0]) && (0.0..=1.0).contains(&decoded.confidence[0]));
            }
        }
    }
}

proptest! {
    #![proptest_config(fixed(20))]

    #[test]
    fn limits_are_finite((encoding, _, _) in case()) {
        if let Some(limit) = Reachable::of(&encoding, &ValueDistribution::of(&[0.0, 0.2, 0.21, 0.7, 1.0])).unwrap() {
            let noise = 5.0 * limit.standard_error + 1e-9;
            prop_assert!(limit.standard_error >= 0.0 && (-noise..=1.0).contains(&limit.optimal), "{limit:?}");
            // The same spikes: the own decoder, which does not know the values, is never better.
            prop_assert!(limit.own_decoder <= limit.optimal + 1e-12, "{limit:?}");
        }
        if let Ok(information) = FisherInformation::for_encoding(&encoding) {
            prop_assert!((0..=10).all(|i| information.at(f64::from(i) / 10.0) >= 0.0));
        }
    }
}
