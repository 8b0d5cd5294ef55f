//! Frames of 346 × 260 pixels, the size of a common event camera, to events and back.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array2;
use spike_bench::{SEED, uniform};
use spike_core::DvsPixelOptions;
use spike_decode::{EventDecoder, FirstFrame};
use spike_encode::DvsPixelEncoder;
use std::hint::black_box;

const WIDTH: usize = 346;
const HEIGHT: usize = 260;
const INTERVAL_US: i64 = 1000;

/// A textured background that stands still, before which a bright square of 40 × 40 pixels moves.
fn moving_object(frames: usize) -> Vec<Array2<f64>> {
    let background = Array2::from_shape_vec((HEIGHT, WIDTH), uniform(WIDTH * HEIGHT)).expect("the size of a frame");
    let frame = |k: usize| {
        let inside = |y: usize, x: usize| (100..140).contains(&y) && (2 * k..2 * k + 40).contains(&x);
        Array2::from_shape_fn((HEIGHT, WIDTH), |(y, x)| match inside(y, x) {
            true => 0.95,
            false => 0.2 + 0.4 * background[[y, x]],
        })
    };
    (0..frames).map(frame).collect()
}

/// A picture whose every pixel gets brighter and darker by half, some two events a pixel and frame.
fn flicker(frames: usize) -> Vec<Array2<f64>> {
    let picture = Array2::from_shape_vec((HEIGHT, WIDTH), uniform(WIDTH * HEIGHT)).expect("the size of a frame");
    (0..frames).map(|k| picture.mapv(|x| (0.2 + 0.4 * x) * if k % 2 == 0 { 1.0 } else { 1.5 })).collect()
}

fn encode(c: &mut Criterion, name: &str, frames: &[Array2<f64>], options: DvsPixelOptions) {
    let encoder = DvsPixelEncoder::new(options, SEED).expect("valid options");
    let start = encoder.start(frames[0].view(), 0).expect("values in [0, 1]");
    let video = || {
        let mut state = start.clone();
        let mut num_events = 0;
        for (frame, k) in frames[1..].iter().zip(1..) {
            let events = encoder.advance(&mut state, black_box(frame.view()), k * INTERVAL_US);
            num_events += events.expect("values in [0, 1]").len();
        }
        num_events
    };
    let mut group = c.benchmark_group("dvs");
    // Elements are pixels.
    group.throughput(Throughput::Elements(((frames.len() - 1) * WIDTH * HEIGHT) as u64));
    group.bench_function(format!("{name}/346x260"), |b| b.iter(video));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    group.bench_function(format!("{name}/346x260/1-thread"), |b| pool.install(|| b.iter(video)));
    group.finish();
}

fn decode(c: &mut Criterion, frames: &[Array2<f64>]) {
    let options = DvsPixelOptions::default();
    let encoder = DvsPixelEncoder::new(options, SEED).expect("valid options");
    let mut state = encoder.start(frames[0].view(), 0).expect("values in [0, 1]");
    let mut advance = |(frame, k): (&Array2<f64>, i64)| encoder.advance(&mut state, frame.view(), k * INTERVAL_US);
    let events: Vec<_> = frames[1..].iter().zip(1..).flat_map(|f| advance(f).expect("values in [0, 1]")).collect();
    let first = FirstFrame::Known(frames[0].view());
    let start = EventDecoder::new(options, (WIDTH, HEIGHT), first).expect("a frame of the size");
    let mut group = c.benchmark_group("dvs");
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("integrate/346x260", |b| {
        b.iter_batched(
            || start.clone(),
            |mut decoder| {
                decoder.integrate(black_box(&events)).expect("events of the sensor");
                decoder.num_events()
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn dvs(c: &mut Criterion) {
    encode(c, "moving-object", &moving_object(32), DvsPixelOptions::default());
    let options = DvsPixelOptions { threshold_sd: 0.05, refractory_us: 100, ..DvsPixelOptions::default() };
    encode(c, "moving-object-mismatch-refractory", &moving_object(32), options);
    encode(c, "flicker", &flicker(32), DvsPixelOptions::default());
    decode(c, &flicker(32));
}

criterion_group!(benches, dvs);
criterion_main!(benches);
