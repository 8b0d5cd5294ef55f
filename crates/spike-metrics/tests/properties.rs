//! Properties of distances, synchrony and information over random trains and tables.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use ndarray::Array2;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rayon::ThreadPoolBuilder;
use spike_metrics::*;

/// The same cases in every run.
fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(20), failure_persistence: None, ..ProptestConfig::default() }
}

const STOP_MS: f64 = 64.0;

/// Trains on a coarse grid, so that equal times, spikes at the edges and empty trains are common.
fn times() -> impl Strategy<Value = Vec<f64>> {
    let on_grid = prop::collection::btree_set(0u32..=64, 0..12)
        .prop_map(|steps| steps.into_iter().map(f64::from).collect::<Vec<f64>>());
    let anywhere = prop::collection::vec(0.0f64..STOP_MS, 0..40).prop_map(|mut times| {
        times.sort_by(f64::total_cmp);
        times.dedup();
        times
    });
    prop_oneof![on_grid, anywhere]
}

fn train(times: &[f64]) -> SpikeTimes<'_> {
    SpikeTimes::new(times, 0.0, STOP_MS).unwrap()
}

fn isi(a: SpikeTimes<'_>, b: SpikeTimes<'_>) -> f64 {
    isi_distance(a, b, IsiOptions::default()).unwrap()
}

fn spike(a: SpikeTimes<'_>, b: SpikeTimes<'_>) -> f64 {
    spike_distance(a, b, SpikeOptions::default()).unwrap()
}

fn victor_purpura(a: SpikeTimes<'_>, b: SpikeTimes<'_>, q: f64) -> f64 {
    victor_purpura_distance(a, b, q).unwrap()
}

fn van_rossum(a: SpikeTimes<'_>, b: SpikeTimes<'_>, tau_ms: f64) -> f64 {
    van_rossum_distance(a, b, tau_ms, VanRossumNorm::Elephant).unwrap()
}

/// The definition of the SPIKE-distance, by the profile of each instant, with all pairs and no merge.
fn spike_distance_by_definition(a: &[f64], b: &[f64]) -> f64 {
    struct Around {
        length: f64,
        distance: f64,
    }
    fn filled(times: &[f64]) -> Vec<f64> {
        if times.is_empty() { vec![0.0, STOP_MS] } else { times.to_vec() }
    }
    fn nearest(t: f64, other: &[f64]) -> f64 {
        let n = other.len();
        let (mut low, mut high) = (0.0f64, STOP_MS);
        if n > 1 {
            low = low.min(2.0 * other[0] - other[1]);
            high = high.max(2.0 * other[n - 1] - other[n - 2]);
        }
        other.iter().chain([&low, &high]).map(|s| (t - s).abs()).fold(f64::INFINITY, f64::min)
    }
    fn around(t: f64, times: &[f64], other: &[f64]) -> Around {
        let n = times.len();
        let after = times.partition_point(|&s| s <= t);
        if after == 0 {
            let gap = if n > 1 { times[1] - times[0] } else { 0.0 };
            return Around { length: times[0].max(gap), distance: nearest(times[0], other) };
        }
        let lone_at_start = n == 1 && times[0] == 0.0;
        if after == n && !lone_at_start {
            let gap = if n > 1 { times[n - 1] - times[n - 2] } else { 0.0 };
            return Around { length: (STOP_MS - times[n - 1]).max(gap), distance: nearest(times[n - 1], other) };
        }
        let (from, to) = (times[after - 1], if lone_at_start { STOP_MS } else { times[after] });
        let share = (t - from) / (to - from);
        let distance = nearest(from, other) * (1.0 - share) + nearest(to, other) * share;
        Around { length: to - from, distance }
    }
    let (a, b) = (filled(a), filled(b));
    let mut edges: Vec<f64> = a.iter().chain(&b).copied().chain([0.0, STOP_MS]).collect();
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    let integral: f64 = edges
        .windows(2)
        .map(|piece| {
            let t = 0.5 * (piece[0] + piece[1]);
            let (x, y) = (around(t, &a, &b), around(t, &b, &a));
            let mean = 0.5 * (x.length + y.length);
            0.5 * (x.distance * y.length + y.distance * x.length) / (mean * mean) * (piece[1] - piece[0])
        })
        .sum();
    integral / STOP_MS
}

/// The definition of SPIKE-synchronisation: all pairs.
fn coincident_by_definition(a: &[f64], b: &[f64]) -> u64 {
    let half = |times: &[f64], k: usize| {
        let before = if k > 0 { times[k] - times[k - 1] } else { STOP_MS };
        let after = if k + 1 < times.len() { times[k + 1] - times[k] } else { STOP_MS };
        0.5 * before.min(after).min(STOP_MS)
    };
    let pairs = (0..a.len()).flat_map(|i| (0..b.len()).map(move |j| (i, j)));
    2 * pairs.filter(|&(i, j)| (a[i] - b[j]).abs() < half(a, i).min(half(b, j))).count() as u64
}

proptest! {
    #![proptest_config(fixed(400))]

    #[test]
    fn distances_are_symmetric_bounded_and_zero_for_equal_trains(x in times(), y in times()) {
        let (a, b) = (train(&x), train(&y));
        for distance in [isi, spike] {
            let value = distance(a, b);
            prop_assert!((0.0..=1.0).contains(&value), "{value}");
            prop_assert!((value - distance(b, a)).abs() < 1e-14);
            prop_assert_eq!(distance(a, a), 0.0);
        }
        for q in [0.0, 0.1, 3.0] {
            let value = victor_purpura(a, b, q);
            prop_assert_eq!(value, victor_purpura(b, a, q));
            prop_assert_eq!(victor_purpura(a, a, q), 0.0);
            let (n, m) = (x.len() as f64, y.len() as f64);
            prop_assert!((n - m).abs() <= value && value <= n + m);
        }
        for tau_ms in [0.3, 5.0, 200.0] {
            let value = van_rossum(a, b, tau_ms);
            prop_assert_eq!(value, van_rossum(b, a, tau_ms));
            prop_assert_eq!(van_rossum(a, a, tau_ms), 0.0);
            prop_assert!(value <= (x.len() + y.len()) as f64, "{value}");
        }
    }

    #[test]
    fn metrics_have_the_triangle_inequality(x in times(), y in times(), z in times()) {
        let (a, b, c) = (train(&x), train(&y), train(&z));
        for q in [0.05, 0.5] {
            prop_assert!(victor_purpura(a, c, q) <= victor_purpura(a, b, q) + victor_purpura(b, c, q) + 1e-9);
        }
        for tau_ms in [1.0, 20.0] {
            prop_assert!(van_rossum(a, c, tau_ms) <= van_rossum(a, b, tau_ms) + van_rossum(b, c, tau_ms) + 1e-9);
        }
        // The integrand |ν₁ − ν₂|/max(ν₁, ν₂) is a metric of positive numbers.
        prop_assert!(isi(a, c) <= isi(a, b) + isi(b, c) + 1e-12);
    }

    #[test]
    fn fast_forms_agree_with_the_definitions(x in times(), y in times()) {
        let (a, b) = (train(&x), train(&y));
        prop_assert!((spike(a, b) - spike_distance_by_definition(&x, &y)).abs() < 1e-12);
        let sync = spike_sync(a, b).unwrap();
        prop_assert_eq!(sync.coincident_spikes, coincident_by_definition(&x, &y));
        prop_assert_eq!(sync.num_spikes, (x.len() + y.len()) as u64);
        let back = spike_sync(b, a).unwrap();
        prop_assert_eq!((sync.coincident_spikes, sync.leads), (back.coincident_spikes, -back.leads));
        prop_assert!((0.0..=1.0).contains(&sync.value()));
    }

    #[test]
    fn tiling_and_correlation_are_bounded_and_symmetric(x in times(), y in times(), window in 0.1f64..20.0) {
        let (a, b) = (train(&x), train(&y));
        for f in [
            &|a, b| spike_time_tiling_coefficient(a, b, window).unwrap(),
            &|a, b| correlation_coefficient(a, b, window, false).unwrap(),
        ] as [&dyn Fn(SpikeTimes<'_>, SpikeTimes<'_>) -> Option<f64>; 2] {
            if let Some(value) = f(a, b) {
                prop_assert!((-1.0 - 1e-12..=1.0 + 1e-12).contains(&value), "{value}");
                prop_assert!((value - f(b, a).unwrap()).abs() < 1e-9);
                prop_assert!((f(a, a).unwrap() - 1.0).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn profiles_average_to_the_distance(x in times(), y in times(), at in 0.01f64..0.99) {
        let (a, b) = (train(&x), train(&y));
        let middle = at * STOP_MS;
        let profile = isi_profile(a, b, IsiOptions::default()).unwrap();
        let parts = profile.mean(0.0, middle).unwrap() * at + profile.mean(middle, STOP_MS).unwrap() * (1.0 - at);
        prop_assert!((parts - isi(a, b)).abs() < 1e-12);
        let profile = spike_profile(a, b, SpikeOptions::default()).unwrap();
        let parts = profile.mean(0.0, middle).unwrap() * at + profile.mean(middle, STOP_MS).unwrap() * (1.0 - at);
        prop_assert!((parts - spike(a, b)).abs() < 1e-12);
    }

    #[test]
    fn information_is_within_its_bounds(
        counts in prop::collection::vec(0u64..30, 12), columns in prop::sample::select(vec![2usize, 3, 4, 6]),
    ) {
        let table = Array2::from_shape_vec((12 / columns, columns), counts).unwrap();
        prop_assume!(table.sum() > 0);
        let table = ContingencyTable::from_counts(table.view()).unwrap();
        let bits = |method| table_information(&table, method).unwrap();
        let naive = bits(InformationMethod::PlugIn);
        let ceiling = naive.ceiling_bits.unwrap();
        prop_assert!(-1e-12 <= naive.estimate_bits && naive.estimate_bits <= ceiling + 1e-12);
        for method in [
            InformationMethod::MillerMadow,
            InformationMethod::PanzeriTreves,
            InformationMethod::Nsb { num_possible_responses: None },
        ] {
            let estimate = bits(method);
            prop_assert!(estimate.estimate_bits.is_finite());
            prop_assert!((estimate.naive_bits - estimate.bias_bits - estimate.estimate_bits).abs() < 1e-12);
            prop_assert!((0.0..=ceiling).contains(&estimate.scalar_bits()));
        }
        // The bias that Panzeri and Treves see is at least that of the responses that occurred.
        let (cheap, more) = (bits(InformationMethod::MillerMadow), bits(InformationMethod::PanzeriTreves));
        prop_assert!(more.estimate_bits <= cheap.estimate_bits + 1e-12);
        for entropy in [entropy_plug_in_bits, entropy_miller_madow_bits] {
            prop_assert!(entropy(&table.response_counts()) >= 0.0);
        }
        let nsb = entropy_nsb_bits(&table.response_counts(), 6).unwrap();
        prop_assert!(0.0 <= nsb && nsb <= 6f64.log2());
    }

    #[test]
    fn symbols_may_have_any_names(pairs in prop::collection::vec((0u32..4, 0u32..5), 10..60), shift in 1u32..1000) {
        let (s, r): (Vec<u32>, Vec<u32>) = pairs.into_iter().unzip();
        let renamed: Vec<u32> = r.iter().map(|r| 7 * r + shift).collect();
        let options = InformationOptions { num_shuffles: 5, ..InformationOptions::default() };
        let first = mutual_information(&s, &r, &options).unwrap();
        prop_assert_eq!(&first, &mutual_information(&s, &renamed, &options).unwrap());
    }
}

#[test]
fn threads_change_no_result() {
    let trains: Vec<Vec<f64>> = (1..14u32)
        .map(|k| (0..40).map(move |i| f64::from(i * 13 * k % 63) + f64::from(k) / 16.0))
        .map(sorted)
        .collect();
    let set = TrainSet::new(&trains, 0.0, STOP_MS).unwrap();
    let symbols: Vec<u32> = (0..200).map(|i| i * i % 5).collect();
    let values: Vec<f64> = (0..200).map(|i| f64::from(i * 7 % 101)).collect();
    let run = |threads| {
        ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| {
            (
                isi_distance_matrix(&set, IsiOptions::default()).unwrap(),
                spike_distance_matrix(&set, SpikeOptions::default()).unwrap(),
                spike_sync_matrix(&set),
                victor_purpura_matrix(&set, 0.3).unwrap(),
                van_rossum_matrix(&set, 4.0, VanRossumNorm::VanRossum2001).unwrap(),
                mutual_information(&symbols, &symbols, &InformationOptions::default()).unwrap(),
                mutual_information_mixed(&values, &symbols, NeighbourOptions::default()).unwrap(),
            )
        })
    };
    assert_eq!(run(1), run(2));
    let one = run(1);
    for (i, a) in set.trains().enumerate() {
        for (j, b) in set.trains().enumerate() {
            let alone = if i <= j { spike(a, b) } else { spike(b, a) };
            assert_eq!(one.1[[i, j]], alone);
        }
    }
}

fn sorted(times: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    times
}
