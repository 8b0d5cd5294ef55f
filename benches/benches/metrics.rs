//! Distances and synchrony of spike trains: the work of `peers/spike_train_metrics.py`.

use criterion::{Criterion, criterion_group, criterion_main};
use rayon::ThreadPoolBuilder;
use spike_bench::{SEED, spike_trains};
use spike_core::Domain;
use spike_metrics::{
    InformationMethod, InformationOptions, IsiOptions, NeighbourOptions, SpikeOptions, TrainSet, VanRossumNorm,
    isi_distance_matrix, mutual_information, mutual_information_mixed, spike_distance_matrix, spike_sync_matrix,
    van_rossum_distance, victor_purpura_distance,
};
use std::hint::black_box;

fn pair(c: &mut Criterion) {
    let set = spike_trains(2, 1000);
    let (a, b) = (set.train(0), set.train(1));
    c.bench_function("victor-purpura/1000x1000", |bench| {
        bench.iter(|| victor_purpura_distance(black_box(a), black_box(b), 0.05).expect("a valid cost"));
    });
    c.bench_function("van-rossum/1000x1000", |bench| {
        let norm = VanRossumNorm::Elephant;
        bench.iter(|| van_rossum_distance(black_box(a), black_box(b), 10.0, norm).expect("a valid constant"));
    });
}

/// All pairs of a set on a number of threads.
fn all_pairs(c: &mut Criterion, name: &str, set: &TrainSet, threads: usize) {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    let mut group = c.benchmark_group(name);
    let mut bench = |metric: &str, f: &(dyn Fn(&TrainSet) -> f64 + Sync)| {
        group.bench_function(metric, |b| pool.install(|| b.iter(|| f(black_box(set)))));
    };
    bench("isi", &|set| isi_distance_matrix(set, IsiOptions::default()).expect("valid options").sum());
    bench("spike", &|set| spike_distance_matrix(set, SpikeOptions::default()).expect("valid options").sum());
    bench("spike-sync", &|set| spike_sync_matrix(set).sum());
    group.finish();
}

fn matrices(c: &mut Criterion) {
    let (twenty, hundred) = (spike_trains(20, 1000), spike_trains(100, 1000));
    all_pairs(c, "pairs/20x1000-1thread", &twenty, 1);
    all_pairs(c, "pairs/100x1000-1thread", &hundred, 1);
    all_pairs(c, "pairs/100x1000-2threads", &hundred, 2);
}

/// 10 000 samples of a value in 10 bins and its count, with error and 100 shuffles.
fn information(c: &mut Criterion) {
    let mut stream = SEED.stream(0, 0, Domain::Spikes);
    let (values, counts): (Vec<f64>, Vec<u32>) = (0..10_000)
        .map(|_| {
            let x = stream.next_open_unit();
            (x, (0..100).map(|_| u32::from(stream.next_open_unit() < 0.1 * x)).sum::<u32>())
        })
        .unzip();
    let bins: Vec<u32> = values.iter().map(|x| (10.0 * x) as u32).collect();
    let mut group = c.benchmark_group("information/10000");
    group.sample_size(20);
    for (name, method) in [
        ("panzeri-treves", InformationMethod::PanzeriTreves),
        ("nsb", InformationMethod::Nsb { num_possible_responses: None }),
    ] {
        let options = InformationOptions { method, ..InformationOptions::default() };
        group.bench_function(name, |b| b.iter(|| mutual_information(black_box(&bins), &counts, &options)));
    }
    let options = NeighbourOptions { num_shuffles: 0, ..NeighbourOptions::default() };
    group.bench_function("ksg-mixed", |b| b.iter(|| mutual_information_mixed(black_box(&values), &counts, options)));
    group.finish();
}

criterion_group!(benches, pair, matrices, information);
criterion_main!(benches);
