//! Invariants of every code over random configurations: order, window, refractory period, and spikes that depend
//! on nothing but the record and the sample index.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rayon::{ThreadPool, ThreadPoolBuilder};
use spike_core::{
    BurstOptions, CenterPlacement, CodeOptions, EncoderConfig, LatencyPopulationOptions, NormalizeReport, Normalizer,
    NormalizerKind, PhaseOptions, PhaseRange, PoissonOptions, PopulationOptions, PopulationSpikes, Probability,
    RankOrderOptions, RefractoryMode, RegularOptions, Seed, Spacing, SpikeBatch, TtfsForm, TtfsOptions,
    WeightedPhaseOptions, ZeroValue,
};
use spike_encode::Encoder;
use std::sync::LazyLock;

static POOLS: LazyLock<[ThreadPool; 2]> =
    LazyLock::new(|| [1, 2].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap()));

/// The same cases in every run.
fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(20),
        failure_persistence: None,
        max_global_rejects: 100_000,
        ..ProptestConfig::default()
    }
}

fn poisson() -> impl Strategy<Value = PoissonOptions> {
    (any::<bool>(), any::<bool>()).prop_map(|(exact, compensated)| PoissonOptions {
        probability: if exact { Probability::Exact } else { Probability::PerStep },
        refractory: if compensated { RefractoryMode::Compensated } else { RefractoryMode::Uncompensated },
    })
}

fn population() -> impl Strategy<Value = CodeOptions> {
    (poisson(), 0.3f64..6.0, any::<bool>(), any::<bool>(), 0u8..3, 0.0f64..0.9).prop_map(
        |(poisson, beta, ends, regular, kind, silent_below)| {
            let spikes = if regular { PopulationSpikes::Regular } else { PopulationSpikes::Poisson };
            let centers = if ends { CenterPlacement::Ends } else { CenterPlacement::Beyond };
            let options = PopulationOptions { beta, centers, spikes, poisson };
            match kind {
                0 => CodeOptions::PopulationGaussian(options),
                1 => CodeOptions::PopulationTriangular(options),
                _ => CodeOptions::PopulationLatency(LatencyPopulationOptions { beta, centers, silent_below }),
            }
        },
    )
}

/// The Poisson options of a code that has them.
fn poisson_of(code: CodeOptions) -> Option<PoissonOptions> {
    match code {
        CodeOptions::RatePoisson(options) => Some(options),
        CodeOptions::PopulationGaussian(options) | CodeOptions::PopulationTriangular(options) => Some(options.poisson),
        _ => None,
    }
}

fn code() -> impl Strategy<Value = CodeOptions> {
    let poisson = poisson().prop_map(CodeOptions::RatePoisson);
    let form = prop_oneof![
        Just(TtfsForm::Linear),
        (0.01f64..200.0, 0.05f64..4.0).prop_map(|(tau_ms, theta0)| TtfsForm::Logarithmic { tau_ms, theta0 }),
    ];
    let ttfs = (form, any::<bool>()).prop_map(|(form, silent)| {
        let zero = if silent { ZeroValue::Silent } else { ZeroValue::LastStep };
        CodeOptions::TemporalTtfs(TtfsOptions { form, zero })
    });
    let regular = (any::<bool>(), any::<bool>()).prop_map(|(stratified, compensated)| {
        CodeOptions::RateRegular(RegularOptions {
            spacing: if stratified { Spacing::Stratified } else { Spacing::Regular },
            refractory: if compensated { RefractoryMode::Compensated } else { RefractoryMode::Uncompensated },
        })
    });
    let burst = (1u32..7)
        .prop_map(|max_spikes| CodeOptions::RateBurst(BurstOptions { max_spikes, min_isi_ms: 0.0, max_isi_ms: None }));
    let rank = Just(CodeOptions::TemporalRankOrder(RankOrderOptions::default()));
    let range = prop_oneof![
        Just(PhaseRange::FullCircle),
        (0.0f64..0.5, 0.5001f64..=1.0).prop_map(|(low, high)| PhaseRange::Guarded { low, high }),
    ];
    // The frequency is a share that `config_for` turns into hertz.
    let phase = (0.0f64..=1.0, range)
        .prop_map(|(frequency_hz, range)| CodeOptions::TemporalPhase(PhaseOptions { frequency_hz, range }));
    let weighted =
        (1u32..12).prop_map(|bits| CodeOptions::TemporalWeightedPhase(WeightedPhaseOptions { bits, slot_ms: None }));
    prop_oneof![2 => poisson, 1 => ttfs, 2 => regular, 1 => burst, 1 => rank, 1 => phase, 1 => weighted, 3 => population()]
}

/// Options that fit the grid: a frequency between one cycle in the window and one in the refractory period.
fn fitted(code: CodeOptions, config: &EncoderConfig) -> CodeOptions {
    let CodeOptions::TemporalPhase(options) = code else { return code };
    let (slowest, fastest) = (1e3 / config.time_window_ms, 1e3 / (config.refractory_period_ms + config.dt_ms));
    let frequency_hz = slowest + options.frequency_hz * (fastest - slowest).max(0.0);
    CodeOptions::TemporalPhase(PhaseOptions { frequency_hz, ..options })
}

/// Whether the rate of the code is raised to make up for the dead time.
fn is_compensated(code: CodeOptions) -> bool {
    match code {
        CodeOptions::RateRegular(o) => o.refractory == RefractoryMode::Compensated,
        code => poisson_of(code).is_some_and(|o| o.refractory == RefractoryMode::Compensated),
    }
}

/// A configuration whose highest rate is admissible for the code, up to certainty.
fn config_for(code: CodeOptions) -> impl Strategy<Value = EncoderConfig> {
    let dt_ms = prop_oneof![Just(0.1), Just(1.0), Just(0.25), Just(0.05), Just(0.001), Just(1e-6), Just(3.7)];
    let share = prop_oneof![4 => 0.0f64..=1.0, 1 => Just(0.0), 1 => Just(1.0)];
    let dead = prop_oneof![2 => Just(0u32), 3 => 1u32..30, 1 => 30u32..500];
    let jitter = prop_oneof![3 => Just(0.0), 1 => 0.0f64..0.02, 1 => 0.0f64..=1.0];
    (dt_ms, 1u32..400, dead, share.clone(), share, jitter, 3u32..9).prop_map(
        move |(dt_ms, num_steps, dead, top, low, jitter, population_size)| {
            let stride = if is_compensated(code) { 1.0 + f64::from(dead) } else { 1.0 };
            let max_hz = top / (dt_ms / 1e3 * stride);
            EncoderConfig {
                time_window_ms: f64::from(num_steps) * dt_ms,
                dt_ms,
                max_firing_rate_hz: max_hz,
                min_firing_rate_hz: max_hz * low * low,
                refractory_period_ms: f64::from(dead) * dt_ms,
                jitter_ms: jitter * f64::from(num_steps) * dt_ms,
                population_size,
                ..EncoderConfig::default()
            }
        },
    )
}

fn kind() -> impl Strategy<Value = NormalizerKind> {
    prop_oneof![
        Just(NormalizerKind::None),
        Just(NormalizerKind::MinMax),
        Just(NormalizerKind::PerChannel),
        (0.0f64..50.0, 50.5f64..=100.0)
            .prop_map(|(low_pct, high_pct)| NormalizerKind::Percentile { low_pct, high_pct }),
    ]
}

/// Values with both ends of [0, 1] among them, stretched to other units unless they have to stay.
fn values(kind: NormalizerKind, max_len: usize) -> impl Strategy<Value = Vec<f64>> {
    let unit = prop_oneof![4 => 0.0f64..=1.0, 1 => Just(0.0), 1 => Just(1.0)];
    (prop::collection::vec(unit, max_len), -1e3f64..1e3, 1e-3f64..1e6).prop_map(move |(unit, low, span)| {
        if kind == NormalizerKind::None { unit } else { unit.into_iter().map(|x| low + span * x).collect() }
    })
}

#[derive(Debug, Clone)]
struct Run {
    code: CodeOptions,
    config: EncoderConfig,
    kind: NormalizerKind,
    channels: usize,
    values: Vec<f64>,
    seed: Seed,
    first_sample: u64,
}

impl Run {
    fn encoder(&self) -> Encoder {
        let normalizer = Normalizer::fit_slice(self.kind, self.channels, &self.values).unwrap();
        Encoder::new(&self.config, self.code, normalizer, self.seed, vec![self.channels]).unwrap()
    }

    fn encode(&self) -> (SpikeBatch, NormalizeReport) {
        self.encoder().encode(&self.values, self.first_sample).unwrap()
    }
}

fn run(channels: impl Strategy<Value = usize>, samples: usize) -> impl Strategy<Value = Run> {
    let first_sample = prop_oneof![Just(0), 0u64..1 << 40, Just((1 << 55) - 100)];
    (code(), kind(), channels, any::<u64>(), first_sample)
        .prop_flat_map(move |(code, kind, channels, seed, first_sample)| {
            (
                Just(code),
                config_for(code),
                Just(kind),
                Just(channels),
                values(kind, channels * samples),
                Just(Seed(seed)),
                Just(first_sample),
            )
        })
        .prop_map(|(code, config, kind, channels, values, seed, first_sample)| Run {
            code: fitted(code, &config),
            config,
            kind,
            channels,
            values,
            seed,
            first_sample,
        })
        // Windows too short for the pattern of a code are refused, which the tests of each code show.
        .prop_filter("the pattern fits the window", |run| {
            let normalizer = Normalizer::identity(run.channels);
            Encoder::new(&run.config, run.code, normalizer, run.seed, vec![run.channels]).is_ok()
        })
}

proptest! {
    #![proptest_config(fixed(1000))]

    #[test]
    fn rows_are_sorted_unique_in_the_window_and_keep_the_refractory_period(run in run(1usize..9, 4)) {
        let before = run.values.clone();
        let (batch, report) = run.encode();
        prop_assert!(run.values.iter().zip(&before).all(|(a, b)| a.to_bits() == b.to_bits()));
        prop_assert_eq!(report.values, run.values.len() as u64);
        prop_assert_eq!((batch.num_samples(), batch.num_neurons()), (4, run.encoder().encoding().num_neurons()));
        prop_assert_eq!(batch.first_sample(), run.first_sample);
        let num_steps = run.config.grid().unwrap().num_steps();
        let gap = match run.code {
            _ if run.config.jitter_ms > 0.0 => 1,
            _ => run.config.refractory_steps().unwrap() + 1,
        };
        for row in batch.samples().flat_map(|s| s.neurons().collect::<Vec<_>>()) {
            prop_assert!(row.array_windows().all(|[a, b]| a < b && b - a >= gap), "{row:?} with gap {gap}");
            prop_assert!(row.last().is_none_or(|&s| s < num_steps));
            if let CodeOptions::TemporalTtfs(options) = run.code {
                prop_assert!(row.len() == 1 || options.zero == ZeroValue::Silent);
            }
        }
    }

    #[test]
    fn a_sample_is_the_same_again_alone_and_from_its_record(run in run(1usize..9, 5)) {
        let encoder = run.encoder();
        let (batch, _) = encoder.encode(&run.values, run.first_sample).unwrap();
        prop_assert_eq!(&run.encode().0, &batch);
        let again = Encoder::from_encoding(encoder.encoding().as_ref().clone()).unwrap();
        for (i, sample) in run.values.chunks(run.channels).enumerate() {
            let (alone, _) = again.encode(sample, run.first_sample + i as u64).unwrap();
            prop_assert_eq!(alone.sample(0), batch.sample(i));
        }
    }

    #[test]
    fn jitter_moves_spikes_and_keeps_their_number(run in run(1usize..9, 2)) {
        let (moved, _) = run.encode();
        let steady = Run { config: EncoderConfig { jitter_ms: 0.0, ..run.config.clone() }, ..run.clone() };
        let (steady, _) = steady.encode();
        for (a, b) in moved.samples().zip(steady.samples()) {
            prop_assert_eq!(a.counts(), b.counts());
        }
    }

    #[test]
    fn the_ends_of_the_range_are_legal(run in run(2usize..9, 1)) {
        let mut run = Run { kind: NormalizerKind::None, ..run };
        run.values = (0..run.channels).map(|i| (i % 2) as f64).collect();
        let (batch, report) = run.encode();
        prop_assert_eq!(report.clipped, 0);
        let first = batch.sample(0).first_spikes();
        match run.code {
            CodeOptions::RatePoisson(_) | CodeOptions::RateRegular(_) if run.config.min_firing_rate_hz == 0.0 => {
                prop_assert_eq!(first[0], None);
            }
            CodeOptions::RateBurst(_) | CodeOptions::TemporalWeightedPhase(_) => prop_assert_eq!(first[0], None),
            CodeOptions::TemporalRankOrder(_) if run.config.jitter_ms == 0.0 => {
                prop_assert_eq!(first[1], Some(0));
                prop_assert!(first[0] > first[1]);
            }
            CodeOptions::TemporalTtfs(o) if o.zero == ZeroValue::Silent => prop_assert_eq!(first[0], None),
            CodeOptions::TemporalTtfs(o) if run.config.jitter_ms == 0.0 => {
                prop_assert_eq!(first[0], Some(run.config.grid().unwrap().num_steps() - 1));
                prop_assert!(o.form != TtfsForm::Linear || first[1] == Some(0));
            }
            _ => {}
        }
    }

    #[test]
    fn constant_arrays_encode_as_zeros(run in run(1usize..9, 3), constant in -1e6f64..1e6) {
        for kind in [NormalizerKind::MinMax, NormalizerKind::PerChannel] {
            let flat = Run { kind, values: vec![constant; run.values.len()], ..run.clone() };
            let encoder = flat.encoder();
            let normalizer = &encoder.encoding().normalizer;
            prop_assert_eq!(normalizer.constant_channels(), flat.channels);
            prop_assert!([0.0, 0.3, 1.0].iter().all(|&x| normalizer.invert(x, 0) == constant));
            let zeros = Run { kind: NormalizerKind::None, values: vec![0.0; run.values.len()], ..run.clone() };
            prop_assert_eq!(flat.encode().0, zeros.encode().0);
        }
    }
}

proptest! {
    #![proptest_config(fixed(24))]

    #[test]
    fn threads_and_chunks_change_no_spike(run in run(prop_oneof![Just(3usize), Just(700), Just(17_000)], 1), more in 2usize..5) {
        // Several chunks of 8192 values each, at most 24 steps for a dead-time free certainty of spikes.
        let samples = more * 17_000 / run.channels;
        let values: Vec<f64> = run.values.iter().copied().cycle().take(samples * run.channels).collect();
        let dt_ms = run.config.dt_ms;
        // Ranks need a step each.
        let ranked = matches!(run.code, CodeOptions::TemporalRankOrder(_));
        let num_steps = if ranked { run.channels.max(24) } else { 24 };
        let config = EncoderConfig {
            time_window_ms: num_steps as f64 * dt_ms,
            jitter_ms: run.config.jitter_ms.min(2.0 * dt_ms),
            refractory_period_ms: run.config.refractory_period_ms.min(2.0 * dt_ms),
            ..run.config.clone()
        };
        let code = match run.code {
            CodeOptions::TemporalPhase(o) => fitted(CodeOptions::TemporalPhase(PhaseOptions { frequency_hz: 0.5, ..o }), &config),
            CodeOptions::TemporalWeightedPhase(o) => {
                CodeOptions::TemporalWeightedPhase(WeightedPhaseOptions { bits: o.bits.min(8), ..o })
            }
            code => code,
        };
        let run = Run { code, config, values, ..run };
        let [one, two] = [0, 1].map(|i| POOLS[i].install(|| run.encode()));
        prop_assert_eq!(one.1, two.1);
        prop_assert_eq!(&one.0, &two.0);
        let encoder = run.encoder();
        for i in [0, samples / 3, samples - 1] {
            let sample = &run.values[i * run.channels..][..run.channels];
            let (alone, _) = encoder.encode(sample, run.first_sample + i as u64).unwrap();
            prop_assert_eq!(alone.sample(0), one.0.sample(i));
        }
    }
}

#[test]
fn a_constant_channel_encodes_as_zero_beside_others() {
    let values = [1.0, 7.0, 3.0, 7.0, 2.0, 7.0];
    let run = Run {
        code: CodeOptions::RatePoisson(PoissonOptions::default()),
        config: EncoderConfig::default(),
        kind: NormalizerKind::PerChannel,
        channels: 2,
        values: values.to_vec(),
        seed: Seed(1),
        first_sample: 0,
    };
    let (batch, _) = run.encode();
    assert!(batch.samples().all(|s| s.neuron(1).is_empty()));
    assert!(!batch.sample(1).neuron(0).is_empty());
}
