//! Invariants of the containers: what goes in comes out of every view, in any chunks, through any rule of import,
//! through the normaliser and through JSON.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use spike_core::{
    CodeOptions, CodingScheme, Duplicates, EncodeError, EncoderConfig, Encoding, Event, Grid, GridReport, ImportError,
    NeuronIds, NormalizeReport, Normalizer, NormalizerKind, PoissonOptions, Probability, RefractoryMode, Rounding,
    Seed, SpikeBatch, SpikeChunk, SpikeError, SpikeTrain, TimeGrid, TtfsForm, TtfsOptions, Tuning, TuningShape,
    UnitValues, ZeroValue,
};

/// The same cases in every run.
fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(10), failure_persistence: None, ..ProptestConfig::default() }
}

fn grid() -> impl Strategy<Value = TimeGrid> {
    let dt_ns = prop_oneof![Just(1u64), Just(100_000), Just(1_000_000), 1u64..1_000_000_000];
    (dt_ns, 1u32..300).prop_map(|(dt_ns, num_steps)| TimeGrid::new(dt_ns, num_steps).unwrap())
}

/// Rows of sorted, unique steps, some of them empty, some full.
fn rows(num_steps: u32, num_rows: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<Vec<u32>>> {
    let row = prop_oneof![
        8 => prop::collection::btree_set(0..num_steps, 0..20).prop_map(|set| set.into_iter().collect::<Vec<_>>()),
        1 => Just(Vec::new()),
        1 => Just((0..num_steps).collect()),
    ];
    prop::collection::vec(row, num_rows)
}

fn gridded(num_rows: std::ops::Range<usize>) -> impl Strategy<Value = (TimeGrid, Vec<Vec<u32>>)> {
    grid().prop_flat_map(move |grid| (Just(grid), rows(grid.num_steps(), num_rows.clone())))
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

/// Channels and whole samples of finite values of any size, or of [0, 1] where nothing scales them.
fn data(kind: NormalizerKind) -> impl Strategy<Value = (usize, Vec<f64>)> {
    let value = match kind {
        NormalizerKind::None => (0.0f64..=1.0).boxed(),
        _ => prop_oneof![-1e3f64..1e3, -1e150f64..1e150, Just(0.0), Just(7.5), -1e-300f64..1e-300].boxed(),
    };
    (1usize..6, 1usize..8).prop_flat_map(move |(channels, samples)| {
        (Just(channels), prop::collection::vec(value.clone(), channels * samples))
    })
}

fn encoder_config() -> impl Strategy<Value = EncoderConfig> {
    let scheme = prop::sample::select(CodingScheme::ALL);
    let finite = || any::<f64>().prop_filter("JSON has no NaN and no infinity", |x| x.is_finite());
    (
        (scheme, finite(), finite(), finite(), finite()),
        (finite(), any::<u32>(), finite(), any::<bool>(), any::<Option<u64>>()),
    )
        .prop_map(
            |((coding_scheme, time_window_ms, dt_ms, max_hz, min_hz), (dead_ms, size, jitter_ms, scale, seed))| {
                EncoderConfig {
                    coding_scheme,
                    time_window_ms,
                    dt_ms,
                    max_firing_rate_hz: max_hz,
                    min_firing_rate_hz: min_hz,
                    refractory_period_ms: dead_ms,
                    population_size: size,
                    jitter_ms,
                    normalize_input: scale,
                    seed,
                }
            },
        )
}

fn code() -> impl Strategy<Value = CodeOptions> {
    (any::<bool>(), any::<bool>(), prop::option::of((1e-9f64..1e9, 1e-9f64..1e9)), any::<bool>()).prop_map(
        |(a, b, logarithmic, poisson)| {
            if poisson {
                let probability = if a { Probability::Exact } else { Probability::PerStep };
                let refractory = if b { RefractoryMode::Compensated } else { RefractoryMode::Uncompensated };
                return CodeOptions::RatePoisson(PoissonOptions { probability, refractory });
            }
            let form =
                logarithmic.map_or(TtfsForm::Linear, |(tau_ms, theta0)| TtfsForm::Logarithmic { tau_ms, theta0 });
            CodeOptions::TemporalTtfs(TtfsOptions {
                form,
                zero: if a { ZeroValue::Silent } else { ZeroValue::LastStep },
            })
        },
    )
}

fn through_json<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(fixed(256))]

    #[test]
    fn every_view_holds_the_rows((grid, rows) in gridded(0..8)) {
        let train = SpikeTrain::from_neurons(grid, &rows).unwrap();
        let view = train.view();
        prop_assert_eq!(view.neurons().map(<[u32]>::to_vec).collect::<Vec<_>>(), rows.clone());
        prop_assert_eq!(view.steps(), rows.concat());
        prop_assert_eq!(view.counts(), rows.iter().map(|r| r.len() as u64).collect::<Vec<_>>());
        prop_assert_eq!(view.first_spikes(), rows.iter().map(|r| r.first().copied()).collect::<Vec<_>>());
        prop_assert_eq!(train.num_spikes(), view.num_spikes());
        prop_assert_eq!(view.to_train(0, None), train.clone());

        let bits = view.bit_raster().unwrap();
        prop_assert_eq!(bits.num_spikes(), train.num_spikes());
        prop_assert_eq!(bits.to_train().unwrap(), train.clone());
        let matrix = view.binary_matrix().unwrap();
        for (n, row) in rows.iter().enumerate() {
            for step in 0..grid.num_steps() {
                let spikes = row.binary_search(&step).is_ok();
                prop_assert_eq!(bits.get(n, step), spikes);
                prop_assert_eq!(matrix[[n, step as usize]], u8::from(spikes));
            }
        }

        let times = view.padded_times_ms();
        prop_assert_eq!(times.nrows(), rows.len());
        for (row, times) in rows.iter().zip(times.rows()) {
            let back: Vec<u32> = times.iter().filter(|t| !t.is_nan()).map(|t| (t * 1e6 / grid.dt_ns() as f64).round() as u32).collect();
            prop_assert_eq!(&back, row);
            prop_assert!(times.iter().skip(row.len()).all(|t| t.is_nan()));
        }

        let events = view.events();
        prop_assert!(events.array_windows().all(|[a, b]| a < b));
        let mut plain: Vec<Event> = rows.iter().enumerate()
            .flat_map(|(n, row)| row.iter().map(move |&step| Event { step, neuron: n as u32 })).collect();
        plain.sort();
        prop_assert_eq!(events, plain);
    }

    #[test]
    fn rows_that_break_a_rule_are_named((grid, rows) in gridded(1..6), at in any::<prop::sample::Index>(), kind in 0..3) {
        let mut rows = rows;
        let neuron = at.index(rows.len());
        let error = match kind {
            0 => {
                rows[neuron].push(grid.num_steps());
                SpikeError::OutsideWindow { neuron, step: grid.num_steps(), num_steps: grid.num_steps() }
            }
            1 => {
                let last = rows[neuron].last().copied().unwrap_or(0);
                rows[neuron] = vec![last, last];
                SpikeError::Unsorted { neuron, first: last, second: last }
            }
            _ => {
                rows[neuron] = vec![grid.num_steps(), 0];
                SpikeError::Unsorted { neuron, first: grid.num_steps(), second: 0 }
            }
        };
        prop_assert_eq!(SpikeTrain::from_neurons(grid, &rows).unwrap_err(), error);
    }

    #[test]
    fn compressed_rows_never_panic(offsets in prop::collection::vec(0u64..12, 0..6), steps in prop::collection::vec(0u32..12, 0..12)) {
        let grid = TimeGrid::new(1, 10).unwrap();
        if let Ok(train) = SpikeTrain::from_rows(grid, NeuronIds::Range { first: 0 }, offsets.clone(), steps.clone()) {
            let rows: Vec<Vec<u32>> = train.view().neurons().map(<[u32]>::to_vec).collect();
            prop_assert_eq!(rows.concat(), steps.clone());
            prop_assert_eq!(SpikeTrain::from_neurons(grid, &rows).unwrap(), train);
            prop_assert!(SpikeChunk::from_rows(grid, offsets, steps).is_ok());
        } else {
            prop_assert!(SpikeChunk::from_rows(grid, offsets, steps).is_err());
        }
    }

    #[test]
    fn chunks_of_a_batch_make_no_difference(
        (grid, samples, neurons, rows) in (grid(), 1usize..7, 1usize..5).prop_flat_map(|(grid, samples, neurons)| {
            (Just(grid), Just(samples), Just(neurons), rows(grid.num_steps(), samples * neurons))
        }),
        cuts in prop::collection::vec(0usize..8, 0..4),
        first_sample in 0u64..1000,
    ) {
        let chunk = |rows: &[Vec<u32>]| {
            let train = SpikeTrain::from_neurons(grid, rows).unwrap();
            let ends = rows.iter().scan(0, |sum, row| { *sum += row.len() as u64; Some(*sum) });
            SpikeChunk::from_rows(grid, std::iter::once(0).chain(ends).collect(), train.view().steps().to_vec()).unwrap()
        };
        let mut whole = SpikeBatch::new(grid, neurons, first_sample);
        whole.push(chunk(&rows)).unwrap();
        let mut parts = SpikeBatch::new(grid, neurons, first_sample);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(samples)).chain([0, samples]).collect();
        cuts.sort_unstable();
        for [from, to] in cuts.array_windows() {
            parts.push(chunk(&rows[from * neurons..to * neurons])).unwrap();
        }
        prop_assert_eq!(&whole, &parts);
        prop_assert_eq!((parts.num_samples(), parts.num_spikes()), (samples, whole.num_spikes()));
        for (i, sample) in parts.samples().enumerate() {
            prop_assert_eq!(sample.neurons().map(<[u32]>::to_vec).collect::<Vec<_>>(), &rows[i * neurons..][..neurons]);
        }
        let train = parts.to_train();
        prop_assert_eq!(&train, &whole.to_train());
        prop_assert_eq!(train.neuron_ids().get(0), first_sample * neurons as u64);
        let (dense, twin) = (parts.dense_tbn().unwrap(), whole.dense_tbn().unwrap());
        prop_assert_eq!(&dense, &twin);
        prop_assert_eq!(dense.shape(), [grid.num_steps() as usize, samples, neurons]);
        for ((step, sample, neuron), &cell) in dense.indexed_iter() {
            prop_assert_eq!(cell == 1, rows[sample * neurons + neuron].binary_search(&(step as u32)).is_ok());
        }
    }

    #[test]
    fn import_rules_are_ordered_and_count_what_they_do(
        times in prop::collection::vec(prop::collection::vec(-0.5f64..12.0, 0..20), 0..4),
        dt_ms in prop::sample::select(vec![0.1, 0.25, 1.0, 3.0]),
    ) {
        let grid = TimeGrid::new((dt_ms * 1e6) as u64, (9.0 / dt_ms) as u32).unwrap();
        let last = f64::from(grid.num_steps() - 1);
        let import = |rounding, times: &[Vec<f64>]| {
            Grid { grid, rounding, duplicates: Duplicates::Merge }.import_ms(times).unwrap()
        };
        for &time in times.iter().flatten() {
            let [floor, round, ceil] = [Rounding::Floor, Rounding::Round, Rounding::Ceil]
                .map(|r| f64::from(import(r, &[vec![time]]).0.view().neuron(0)[0]));
            prop_assert!(floor <= round && round <= ceil && ceil - floor <= 1.0);
            let exact = (time / dt_ms).clamp(0.0, last);
            prop_assert!(floor <= exact + 1e-3 && exact <= ceil + 1e-3 && (round - exact).abs() <= 0.5 + 1e-3);
        }
        for rounding in [Rounding::Floor, Rounding::Round, Rounding::Ceil] {
            let (train, report) = import(rounding, &times);
            let spikes = times.iter().map(|t| t.len() as u64).sum::<u64>();
            prop_assert_eq!(train.num_spikes() + report.merged, spikes);
            prop_assert!(report.clipped <= report.moved && report.moved <= spikes);
            let step = |t: f64| match rounding {
                Rounding::Floor => (t / dt_ms).floor(),
                Rounding::Round => (t / dt_ms).round(),
                _ => (t / dt_ms).ceil(),
            };
            let near = |t: f64| (t / dt_ms - (t / dt_ms).round()).abs() < 2e-3;
            if !times.iter().flatten().any(|&t| near(t)) {
                let clipped = times.iter().flatten().filter(|&&t| !(0.0..=last).contains(&step(t))).count();
                prop_assert_eq!((report.moved, report.clipped), (spikes, clipped as u64));
                let shift = times.iter().flatten()
                    .map(|&t| (step(t).clamp(0.0, last) * dt_ms - t).abs()).fold(0.0, f64::max);
                prop_assert!((report.max_shift_ms - shift).abs() < 1e-9);
            }
            // What was imported lies on the grid: importing it again changes nothing, by any rule.
            let again: Vec<Vec<f64>> =
                train.view().neurons().map(|row| row.iter().map(|&s| grid.time_ms(s)).collect()).collect();
            let exact = Grid { grid, rounding: Rounding::Exact, duplicates: Duplicates::Error };
            let (same, report) = exact.import_ms(&again).unwrap();
            prop_assert_eq!(&same, &train);
            prop_assert_eq!(report, GridReport::default());
        }
    }

    #[test]
    fn steps_of_another_grid_move_as_whole_numbers_say(
        (ours, rows) in gridded(0..5),
        dt_ns in prop_oneof![1u64..2_000_000, prop::sample::select(vec![1, 50_000, 100_000, 300_000, 1_000_000])],
    ) {
        let ours = TimeGrid::new(ours.dt_ns().clamp(1_000, 1_000_000), ours.num_steps()).unwrap();
        let train = SpikeTrain::from_neurons(ours, &rows).unwrap();
        for rounding in [Rounding::Floor, Rounding::Round, Rounding::Ceil, Rounding::Exact] {
            let rule = Grid::covering(ours, dt_ns, rounding, Duplicates::Merge).unwrap();
            prop_assert!(u128::from(dt_ns) * u128::from(rule.grid.num_steps())
                >= u128::from(ours.dt_ns()) * u128::from(ours.num_steps()));
            let time = |step: u32| i128::from(ours.dt_ns()) * i128::from(step);
            let dt = i128::from(dt_ns);
            let off_grid = rows.iter().flatten().any(|&s| time(s) % dt != 0);
            if rounding == Rounding::Exact && off_grid {
                let is_off_grid = matches!(rule.import_steps(train.view()), Err(ImportError::OffGrid { .. }));
                prop_assert!(is_off_grid);
                continue;
            }
            let (moved, report) = rule.import_steps(train.view()).unwrap();
            let expected = |t: i128| match rounding {
                Rounding::Floor | Rounding::Exact => t.div_euclid(dt),
                Rounding::Round => (2 * t + dt).div_euclid(2 * dt),
                Rounding::Ceil => -(-t).div_euclid(dt),
            };
            let mut counts = GridReport::default();
            for (row, found) in rows.iter().zip(moved.view().neurons()) {
                let mut steps: Vec<u32> = row.iter().map(|&s| expected(time(s)) as u32).collect();
                for (&s, &step) in row.iter().zip(&steps) {
                    let shift = (i128::from(step) * dt - time(s)).unsigned_abs();
                    counts.moved += u64::from(shift != 0);
                    counts.max_shift_ms = counts.max_shift_ms.max(shift as f64 / 1e6);
                }
                steps.dedup();
                counts.merged += (row.len() - steps.len()) as u64;
                prop_assert_eq!(found, &steps[..]);
            }
            prop_assert_eq!(report, counts);
            let strict = Grid { duplicates: Duplicates::Error, ..rule }.import_steps(train.view());
            prop_assert_eq!(strict.is_err(), report.merged > 0);
        }
    }

    #[test]
    fn scaling_and_its_inverse_meet((kind, (channels, values)) in kind().prop_flat_map(|k| (Just(k), data(k)))) {
        let normalizer = Normalizer::fit_slice(kind, channels, &values).unwrap();
        let (mut scaled, mut report) = (Vec::new(), NormalizeReport::default());
        normalizer.apply(&values, 0, &mut scaled, &mut report).unwrap();
        prop_assert!(UnitValues::new(&scaled, 0).is_ok());
        let mut outside = 0;
        for (i, (&v, &x)) in values.iter().zip(&scaled).enumerate() {
            let [low, high] = normalizer.range(i % channels);
            outside += u64::from(v < low || high < v);
            let inside = v.clamp(low, high);
            // One rounding each of v − low, the quotient, the product and the sum.
            let bound = 4.0 * f64::EPSILON * (high - low + low.abs() + high.abs()) + f64::MIN_POSITIVE;
            let back = normalizer.invert(x, i % channels);
            prop_assert!((back - inside).abs() <= bound, "{inside} came back as {back} in [{low}, {high}]");
            prop_assert_eq!(normalizer.invert(0.0, i % channels), low);
            prop_assert_eq!(normalizer.invert(1.0, i % channels), high);
        }
        prop_assert_eq!(report, NormalizeReport { values: values.len() as u64, clipped: outside });
        if !matches!(kind, NormalizerKind::Percentile { .. }) {
            prop_assert_eq!(outside, 0);
        }
        prop_assert_eq!(through_json(&normalizer), normalizer);
    }

    #[test]
    fn a_value_that_is_no_number_is_named(
        (kind, (channels, values)) in kind().prop_flat_map(|k| (Just(k), data(k))),
        at in any::<prop::sample::Index>(),
        bad in prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
        first_sample in 0u64..1000,
    ) {
        let fitted = Normalizer::fit_slice(kind, channels, &values).unwrap();
        let index = at.index(values.len());
        let mut values = values;
        values[index] = bad;
        let named = |error: EncodeError, first: u64| {
            let EncodeError::NotFinite { sample, channel, value } = error else { return false };
            let place = (sample, channel) == (first + (index / channels) as u64, index % channels);
            place && value.to_bits() == bad.to_bits() && error.to_string().contains(&format!("channel {channel}"))
        };
        prop_assert!(named(Normalizer::fit_slice(kind, channels, &values).unwrap_err(), 0));
        let error = fitted.apply(&values, first_sample, &mut Vec::new(), &mut NormalizeReport::default()).unwrap_err();
        prop_assert!(named(error, first_sample));
        let unit: Vec<f64> = values.iter().map(|v| if v.is_finite() { 0.5 } else { *v }).collect();
        let error = UnitValues::new(&unit, 3).unwrap_err();
        let expected = matches!(error, EncodeError::NotFinite { sample: 3, channel, .. } if channel == index);
        prop_assert!(expected, "{}", error);

        let grid = TimeGrid::new(1_000_000, 10).unwrap();
        let rule = Grid { grid, rounding: Rounding::Floor, duplicates: Duplicates::Merge };
        let error = rule.import_ms(&[vec![1.0], vec![2.0, bad]]).unwrap_err();
        let expected = matches!(error, ImportError::NotFinite { neuron: 1, index: 1, .. });
        prop_assert!(expected, "{}", error);
    }

    #[test]
    fn records_survive_json(
        config in encoder_config(),
        code in code(),
        (kind, (channels, values)) in kind().prop_flat_map(|k| (Just(k), data(k))),
        seed in any::<u64>(),
        tuned in any::<bool>(),
        grid in grid(),
    ) {
        prop_assert_eq!(&through_json(&config), &config);
        prop_assert_eq!(through_json(&grid), grid);
        let tuning = tuned.then(|| Tuning {
            shape: TuningShape::Gaussian,
            centers: vec![0.0, 1.0 / 3.0, 1.0],
            widths: vec![0.1; 3],
        });
        let normalizer = Normalizer::fit_slice(kind, channels, &values).unwrap();
        let encoding = Encoding { config, code, tuning, normalizer, seed: Seed(seed), feature_shape: vec![1, channels], initial_values: vec![0.25; channels], signal_statistics: vec![0.5; channels] };
        prop_assert_eq!(through_json(&encoding), encoding);
    }
}
