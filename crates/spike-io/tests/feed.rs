//! Feeds of simulators: what is exported comes back, dense arrays hold the spikes, and what a simulator cannot take is
//! refused with the reason.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use spike_core::{Duplicates, Grid, ImportError, Rounding, SpikeTrain, TimeGrid};
use spike_io::feed::{
    Arrangement, Feed, FeedError, FeedOptions, FeedReport, FeedTarget, LavaElement, TimesOptions, import_times,
};
use spike_io::npz::{NpzCompression, NpzWriter};
use spike_io::spikes::{SpikeFormat, SpikeSource, SpikeWriter, open_spikes};
use spike_io::spk::{Provenance, SpkHeader};
use spike_io::{InputFormat, OpenOptions, ReadError, from_bytes};
use std::io::Cursor;

type Samples = Vec<Vec<Vec<u32>>>;

/// The same cases in every run.
fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(12), failure_persistence: None, ..ProptestConfig::default() }
}

fn source(grid: TimeGrid, samples: &Samples) -> Box<dyn SpikeSource> {
    let header = SpkHeader { grid, num_neurons: samples[0].len(), encoding: None, provenance: Provenance::default() };
    let mut writer = SpikeWriter::new(SpikeFormat::Spk, Vec::new(), header, 3).unwrap();
    for rows in samples {
        writer.push(SpikeTrain::from_neurons(grid, rows).unwrap().view()).unwrap();
    }
    open_spikes(Cursor::new(writer.finish().unwrap().0), SpikeFormat::Spk).unwrap()
}

/// The archive and the report of all samples.
fn export(grid: TimeGrid, samples: &Samples, options: FeedOptions) -> Result<(Vec<u8>, FeedReport), FeedError> {
    let mut source = source(grid, samples);
    let range = source.samples();
    let mut feed = Feed::new(source.as_mut(), range, options)?;
    let bytes = feed.write(Vec::new())?;
    Ok((bytes, feed.report().clone()))
}

fn refusal(grid: TimeGrid, samples: &Samples, options: FeedOptions) -> FeedError {
    export(grid, samples, options).unwrap_err()
}

fn array(bytes: &[u8], name: &str) -> Vec<f64> {
    let options = OpenOptions { npz_array: Some(name.to_owned()), ..OpenOptions::default() };
    let mut source = match from_bytes(bytes.to_vec(), Some(InputFormat::Npz), &options) {
        Err(ReadError::Empty { .. }) => return Vec::new(),
        other => other.unwrap(),
    };
    let mut values = Vec::new();
    while source.read_samples(1 << 12, &mut values).unwrap() > 0 {}
    values
}

fn steps() -> impl Strategy<Value = (TimeGrid, Samples)> {
    let dt_ns = prop::sample::select(vec![1_000u64, 100_000, 125_000, 300_000, 1_000_000]);
    (dt_ns, 1u32..60, 1usize..4, 1usize..4).prop_flat_map(|(dt_ns, num_steps, samples, neurons)| {
        let row = prop::collection::btree_set(0..num_steps, 0..12).prop_map(|set| set.into_iter().collect::<Vec<_>>());
        let rows = prop::collection::vec(prop::collection::vec(row, neurons), samples);
        (Just(TimeGrid::new(dt_ns, num_steps).unwrap()), rows)
    })
}

fn rules() -> impl Strategy<Value = (Option<u64>, Rounding)> {
    prop_oneof![
        Just((None, Rounding::Exact)),
        (
            prop::sample::select(vec![50_000u64, 100_000, 250_000, 1_000_000]),
            prop_oneof![Just(Rounding::Floor), Just(Rounding::Round), Just(Rounding::Ceil)]
        )
            .prop_map(|(dt_ns, rounding)| (Some(dt_ns), rounding)),
    ]
}

fn arrangements() -> impl Strategy<Value = Arrangement> {
    prop_oneof![Just(Arrangement::SideBySide), Just(Arrangement::InSequence)]
}

proptest! {
    #![proptest_config(fixed(120))]

    #[test]
    fn times_come_back_as_the_spikes_that_went_out(
        (grid, samples) in steps(),
        (dt_ns, rounding) in rules(),
        arrangement in arrangements(),
        target in prop::sample::select(vec![FeedTarget::Brian2, FeedTarget::Nest, FeedTarget::Pynn]),
        extra in prop::option::of(2u32..9),
    ) {
        let duplicates = Duplicates::Merge;
        let options =
            FeedOptions { dt_ns, rounding, duplicates, arrangement, shift_steps: extra, ..FeedOptions::new(target) };
        let (bytes, report) = export(grid, &samples, options).unwrap();
        let imported = import_times(bytes.clone(), &TimesOptions::default()).unwrap();
        let rule = Grid::covering(grid, dt_ns.unwrap_or(grid.dt_ns()), rounding, duplicates).unwrap();
        let expected: Vec<SpikeTrain> = samples
            .iter()
            .map(|rows| rule.import_steps(SpikeTrain::from_neurons(grid, rows).unwrap().view()).unwrap().0)
            .collect();
        prop_assert_eq!(imported.report, Default::default());
        prop_assert_eq!(imported.batch.first_sample(), 3);
        prop_assert_eq!(imported.batch.num_samples(), samples.len());
        for (found, expected) in imported.batch.samples().zip(&expected) {
            prop_assert_eq!(found, expected.view());
        }
        prop_assert_eq!(report.num_spikes, expected.iter().map(SpikeTrain::num_spikes).sum::<u64>());
        // No spike comes before the first that the simulator takes, and none is later than need be.
        let dt = dt_ns.unwrap_or(grid.dt_ns()) as f64;
        let unit_ns = if target == FeedTarget::Brian2 { 1e9 } else { 1e6 };
        let first = array(&bytes, "times").into_iter().map(|t| (t * unit_ns / dt).round() as u32).min();
        let needs = match target { FeedTarget::Brian2 => 0, FeedTarget::Nest => 1, _ => 2 };
        if let Some(first) = first {
            prop_assert!(first >= needs);
            prop_assert!(extra.is_some() || report.shift_steps == 0 || first == needs);
        }
    }

    #[test]
    fn dense_arrays_hold_every_spike_in_its_cell(
        (grid, samples) in steps(),
        arrangement in arrangements(),
        target in prop::sample::select(vec![FeedTarget::Lava, FeedTarget::Nengo, FeedTarget::Torch]),
        shift in 0u32..3,
    ) {
        let arrangement = if target == FeedTarget::Torch { Arrangement::SideBySide } else { arrangement };
        let options = FeedOptions { arrangement, shift_steps: Some(shift), ..FeedOptions::new(target) };
        let (bytes, report) = export(grid, &samples, options).unwrap();
        let name = match target {
            FeedTarget::Lava => "data",
            FeedTarget::Nengo => "inputs",
            _ => "spikes",
        };
        let cells = array(&bytes, name);
        let (neurons, steps) = (samples[0].len(), grid.num_steps() as usize);
        let side = arrangement == Arrangement::SideBySide;
        let (rows, total) = if side { (samples.len() * neurons, steps) } else { (neurons, samples.len() * steps) };
        let total = total + shift as usize;
        prop_assert_eq!(cells.len(), rows * total);
        prop_assert_eq!(report.shape.iter().product::<u64>() as usize, cells.len());
        let height = if target == FeedTarget::Nengo { 1e9 / grid.dt_ns() as f64 } else { 1.0 };
        for row in 0..rows {
            for step in 0..total {
                let cell = if target == FeedTarget::Lava { row * total + step } else { step * rows + row };
                let spike = step.checked_sub(shift as usize).is_some_and(|t| {
                    let (sample, neuron, t) =
                        if side { (row / neurons, row % neurons, t) } else { (t / steps, row, t % steps) };
                    samples[sample][neuron].contains(&(t as u32))
                });
                prop_assert_eq!(cells[cell], if spike { height } else { 0.0 });
            }
        }
    }

    #[test]
    fn no_bytes_make_the_import_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        at in any::<prop::sample::Index>(),
    ) {
        let grid = TimeGrid::new(100_000, 20).unwrap();
        let (mut whole, _) = export(grid, &vec![vec![vec![1, 4], vec![]]], FeedOptions::new(FeedTarget::Nest)).unwrap();
        let at = at.index(whole.len());
        for (old, new) in whole[at..].iter_mut().zip(&bytes) {
            *old = *new;
        }
        let _ = import_times(whole, &TimesOptions::default());
    }
}

#[test]
fn each_target_has_its_shape() {
    let grid = TimeGrid::new(100_000, 4).unwrap();
    let samples = vec![vec![vec![1], vec![3]]];
    let shape = |options: FeedOptions| {
        let (_, report) = export(grid, &samples, options).unwrap();
        report.shape
    };
    let lava = FeedOptions::new(FeedTarget::Lava);
    assert_eq!(shape(lava), [2, 4]);
    assert_eq!(shape(FeedOptions { lava_element: LavaElement::Float64, ..lava }), [2, 4]);
    assert_eq!(shape(FeedOptions::new(FeedTarget::Torch)), [4, 1, 2]);
    assert_eq!(shape(FeedOptions::new(FeedTarget::Nengo)), [4, 2]);
    assert_eq!(shape(FeedOptions::new(FeedTarget::Brian2)), [2]);
}

#[test]
fn what_a_simulator_cannot_take_is_refused() {
    let grid = TimeGrid::new(100_000, 40).unwrap();
    let samples = vec![vec![vec![0, 3, 4, 39]]];
    let to = FeedOptions::new;
    let coarse = FeedOptions { dt_ns: Some(1_000_000), ..to(FeedTarget::Brian2) };
    let error = refusal(grid, &samples, coarse);
    let FeedError::Grid { sample: 3, source: ImportError::OffGrid { time_ms, nearest_ms, .. } } = error else {
        panic!("{error}");
    };
    assert_eq!((time_ms, nearest_ms), (0.3, 0.0));
    let error = refusal(grid, &samples, FeedOptions { rounding: Rounding::Floor, ..coarse });
    assert!(matches!(error, FeedError::Grid { source: ImportError::Duplicate { step: 0, .. }, .. }), "{error}");
    let error = refusal(TimeGrid::new(1500, 10).unwrap(), &vec![vec![vec![1]]], to(FeedTarget::Nest));
    assert!(matches!(error, FeedError::StepWidth { nearest_ns: 2000, .. }), "{error}");
    let early = FeedOptions { shift_steps: Some(1), ..to(FeedTarget::Pynn) };
    let error = refusal(grid, &samples, early);
    assert!(matches!(error, FeedError::TooEarly { first_step: 2, found: 1, needed: 2, .. }), "{error}");
    let error = refusal(grid, &samples, FeedOptions { arrangement: Arrangement::InSequence, ..to(FeedTarget::Torch) });
    assert!(matches!(error, FeedError::NoSequence { target: FeedTarget::Torch }), "{error}");
    let long = TimeGrid::new(100_000, u32::MAX).unwrap();
    let error = refusal(long, &samples, to(FeedTarget::Brian2));
    assert!(matches!(error, FeedError::TooManySteps { max: 2_147_483_647, .. }), "{error}");
    let wide = vec![vec![vec![]; 20]];
    let error = refusal(long, &wide, to(FeedTarget::Torch));
    assert!(matches!(error, FeedError::TooLarge { cells: 85_899_345_900, .. }), "{error}");
    let mut source = source(grid, &samples);
    let error = Feed::new(source.as_mut(), 4..4, to(FeedTarget::Nest)).unwrap_err();
    assert!(matches!(error, FeedError::NoSamples), "{error}");
    assert!(matches!(Feed::new(source.as_mut(), 3..5, to(FeedTarget::Nest)), Err(FeedError::Spikes(_))));
}

/// An archive of arrays of a simulator that says nothing else of itself.
fn recorded(indices: &[i64], times: &[f64], about: &[(&str, i64)]) -> Vec<u8> {
    let mut archive = NpzWriter::new(Vec::new(), NpzCompression::Stored);
    archive.add("indices", &[indices.len()], indices).unwrap();
    archive.add("times", &[times.len()], times).unwrap();
    for (name, value) in about {
        archive.add(name, &[1], &[*value][..]).unwrap();
    }
    archive.finish().unwrap()
}

#[test]
fn what_a_simulator_recorded_is_judged() {
    let grid = Some(TimeGrid::from_ms(10.0, 0.1).unwrap());
    let options = TimesOptions { num_neurons: Some(2), grid, time_unit_s: Some(1e-3), ..TimesOptions::default() };
    let import =
        |indices: &[i64], times: &[f64], options: &TimesOptions| import_times(recorded(indices, times, &[]), options);
    let rows = |imported: spike_io::feed::Imported| {
        imported.batch.sample(0).neurons().map(<[u32]>::to_vec).collect::<Vec<_>>()
    };
    assert_eq!(rows(import(&[1, 0, 1], &[5.0, 0.3, 0.0], &options).unwrap()), [vec![3], vec![0, 50]]);
    assert!(rows(import(&[], &[], &options).unwrap()).iter().all(Vec::is_empty));
    for (indices, times, words) in [
        (&[0][..], &[][..], "1 indices and 0 times"),
        (&[2], &[1.0], "whole numbers from 0 to 1"),
        (&[-1], &[1.0], "whole numbers from 0 to 1"),
        (&[0], &[f64::NAN], "NaN ms is not a time"),
        (&[0], &[0.25], "off the grid"),
        (&[0, 0], &[0.2, 0.2], "two spikes in step 2"),
        (&[0], &[10.0], "outside the window"),
    ] {
        let error = import(indices, times, &options).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    for (missing, words) in [
        (TimesOptions { num_neurons: None, ..options }, "--neurons"),
        (TimesOptions { grid: None, ..options }, "--window-ms"),
        (TimesOptions { time_unit_s: None, ..options }, "--unit"),
    ] {
        let error = import(&[], &[], &missing).unwrap_err();
        assert!(matches!(error, FeedError::Unknown { .. }) && error.to_string().contains(words), "{error}");
    }
    let own = TimeGrid::new(100_000, 10).unwrap();
    let (whole, _) = export(own, &vec![vec![vec![0]]], FeedOptions::new(FeedTarget::Nest)).unwrap();
    assert!(matches!(import_times(whole, &options), Err(FeedError::Described { option: "--neurons", .. })));
    let many = TimesOptions { num_neurons: Some(1 << 40), ..options };
    assert!(matches!(import(&[], &[], &many), Err(FeedError::Value { name: "num_neurons", .. })));
}

#[test]
fn a_description_that_makes_no_sense_is_refused() {
    let about = |change: (&str, i64)| {
        let whole = [
            ("num_samples", 1),
            ("num_neurons", 1),
            ("num_steps", 10),
            ("first_sample", 0),
            ("shift_steps", 2),
            ("in_sequence", 0),
            ("dt_ns", 1_000_000_000),
            ("time_unit_s", 1),
        ];
        let changed = whole.map(|(name, value)| if name == change.0 { change } else { (name, value) });
        import_times(recorded(&[0], &[3.0], &changed), &TimesOptions::default())
    };
    assert_eq!(about(("", 0)).unwrap().batch.sample(0).neuron(0), &[1]);
    for change in [("num_samples", -1), ("num_neurons", 1 << 33), ("in_sequence", 2), ("time_unit_s", 0)] {
        assert!(matches!(about(change), Err(FeedError::Value { .. })), "{change:?}");
    }
    for change in [("num_steps", 0), ("dt_ns", 0)] {
        assert!(matches!(about(change), Err(FeedError::Config(_))), "{change:?}");
    }
    for change in [("num_neurons", 0), ("num_samples", 0), ("num_samples", 1 << 50)] {
        assert!(matches!(about(change), Err(FeedError::Value { .. })), "{change:?}");
    }
    assert!(matches!(about(("shift_steps", 4)), Err(FeedError::BeforeSamples { row: 0, step: 3, shift_steps: 4 })));
}
