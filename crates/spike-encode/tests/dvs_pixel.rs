//! The pixel model against a walk through every microsecond, its statistics, and its independence of threads.

use ndarray::{Array3, Axis};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use spike_core::{CameraEvent, Domain, DvsPixelOptions, EventStream, Polarity, Seed};
use spike_encode::{DvsPixelEncoder, FrameTimes};

/// The same cases in every run.
fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(21), failure_persistence: None, ..ProptestConfig::default() }
}

/// Frames of noise that wanders, so that every pixel rises and falls.
fn video(frames: usize, height: usize, width: usize, seed: u64) -> Array3<f64> {
    let mut stream = Seed(seed).stream(0, 0, Domain::Spikes);
    let mut video = Array3::from_elem((frames, height, width), 0.5);
    for t in 1..frames {
        for y in 0..height {
            for x in 0..width {
                let moved = video[[t - 1, y, x]] + 0.4 * (stream.next_open_unit() - 0.5);
                video[[t, y, x]] = moved.clamp(0.0, 1.0);
            }
        }
    }
    video
}

/// One pixel, looked at in every microsecond by the platform's logarithm: the definition, without any crossing time.
fn walk(values: &[f64], times: &[i64], options: DvsPixelOptions, [on, off]: [f64; 2]) -> Vec<(i64, Polarity)> {
    let level: Vec<f64> = values.iter().map(|v| (v + options.log_offset).ln()).collect();
    let mut reference = level[0];
    let mut held_until = i64::MIN;
    let mut found = Vec::new();
    for k in 1..values.len() {
        for t in times[k - 1] + 1..=times[k] {
            let share = (t - times[k - 1]) as f64 / (times[k] - times[k - 1]) as f64;
            let now = level[k - 1] + (level[k] - level[k - 1]) * share;
            if t < held_until {
                continue;
            }
            if t == held_until {
                reference = now;
            }
            loop {
                let (polarity, moved) = if now - reference >= on {
                    (Polarity::On, reference + on)
                } else if reference - now >= off {
                    (Polarity::Off, reference - off)
                } else {
                    break;
                };
                found.push((t, polarity));
                reference = moved;
                if options.refractory_us > 0 {
                    held_until = t + i64::from(options.refractory_us);
                    break;
                }
            }
        }
    }
    found
}

fn of_pixel(stream: &EventStream, x: usize, y: usize) -> Vec<(i64, Polarity)> {
    let here = stream.iter().filter(|e| (usize::from(e.x), usize::from(e.y)) == (x, y));
    here.map(|e| (e.time_us, e.polarity)).collect()
}

proptest! {
    #![proptest_config(fixed(96))]

    #[test]
    fn events_are_those_of_a_walk_through_time(
        seed in any::<u64>(),
        on_threshold in 0.05..0.8,
        off_threshold in 0.05..0.8,
        threshold_sd in prop_oneof![Just(0.0), Just(0.1)],
        refractory_us in prop_oneof![Just(0u32), 1u32..2500],
        intervals in prop::collection::vec(1i64..900, 3..9),
    ) {
        let options = DvsPixelOptions { on_threshold, off_threshold, threshold_sd, refractory_us, log_offset: 0.01 };
        let encoder = DvsPixelEncoder::new(options, Seed(seed)).unwrap();
        let mut times = vec![-77];
        intervals.iter().for_each(|d| times.push(times[times.len() - 1] + d));
        let video = video(times.len(), 2, 3, seed);
        let stream = encoder.encode(video.view(), FrameTimes::GivenUs(&times)).unwrap();
        let thresholds = encoder.thresholds(6);
        for y in 0..2 {
            for x in 0..3 {
                let values: Vec<f64> = video.axis_iter(Axis(0)).map(|frame| frame[[y, x]]).collect();
                let expected = walk(&values, &times, options, thresholds[y * 3 + x]);
                let found = of_pixel(&stream, x, y);
                // Both round: a crossing within an ulp of a whole microsecond may lie on either side of it.
                let near = found.len() == expected.len()
                    && found.iter().zip(&expected).all(|(f, e)| f.1 == e.1 && (f.0 - e.0).abs() <= 1);
                prop_assert!(near, "{found:?} {expected:?}");
                let exact = found.iter().zip(&expected).filter(|(f, e)| f == e).count();
                prop_assert!(exact + 1 >= found.len(), "{found:?} {expected:?}");
            }
        }
    }

    #[test]
    fn a_stream_is_sorted_and_inside(seed in any::<u64>(), refractory_us in 0u32..400, interval in 1u32..700) {
        let options = DvsPixelOptions { refractory_us, ..DvsPixelOptions::default() };
        let encoder = DvsPixelEncoder::new(options, Seed(seed)).unwrap();
        let video = video(5, 4, 6, seed);
        let stream = encoder.encode(video.view(), FrameTimes::IntervalUs(interval)).unwrap();
        let key = |e: &CameraEvent| (e.time_us, e.y, e.x);
        let events: Vec<&CameraEvent> = stream.iter().collect();
        prop_assert!(events.windows(2).all(|w| key(w[0]) <= key(w[1])));
        prop_assert!(events.iter().all(|e| e.x < 6 && e.y < 4 && 0 < e.time_us && e.time_us <= 4 * i64::from(interval)));
        for pixel in 0..24 {
            let times = of_pixel(&stream, pixel % 6, pixel / 6);
            prop_assert!(times.windows(2).all(|w| w[1].0 - w[0].0 >= i64::from(refractory_us)));
        }
    }
}

#[test]
fn frame_by_frame_and_any_number_of_threads_give_the_same_events() {
    let options = DvsPixelOptions { threshold_sd: 0.05, refractory_us: 3000, ..DvsPixelOptions::default() };
    let encoder = DvsPixelEncoder::new(options, Seed(9)).unwrap();
    // More pixels than two bands have.
    let video = video(4, 130, 140, 3);
    let whole = encoder.encode(video.view(), FrameTimes::RateHz(30.0)).unwrap();
    assert!(whole.num_events() > 20_000);
    let mut state = encoder.start(video.index_axis(Axis(0), 0), 0).unwrap();
    for (i, chunk) in whole.chunks().iter().enumerate() {
        let time_us = FrameTimes::RateHz(30.0).time_us(i as u64 + 1).unwrap();
        assert_eq!(&encoder.advance(&mut state, video.index_axis(Axis(0), i + 1), time_us).unwrap(), chunk);
    }
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| encoder.encode(video.view(), FrameTimes::RateHz(30.0)).unwrap());
        assert_eq!(found, whole, "{threads} threads");
    }
    // Views that are not contiguous.
    let mut flipped = video.clone();
    flipped.invert_axis(Axis(2));
    let copied = flipped.as_standard_layout().into_owned();
    let times = FrameTimes::IntervalUs(10_000);
    assert_eq!(encoder.encode(flipped.view(), times).unwrap(), encoder.encode(copied.view(), times).unwrap());
}

#[test]
fn mismatch_has_its_moments_and_belongs_to_the_sensor() {
    let options = DvsPixelOptions { on_threshold: 0.3, threshold_sd: 0.1, ..DvsPixelOptions::default() };
    let thresholds = |seed, n| DvsPixelEncoder::new(options, Seed(seed)).unwrap().thresholds(n);
    let n = 40_000;
    let found = thresholds(5, n);
    assert_eq!(found[..100], thresholds(5, 100)[..]);
    assert_ne!(found, thresholds(6, n));
    for (k, threshold) in [0.3, 0.2].into_iter().enumerate() {
        let shares: Vec<f64> = found.iter().map(|t| t[k] / threshold - 1.0).collect();
        let mean = shares.iter().sum::<f64>() / n as f64;
        let sd = (shares.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
        // Five standard errors, a false alarm once in 1.7 million: 5·0.1/√n and 5·0.1/√(2n).
        assert!(mean.abs() < 0.0025 && (sd - 0.1).abs() < 0.0018, "{mean} {sd}");
    }
    let both: f64 = found.iter().map(|t| (t[0] / 0.3 - 1.0) * (t[1] / 0.2 - 1.0)).sum::<f64>() / n as f64;
    assert!(both.abs() < 5.0 * 0.01 / (n as f64).sqrt(), "ON and OFF are independent: {both}");
    let wide = DvsPixelOptions { threshold_sd: 1.0, ..options };
    let floor = DvsPixelEncoder::new(wide, Seed(5)).unwrap().thresholds(n);
    let smallest = floor.iter().map(|t| t[0]).fold(f64::MAX, f64::min);
    assert_eq!(smallest, 0.3 * 0.05, "no threshold falls below its floor");
}

#[test]
fn values_are_stable() {
    let options = DvsPixelOptions { threshold_sd: 0.1, refractory_us: 200, ..DvsPixelOptions::default() };
    let encoder = DvsPixelEncoder::new(options, Seed(7)).unwrap();
    let stream = encoder.encode(video(4, 3, 3, 1).view(), FrameTimes::IntervalUs(1000)).unwrap();
    let sum = stream.iter().fold(0u64, |sum, e| {
        let word = (e.time_us as u64) << 20 | u64::from(e.x) << 10 | u64::from(e.y) << 1 | e.polarity as u64;
        sum.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(word)
    });
    assert_eq!((stream.num_events(), sum), (11, 11_312_645_802_110_282_648));
}
