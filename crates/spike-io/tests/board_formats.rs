//! Spikes of SONATA and networks of NIR and netx: what comes back, and what is refused.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use spike_core::{Duplicates, ImportError, Rounding, SpikeTrain, TimeGrid};
use spike_io::Hdf5Error;
use spike_io::netx::{Netx, NetxArray, NetxError, NetxKind, NetxLayer, NetxNeuron, NetxWindow};
use spike_io::nir::{NirArray, NirError, NirGraph, NirKind, NirValue};
use spike_io::spikes::sonata::{SonataError, SonataGrid, SonataOptions, SonataWriter, open_sonata};
use spike_io::spk::{Provenance, SpkError, SpkHeader};

fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[23; 32]))
}

fn write(samples: &[SpikeTrain], first_sample: u64) -> Vec<u8> {
    let view = samples[0].view();
    let provenance = Provenance::default();
    let header = SpkHeader { grid: view.grid(), num_neurons: view.num_neurons(), encoding: None, provenance };
    let mut writer = SonataWriter::new(Vec::new(), header, first_sample);
    samples.iter().for_each(|sample| writer.push(sample.view()).unwrap());
    let (bytes, summary) = writer.finish().unwrap();
    assert_eq!(summary.num_bytes, bytes.len() as u64);
    bytes
}

#[test]
fn sonata_gives_back_every_sample() {
    let rows = || prop::collection::vec(prop::collection::btree_set(0u32..1000, 0..20), 4);
    let samples = prop::collection::vec(rows(), 1..4);
    // Steps of 0.1 ms, 1/3 µs, and an odd number of nanoseconds: none but the last is a binary fraction.
    let steps_ns = prop::sample::select(vec![100_000u64, 333, 1, 1_000_000, 12_345_677]);
    let run = |(samples, dt_ns, first): (Vec<Vec<std::collections::BTreeSet<u32>>>, u64, u64)| {
        let grid = TimeGrid::new(dt_ns, 1000).unwrap();
        let train = |rows: &Vec<std::collections::BTreeSet<u32>>| {
            let rows: Vec<Vec<u32>> = rows.iter().map(|row| row.iter().copied().collect()).collect();
            SpikeTrain::from_neurons(grid, &rows).unwrap()
        };
        let samples: Vec<SpikeTrain> = samples.iter().map(train).collect();
        let (mut found, _) = open_sonata(&write(&samples, first)[..], &SonataOptions::default()).unwrap();
        let range = found.samples();
        prop_assert_eq!(range.clone(), first..first + samples.len() as u64);
        let batch = found.read(range).unwrap();
        for (found, sample) in batch.samples().zip(&samples) {
            prop_assert_eq!(&found.to_train(0, None), sample);
        }
        Ok(())
    };
    runner(200).run(&(samples, steps_ns, 0u64..1000), run).unwrap();
}

/// A file without our record, as another program leaves it: times 0.1, 0.5, 0.2 ms of the nodes 0, 0, 3.
const FOREIGN: &[u8] = include_bytes!("../../../fuzz/corpus/sonata/by_id.h5");
/// Times 1 ms and 2 ms of the nodes 1 and 0, in seconds.
const SECONDS: &[u8] = include_bytes!("../../../fuzz/corpus/sonata/seconds.h5");

fn grid(dt_ns: u64, rounding: Rounding) -> SonataOptions {
    let grid = SonataGrid { dt_ns, num_steps: None, rounding, duplicates: Duplicates::Error };
    SonataOptions { population: None, grid: Some(grid) }
}

fn error(bytes: &[u8], options: &SonataOptions) -> SonataError {
    match open_sonata(bytes, options) {
        Err(SpkError::Sonata(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn sonata_of_other_programs_goes_onto_the_grid_by_the_rule() {
    let (mut found, report) = open_sonata(FOREIGN, &grid(100_000, Rounding::Exact)).unwrap();
    let batch = found.read(0..1).unwrap();
    let rows: Vec<Vec<u32>> = batch.sample(0).neurons().map(<[u32]>::to_vec).collect();
    assert_eq!(rows, [vec![1, 5], vec![], vec![], vec![2]]);
    assert_eq!((report.moved, found.header().grid.num_steps()), (0, 6));
    let (mut found, report) = open_sonata(FOREIGN, &grid(250_000, Rounding::Floor)).unwrap();
    assert_eq!(found.read(0..1).unwrap().sample(0).neuron(0), [0, 2]);
    assert_eq!(report.moved, 2);
    let (mut found, _) = open_sonata(SECONDS, &grid(1_000_000, Rounding::Exact)).unwrap();
    assert_eq!(found.read(0..1).unwrap().sample(0).neuron(1), [1]);
}

#[test]
fn what_sonata_does_not_admit_is_named() {
    assert!(matches!(error(FOREIGN, &SonataOptions::default()), SonataError::NoGrid));
    let exact = error(FOREIGN, &grid(250_000, Rounding::Exact));
    assert!(matches!(exact, SonataError::Import(ImportError::OffGrid { .. })), "{exact}");
    let asked = SonataOptions { population: Some("x".into()), grid: None };
    assert!(matches!(error(FOREIGN, &asked), SonataError::NoPopulation { found, .. } if found == ["cells"]));
    assert!(matches!(error(&FOREIGN[..1000], &asked), SonataError::Hdf5(_)));
    assert!(matches!(error(b"no file", &asked), SonataError::Hdf5(Hdf5Error::Structure { .. })));
    // A time that was changed after writing: the record says that it cannot be.
    let train = SpikeTrain::from_neurons(TimeGrid::new(100_000, 10).unwrap(), &[vec![1]]).unwrap();
    let mut bytes = write(std::slice::from_ref(&train), 0);
    let at = bytes.len() - 16;
    bytes[at..at + 8].copy_from_slice(&0.15f64.to_le_bytes());
    assert!(matches!(error(&bytes, &asked_nothing()), SonataError::Contradiction { index: 0, .. }));
    bytes[at..at + 8].copy_from_slice(&1.0f64.to_le_bytes());
    assert!(matches!(error(&bytes, &asked_nothing()), SonataError::Contradiction { .. }), "after the last sample");
    for name in ["", "a/b", ".", &"x".repeat(256)] {
        let header =
            SpkHeader { grid: train.view().grid(), num_neurons: 1, encoding: None, provenance: Provenance::default() };
        let named = SonataWriter::new(Vec::new(), header, 0).with_population(name);
        assert!(matches!(named, Err(SonataError::PopulationName { .. })), "{name}");
    }
}

fn asked_nothing() -> SonataOptions {
    SonataOptions::default()
}

#[test]
fn sonata_without_spikes_is_a_file() {
    let train = SpikeTrain::from_neurons(TimeGrid::new(100_000, 10).unwrap(), &[vec![], vec![]]).unwrap();
    let (mut found, _) = open_sonata(&write(&[train.clone(), train.clone()], 3)[..], &asked_nothing()).unwrap();
    assert_eq!(found.read(3..5).unwrap().num_spikes(), 0);
}

fn graph() -> NirGraph {
    let one = |value| NirArray::full(&[2], value).unwrap();
    let mut graph = NirGraph::default();
    let neuron = NirKind::If { r: one(1.0), v_threshold: one(1.0), v_reset: one(0.0) };
    graph.nodes.insert("input".into(), NirKind::Input { shape: vec![2] }.into());
    graph.nodes.insert("neuron".into(), neuron.into());
    graph.edges.push(("input".into(), "neuron".into()));
    graph
}

#[test]
fn graphs_that_nir_cannot_hold_are_refused() {
    let mut edge = graph();
    edge.edges.push(("neuron".into(), "nowhere".into()));
    assert!(matches!(edge.to_bytes(), Err(NirError::Edge { to, .. }) if to == "nowhere"));
    let mut shapes = graph();
    let NirKind::If { v_reset, .. } = &mut shapes.nodes.get_mut("neuron").unwrap().kind else { panic!("an IF") };
    *v_reset = NirArray::full(&[3], 0.0).unwrap();
    let error = shapes.to_bytes().unwrap_err();
    assert!(matches!(error, NirError::Shapes { parameter: "v_reset", .. }), "{error}");
    let mut name = graph();
    name.metadata.insert("a/b".into(), NirValue::Int(1));
    assert!(matches!(name.to_bytes(), Err(NirError::Name { .. })));
    let mut flat = graph();
    let weight = NirKind::Linear { weight: NirArray::full(&[4], 1.0).unwrap() };
    flat.nodes.insert("weights".into(), weight.into());
    assert!(matches!(flat.to_bytes(), Err(NirError::Parameter { parameter: "weight", .. })));
}

#[test]
fn metadata_and_precision_come_back() {
    let mut full = graph();
    let texts = NirValue::Texts { shape: vec![2], values: vec!["a".into(), "ü".into()] };
    let values = [
        ("text", NirValue::Text("subtract".into())),
        ("texts", texts),
        ("int", NirValue::Int(-3)),
        ("bool", NirValue::Bool(true)),
        ("ints", NirValue::Ints { shape: vec![2, 1], values: vec![4, 5] }),
        ("single", NirValue::Reals(NirArray::from_f32(&[], vec![0.1]).unwrap())),
        ("double", NirValue::Reals(NirArray::from_f64(&[2], vec![0.1, f64::INFINITY]).unwrap())),
        ("empty", NirValue::Reals(NirArray::from_f64(&[0, 3], vec![]).unwrap())),
    ];
    full.metadata = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    full.nodes.get_mut("neuron").unwrap().metadata = full.metadata.clone();
    assert_eq!(NirGraph::from_bytes(&full.to_bytes().unwrap()).unwrap(), full);
    let empty = NirGraph::default();
    assert_eq!(NirGraph::from_bytes(&empty.to_bytes().unwrap()).unwrap(), empty);
}

fn dense(shape: Vec<usize>, weight: &[usize]) -> Netx {
    let weight = NetxArray::new(weight, vec![1; weight.iter().product()]).unwrap();
    let kind = NetxKind::Dense { in_features: 3, out_features: 2, weight, delay: None, bias: None };
    Netx { layers: vec![NetxLayer { shape, kind, neuron: Some(NetxNeuron::cuba(0, 0, 1)) }], simulation: None }
}

#[test]
fn networks_that_netx_cannot_hold_are_refused() {
    assert!(dense(vec![2], &[2, 3]).to_bytes().is_ok());
    assert!(matches!(dense(vec![2], &[3, 2]).to_bytes(), Err(NetxError::Layer { field: "weight", layer: 0, .. })));
    assert!(matches!(dense(vec![3], &[2, 3]).to_bytes(), Err(NetxError::Layer { field: "shape", .. })));
    let mut concat = dense(vec![2], &[2, 3]);
    concat.layers.push(NetxLayer { shape: vec![4], kind: NetxKind::Concat { layers: vec![1] }, neuron: None });
    assert!(matches!(concat.to_bytes(), Err(NetxError::Layer { field: "layers", layer: 1, .. })));
    let pair = |n| [n, n];
    let window = NetxWindow { kernel_size: pair(1), stride: pair(1), padding: pair(0), dilation: pair(1) };
    let weight = NetxArray::new(&[2, 1, 1, 1], vec![1, 2]).unwrap();
    let kind = NetxKind::Conv { in_channels: 3, out_channels: 2, window, groups: 2, weight, delay: None, bias: None };
    let conv = Netx { layers: vec![NetxLayer { shape: vec![2, 4, 4], kind, neuron: None }], simulation: None };
    assert!(matches!(conv.to_bytes(), Err(NetxError::Layer { field: "groups", .. })));
}

#[test]
fn weights_of_lava_dl_are_whole_or_refused() {
    let read = |bytes: &[u8]| Netx::from_bytes(bytes);
    let float = read(include_bytes!("../../../fuzz/corpus/netx/float.net")).unwrap();
    let NetxKind::Dense { weight, .. } = &float.layers[0].kind else { panic!("a dense layer") };
    assert_eq!(weight.values(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(float.layers[0].neuron.as_ref().unwrap().int("iDecay"), Some(1024));
    let error = read(include_bytes!("../../../fuzz/corpus/netx/fraction.net")).unwrap_err();
    assert!(error.to_string().contains("whole numbers"), "{error}");
}
