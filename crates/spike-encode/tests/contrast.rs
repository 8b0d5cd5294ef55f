//! Codes of time series: examples by hand, rejected bounds, agreement with the formulas written out naively, and
//! invariants over random signals.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use ndarray::{Array2, ArrayView2, Axis};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rayon::{ThreadPool, ThreadPoolBuilder};
use spike_core::{
    BenSpikerOptions, BenSpikerRule, CodeOptions, CodingScheme, ConfigError, EncodeError, EncoderConfig, Encoding,
    MovingWindowOptions, Normalizer, NormalizerKind, Seed, SendOnDeltaOptions, SignalEncoder, SpikeBatch, SpikeChunk,
    StepForwardOptions, TbrOptions, ThresholdOptions,
};
use spike_encode::{
    BenSpikerEncoder, Encoder, MovingWindowEncoder, SendOnDeltaEncoder, StepForwardEncoder, TbrEncoder,
    ThresholdEncoder,
};
use std::sync::LazyLock;

static POOLS: LazyLock<[ThreadPool; 2]> =
    LazyLock::new(|| [1, 2].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap()));

/// The same cases in every run.
fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(21), failure_persistence: None, ..ProptestConfig::default() }
}

/// A grid of 1 ms without refractory period.
fn config(num_steps: usize) -> EncoderConfig {
    EncoderConfig {
        time_window_ms: num_steps as f64,
        dt_ms: 1.0,
        refractory_period_ms: 0.0,
        ..EncoderConfig::default()
    }
}

fn step_forward(threshold: f64, events_per_sample: u32) -> CodeOptions {
    CodeOptions::ContrastStepForward(StepForwardOptions { threshold, events_per_sample })
}

fn send_on_delta(threshold: f64, events_per_sample: u32) -> CodeOptions {
    CodeOptions::ContrastSendOnDelta(SendOnDeltaOptions { threshold, events_per_sample })
}

fn moving_window(threshold: f64, window_samples: u32) -> CodeOptions {
    CodeOptions::ContrastMovingWindow(MovingWindowOptions { threshold, window_samples })
}

fn threshold(up: f64, down: f64) -> CodeOptions {
    CodeOptions::ContrastThreshold(ThresholdOptions { up, down })
}

fn tbr(factor: f64) -> CodeOptions {
    CodeOptions::ContrastTbr(TbrOptions { factor })
}

fn encoder(config: &EncoderConfig, code: CodeOptions) -> Box<dyn SignalEncoder> {
    build(config, code).unwrap()
}

fn build(config: &EncoderConfig, code: CodeOptions) -> Result<Box<dyn SignalEncoder>, ConfigError> {
    Ok(match code {
        CodeOptions::ContrastThreshold(options) => Box::new(ThresholdEncoder::new(config, options)?),
        CodeOptions::ContrastSendOnDelta(options) => Box::new(SendOnDeltaEncoder::new(config, options)?),
        CodeOptions::ContrastStepForward(options) => Box::new(StepForwardEncoder::new(config, options)?),
        CodeOptions::ContrastMovingWindow(options) => Box::new(MovingWindowEncoder::new(config, options)?),
        CodeOptions::ContrastTbr(options) => Box::new(TbrEncoder::new(config, options)?),
        CodeOptions::ContrastBenSpiker(options) => Box::new(BenSpikerEncoder::new(config, options)?),
        other => panic!("{} is no code of this family", other.scheme()),
    })
}

/// The rows of a signal.
fn rows(config: &EncoderConfig, code: CodeOptions, signal: ArrayView2<'_, f64>) -> Vec<Vec<u32>> {
    let encoder = encoder(config, code);
    let mut chunk = SpikeChunk::default();
    encoder.encode_signal(signal, Seed(0), 0, &mut chunk).unwrap();
    let count = encoder.num_neurons(signal.ncols());
    assert_eq!(chunk.num_rows(), count);
    chunk.rows(encoder.grid(), 0, count).neurons().map(<[u32]>::to_vec).collect()
}

/// The rows of one channel on a grid of its length.
fn of_channel(code: CodeOptions, signal: &[f64]) -> Vec<Vec<u32>> {
    let steps = signal.len() * code.events_per_sample() as usize;
    rows(&config(steps), code, ArrayView2::from_shape((signal.len(), 1), signal).unwrap())
}

#[test]
fn examples_by_hand() {
    // Baseline 0, ¼, ½, ½, ¼, ¼: at 0.5 the distance is θ, which is not more than θ.
    let signal = [0.0, 0.5, 0.75, 0.75, 0.0, 0.25];
    assert_eq!(of_channel(step_forward(0.25, 1), &signal), [vec![1, 2], vec![4]]);
    // Send-on-delta takes a distance of θ: reference 0, ¼, ½, ¾, ½, ¼.
    assert_eq!(of_channel(send_on_delta(0.25, 1), &signal), [vec![1, 2, 3], vec![4, 5]]);
    // With four steps a sample it follows at once: two rises, one, none, three falls, one rise.
    assert_eq!(of_channel(send_on_delta(0.25, 4), &signal), [vec![4, 5, 8, 20], vec![16, 17, 18]]);
    // Step-forward stops within θ: ¼ at 0.5, ½ at 0.75, ¼ at 0, none at ¼.
    assert_eq!(of_channel(step_forward(0.25, 4), &signal), [vec![4, 8], vec![16]]);
    // Changes ½, ¼, 0, −¾, ¼.
    assert_eq!(of_channel(threshold(0.25, 0.5), &signal), [vec![1], vec![4]]);
    // Means of two samples before: ¼ ¼ | ¼ (0, ½), 0.625, ¾, 0.375.
    assert_eq!(of_channel(moving_window(0.125, 1), &signal), [vec![1, 2], vec![0, 4]]);
    // Changes ½, ¼, 0, −¾, ¼, ¼: mean 1/12, squares 1 − 6/144, variance 23/120: θ = 0.0833 + 0.4378·f.
    assert_eq!(of_channel(tbr(0.5), &signal), [vec![0], vec![3]]);
    assert_eq!(of_channel(tbr(0.25), &signal), [vec![0, 1, 4, 5], vec![3]]);
}

#[test]
fn a_refractory_period_delays_and_loses_nothing() {
    let waiting = |steps| EncoderConfig { refractory_period_ms: 2.0, ..config(steps) };
    let signal = Array2::from_shape_fn((12, 1), |(t, _)| if t == 0 { 0.0 } else { 1.0 });
    for code in [send_on_delta(0.25, 1), step_forward(0.24, 1)] {
        assert_eq!(rows(&waiting(12), code, signal.view()), [vec![1, 4, 7, 10], vec![]]);
    }
    // ON blocks OFF as well: up at 1, down from 2 on, sent at 4.
    let pulse = Array2::from_shape_fn((12, 1), |(t, _)| if t == 1 { 0.3 } else { 0.0 });
    assert_eq!(rows(&waiting(12), send_on_delta(0.25, 1), pulse.view()), [vec![1], vec![4]]);
}

#[test]
fn codes_that_cannot_make_up_for_it_refuse_a_refractory_period() {
    let config = EncoderConfig { refractory_period_ms: 2.0, ..config(50) };
    for scheme in [
        CodingScheme::ContrastThreshold,
        CodingScheme::ContrastMovingWindow,
        CodingScheme::ContrastTbr,
        CodingScheme::ContrastBenSpiker,
    ] {
        let error = build(&config, CodeOptions::default_of(scheme)).unwrap_err();
        assert_eq!(error, ConfigError::RefractoryLosesSpikes { scheme, refractory_ms: 2.0 });
        assert!(error.to_string().contains("allowed for contrast_") && error.to_string().contains("send_on_delta"));
    }
}

#[test]
fn each_bound_is_rejected() {
    let spiker = BenSpikerOptions::default();
    let ben = |options| CodeOptions::ContrastBenSpiker(options);
    let refused: [(&str, CodeOptions); 20] = [
        ("threshold", step_forward(0.0, 1)),
        ("threshold", step_forward(1.1, 1)),
        ("threshold", step_forward(f64::NAN, 1)),
        ("events_per_sample", step_forward(0.1, 0)),
        ("events_per_sample", step_forward(0.1, 51)),
        ("threshold", send_on_delta(-0.1, 1)),
        ("threshold", send_on_delta(f64::INFINITY, 1)),
        ("events_per_sample", send_on_delta(0.1, 0)),
        ("up", threshold(0.0, 0.1)),
        ("down", threshold(0.1, 2.0)),
        ("threshold", moving_window(0.0, 3)),
        ("window_samples", moving_window(0.1, 50)),
        ("factor", tbr(-0.1)),
        ("factor", tbr(f64::NAN)),
        ("filter_order", ben(BenSpikerOptions { filter_order: 0, ..spiker })),
        ("filter_order", ben(BenSpikerOptions { filter_order: 50, ..spiker })),
        ("cutoff", ben(BenSpikerOptions { cutoff: 0.0, ..spiker })),
        ("cutoff", ben(BenSpikerOptions { cutoff: 0.51, ..spiker })),
        ("gain", ben(BenSpikerOptions { gain: 0.0, ..spiker })),
        ("threshold", ben(BenSpikerOptions { threshold: -0.1, ..spiker })),
    ];
    for (field, code) in refused {
        let error = build(&config(50), code).unwrap_err();
        assert!(matches!(error, ConfigError::OutOfRange { name, .. } if name == field), "{field}: {error}");
    }
    for code in [moving_window(0.1, 49), ben(BenSpikerOptions { filter_order: 49, ..spiker }), send_on_delta(1.0, 50)] {
        assert!(build(&config(50), code).is_ok());
    }
    for code in [step_forward(0.1, 3), send_on_delta(0.1, 4)] {
        let error = build(&config(50), code).unwrap_err();
        let next = matches!(error, ConfigError::NotWholeSteps { nearest_ms, .. } if nearest_ms > 50.0);
        assert!(next && error.to_string().contains("time_window_ms"), "{error}");
    }
}

#[test]
fn bad_signals_are_named_and_leave_no_rows() {
    for scheme in CodingScheme::ALL.iter().filter(|scheme| scheme.encodes_signals()) {
        let encoder = encoder(&config(50), CodeOptions::default_of(*scheme));
        let mut chunk = SpikeChunk::default();
        let mut refusal = |signal: Array2<f64>| {
            let statistics = encoder.signal_statistics(signal.view(), 4, &mut Vec::new());
            let error = encoder.encode_signal(signal.view(), Seed(0), 4, &mut chunk).unwrap_err();
            assert_eq!(chunk.num_rows(), 0);
            assert!(statistics.is_ok() || statistics.unwrap_err().to_string() == error.to_string());
            error
        };
        assert_eq!(refusal(Array2::zeros((49, 2))), EncodeError::SignalLength { expected: 50, found: 49 });
        assert!(matches!(refusal(Array2::zeros((50, 0))), EncodeError::Empty { .. }));
        let mut signal = Array2::zeros((50, 70));
        signal[[7, 66]] = 1.5;
        let outside = EncodeError::OutsideUnit { sample: 4, channel: 66, value: 1.5 };
        assert_eq!(refusal(signal.clone()), outside);
        signal[[7, 66]] = f64::NAN;
        assert!(matches!(refusal(signal), EncodeError::NotFinite { sample: 4, channel: 66, .. }));
    }
}

#[test]
fn records_without_what_the_decoder_needs_are_refused() {
    let signal = [0.0, 0.75, 0.25, 1.0, 0.5, 0.5];
    let new = |code| Encoder::new(&config(6), code, Normalizer::identity(1), Seed(0), vec![6, 1]).unwrap();
    let error = new(step_forward(0.1, 1)).encode(&signal, 0).unwrap_err();
    assert!(matches!(error, EncodeError::InitialValues { sample: 0, .. }));
    let record = new(tbr(1.0)).with_signals(&signal).unwrap().encoding().as_ref().clone();
    let with_first = Encoder::from_encoding(Encoding { signal_statistics: Vec::new(), ..record }).unwrap();
    let error = with_first.encode(&signal, 0).unwrap_err();
    assert!(matches!(error, EncodeError::SignalStatistics { sample: 0, .. }), "{error}");
    assert!(error.to_string().contains("with_signals"));
    let whole = new(tbr(1.0)).with_signals(&signal).unwrap();
    assert!(whole.encode(&signal, 0).is_ok());
    // The record holds one sample; another signal of the same start is another sample.
    assert!(matches!(whole.encode(&signal, 1), Err(EncodeError::InitialValues { sample: 1, .. })));
    let other = [0.0, 0.75, 0.25, 1.0, 0.5, 0.25];
    assert!(matches!(whole.encode(&other, 0), Err(EncodeError::SignalStatistics { .. })));
    assert!(matches!(whole.encode(&signal, 1 << 55), Err(EncodeError::InitialValues { .. })));
    assert!(new(tbr(1.0)).with_signals(&signal[..5]).is_err());
    // Part by part, and unchanged by what is refused.
    let two = [signal, other].concat();
    let mut parts = new(tbr(1.0));
    parts.record_signals(&signal).unwrap();
    assert!(parts.record_signals(&[signal, [2.0; 6]].concat()).is_err());
    parts.record_signals(&other).unwrap();
    assert_eq!(parts.encoding(), new(tbr(1.0)).with_signals(&two).unwrap().encoding());
    assert_eq!(parts.encode(&two, 0).unwrap().0.num_samples(), 2);
    let error = Encoder::new(&config(6), tbr(1.0), Normalizer::identity(1), Seed(0), vec![5, 1]).unwrap_err();
    assert!(matches!(error, ConfigError::SignalGrid { samples: 5, num_steps: 6, .. }));
}

/// The formulas written out for one channel, without blocks, running sums or shared terms.
fn naive(code: CodeOptions, config: &EncoderConfig, x: &[f64]) -> Vec<Vec<u32>> {
    let num_steps = x.len() * code.events_per_sample() as usize;
    let (mut on, mut off) = (Vec::new(), Vec::new());
    match code {
        CodeOptions::ContrastThreshold(o) => {
            for t in 1..x.len() {
                if x[t] - x[t - 1] > o.up {
                    on.push(t as u32);
                } else if x[t] - x[t - 1] < -o.down {
                    off.push(t as u32);
                }
            }
        }
        CodeOptions::ContrastSendOnDelta(SendOnDeltaOptions { threshold, events_per_sample: m })
        | CodeOptions::ContrastStepForward(StepForwardOptions { threshold, events_per_sample: m }) => {
            let inclusive = matches!(code, CodeOptions::ContrastSendOnDelta(_));
            let dead = config.refractory_steps().unwrap();
            let (mut reference, mut last) = (x[0], None);
            for step in 0..num_steps as u32 {
                if last.is_some_and(|last| step - last <= dead) {
                    continue;
                }
                let x = x[(step / m) as usize];
                if x > reference + threshold || inclusive && x == reference + threshold {
                    reference += threshold;
                    on.push(step);
                    last = Some(step);
                } else if x < reference - threshold || inclusive && x == reference - threshold {
                    reference -= threshold;
                    off.push(step);
                    last = Some(step);
                }
            }
        }
        CodeOptions::ContrastMovingWindow(o) => {
            let w = o.window_samples as usize;
            for t in 0..x.len() {
                let window = if t <= w { &x[..=w] } else { &x[t - w - 1..t] };
                let mean = window.iter().sum::<f64>() / window.len() as f64;
                // What lies within the rounding of the running sum may fall on either side.
                assert!(((x[t] - mean).abs() - o.threshold).abs() > 1e-12, "a tie; take another case");
                if x[t] > mean + o.threshold {
                    on.push(t as u32);
                } else if x[t] < mean - o.threshold {
                    off.push(t as u32);
                }
            }
        }
        CodeOptions::ContrastTbr(o) => {
            let mut d: Vec<f64> = x.windows(2).map(|pair| pair[1] - pair[0]).collect();
            d.extend(d.last().copied());
            let mean = d.iter().sum::<f64>() / d.len().max(1) as f64;
            let sd = (d.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (d.len().max(2) - 1) as f64).sqrt();
            let theta = mean.abs() + o.factor * sd;
            for (t, d) in d.iter().enumerate() {
                assert!(sd == 0.0 || (d.abs() - theta).abs() > 1e-12, "a tie; take another case");
                if *d > theta + 1e-13 {
                    on.push(t as u32);
                } else if *d < -theta - 1e-13 {
                    off.push(t as u32);
                }
            }
        }
        CodeOptions::ContrastBenSpiker(o) => {
            let encoder = BenSpikerEncoder::new(config, o).unwrap();
            let (h, low) = (encoder.taps(), x.iter().fold(f64::INFINITY, |low: f64, x| low.min(*x)));
            let mut s: Vec<f64> = x.iter().map(|x| x - low).collect();
            for t in 0..=x.len() - h.len() {
                let e1: f64 = (0..h.len()).map(|k| (s[t + k] - h[k]).abs()).sum();
                let e2: f64 = (0..h.len()).map(|k| s[t + k].abs()).sum();
                let most = if o.rule == BenSpikerRule::Additive { e2 - o.threshold } else { e2 * o.threshold };
                if e1 <= most {
                    on.push(t as u32);
                    (0..h.len()).for_each(|k| s[t + k] -= h[k]);
                }
            }
            return vec![on];
        }
        other => panic!("{} is no code of this family", other.scheme()),
    }
    vec![on, off]
}

fn code() -> impl Strategy<Value = CodeOptions> {
    let theta = || prop_oneof![3 => 0.01f64..0.4, 1 => Just(0.25), 1 => 1e-9f64..1.0];
    let events = || prop_oneof![2 => Just(1u32), 1 => 2u32..9];
    let ben = (1u32..12, 0.01f64..0.5, 0.2f64..3.0, 0.0f64..1.2, any::<bool>());
    prop_oneof![
        (theta(), theta()).prop_map(|(up, down)| threshold(up, down)),
        (theta(), events()).prop_map(|(theta, events)| send_on_delta(theta, events)),
        (theta(), events()).prop_map(|(theta, events)| step_forward(theta, events)),
        (theta(), 0u32..12).prop_map(|(theta, window)| moving_window(theta, window)),
        (0.0f64..3.0).prop_map(tbr),
        ben.prop_map(|(filter_order, cutoff, gain, threshold, additive)| {
            let rule = if additive { BenSpikerRule::Additive } else { BenSpikerRule::Multiplicative };
            CodeOptions::ContrastBenSpiker(BenSpikerOptions { filter_order, cutoff, gain, threshold, rule })
        }),
    ]
}

fn tracks(code: CodeOptions) -> bool {
    matches!(code, CodeOptions::ContrastSendOnDelta(_) | CodeOptions::ContrastStepForward(_))
}

/// A code, its configuration, and samples of a signal with steps, ramps, noise and constant channels.
#[derive(Debug, Clone)]
struct Run {
    code: CodeOptions,
    config: EncoderConfig,
    samples: usize,
    length: usize,
    channels: usize,
    values: Vec<f64>,
}

fn run(channels: impl Strategy<Value = usize>, samples: usize) -> impl Strategy<Value = Run> {
    (code(), channels, 12usize..150, 0u32..6, any::<u64>()).prop_map(move |(code, channels, length, dead, seed)| {
        let mut stream = Seed(seed).stream(0, 0, spike_core::Domain::Mismatch);
        let mut level = vec![0.5f64; channels];
        let values = (0..samples * length * channels)
            .map(|i| {
                let channel = i % channels;
                let (kind, draw) = ((channel + i / (length * channels)) % 5, stream.next_open_unit());
                let walk = level[channel] + 0.3 * (draw - 0.5);
                level[channel] = match kind {
                    0 => walk.clamp(0.0, 1.0),
                    1 if draw < 0.9 => level[channel],
                    1 | 2 => draw,
                    3 => (seed % 3) as f64 / 2.0,
                    _ => (i / channels % length) as f64 / length as f64 * draw.min(0.99),
                };
                level[channel]
            })
            .collect();
        let steps = length * code.events_per_sample() as usize;
        let refractory_period_ms = if tracks(code) { f64::from(dead) } else { 0.0 };
        Run { code, config: EncoderConfig { refractory_period_ms, ..config(steps) }, samples, length, channels, values }
    })
}

impl Run {
    fn encoder(&self, config: &EncoderConfig) -> Encoder {
        let normalizer = Normalizer::identity(self.channels);
        let shape = vec![self.length, self.channels];
        Encoder::new(config, self.code, normalizer, Seed(5), shape).unwrap().with_signals(&self.values).unwrap()
    }

    fn encode(&self) -> SpikeBatch {
        self.encoder(&self.config).encode(&self.values, 0).unwrap().0
    }

    fn channel(&self, sample: usize, channel: usize) -> Vec<f64> {
        let size = self.length * self.channels;
        self.values[sample * size..][..size].iter().skip(channel).step_by(self.channels).copied().collect()
    }
}

proptest! {
    #![proptest_config(fixed(120))]

    #[test]
    fn rows_are_those_of_the_formulas(run in run(prop_oneof![1usize..4, Just(8), Just(11), Just(64), Just(75)], 1)) {
        let batch = run.encode();
        let neurons = batch.num_neurons() / run.channels;
        for channel in 0..run.channels {
            let expected = naive(run.code, &run.config, &run.channel(0, channel));
            prop_assert_eq!(expected.len(), neurons);
            for (row, expected) in expected.iter().enumerate() {
                prop_assert_eq!(batch.sample(0).neuron(channel * neurons + row), &expected[..], "{} {}", channel, row);
            }
        }
    }

    #[test]
    fn rows_are_sorted_in_the_window_and_refractory(run in run(1usize..20, 2)) {
        let before = run.values.clone();
        let batch = run.encode();
        prop_assert_eq!(&run.values, &before);
        let dead = run.config.refractory_steps().unwrap();
        for view in batch.samples() {
            for row in view.neurons() {
                prop_assert!(row.array_windows().all(|[a, b]| a < b));
                prop_assert!(row.iter().all(|step| *step < view.grid().num_steps()));
            }
            if tracks(run.code) {
                for channel in 0..run.channels {
                    let mut both = [view.neuron(2 * channel), view.neuron(2 * channel + 1)].concat();
                    both.sort_unstable();
                    prop_assert!(both.array_windows().all(|[a, b]| b - a > dead));
                }
            }
        }
    }

    #[test]
    fn a_sample_is_the_same_alone_in_a_batch_and_on_threads(run in run(1usize..6, 7)) {
        let encoder = run.encoder(&run.config);
        let [one, two] = [0, 1].map(|pool| POOLS[pool].install(|| encoder.encode(&run.values, 0).unwrap().0));
        prop_assert_eq!(&one, &two);
        let size = run.length * run.channels;
        for sample in 0..run.samples {
            let (alone, _) = encoder.encode(&run.values[sample * size..][..size], sample as u64).unwrap();
            prop_assert_eq!(alone.sample(0), one.sample(sample));
        }
    }

    #[test]
    fn jitter_keeps_numbers_of_spikes(run in run(1usize..6, 2), jitter in 0.01f64..1.0) {
        let jittered = EncoderConfig { jitter_ms: jitter * run.config.time_window_ms, ..run.config.clone() };
        let (moved, _) = run.encoder(&jittered).encode(&run.values, 0).unwrap();
        for (a, b) in run.encode().samples().zip(moved.samples()) {
            prop_assert_eq!(a.counts(), b.counts());
        }
    }

    #[test]
    fn constant_signals_are_silent(run in run(1usize..10, 1), level in prop_oneof![Just(0.0), Just(1.0), 0.0f64..1.0]) {
        let mut run = run;
        run.values.fill(level);
        prop_assert_eq!(run.encode().num_spikes(), 0);
    }

    #[test]
    fn layouts_and_neighbours_do_not_matter(run in run(60usize..80, 1)) {
        let signal = ArrayView2::from_shape((run.length, run.channels), &run.values).unwrap();
        let all = rows(&run.config, run.code, signal);
        let turned = signal.t().as_standard_layout().into_owned();
        prop_assert_eq!(&rows(&run.config, run.code, turned.t()), &all);
        let neurons = all.len() / run.channels;
        for channel in [0, 31, run.channels - 1] {
            let alone = rows(&run.config, run.code, signal.slice_axis(Axis(1), (channel..channel + 1).into()));
            prop_assert_eq!(&alone[..], &all[channel * neurons..(channel + 1) * neurons]);
        }
    }
}

#[test]
fn units_of_the_caller_are_scaled_by_channel() {
    let raw = [10.0, -1.0, 20.0, -1.0, 30.0, 1.0, 20.0, 0.0];
    let normalizer = Normalizer::fit_slice(NormalizerKind::PerChannel, 2, &raw).unwrap();
    let encoder = Encoder::new(&config(4), send_on_delta(0.5, 1), normalizer, Seed(0), vec![4, 2]).unwrap();
    let encoder = encoder.with_signals(&raw).unwrap();
    assert_eq!(encoder.encoding().initial_values, [0.0, 0.0]);
    let (batch, _) = encoder.encode(&raw, 0).unwrap();
    let rows: Vec<&[u32]> = batch.sample(0).neurons().collect();
    assert_eq!(rows, [&[1u32, 2][..], &[3], &[2], &[]]);
}
