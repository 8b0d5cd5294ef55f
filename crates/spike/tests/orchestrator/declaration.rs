//! What a declaration may be, how it is stored, and what the report says.

use crate::{SIZE, encoding, pipeline, population, random, spikes_of, values};
use ndarray::Array2;
use spike::{
    ActivityReadout, ClassAssignment, DecodingMethod, NeuronModel, Orchestrator, OrchestratorError, Pipeline,
    Plasticity, Population, Projection, QueueKind, QueueOptions, Readout, ReadoutKind, RunOptions, SampleStart,
    Samples, Wiring,
};
use spike_io::{OpenOptions, from_bytes};
use spike_sim::{Drive, HomeostasisOptions, IfOptions, LifOptions, SimError, StdpOptions, Threshold};
use std::ops::ControlFlow;

fn refused(pipeline: Pipeline) -> OrchestratorError {
    Orchestrator::new(pipeline).unwrap_err()
}

#[test]
fn what_does_not_fit_together_is_refused_with_its_name() {
    let cells = || population("cells", random(0.5, 0.4, 1, 3));
    let with = |change: &dyn Fn(&mut Population)| {
        let mut cells = cells();
        change(&mut cells);
        refused(pipeline(vec![cells]))
    };
    assert!(matches!(refused(Pipeline { threads: 0, ..pipeline(vec![]) }), OrchestratorError::Config { .. }));
    assert!(matches!(refused(Pipeline { parcels_waiting: 0, ..pipeline(vec![]) }), OrchestratorError::Config { .. }));
    assert!(matches!(
        refused(Pipeline { samples_per_parcel: 0, ..pipeline(vec![]) }),
        OrchestratorError::Config { .. }
    ));
    assert!(matches!(with(&|cells| cells.inputs.clear()), OrchestratorError::NoInput { .. }));
    for name in ["input", "source", "read-outs", "output"] {
        assert!(matches!(with(&|cells| cells.name = name.to_owned()), OrchestratorError::DuplicateName { .. }));
    }
    let duplicate = refused(pipeline(vec![cells(), cells()]));
    assert!(matches!(&duplicate, OrchestratorError::DuplicateName { name } if name == "cells"));
    // A population reads from what comes before it, not from itself.
    let itself = with(&|cells| cells.inputs[0].from = "cells".to_owned());
    assert_eq!(itself.to_string(), "cells reads from cells, which is no stage before it; those are input");
    let empty_queue = with(&|cells| cells.queue.capacity_spikes = 0);
    assert!(matches!(empty_queue, OrchestratorError::Population { source: SimError::Queue(_), .. }), "{empty_queue}");
    let pairs = with(&|cells| cells.inputs[0].wiring = Wiring::OneToOne { weight: 1.0, delay_steps: 0 });
    assert!(matches!(
        pairs,
        OrchestratorError::Population { source: SimError::Size { expected: 9, found: 12, .. }, .. }
    ));
    let plasticity = Some(Plasticity { stdp: StdpOptions::default(), sum_of_weights: Some(1.0) });
    let stream = with(&|cells| (cells.plasticity, cells.start) = (plasticity, SampleStart::Continued));
    assert!(matches!(stream, OrchestratorError::ScaledStream { .. }));
    let lateral = Some(Wiring::AllButSelf { weight: -1.0, delay_steps: 1 });
    let leakless = NeuronModel::IntegrateFire { options: IfOptions::default() };
    let missing = with(&|cells| (cells.model, cells.lateral) = (leakless, lateral.clone()));
    assert!(matches!(missing, OrchestratorError::Population { source: SimError::Missing { .. }, .. }));
    let by_events = |homeostasis| NeuronModel::Lif { options: LifOptions::default(), homeostasis, drive: Drive::Event };
    for change in [
        &(|cells: &mut Population| (cells.model, cells.plasticity) = (by_events(None), plasticity))
            as &dyn Fn(&mut Population),
        &|cells: &mut Population| (cells.model, cells.lateral) = (by_events(None), lateral.clone()),
        &|cells: &mut Population| cells.model = by_events(Some(HomeostasisOptions::default())),
    ] {
        let error = with(change);
        let needs_clock = matches!(error, OrchestratorError::Population { source: SimError::NeedsClock { .. }, .. });
        assert!(needs_clock, "{error}");
    }
    let burst = IfOptions { adaptation: Threshold::Burst { beta: 2.0 }, ..IfOptions::default() };
    let bursts = Population { model: NeuronModel::IntegrateFire { options: burst }, ..cells() };
    let behind =
        Population { inputs: vec![Projection::new("cells", random(0.5, 0.4, 1, 3))], ..Population::new("behind", 2) };
    assert!(matches!(refused(pipeline(vec![bursts, behind])), OrchestratorError::Amplitudes { .. }));
}

#[test]
fn read_outs_that_do_not_fit_are_refused() {
    let with = |readout: Readout| {
        let cells = population("cells", random(0.5, 0.4, 1, 3));
        refused(Pipeline { readouts: vec![readout], ..pipeline(vec![cells]) })
    };
    let values = with(Readout::new("r", "cells", ReadoutKind::Values { method: None }));
    assert!(matches!(values, OrchestratorError::Config { .. }), "9 neurons are not the 12 of the code: {values}");
    let method = Some(DecodingMethod::TimeToFirstSpike);
    let other = with(Readout::new("r", "input", ReadoutKind::Values { method }));
    assert!(matches!(other, OrchestratorError::Readout { .. }), "{other}");
    let vector = ActivityReadout::PopulationVector { preferred: vec![1.0; 3] };
    assert!(matches!(
        with(Readout::new("r", "cells", ReadoutKind::Activity(vector))),
        OrchestratorError::Config { .. }
    ));
    let classes = ReadoutKind::Classes(ClassAssignment::new(2, vec![Some(1); 3]).unwrap());
    assert!(matches!(with(Readout::new("r", "cells", classes.clone())), OrchestratorError::Config { .. }));
    let unknown = with(Readout::new("r", "no such", ReadoutKind::Activity(ActivityReadout::SpikeCount)));
    assert!(matches!(unknown, OrchestratorError::UnknownStage { .. }));
    let taken = with(Readout::new("cells", "cells", ReadoutKind::Activity(ActivityReadout::SpikeCount)));
    assert!(matches!(taken, OrchestratorError::DuplicateName { .. }));

    let cells = population("cells", random(0.5, 0.4, 1, 3));
    let mut orchestrator = Orchestrator::new(pipeline(vec![cells])).unwrap();
    assert!(orchestrator.set_readout(Readout::new("r", "cells", classes)).is_err());
    assert!(orchestrator.pipeline().readouts.is_empty());
    let name = Readout::new("cells", "cells", ReadoutKind::Activity(ActivityReadout::SpikeCount));
    assert!(matches!(orchestrator.set_readout(name), Err(OrchestratorError::DuplicateName { .. })));
    for kind in [ActivityReadout::SpikeCount, ActivityReadout::SpikeRate] {
        orchestrator.set_readout(Readout::new("r", "cells", ReadoutKind::Activity(kind))).unwrap();
    }
    assert_eq!(orchestrator.pipeline().readouts.len(), 1);
    assert!(matches!(orchestrator.set_weights("no such", &[]), Err(OrchestratorError::Missing { .. })));
    assert!(orchestrator.set_weights("cells", &[f64::NAN]).is_err());
    assert!(orchestrator.set_threshold_offsets("cells", &[0.0; 9]).is_err());
    assert!(orchestrator.connections("no such").is_none() && orchestrator.threshold_offsets("no such").is_none());
}

#[test]
fn a_declaration_is_stored_and_refuses_unknown_fields() {
    let cells = Population {
        plasticity: Some(Plasticity { stdp: StdpOptions::default(), sum_of_weights: Some(3.0) }),
        lateral: Some(Wiring::AllButSelf { weight: -0.5, delay_steps: 1 }),
        queue: QueueOptions { kind: QueueKind::Heap, capacity_spikes: 77 },
        ..population("cells", random(0.5, 0.4, 1, 3))
    };
    let classes = ClassAssignment::new(2, vec![Some(1); 9]).unwrap();
    let declared = Pipeline {
        readouts: vec![
            Readout::new("class", "cells", ReadoutKind::Classes(classes)),
            Readout::new("values", "input", ReadoutKind::Values { method: None }),
            Readout::new("v", "cells", ReadoutKind::Activity(ActivityReadout::MembranePotential { tau_ms: 10.0 })),
        ],
        ..pipeline(vec![cells])
    };
    let text = serde_json::to_string(&declared).unwrap();
    let stored: Pipeline = serde_json::from_str(&text).unwrap();
    assert_eq!(stored, declared);
    let values = values(6);
    let run =
        |pipeline| spikes_of(&mut Orchestrator::new(pipeline).unwrap(), &["cells"], &values, &RunOptions::default());
    let (a, b) = (run(stored), run(declared));
    assert_eq!((a.0, a.1.without_times()), (b.0, b.1.without_times()));
    assert!(serde_json::from_str::<Pipeline>(&text.replace("\"threads\"", "\"thread\"")).is_err());
    // What is left out takes its default.
    let short = format!(r#"{{"encoding":{}}}"#, serde_json::to_string(&encoding()).unwrap());
    assert_eq!(serde_json::from_str::<Pipeline>(&short).unwrap(), Pipeline::new(encoding()));
}

/// Every count of the report, from the spikes themselves.
#[test]
fn the_report_counts_what_happened() {
    let wiring = random(0.5, 0.4, 1, 3);
    let declared = pipeline(vec![population("cells", wiring.clone())]);
    let readouts = vec![Readout::new("values", "input", ReadoutKind::Values { method: None })];
    let mut orchestrator = Orchestrator::new(Pipeline { readouts, ..declared }).unwrap();
    let values = values(20);
    let (spikes, report) = spikes_of(&mut orchestrator, &["input", "cells"], &values, &RunOptions::default());
    let [sent, fired] = [0, 1].map(|stage: usize| spikes[stage].iter().map(|train| train.num_spikes()).sum::<u64>());
    let input = report.stage("input").unwrap().spikes.unwrap();
    let cells = report.stage("cells").unwrap().spikes.unwrap();
    assert_eq!((input.spikes_in, input.spikes_out, input.num_neurons), (0, sent, SIZE));
    assert_eq!((cells.spikes_in, cells.spikes_out, cells.dropped, cells.num_neurons), (sent, fired, 0, 9));
    assert!((cells.mean_rate_hz - fired as f64 / (9.0 * 20.0 * 0.03)).abs() < 1e-9);
    let connections = wiring.connections(SIZE as u32, 9).unwrap();
    let fan_out = |row: u32| connections.synapses().filter(|synapse| synapse.source == row).count() as u64;
    let per_row = |row: usize| spikes[0].iter().map(|train| train.view().neuron(row).len() as u64).sum::<u64>();
    let operations: u64 = (0..SIZE).map(|row| per_row(row) * fan_out(row as u32)).sum();
    let dense = connections.num_synapses() as u64 * 20 * 60;
    assert_eq!(report.synaptic_operations.effective(), operations);
    assert_eq!(report.synaptic_operations.dense, dense);
    // Loihi: the table's cost of an operation and of an update of a neuron.
    let table = spike_metrics::EnergyTable::loihi();
    let cost = |cost: &Option<spike_metrics::EnergyCost>| cost.as_ref().unwrap().energy_nj;
    let expected =
        operations as f64 * cost(&table.synaptic_operation) + (9 * 20 * 60) as f64 * cost(&table.neuron_update);
    assert!((report.energy.known_nj() - expected).abs() < 1e-6 * expected);
    assert_eq!((report.seed, report.num_samples, report.learning), (encoding().seed, 20, false));
    let shown = report.to_string();
    for part in ["20 samples of 30 ms", "seed 11", "cells", "read-out values: mse", "synaptic operations"] {
        assert!(shown.contains(part), "{part} is missing in\n{shown}");
    }
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["stages"][2]["spikes"]["spikes_out"], fired);
}

#[test]
fn a_file_streams_as_its_array_does() {
    let values = values(9);
    let mut table = String::new();
    for row in values.rows() {
        let row: Vec<String> = row.iter().map(f64::to_string).collect();
        table.push_str(&row.join(","));
        table.push('\n');
    }
    let options = OpenOptions { csv_has_header: Some(false), ..OpenOptions::default() };
    let source = from_bytes(table.into_bytes(), Some(spike_io::InputFormat::Csv), &options).unwrap();
    let cells = population("cells", random(0.5, 0.4, 1, 3));
    let mut orchestrator = Orchestrator::new(Pipeline { samples_per_parcel: 4, ..pipeline(vec![cells]) }).unwrap();
    let mut found = Vec::new();
    orchestrator
        .run(Samples::from_source(source), &RunOptions::default(), |sample| {
            found.push(sample.spikes("cells").unwrap().to_train(0, None));
            ControlFlow::Continue(())
        })
        .unwrap();
    let (expected, _) = spikes_of(&mut orchestrator, &["cells"], &values, &RunOptions::default());
    assert_eq!(found, expected[0]);
}

#[test]
fn a_run_without_samples_is_a_report_of_nothing() {
    let cells = population("cells", random(0.5, 0.4, 1, 3));
    let mut orchestrator = Orchestrator::new(pipeline(vec![cells])).unwrap();
    let none = Array2::zeros((0, SIZE));
    let report = orchestrator
        .run(Samples::from_array(none.view()), &RunOptions::default(), |_| ControlFlow::Continue(()))
        .unwrap();
    assert_eq!((report.num_samples, report.synaptic_operations.effective()), (0, 0));
    assert_eq!(report.stage("cells").unwrap().spikes.unwrap().mean_rate_hz, 0.0);
    let far = RunOptions { first_sample: u64::MAX, ..RunOptions::default() };
    let values = values(2);
    let error = orchestrator.run(Samples::from_array(values.view()), &far, |_| ControlFlow::Continue(())).unwrap_err();
    assert!(matches!(error, OrchestratorError::Config { .. }), "{error}");
}
