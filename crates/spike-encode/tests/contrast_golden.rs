//! Codes of time series beside another program, beside the filter's formula, and exact spikes. A change of those is a
//! "Value-breaking" entry of the changelog, never a side effect.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use ndarray::{Array2, ArrayView2};
use spike_core::{
    BenSpikerOptions, CodeOptions, CodingScheme, EncoderConfig, MovingWindowOptions, Normalizer, Seed,
    SendOnDeltaOptions, StepForwardOptions, TbrOptions, ThresholdOptions,
};
use spike_encode::{BenSpikerEncoder, Encoder};

/// A grid of 1 ms without refractory period.
fn config(num_steps: usize) -> EncoderConfig {
    EncoderConfig {
        time_window_ms: num_steps as f64,
        dt_ms: 1.0,
        refractory_period_ms: 0.0,
        ..EncoderConfig::default()
    }
}

fn encoder(config: &EncoderConfig, code: CodeOptions, signal: ArrayView2<'_, f64>) -> Encoder {
    let shape = vec![signal.nrows(), signal.ncols()];
    let encoder = Encoder::new(config, code, Normalizer::identity(signal.ncols()), Seed(0), shape).unwrap();
    encoder.with_signals(signal.as_slice().unwrap()).unwrap()
}

fn rows(config: &EncoderConfig, code: CodeOptions, signal: ArrayView2<'_, f64>) -> Vec<Vec<u32>> {
    let (batch, _) = encoder(config, code, signal).encode(signal.as_slice().unwrap(), 0).unwrap();
    batch.sample(0).neurons().map(<[u32]>::to_vec).collect()
}

/// Spikes, thresholds and taps of another program; see `golden/README.md`.
#[test]
fn spikes_are_those_of_another_program() {
    let golden: serde_json::Value = serde_json::from_str(include_str!("golden/contrast.json")).unwrap();
    let signal: Vec<[f64; 3]> = serde_json::from_value(golden["signal"].clone()).unwrap();
    let signal = Array2::from(signal);
    let config = config(signal.nrows());
    let codes = golden["codes"].as_array().unwrap();
    assert_eq!(codes.len(), 12);
    for case in codes {
        let name =
            ["step_forward", "moving_window", "tbr", "ben_spiker"].into_iter().find(|n| !case[n].is_null()).unwrap();
        let mut tagged = serde_json::Map::new();
        tagged.insert(format!("contrast_{name}"), case[name].clone());
        let code: CodeOptions = serde_json::from_value(tagged.into()).unwrap();
        let expected: Vec<Vec<u32>> = serde_json::from_value(case["rows"].clone()).unwrap();
        assert_eq!(rows(&config, code, signal.view()), expected, "{code:?}");
        if let Ok(thresholds) = serde_json::from_value::<Vec<f64>>(case["thresholds"].clone()) {
            let found = encoder(&config, code, signal.view()).encoding().signal_statistics.clone();
            for (channel, (found, theirs)) in found.iter().zip(&thresholds).enumerate() {
                // The published formula has the mean change with its sign, ours its magnitude.
                let x = signal.column(channel);
                let mean = (2.0 * x[399] - x[398] - x[0]) / 400.0;
                assert!((found - theirs - (mean.abs() - mean)).abs() < 1e-14, "{channel}: {found} {theirs}");
            }
        }
        if let CodeOptions::ContrastBenSpiker(options) = code {
            let taps: Vec<f64> = serde_json::from_value(case["taps"].clone()).unwrap();
            let encoder = BenSpikerEncoder::new(&config, options).unwrap();
            assert!(encoder.taps().iter().zip(&taps).all(|(a, b)| (a - b).abs() < 1e-15), "{code:?}");
        }
    }
}

#[test]
fn the_filter_is_a_windowed_sinc() {
    for (filter_order, cutoff, gain) in [(1, 0.1, 1.0), (32, 0.04, 2.0), (33, 0.25, 0.5), (10, 0.5, 1.0)] {
        let options = BenSpikerOptions { filter_order, cutoff, gain, ..BenSpikerOptions::default() };
        let encoder = BenSpikerEncoder::new(&config(50), options).unwrap();
        let n = f64::from(filter_order);
        let raw: Vec<f64> = (0..=filter_order)
            .map(|k| {
                let x = 2.0 * cutoff * (f64::from(k) - n / 2.0);
                let pi = std::f64::consts::PI;
                let sinc = if x == 0.0 { 1.0 } else { (pi * x).sin() / (pi * x) };
                sinc * (0.54 - 0.46 * (2.0 * pi * f64::from(k) / n).cos())
            })
            .collect();
        let sum: f64 = raw.iter().sum();
        for (tap, raw) in encoder.taps().iter().zip(&raw) {
            assert!((tap - gain * raw / sum).abs() < 1e-14 * gain, "{filter_order}: {tap} {}", gain * raw / sum);
        }
        assert!(encoder.taps().iter().eq(encoder.taps().iter().rev()));
    }
}

/// A signal of two channels from sums and products alone: a ramp with a fast, and a parabola with a slow sawtooth.
fn pinned_signal() -> Array2<f64> {
    Array2::from_shape_fn((200, 2), |(t, channel)| {
        let u = t as f64 / 200.0;
        if channel == 0 {
            0.5 * u + 0.0625 * (t % 7) as f64
        } else {
            4.0 * u * (1.0 - u) * (0.5 + (t % 31) as f64 / 62.0)
        }
    })
}

#[test]
fn exact_spikes_are_pinned() {
    let pins: [(CodeOptions, [usize; 4], u64); 7] = [
        (
            CodeOptions::ContrastStepForward(StepForwardOptions { threshold: 0.1, events_per_sample: 1 }),
            [62, 56, 17, 16],
            0x1297_d837_ddc5_6dc2,
        ),
        (
            CodeOptions::ContrastStepForward(StepForwardOptions { threshold: 0.05, events_per_sample: 4 }),
            [156, 143, 40, 39],
            0xdcbd_93c8_4b04_57a2,
        ),
        (
            CodeOptions::ContrastSendOnDelta(SendOnDeltaOptions { threshold: 0.1, events_per_sample: 2 }),
            [65, 59, 18, 17],
            0xbbcd_c2b2_b621_368e,
        ),
        (
            CodeOptions::ContrastMovingWindow(MovingWindowOptions { threshold: 0.1, window_samples: 3 }),
            [84, 56, 0, 16],
            0xf5e1_acc2_756f_bbcb,
        ),
        (CodeOptions::ContrastTbr(TbrOptions { factor: 1.0 }), [0, 28, 0, 6], 0xb97d_58c3_89ac_4214),
        (
            CodeOptions::ContrastThreshold(ThresholdOptions { up: 0.06, down: 0.2 }),
            [171, 28, 0, 5],
            0x5cad_7808_540c_339c,
        ),
        (CodeOptions::default_of(CodingScheme::ContrastBenSpiker), [57, 70, 0, 0], 0xb554_47fd_25da_9ec5),
    ];
    let mut wrong = Vec::new();
    for (code, counts, checksum) in pins {
        let steps = 200 * code.events_per_sample() as usize;
        let rows = rows(&config(steps), code, pinned_signal().view());
        let mut found = [0; 4];
        rows.iter().zip(&mut found).for_each(|(row, found)| *found = row.len());
        // FNV-1a with 64 bits over the number of spikes and the steps of every row, little-endian.
        let words = rows.iter().flat_map(|row| std::iter::once(row.len() as u32).chain(row.iter().copied()));
        let hash = words
            .flat_map(u32::to_le_bytes)
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        if (found, hash) != (counts, checksum) {
            wrong.push(format!("{code:?}: found ({found:?}, {hash:#018x})"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
