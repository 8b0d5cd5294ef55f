//! What is full, fails or stops.

use crate::{SIZE, pipeline, population, random, values};
use spike::{
    ActivityReadout, Orchestrator, OrchestratorError, Pipeline, Plasticity, Population, Projection, Readout,
    ReadoutKind, RunOptions, Sample, Samples, SendError, SpikeFile, StageError,
};
use spike_io::spk::SpkFile;
use spike_sim::StdpOptions;
use std::fs::File;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

fn two_layers(threads: usize, parcels_waiting: usize, samples_per_parcel: usize) -> Pipeline {
    let second = Population {
        inputs: vec![Projection::new("first", random(0.5, 0.5, 1, 4))],
        plasticity: Some(Plasticity { stdp: StdpOptions::default(), sum_of_weights: None }),
        ..Population::new("second", 5)
    };
    let declared = pipeline(vec![population("first", random(0.6, 0.4, 1, 3)), second]);
    let readouts = vec![Readout::new("count", "second", ReadoutKind::Activity(ActivityReadout::SpikeCount))];
    Pipeline { threads, parcels_waiting, samples_per_parcel, readouts, ..declared }
}

/// The bound of the documentation, with a source that counts and a consumer that is slow.
#[test]
fn a_slow_consumer_holds_the_source_back() {
    for (threads, parcels_waiting, samples_per_parcel) in [(1, 2, 3), (2, 1, 1), (2, 2, 2), (4, 1, 2), (6, 2, 1)] {
        let mut orchestrator = Orchestrator::new(two_layers(threads, parcels_waiting, samples_per_parcel)).unwrap();
        let pulled = AtomicU64::new(0);
        let source = (0..60).map(|_| {
            pulled.fetch_add(1, Ordering::SeqCst);
            vec![0.5; SIZE]
        });
        let (mut seen, mut most) = (0, 0);
        let report = orchestrator
            .run(Samples::from_values(source), &RunOptions::default(), |_| {
                std::thread::sleep(Duration::from_millis(2));
                most = most.max(pulled.load(Ordering::SeqCst) - seen);
                seen += 1;
                ControlFlow::Continue(())
            })
            .unwrap();
        let bound = ((threads - 1) * (parcels_waiting + 1) + 1) * samples_per_parcel;
        assert!(most <= bound as u64, "{most} samples at a time, the bound is {bound}");
        assert_eq!((seen, report.num_samples, report.lanes.len()), (60, 60, threads - 1));
        for lane in &report.lanes {
            assert!(1 <= lane.high_water && lane.high_water <= parcels_waiting);
        }
        if threads > 1 {
            // The source could run ahead, so that it did up to the bound, and waited.
            assert!(most > samples_per_parcel as u64);
            assert!(report.stages.iter().map(|stage| stage.wait_room_ms).sum::<f64>() > 10.0, "{report}");
        }
    }
}

#[test]
fn the_earliest_sample_that_fails_is_named_whatever_runs_ahead() {
    for (threads, samples_per_parcel) in [(1, 1), (1, 5), (2, 1), (3, 4), (6, 3)] {
        let mut orchestrator = Orchestrator::new(two_layers(threads, 2, samples_per_parcel)).unwrap();
        let weights = orchestrator.connections("second").unwrap().weights().to_vec();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("second.spk");
        let files = vec![SpikeFile { stage: "second".to_owned(), path }];
        let options = RunOptions { learning: true, first_sample: 100, files };
        // Sample 107 cannot be scaled, 109 has another size, and 112 does not come.
        let source = (0..40).map(|i| match i {
            7 => Ok(Sample { values: vec![f64::NAN; SIZE], label: None }),
            9 => Ok(Sample { values: vec![0.0; SIZE + 1], label: None }),
            12 => Err("the cable was cut"),
            _ => Ok(Sample { values: vec![0.7; SIZE], label: None }),
        });
        let mut seen = Vec::new();
        let error = orchestrator
            .run(Samples::from_results(source), &options, |sample| {
                seen.push(sample.index());
                ControlFlow::Continue(())
            })
            .unwrap_err();
        let OrchestratorError::Stage { stage, sample, source } = &error else { panic!("{error}") };
        assert_eq!((stage.as_str(), *sample), ("input", 107));
        assert!(matches!(**source, StageError::Encode(_)), "{error}");
        assert!(error.to_string().starts_with("input, sample 107: "), "{error}");
        assert_eq!(seen, (100..107).collect::<Vec<_>>());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a half-written file was left");
        assert_eq!(orchestrator.connections("second").unwrap().weights(), weights, "a failed run has learnt");
        // The pipeline is as good as new.
        let values = values(4);
        let again = orchestrator.run(Samples::from_array(values.view()), &options, |_| ControlFlow::Continue(()));
        assert_eq!(again.unwrap().num_samples, 4);
    }
}

#[test]
fn a_source_that_fails_is_named() {
    let message = |samples: Samples<'_>| {
        let mut orchestrator = Orchestrator::new(two_layers(2, 1, 2)).unwrap();
        orchestrator.run(samples, &RunOptions::default(), |_| ControlFlow::Continue(())).unwrap_err().to_string()
    };
    let cut = (0..5).map(|i| if i == 3 { Err("the cable was cut") } else { Ok(sample()) });
    assert_eq!(message(Samples::from_results(cut)), "source, sample 3: the source failed: the cable was cut");
    let short = message(Samples::from_values((0..2).map(|_| vec![0.0; 5])));
    assert_eq!(short, "source, sample 0: the sample has 5 values, the encoder takes 12");
    let values = values(3);
    let labels = message(Samples::from_array(values.view()).with_labels([1, 2]));
    assert_eq!(labels, "source, sample 2: there is no label for this sample; give one for each, or none at all");
}

fn sample() -> Sample {
    Sample { values: vec![0.7; SIZE], label: None }
}

#[test]
fn a_consumer_that_stops_ends_an_endless_source_and_its_file_is_whole() {
    for threads in 1..=6 {
        let mut orchestrator = Orchestrator::new(two_layers(threads, 2, 3)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("first.spk");
        let files = vec![SpikeFile { stage: "first".to_owned(), path: path.clone() }];
        let mut spikes = Vec::new();
        let endless = std::iter::repeat_with(|| vec![0.6; SIZE]);
        let options = RunOptions { learning: true, files, ..RunOptions::default() };
        let weights = orchestrator.connections("second").unwrap().weights().to_vec();
        let report = orchestrator
            .run(Samples::from_values(endless), &options, |sample| {
                spikes.push(sample.spikes("first").unwrap().to_train(0, None));
                if sample.index() == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap();
        assert!(report.stopped_early);
        assert_eq!(report.num_samples, 8);
        let counted: u64 = spikes.iter().map(spike::SpikeTrain::num_spikes).sum();
        assert_eq!(report.stage("first").unwrap().spikes.unwrap().spikes_out, counted);
        assert_eq!(orchestrator.connections("second").unwrap().weights(), weights);
        let mut file = SpkFile::new(File::open(&path).unwrap()).unwrap();
        assert_eq!((file.is_whole(), file.samples()), (true, 0..8));
        let stored = file.read(0..8).unwrap();
        assert!(stored.samples().zip(&spikes).all(|(stored, seen)| stored == seen.view()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_live_source_is_told_when_the_run_ends() {
    let mut orchestrator = Orchestrator::new(two_layers(2, 1, 4)).unwrap();
    let (sender, samples) = Samples::live(2);
    std::thread::scope(|scope| {
        // It never stops by itself; what ends it is the end of the run.
        let feeding = scope.spawn(move || {
            let mut sent = 0;
            while sender.send(vec![0.4; SIZE], None).is_ok() {
                sent += 1;
            }
            (sent, sender.try_send(vec![0.4; SIZE], None))
        });
        let mut seen = 0;
        let stop = |_: &spike::Delivered<'_>| {
            seen += 1;
            if seen == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let report = orchestrator.run(samples, &RunOptions::default(), stop).unwrap();
        assert_eq!(report.num_samples, 5);
        let (sent, after) = feeding.join().unwrap();
        assert!(sent >= 5);
        assert_eq!(after, Err(SendError::Ended));
    });
    // A sender that is silent while the consumer has had enough.
    let (sender, samples) = Samples::live(2);
    sender.send(vec![0.4; SIZE], None).unwrap();
    let report = orchestrator.run(samples, &RunOptions::default(), |_| ControlFlow::Break(())).unwrap();
    assert_eq!(report.num_samples, 1);
    // A sender that has finished.
    let (sender, samples) = Samples::live(2);
    sender.send(vec![0.4; SIZE], None).unwrap();
    drop(sender);
    let report = orchestrator.run(samples, &RunOptions::default(), |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((report.num_samples, report.stopped_early), (1, false));
}

#[test]
fn a_panic_of_the_consumer_hangs_nothing() {
    for threads in [1, 2, 6] {
        let mut orchestrator = Orchestrator::new(two_layers(threads, 1, 1)).unwrap();
        let (sender, samples) = Samples::live(1);
        sender.send(vec![0.4; SIZE], None).unwrap();
        let run = std::panic::AssertUnwindSafe(|| {
            orchestrator.run(samples, &RunOptions::default(), |_| panic!("a test of what a panic leaves behind"))
        });
        assert!(std::panic::catch_unwind(run).is_err());
        assert_eq!(sender.send(vec![0.4; SIZE], None), Err(SendError::Ended));
    }
}

#[test]
fn a_file_that_cannot_be_written_stops_before_the_first_sample() {
    let mut orchestrator = Orchestrator::new(two_layers(2, 1, 1)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let values = values(3);
    let mut fails = |files: Vec<(&str, &str)>| {
        let files = files
            .into_iter()
            .map(|(stage, name)| SpikeFile { stage: stage.to_owned(), path: folder.path().join(name) });
        let options = RunOptions { files: files.collect(), ..RunOptions::default() };
        let mut seen = 0;
        let error = orchestrator
            .run(Samples::from_array(values.view()), &options, |_| {
                seen += 1;
                ControlFlow::Continue(())
            })
            .unwrap_err();
        assert_eq!(seen, 0);
        error
    };
    let missing = fails(vec![("first", "no/such/folder.spk")]);
    let OrchestratorError::Stage { stage, sample: 0, source } = missing else { panic!("{missing}") };
    assert!(stage == "output" && matches!(*source, StageError::Write { .. }));
    assert!(matches!(fails(vec![("third", "a.spk")]), OrchestratorError::UnknownStage { .. }));
    let twice = fails(vec![("first", "a.spk"), ("second", "a.spk")]);
    assert!(matches!(twice, OrchestratorError::DuplicateName { .. }));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
