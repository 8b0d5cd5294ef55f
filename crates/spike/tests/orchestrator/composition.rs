//! Every kind of population against its own simulation of whole trains, without queue, stages and threads.

use crate::{SIZE, encoding, pipeline, population, random, spikes_of, values};
use ndarray::Array2;
use spike::{
    NeuronModel, Orchestrator, Pipeline, Plasticity, Population, Projection, QueueKind, QueueOptions, RunOptions,
    SampleStart, Seed, SpikeTrain, Wiring,
};
use spike_encode::Encoder;
use spike_sim::{
    Connections, Drive, HomeostasisOptions, IfLayer, IfOptions, LifOptions, LifPopulation, PostsynapticEffect,
    Schedule, Stdp, StdpOptions, Synapse, SynapticScaling, Threshold,
};

/// What the encoder makes of each sample.
fn encoded(values: &Array2<f64>, first_sample: u64) -> Vec<SpikeTrain> {
    let encoder = Encoder::from_encoding(encoding()).unwrap();
    let (batch, _) = encoder.encode(values.as_slice().unwrap(), first_sample).unwrap();
    batch.samples().map(|sample| sample.to_train(0, None)).collect()
}

/// Runs one population behind the encoder with a small queue, and returns its spikes.
fn orchestrated(population: Population, values: &Array2<f64>) -> Vec<SpikeTrain> {
    let capacity_spikes = 3;
    let kinds = [QueueKind::Heap, QueueKind::Ring { horizon_steps: 4 }];
    let found = kinds.map(|kind| {
        let queue = QueueOptions { kind, capacity_spikes };
        let declared = pipeline(vec![Population { queue, ..population.clone() }]);
        let mut orchestrator = Orchestrator::new(declared).unwrap();
        let (mut found, report) = spikes_of(&mut orchestrator, &["cells"], values, &RunOptions::default());
        let spikes = report.stage("cells").unwrap().spikes.unwrap();
        assert!(spikes.spikes_in > 500 && spikes.spikes_out > 50, "{report}");
        assert_eq!((spikes.dropped, spikes.queue_high_water), (0, capacity_spikes));
        found.remove(0)
    });
    assert_eq!(found[0], found[1]);
    found[0].clone()
}

#[test]
fn leaky_neurons_of_every_schedule_and_drive() {
    let values = values(25);
    let wiring = random(0.5, 0.4, 1, 3);
    let exponential = PostsynapticEffect::Exponential { tau_ms: 4.0 };
    for (schedule, synapse, drive) in [
        (Schedule::Brian2, PostsynapticEffect::Delta, Drive::Clock),
        (Schedule::Nest, PostsynapticEffect::Delta, Drive::Clock),
        (Schedule::Nest, exponential, Drive::Clock),
        (Schedule::Lava, exponential, Drive::Clock),
        (Schedule::Brian2, PostsynapticEffect::Delta, Drive::Event),
        (Schedule::Brian2, exponential, Drive::Event),
        (Schedule::Nest, PostsynapticEffect::Delta, Drive::Event),
    ] {
        let options = LifOptions { schedule, synapse, ..LifOptions::default() };
        let model = NeuronModel::Lif { options, homeostasis: None, drive };
        let found = orchestrated(Population { model, ..population("cells", wiring.clone()) }, &values);
        let grid = encoding().config.grid().unwrap();
        let connections = wiring.connections(SIZE as u32, 9).unwrap();
        let mut cells = LifPopulation::new(&options, grid, connections).unwrap();
        let expected: Vec<SpikeTrain> = encoded(&values, 0)
            .iter()
            .map(|train| {
                cells.reset();
                cells.receive_spikes(train.view(), Drive::Clock).unwrap()
            })
            .collect();
        assert_eq!(found, expected, "{schedule} {synapse:?} {drive:?}");
    }
}

#[test]
fn neurons_without_leak_of_every_threshold() {
    let values = values(25);
    let wiring = random(0.5, 0.35, 2, 5);
    for adaptation in
        [Threshold::Fixed, Threshold::Burst { beta: 2.0 }, Threshold::Adaptive { beta: 0.2, tau_steps: 20.0 }]
    {
        let options = IfOptions { adaptation, ..IfOptions::default() };
        let model = NeuronModel::IntegrateFire { options };
        let found = orchestrated(Population { model, ..population("cells", wiring.clone()) }, &values);
        let grid = encoding().config.grid().unwrap();
        let mut cells = IfLayer::new(&options, grid, wiring.connections(SIZE as u32, 9).unwrap()).unwrap();
        let expected: Vec<SpikeTrain> = encoded(&values, 0)
            .iter()
            .map(|train| {
                cells.reset();
                cells.receive_spikes(train.view()).unwrap()
            })
            .collect();
        assert_eq!(found, expected, "{adaptation:?}");
    }
}

/// Competition, homeostasis, plasticity and scaling together, over two runs that learn and one that does not.
#[test]
fn what_is_learnt_is_kept_from_sample_to_sample_and_run_to_run() {
    let wiring = Wiring::Uniform { min_weight: 0.0, max_weight: 0.8, delay_steps: 1, seed: Seed(2) };
    let lateral = Wiring::AllButSelf { weight: -0.5, delay_steps: 2 };
    let homeostasis = HomeostasisOptions { increment: 0.02, tau_ms: 1e4 };
    let stdp = StdpOptions { tau_pre_ms: 8.0, ..StdpOptions::default() };
    let model =
        NeuronModel::Lif { options: LifOptions::default(), homeostasis: Some(homeostasis), drive: Drive::Clock };
    let declared = Population {
        model,
        lateral: Some(lateral.clone()),
        plasticity: Some(Plasticity { stdp, sum_of_weights: Some(4.5) }),
        ..population("cells", wiring.clone())
    };
    let mut orchestrator = Orchestrator::new(Pipeline { samples_per_parcel: 4, ..pipeline(vec![declared]) }).unwrap();

    let grid = encoding().config.grid().unwrap();
    let scaling = SynapticScaling::new(4.5, stdp.max_weight).unwrap();
    let mut connections = wiring.connections(SIZE as u32, 9).unwrap();
    scaling.apply(&mut connections);
    let before = connections.weights().to_vec();
    // Here traces run by the clock, in the orchestrator by events.
    let mut plasticity = Stdp::new(&stdp, grid, Drive::Clock, &connections).unwrap();
    let mut cells = LifPopulation::new(&LifOptions::default(), grid, connections)
        .unwrap()
        .with_recurrent(lateral.connections(9, 9).unwrap())
        .unwrap()
        .with_homeostasis(&homeostasis)
        .unwrap();
    for (learning, first_sample) in [(true, 0), (true, 30), (false, 60), (true, 90)] {
        let values = values(30);
        let options = RunOptions { learning, first_sample, ..RunOptions::default() };
        let (found, report) = spikes_of(&mut orchestrator, &["cells"], &values, &options);
        assert!(report.stage("cells").unwrap().spikes.unwrap().spikes_out > 50, "{report}");
        cells.hold_thresholds(!learning);
        for (found, train) in found[0].iter().zip(encoded(&values, first_sample)) {
            cells.reset();
            let expected = if learning {
                plasticity.reset(cells.connections()).unwrap();
                let spikes = cells.receive_spikes_plastic(train.view(), &mut plasticity).unwrap();
                cells.scale_weights(&scaling);
                spikes
            } else {
                cells.receive_spikes(train.view(), Drive::Clock).unwrap()
            };
            assert_eq!(found, &expected);
        }
        let found = orchestrator.connections("cells").unwrap().weights();
        assert!(found.iter().zip(cells.connections().weights()).all(|(a, b)| (a - b).abs() < 1e-12));
        assert!(found.iter().zip(&before).any(|(a, b)| (a - b).abs() > 1e-3));
        assert_eq!(orchestrator.threshold_offsets("cells").unwrap(), cells.threshold_offsets());
    }
}

#[test]
fn neurons_without_leak_learn_too() {
    let wiring = Wiring::Uniform { min_weight: 0.0, max_weight: 0.3, delay_steps: 0, seed: Seed(2) };
    let stdp = StdpOptions::default();
    let declared = Population {
        model: NeuronModel::IntegrateFire { options: IfOptions::default() },
        plasticity: Some(Plasticity { stdp, sum_of_weights: None }),
        ..population("cells", wiring.clone())
    };
    let mut orchestrator = Orchestrator::new(pipeline(vec![declared])).unwrap();
    let values = values(20);
    let options = RunOptions { learning: true, ..RunOptions::default() };
    let (found, _) = spikes_of(&mut orchestrator, &["cells"], &values, &options);
    let grid = encoding().config.grid().unwrap();
    let connections = wiring.connections(SIZE as u32, 9).unwrap();
    let mut plasticity = Stdp::new(&stdp, grid, Drive::Clock, &connections).unwrap();
    let mut cells = IfLayer::new(&IfOptions::default(), grid, connections).unwrap();
    for (found, train) in found[0].iter().zip(encoded(&values, 0)) {
        cells.reset();
        plasticity.reset(cells.connections()).unwrap();
        assert_eq!(found, &cells.receive_spikes_plastic(train.view(), &mut plasticity).unwrap());
    }
}

/// Fan-out, fan-in and layers in sequence: one table of connections over the rows of all sources is the oracle.
#[test]
fn routes_lead_where_they_are_declared_to() {
    let [to_first, to_second] = [random(0.6, 0.4, 1, 3), random(0.4, 0.5, 2, 4)];
    let [direct, from_first, from_second] = [random(0.2, 0.3, 0, 5), random(0.5, 0.4, 1, 6), random(0.5, 0.4, 3, 7)];
    let last = Population {
        inputs: vec![
            Projection::new("second", from_second.clone()),
            Projection::new("input", direct.clone()),
            Projection::new("first", from_first.clone()),
        ],
        ..Population::new("last", 5)
    };
    let declared = pipeline(vec![population("first", to_first.clone()), population("second", to_second.clone()), last]);
    let values = values(25);
    let mut orchestrator = Orchestrator::new(Pipeline { threads: 3, samples_per_parcel: 2, ..declared }).unwrap();
    let (found, report) = spikes_of(&mut orchestrator, &["first", "second", "last"], &values, &RunOptions::default());
    let into_last = report.stage("last").unwrap().spikes.unwrap();
    let out = |stage: &str| report.stage(stage).unwrap().spikes.unwrap().spikes_out;
    assert_eq!(into_last.spikes_in, out("input") + out("first") + out("second"));
    assert!(into_last.spikes_out > 50);

    let grid = encoding().config.grid().unwrap();
    let layer = |connections: Connections| LifPopulation::new(&LifOptions::default(), grid, connections).unwrap();
    let mut first = layer(to_first.connections(SIZE as u32, 9).unwrap());
    let mut second = layer(to_second.connections(SIZE as u32, 9).unwrap());
    let mut synapses = Vec::new();
    for (offset, wiring, rows) in [(0, from_second, 9), (9, direct, 12), (21, from_first, 9)] {
        let part = wiring.connections(rows, 5).unwrap();
        synapses.extend(part.synapses().map(|s| Synapse { source: s.source + offset, ..s }));
    }
    let mut last = layer(Connections::new(30, 5, synapses).unwrap());
    for (sample, train) in encoded(&values, 0).iter().enumerate() {
        let [first, second] = [&mut first, &mut second].map(|layer| {
            layer.reset();
            layer.receive_spikes(train.view(), Drive::Clock).unwrap()
        });
        let rows = [&second, train, &first]
            .into_iter()
            .flat_map(|train| train.view().neurons().map(<[u32]>::to_vec).collect::<Vec<_>>());
        let rows = SpikeTrain::from_neurons(grid, &rows.collect::<Vec<_>>()).unwrap();
        last.reset();
        let expected = last.receive_spikes(rows.view(), Drive::Clock).unwrap();
        assert_eq!([&found[0][sample], &found[1][sample], &found[2][sample]], [&first, &second, &expected]);
    }
}

/// Samples as windows of one stream: state and spikes under way go on, and also from run to run.
#[test]
fn a_stream_goes_on_from_sample_to_sample() {
    let wiring = random(0.5, 0.4, 15, 3);
    let declared = Population { start: SampleStart::Continued, ..population("cells", wiring.clone()) };
    let mut orchestrator = Orchestrator::new(pipeline(vec![declared])).unwrap();
    let grid = encoding().config.grid().unwrap();
    let connections = wiring.connections(SIZE as u32, 9).unwrap();
    let mut cells = LifPopulation::new(&LifOptions::default(), grid, connections).unwrap();
    let values = values(10);
    for first_sample in [0, 10] {
        let options = RunOptions { first_sample, ..RunOptions::default() };
        let (found, _) = spikes_of(&mut orchestrator, &["cells"], &values, &options);
        for (found, train) in found[0].iter().zip(encoded(&values, first_sample)) {
            assert_eq!(found, &cells.receive_spikes(train.view(), Drive::Clock).unwrap());
        }
    }
}
