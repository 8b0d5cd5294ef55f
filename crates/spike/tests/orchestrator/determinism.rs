//! Results are those of the samples and the declaration, not of threads, capacities and parcels.

use crate::{SIZE, pipeline, population, random, values};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use spike::{
    ActivityReadout, ClassAssignment, NeuronModel, Orchestrator, Pipeline, PipelineReport, Plasticity, Population,
    Projection, QueueKind, QueueOptions, Readout, ReadoutKind, ReadoutValue, RunOptions, Samples, SpikeTrain, Wiring,
};
use spike_sim::{Drive, HomeostasisOptions, IfOptions, LifOptions, StdpOptions};
use std::ops::ControlFlow;
use std::sync::LazyLock;

/// How a run is divided: all of it must be without effect.
#[derive(Debug, Clone, Copy)]
struct Division {
    threads: usize,
    parcels_waiting: usize,
    samples_per_parcel: usize,
    queue: QueueOptions,
}

type Everything = (Vec<(Vec<SpikeTrain>, Vec<ReadoutValue>)>, Vec<Vec<f64>>, PipelineReport);

const STAGES: [&str; 4] = ["input", "plain", "learns", "last"];

/// A relay by events, a layer that learns, and a layer without leak behind both, with every read-out.
fn everything(division: Division, learning: bool) -> Everything {
    let Division { threads, parcels_waiting, samples_per_parcel, queue } = division;
    let by_events = NeuronModel::Lif { options: LifOptions::default(), homeostasis: None, drive: Drive::Event };
    let homeostasis = Some(HomeostasisOptions { increment: 0.02, tau_ms: 1e4 });
    let adapts = NeuronModel::Lif { options: LifOptions::default(), homeostasis, drive: Drive::Clock };
    let one_to_one = Wiring::OneToOne { weight: 1.2, delay_steps: 1 };
    let plain = Population {
        model: by_events,
        inputs: vec![Projection::new("input", one_to_one)],
        queue,
        ..Population::new("plain", SIZE as u32)
    };
    let learns = Population {
        model: adapts,
        lateral: Some(Wiring::AllButSelf { weight: -0.2, delay_steps: 1 }),
        plasticity: Some(Plasticity { stdp: StdpOptions::default(), sum_of_weights: Some(4.0) }),
        queue,
        ..population("learns", random(0.8, 0.4, 1, 3))
    };
    let last = Population {
        model: NeuronModel::IntegrateFire { options: IfOptions::default() },
        inputs: vec![
            Projection::new("learns", random(0.9, 0.3, 0, 4)),
            Projection::new("plain", random(0.3, 0.2, 2, 5)),
        ],
        queue,
        ..Population::new("last", 4)
    };
    let classes = ClassAssignment::new(3, vec![Some(0), Some(1), Some(2), None]).unwrap();
    let readouts = vec![
        Readout::new("values", "plain", ReadoutKind::Values { method: None }),
        Readout::new("rate", "learns", ReadoutKind::Activity(ActivityReadout::SpikeRate)),
        Readout::new("class", "last", ReadoutKind::Classes(classes)),
    ];
    let declared = pipeline(vec![plain, learns, last]);
    let declared = Pipeline { threads, parcels_waiting, samples_per_parcel, readouts, ..declared };
    let mut orchestrator = Orchestrator::new(declared).unwrap();
    let values = values(23);
    let samples = Samples::from_array(values.view()).with_labels((0..23).map(|i| i % 3));
    let mut seen = Vec::new();
    let options = RunOptions { learning, first_sample: 5, ..RunOptions::default() };
    let report = orchestrator
        .run(samples, &options, |sample| {
            let spikes = STAGES.map(|stage| sample.spikes(stage).unwrap().to_train(0, None)).to_vec();
            let readouts = ["values", "rate", "class"].map(|name| sample.readout(name).unwrap().clone()).to_vec();
            seen.push((spikes, readouts));
            ControlFlow::Continue(())
        })
        .unwrap();
    let weights = vec![
        orchestrator.connections("learns").unwrap().weights().to_vec(),
        orchestrator.threshold_offsets("learns").unwrap().to_vec(),
    ];
    (seen, weights, without_marks(report))
}

/// The mark of a queue is a function of its capacity and kind.
fn without_marks(report: PipelineReport) -> PipelineReport {
    let mut report = report.without_times();
    for spikes in report.stages.iter_mut().filter_map(|stage| stage.spikes.as_mut()) {
        (spikes.queue_high_water, spikes.queue_capacity) = (0, 0);
    }
    report
}

static REFERENCE: LazyLock<[Everything; 2]> = LazyLock::new(|| {
    let queue = QueueOptions { kind: QueueKind::Heap, capacity_spikes: 100_000 };
    let one = Division { threads: 1, parcels_waiting: 1, samples_per_parcel: 1, queue };
    [everything(one, false), everything(one, true)]
});

fn division() -> impl Strategy<Value = Division> {
    let kind =
        prop_oneof![Just(QueueKind::Heap), (0u32..40).prop_map(|horizon_steps| QueueKind::Ring { horizon_steps })];
    let queue = (kind, 1usize..60).prop_map(|(kind, capacity_spikes)| QueueOptions { kind, capacity_spikes });
    (1usize..9, 1usize..5, 1usize..30, queue).prop_map(|(threads, parcels_waiting, samples_per_parcel, queue)| {
        Division { threads, parcels_waiting, samples_per_parcel, queue }
    })
}

#[test]
fn the_reference_does_something() {
    let [fixed, learnt] = &*REFERENCE;
    assert_ne!(fixed.1, learnt.1);
    for (seen, _, report) in [fixed, learnt] {
        assert_eq!(seen.len(), 23);
        for stage in STAGES {
            assert!(report.stage(stage).unwrap().spikes.unwrap().spikes_out > 100, "{report}");
        }
        assert!(report.readout("class").unwrap().num_labelled == 23 && report.readout("values").unwrap().r2.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 40,
        rng_seed: RngSeed::Fixed(20),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_depends_on_the_division(division in division(), learning in any::<bool>()) {
        let found = everything(division, learning);
        prop_assert_eq!(&found, &REFERENCE[usize::from(learning)]);
    }
}
