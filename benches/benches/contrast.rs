//! Contrast codes on 1000 channels of 1000 samples, one thread: random walks whose changes are a tenth of the range.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array2;
use spike_bench::{SEED, uniform};
use spike_core::{
    BenSpikerOptions, CodeOptions, Decoded, DecoderFor, EncoderConfig, MovingWindowOptions, Normalizer,
    SendOnDeltaOptions, SignalEncoder, SpikeChunk, StepForwardOptions, TbrOptions, ThresholdOptions, ValueDecoder,
};
use spike_decode::ReconstructionDecoder;
use spike_encode::{
    BenSpikerEncoder, Encoder, MovingWindowEncoder, SendOnDeltaEncoder, StepForwardEncoder, TbrEncoder,
    ThresholdEncoder,
};
use std::hint::black_box;

const CHANNELS: usize = 1000;
const SAMPLES: usize = 1000;

/// A walk in each channel, reflected at 0 and 1.
fn walks() -> Array2<f64> {
    let draws = uniform(SAMPLES * CHANNELS);
    let mut level = vec![0.5; CHANNELS];
    Array2::from_shape_fn((SAMPLES, CHANNELS), |(time, channel)| {
        let next: f64 = level[channel] + 0.2 * (draws[time * CHANNELS + channel] - 0.5);
        level[channel] = if next < 0.0 { -next } else { next.min(2.0 - next) };
        level[channel]
    })
}

fn code(c: &mut Criterion, name: &str, code: &dyn SignalEncoder, signal: &Array2<f64>) {
    let mut chunk = SpikeChunk::default();
    code.encode_signal(signal.view(), SEED, 0, &mut chunk).expect("values in [0, 1]");
    let mut group = c.benchmark_group(format!("{name}/1000ch-1000st"));
    group.throughput(Throughput::Elements(chunk.num_spikes()));
    group.bench_function("code", |b| {
        b.iter(|| {
            chunk.clear();
            code.encode_signal(black_box(signal.view()), SEED, 0, &mut chunk).expect("values in [0, 1]");
            chunk.num_spikes()
        });
    });
    group.finish();
}

fn contrast(c: &mut Criterion) {
    let signal = walks();
    let config = EncoderConfig {
        time_window_ms: SAMPLES as f64,
        dt_ms: 1.0,
        refractory_period_ms: 0.0,
        ..EncoderConfig::default()
    };
    let valid = "a valid configuration";
    let step_forward = StepForwardOptions::default();
    code(c, "step_forward", &StepForwardEncoder::new(&config, step_forward).expect(valid), &signal);
    let send_on_delta = SendOnDeltaOptions::default();
    code(c, "send_on_delta", &SendOnDeltaEncoder::new(&config, send_on_delta).expect(valid), &signal);
    let waiting = EncoderConfig { refractory_period_ms: 2.0, ..config.clone() };
    code(c, "send_on_delta-2ms", &SendOnDeltaEncoder::new(&waiting, send_on_delta).expect(valid), &signal);
    let moving_window = MovingWindowOptions::default();
    code(c, "moving_window", &MovingWindowEncoder::new(&config, moving_window).expect(valid), &signal);
    code(c, "tbr", &TbrEncoder::new(&config, TbrOptions::default()).expect(valid), &signal);
    code(c, "ben_spiker", &BenSpikerEncoder::new(&config, BenSpikerOptions::default()).expect(valid), &signal);
    let threshold = ThresholdOptions { up: 0.05, down: 0.05 };
    code(c, "threshold", &ThresholdEncoder::new(&config, threshold).expect(valid), &signal);

    let values = signal.as_slice().expect("rows in standard layout");
    for options in
        [CodeOptions::ContrastStepForward(step_forward), CodeOptions::ContrastBenSpiker(BenSpikerOptions::default())]
    {
        let encoder = Encoder::new(&config, options, Normalizer::identity(CHANNELS), SEED, vec![SAMPLES, CHANNELS])
            .expect(valid)
            .with_signals(values)
            .expect("values in [0, 1]");
        let (batch, _) = encoder.encode(values, 0).expect("values in [0, 1]");
        let decoder = ReconstructionDecoder::for_encoding(encoder.encoding()).expect("a contrast code");
        let mut decoded = Decoded::default();
        c.bench_function(&format!("reconstruction/{}-1000ch-1000st", options.scheme()), |b| {
            b.iter(|| {
                for list in [&mut decoded.values, &mut decoded.confidence, &mut decoded.activity] {
                    list.clear();
                }
                decoder.decode_sample(black_box(batch.sample(0)), 0, &mut decoded).expect("own spikes");
            });
        });
    }
}

criterion_group!(benches, contrast);
criterion_main!(benches);
