//! One run of a pipeline, from the source to the consumer.

use crate::orchestrator::error::OrchestratorError;
use crate::orchestrator::lane::lane;
use crate::orchestrator::parcel::{InFlight, Parcel};
use crate::orchestrator::pipeline::INPUT;
use crate::orchestrator::population::PopulationStage;
use crate::orchestrator::readout::ReadoutValue;
use crate::orchestrator::report::{LaneReport, PipelineReport, SpikeReport, StageReport, ms};
use crate::orchestrator::run::{End, Failure, Group, Handed, Head, Ran, Times, Work, cuts};
use crate::orchestrator::samples::Samples;
use crate::orchestrator::sink::{Sink, SpikeFile};
use crate::orchestrator::tally::Tally;
use crate::orchestrator::{Orchestrator, RESERVED};
use spike_core::{ConfigError, Seed, SpikeView};
use spike_metrics::{SynapticOperations, Workload};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Samples that an encoder can tell apart: an index has 56 bits.
const MAX_SAMPLES: u64 = 1 << 56;

/// How a run is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunOptions {
    /// Whether populations with plasticity or homeostasis learn. Without, their weights and thresholds stay.
    pub learning: bool,
    /// Global index of the first sample: random codes draw by it, so that a later run that goes on with the indices
    /// draws other spikes for the same values.
    pub first_sample: u64,
    /// Files of spikes to write.
    pub files: Vec<SpikeFile>,
}

/// One sample as it reaches the consumer.
#[derive(Debug)]
pub struct Delivered<'a> {
    sample: &'a InFlight,
    orchestrator: &'a Orchestrator,
}

impl Delivered<'_> {
    /// Global index.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.sample.index
    }

    /// The values that were encoded.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.sample.sample.values
    }

    /// The label, if the sample has one.
    #[must_use]
    pub fn label(&self) -> Option<u32> {
        self.sample.sample.label
    }

    /// The spikes of a stage: of the encoder ([`INPUT`]) or of a population.
    #[must_use]
    pub fn spikes(&self, stage: &str) -> Option<SpikeView<'_>> {
        let index = self.orchestrator.stage_of(stage)?;
        self.sample.spikes.get(index).map(|train| train.view())
    }

    /// What a read-out gave.
    #[must_use]
    pub fn readout(&self, name: &str) -> Option<&ReadoutValue> {
        let index = self.orchestrator.readouts.iter().position(|readout| readout.name == name)?;
        self.sample.readouts.get(index)
    }
}

/// The last stage: files, counts and the consumer.
struct Delivery<'a, C> {
    orchestrator: &'a Orchestrator,
    stage: usize,
    sinks: Vec<Sink>,
    tally: Tally,
    consumer: C,
    stopped: bool,
    busy: Duration,
}

impl<C: FnMut(&Delivered<'_>) -> ControlFlow<()>> Delivery<'_, C> {
    fn take(&mut self, parcel: Parcel) -> Handed {
        let start = Instant::now();
        let handed = self.deliver(&parcel);
        self.busy += start.elapsed();
        handed
    }

    fn deliver(&mut self, parcel: &[InFlight]) -> Handed {
        for sample in parcel {
            for sink in &mut self.sinks {
                if let Err(error) = sink.push(sample) {
                    return Handed::Failed(Failure { stage: self.stage, sample: sample.index, error });
                }
            }
            self.tally.add(sample, &self.orchestrator.readouts);
            let delivered = Delivered { sample, orchestrator: self.orchestrator };
            if (self.consumer)(&delivered).is_break() {
                self.stopped = true;
                return Handed::Stopped;
            }
        }
        Handed::Taken(Duration::ZERO)
    }
}

impl Orchestrator {
    /// Runs all samples through the pipeline. `consumer` is called for each in order, on this thread; it ends the run
    /// by `ControlFlow::Break`.
    ///
    /// # Errors
    /// [`OrchestratorError::Stage`] with the stage and the sample that failed, and
    /// [`OrchestratorError::UnknownStage`] or [`OrchestratorError::DuplicateName`] for files that cannot be written as
    /// asked; [`OrchestratorError::Config`] for an index beyond 2⁵⁶. Populations are then as before the run, and no file
    /// has its name, except for those that had theirs when the file system refused that of another.
    pub fn run<'s>(
        &mut self,
        samples: Samples<'s>,
        options: &RunOptions,
        consumer: impl FnMut(&Delivered<'_>) -> ControlFlow<()>,
    ) -> Result<PipelineReport, OrchestratorError> {
        let start = Instant::now();
        if MAX_SAMPLES < options.first_sample {
            let (value, max) = (options.first_sample as f64, MAX_SAMPLES as f64);
            let source = ConfigError::OutOfRange { name: "first_sample", value, min: 0.0, max };
            return Err(OrchestratorError::Config { part: "run".to_owned(), source });
        }
        // The run works on a copy, whose weights are shared until they change: nothing is learnt unless all is.
        let mut populations = self.populations.clone();
        let delivery = Delivery {
            orchestrator: self,
            stage: populations.len() + 3,
            sinks: self.sinks(options)?,
            tally: Tally::new(&self.rows, &self.readouts),
            consumer,
            stopped: false,
            busy: Duration::ZERO,
        };
        let (runs, delivery) = self.run_stages(samples, options, &mut populations, delivery);
        let Delivery { sinks, tally, stopped, busy, .. } = delivery;
        let mut times = vec![Times::default(); populations.len() + 4];
        let mut marks = Vec::new();
        let mut failure: Option<Failure> = None;
        for Ran { end, times: of_group, high_water } in runs {
            for (sum, part) in times.iter_mut().zip(of_group) {
                sum.busy += part.busy;
                sum.input += part.input;
                sum.room += part.room;
            }
            marks.extend(high_water);
            if let End::Failed(other) = end {
                let earlier =
                    failure.as_ref().is_none_or(|first| (other.sample, other.stage) < (first.sample, first.stage));
                failure = if earlier { Some(other) } else { failure };
            }
        }
        if let Some(consumer) = times.last_mut() {
            consumer.busy += busy;
        }
        // Behind a sample at which the consumer stopped, stages may have gone on or not: it is not part of the run.
        if let Some(Failure { stage, sample, error }) = failure.filter(|_| !stopped) {
            let stage = self.stage_names().swap_remove(stage);
            return Err(OrchestratorError::Stage { stage, sample, source: Box::new(error) });
        }
        let next = options.first_sample + tally.num_samples;
        let finished = sinks.into_iter().map(|sink| sink.finish(next)).collect::<Result<Vec<_>, _>>()?;
        finished.into_iter().try_for_each(|file| file.commit(next))?;
        let mut report = self.report(&tally, &populations, &times, &marks, options);
        report.stopped_early = stopped;
        report.wall_ms = ms(start.elapsed());
        if !stopped {
            self.populations = populations;
        }
        Ok(report)
    }

    fn sinks(&self, options: &RunOptions) -> Result<Vec<Sink>, OrchestratorError> {
        let mut sinks = Vec::new();
        for (place, file) in options.files.iter().enumerate() {
            if options.files[..place].iter().any(|other| other.path == file.path) {
                return Err(OrchestratorError::DuplicateName { name: file.path.display().to_string() });
            }
            let part = file.path.display().to_string();
            let stage = self.stage_before(self.populations.len(), &file.stage, &part)?;
            let encoding = (stage == 0).then(|| self.encoder.encoding().as_ref());
            let of = (stage, self.rows[stage]);
            sinks.push(Sink::create(&file.path, of, self.grid, encoding, options.first_sample)?);
        }
        Ok(sinks)
    }

    /// Divides the stages among threads and runs them; the last part runs here.
    fn run_stages<'a, C: FnMut(&Delivered<'_>) -> ControlFlow<()>>(
        &'a self,
        samples: Samples<'a>,
        options: &RunOptions,
        populations: &'a mut [PopulationStage],
        mut delivery: Delivery<'a, C>,
    ) -> (Vec<Ran>, Delivery<'a, C>) {
        let num_stages = populations.len() + 4;
        let cuts = cuts(populations.len(), self.pipeline.threads);
        let mut works = vec![Work::Encode(&self.encoder)];
        works.extend(populations.iter_mut().map(Work::Population));
        works.push(Work::Readouts(&self.readouts));
        let mut works = works.into_iter();
        let waker = samples.waker();
        let mut head = Head::Source {
            samples,
            next_index: options.first_sample,
            size: self.pipeline.encoding.num_values(),
            per_parcel: self.pipeline.samples_per_parcel,
        };
        let runs = std::thread::scope(|scope| {
            let mut threads = Vec::new();
            let mut done = 0;
            for cut in cuts {
                let (sender, receiver) = lane(self.pipeline.parcels_waiting);
                let taken: Vec<Work<'_>> = works.by_ref().take(cut - done).collect();
                let head = std::mem::replace(&mut head, Head::Lane(receiver));
                let group = Group { head, first_stage: done + 1, works: taken, learning: options.learning };
                threads.push(scope.spawn(move || group.run_into(cut, num_stages, sender)));
                done = cut;
            }
            let group = Group { head, first_stage: done + 1, works: works.collect(), learning: options.learning };
            let mut times = vec![Times::default(); num_stages];
            // A live source is woken when this ends, in whatever way, so that no thread waits for it.
            let waker = waker;
            let (end, high_water) = group.run(num_stages - 1, &mut times, |parcel| delivery.take(parcel));
            drop(waker);
            let joined = threads.into_iter().map(|thread| match thread.join() {
                Ok(ran) => ran,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            let mut runs: Vec<Ran> = joined.collect();
            runs.push(Ran { end, times, high_water });
            runs
        });
        (runs, delivery)
    }

    fn report(
        &self,
        tally: &Tally,
        populations: &[PopulationStage],
        times: &[Times],
        marks: &[usize],
        options: &RunOptions,
    ) -> PipelineReport {
        let of_populations: Vec<SpikeReport> =
            populations.iter().enumerate().map(|(index, stage)| tally.population(index, stage, self.grid)).collect();
        let mut synaptic_operations = SynapticOperations::default();
        let mut work = Workload::default();
        for spikes in &of_populations {
            synaptic_operations += spikes.synaptic_operations;
            let updates = u64::from(self.grid.num_steps()).saturating_mul(spikes.num_neurons as u64);
            work.neuron_updates = work.neuron_updates.saturating_add(updates.saturating_mul(tally.num_samples));
        }
        work.synaptic_operations = synaptic_operations.effective();
        let names = self.stage_names();
        let spikes = [None, Some(tally.input(self.grid))]
            .into_iter()
            .chain(of_populations.into_iter().map(Some))
            .chain([None, None]);
        let stages = names.iter().zip(times).zip(spikes).map(|((name, times), spikes)| StageReport {
            name: name.clone(),
            spikes,
            busy_ms: ms(times.busy),
            wait_input_ms: ms(times.input),
            wait_room_ms: ms(times.room),
        });
        let cuts = cuts(populations.len(), self.pipeline.threads);
        let lanes = cuts.iter().zip(marks).map(|(&cut, &high_water)| LaneReport {
            from: names[cut].clone(),
            to: names[cut + 1].clone(),
            high_water,
            capacity: self.pipeline.parcels_waiting,
        });
        PipelineReport {
            seed: Seed(self.pipeline.encoding.seed.0),
            num_samples: tally.num_samples,
            stopped_early: false,
            learning: options.learning,
            window_ms: self.grid.duration_ms(),
            wall_ms: 0.0,
            clipped_values: tally.clipped,
            threads: cuts.len() + 1,
            stages: stages.collect(),
            lanes: lanes.collect(),
            readouts: tally.readouts(&self.readouts),
            synaptic_operations,
            energy_device: self.pipeline.energy.device.clone(),
            energy: self.pipeline.energy.estimate(&work),
        }
    }

    /// Names of all stages: source, encoder, populations, read-outs, consumer and files.
    fn stage_names(&self) -> Vec<String> {
        let [source, input, readouts, output] = RESERVED;
        let populations = self.pipeline.populations.iter().map(|population| population.name.as_str());
        [source, input].into_iter().chain(populations).chain([readouts, output]).map(str::to_owned).collect()
    }

    /// The stage of this name that has spikes: 0 is the encoder.
    fn stage_of(&self, name: &str) -> Option<usize> {
        if name == INPUT { Some(0) } else { self.index_of(name).map(|index| index + 1) }
    }
}
