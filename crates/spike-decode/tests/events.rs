//! Video to events and back, within the bound of the code.

use ndarray::{Array3, Axis, Zip};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use spike_core::{Domain, DvsPixelOptions, Seed};
use spike_decode::{EventDecoder, FirstFrame, Score};
use spike_encode::{DvsPixelEncoder, FrameTimes};

/// The same cases in every run.
fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(22), failure_persistence: None, ..ProptestConfig::default() }
}

/// Frames of independent noise: every pixel changes by all that it can.
fn noise(frames: usize, height: usize, width: usize, seed: u64) -> Array3<f64> {
    let mut stream = Seed(seed).stream(0, 0, Domain::Spikes);
    Array3::from_shape_fn((frames, height, width), |_| stream.next_open_unit())
}

/// A bright disc that moves over a gradient.
fn disc(frames: usize) -> Array3<f64> {
    Array3::from_shape_fn((frames, 40, 60), |(t, y, x)| {
        let (dx, dy) = (x as f64 - 10.0 - t as f64, y as f64 - 20.0);
        if dx * dx + dy * dy < 64.0 { 0.9 } else { 0.2 + 0.005 * x as f64 }
    })
}

proptest! {
    #![proptest_config(fixed(64))]

    #[test]
    fn log_intensity_is_within_a_threshold_at_the_frames(
        seed in any::<u64>(),
        on_threshold in 0.01..1.0,
        off_threshold in 0.01..1.0,
        threshold_sd in prop_oneof![Just(0.0), 0.0..0.3],
        log_offset in 0.001..0.1,
        interval_us in 1u32..40_000,
    ) {
        let options = DvsPixelOptions { on_threshold, off_threshold, threshold_sd, refractory_us: 0, log_offset };
        let encoder = DvsPixelEncoder::new(options, Seed(seed)).unwrap();
        let video = noise(6, 5, 7, seed);
        let stream = encoder.encode(video.view(), FrameTimes::IntervalUs(interval_us)).unwrap();
        let first = FirstFrame::Known(video.index_axis(Axis(0), 0));
        let decoder = EventDecoder::new(options, (7, 5), first).unwrap();
        // Without mismatch the nominal thresholds are those of every pixel.
        let mut decoder = if threshold_sd == 0.0 { decoder } else { decoder.with_mismatch(Seed(seed)).unwrap() };
        let thresholds = encoder.thresholds(35);
        let mut events = stream.iter().peekable();
        for (frame, k) in video.axis_iter(Axis(0)).zip(0i64..) {
            while let Some(event) = events.next_if(|e| e.time_us <= k * i64::from(interval_us)) {
                decoder.integrate([event]).unwrap();
            }
            for ((x, r), [on, off]) in frame.iter().zip(decoder.log_intensity()).zip(&thresholds) {
                let error = (x + log_offset).ln() - r;
                prop_assert!(-off - 1e-12 <= error && error <= on + 1e-12, "{error} {on} {off}");
            }
        }
        prop_assert!(events.next().is_none());
    }
}

#[test]
fn a_moving_disc_comes_back() {
    let video = disc(30);
    let times: Vec<i64> = (0..30).map(|k| k * 1000).collect();
    let first = FirstFrame::Known(video.index_axis(Axis(0), 0));
    let r2 = |options: DvsPixelOptions, first, known: Option<Seed>| {
        let encoder = DvsPixelEncoder::new(options, Seed(3)).unwrap();
        let stream = encoder.encode(video.view(), FrameTimes::GivenUs(&times)).unwrap();
        let decoder = EventDecoder::new(options, (60, 40), first).unwrap();
        let decoder = if let Some(seed) = known { decoder.with_mismatch(seed).unwrap() } else { decoder };
        let frames = decoder.frames(&stream, &times).unwrap();
        let mut score = Score::default();
        score.add(video.as_slice().unwrap(), frames.as_slice().unwrap());
        score.r2().unwrap()
    };
    let fine = DvsPixelOptions { on_threshold: 0.02, off_threshold: 0.02, ..DvsPixelOptions::default() };
    let plain = DvsPixelOptions::default();
    let mismatch = DvsPixelOptions { threshold_sd: 0.1, ..plain };
    let tired = DvsPixelOptions { refractory_us: 700, ..plain };
    assert!(r2(fine, first, None) > 0.999);
    let whole = r2(plain, first, None);
    assert!(whole > 0.95, "{whole}");
    assert!(r2(mismatch, first, Some(Seed(3))) > 0.95);
    assert!(r2(mismatch, first, None) < r2(mismatch, first, Some(Seed(3))), "unknown thresholds cost accuracy");
    assert!(r2(tired, first, None) < 0.5, "what is missed in the refractory period is lost");
    assert!(r2(plain, FirstFrame::MidGrey, None) < 0.5, "events alone hold no absolute intensity");
}

#[test]
fn coarse_thresholds_give_coarse_frames() {
    let video = noise(4, 10, 10, 1);
    let first = FirstFrame::Known(video.index_axis(Axis(0), 0));
    let mut last = 0.0;
    for threshold in [0.05, 0.2, 0.6] {
        let options = DvsPixelOptions { on_threshold: threshold, off_threshold: threshold, ..Default::default() };
        let stream = DvsPixelEncoder::new(options, Seed(1)).unwrap();
        let stream = stream.encode(video.view(), FrameTimes::IntervalUs(100)).unwrap();
        let frames = EventDecoder::new(options, (10, 10), first).unwrap().frames(&stream, &[0, 100, 200, 300]).unwrap();
        let mut worst = 0.0f64;
        Zip::from(&frames).and(&video).for_each(|f, v| worst = worst.max((f - v).abs()));
        assert!(worst > last && worst < threshold * 1.01 * f64::exp(threshold), "{threshold}: {worst}");
        last = worst;
    }
}
