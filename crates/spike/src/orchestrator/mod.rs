//! A declared pipeline from samples through populations of neurons to read-outs.

mod error;
mod execute;
mod lane;
mod parcel;
mod pipeline;
mod population;
mod readout;
mod report;
mod run;
mod samples;
mod sink;
mod tally;
mod wiring;

pub use error::{OrchestratorError, StageError};
pub use execute::{Delivered, RunOptions};
pub use pipeline::{
    INPUT, NeuronModel, Pipeline, Plasticity, Population, Projection, QueueKind, QueueOptions, Readout, ReadoutKind,
    SampleStart,
};
pub use readout::ReadoutValue;
pub use report::{LaneReport, PipelineReport, ReadoutReport, SpikeReport, StageReport};
pub use samples::{Sample, SampleSender, Samples, SendError};
pub use sink::SpikeFile;
pub use wiring::Wiring;

use population::PopulationStage;
use readout::ReadoutStage;
use spike_core::{ConfigError, TimeGrid};
use spike_encode::Encoder;
use spike_sim::{Connections, SimError};

/// Names that stages have without being declared.
const RESERVED: [&str; 4] = ["source", INPUT, "read-outs", "output"];

/// Runs a [`Pipeline`]: source → encoder → queue → population → … → read-outs → consumer and files.
///
/// **Stages.** Samples pass the stages in order. Each population takes the spikes of stages before it, merged in order
/// of (step, row), through a bounded [`EventQueue`](spike_sim::EventQueue), and hands its own spikes on. Read-outs turn
/// spikes into values, numbers or classes; the consumer is called for each sample in order, on the thread that called
/// [`run`](Self::run), and sees its spikes and read-outs.
///
/// **Back-pressure.** Stages run on `threads` threads with bounded channels between them, and nothing is dropped: a full
/// channel makes the thread before it wait, a full queue is emptied before more is taken. At most
/// (threads − 1)·(`parcels_waiting` + 1) + 1 parcels of `samples_per_parcel` samples exist at a time, whatever the
/// number of samples.
///
/// **Equal results.** Spikes, read-outs, weights and counts of the report do not depend on threads, capacities, kinds of
/// queues or the size of parcels.
///
/// **Learning.** In a run that learns, populations with plasticity or homeostasis take samples strictly in order, and
/// keep weights and thresholds from sample to sample and from run to run. Other populations with
/// [`SampleStart::Initial`] simulate the samples of a parcel in parallel (feature `rayon`). Spikes that are under way at
/// the end of such a sample end with it.
///
/// **All or nothing.** A run that fails, or that its consumer stops, changes no population: what it had learnt is
/// forgotten. To learn from a part of a source, end the source. After a failure no file has its name; after a stop by
/// the consumer the files hold the samples that it saw.
///
/// # Errors
/// Construction refuses a declaration that does not fit together, [`run`](Self::run) names the stage and the sample that
/// failed; of several failures, that of the earliest sample.
///
/// # Examples
/// ```
/// use ndarray::Array2;
/// use spike::{
///     ActivityReadout, CodeOptions, CodingScheme, Encoding, EncoderConfig, Normalizer, Orchestrator, Pipeline, Population,
///     Projection, Readout, ReadoutKind, RunOptions, Samples, Seed, Wiring,
/// };
/// use std::ops::ControlFlow;
///
/// let code = CodeOptions::default_of(CodingScheme::RatePoisson);
/// let config =
///     EncoderConfig { dt_ms: 1.0, time_window_ms: 500.0, max_firing_rate_hz: 200.0, ..EncoderConfig::default() };
/// let mut pipeline = Pipeline::new(Encoding::new(&config, code, Normalizer::identity(4), Seed(7), vec![4])?);
/// pipeline.populations.push(Population {
///     inputs: vec![Projection::new("input", Wiring::OneToOne { weight: 1.1, delay_steps: 1 })],
///     ..Population::new("relay", 4)
/// });
/// pipeline.readouts.push(Readout::new("decoded", "relay", ReadoutKind::Values { method: None }));
/// pipeline.readouts.push(Readout::new("rate_hz", "relay", ReadoutKind::Activity(ActivityReadout::SpikeRate)));
///
/// let mut orchestrator = Orchestrator::new(pipeline)?;
/// let values = Array2::from_shape_fn((30, 4), |(s, c)| ((s * 7 + c * 3) % 10) as f64 / 10.0);
/// let mut seen = 0;
/// let report = orchestrator.run(Samples::from_array(values.view()), &RunOptions::default(), |sample| {
///     seen += 1;
///     assert_eq!(sample.readout("rate_hz").map(|rates| rates.numbers().len()), Some(4));
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!((seen, report.num_samples), (30, 30));
/// // Each spike of the encoder makes the relay spike, so that the code's own decoder reads it.
/// assert!(report.readout("decoded").and_then(|readout| readout.r2) > Some(0.8));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Diehl, Cook (2015), Unsupervised learning of digit recognition using spike-timing-dependent plasticity, Frontiers in
/// Computational Neuroscience 9:99, DOI 10.3389/fncom.2015.00099 (presentation by samples, read-out by classes).
#[derive(Debug)]
pub struct Orchestrator {
    pipeline: Pipeline,
    encoder: Encoder,
    grid: TimeGrid,
    populations: Vec<PopulationStage>,
    readouts: Vec<ReadoutStage>,
    /// Rows of the encoder and of each population.
    rows: Vec<usize>,
}

impl Orchestrator {
    /// Builds the encoder, the populations with their first weights, and the read-outs.
    ///
    /// # Errors
    /// [`OrchestratorError`] with the part that does not fit.
    pub fn new(pipeline: Pipeline) -> Result<Self, OrchestratorError> {
        let wrong = |part: &str| {
            let part = part.to_owned();
            move |source| OrchestratorError::Config { part, source }
        };
        for (name, value) in [
            ("samples_per_parcel", pipeline.samples_per_parcel),
            ("parcels_waiting", pipeline.parcels_waiting),
            ("threads", pipeline.threads),
        ] {
            if value == 0 {
                let error = ConfigError::OutOfRange { name, value: 0.0, min: 1.0, max: f64::MAX };
                return Err(wrong("pipeline")(error));
            }
        }
        let encoder = Encoder::from_encoding(pipeline.encoding.clone()).map_err(wrong(INPUT))?;
        let grid = pipeline.encoding.config.grid().map_err(wrong(INPUT))?;
        let mut orchestrator = Self {
            rows: vec![encoder.num_neurons()],
            encoder,
            grid,
            populations: Vec::new(),
            readouts: Vec::new(),
            pipeline,
        };
        orchestrator.build()?;
        Ok(orchestrator)
    }

    fn build(&mut self) -> Result<(), OrchestratorError> {
        let mut names: Vec<&str> = RESERVED.to_vec();
        let declared = &self.pipeline;
        let stages = declared.populations.iter().map(|population| &population.name);
        for name in stages.chain(declared.readouts.iter().map(|readout| &readout.name)) {
            if names.contains(&name.as_str()) {
                return Err(OrchestratorError::DuplicateName { name: name.clone() });
            }
            names.push(name);
        }
        for (index, population) in declared.populations.iter().enumerate() {
            let name = &population.name;
            if population.inputs.is_empty() {
                return Err(OrchestratorError::NoInput { population: name.clone() });
            }
            let sum = population.plasticity.is_some_and(|plasticity| plasticity.sum_of_weights.is_some());
            if sum && population.start == SampleStart::Continued {
                return Err(OrchestratorError::ScaledStream { population: name.clone() });
            }
            let mut sources = Vec::new();
            for input in &population.inputs {
                let stage = self.stage_before(index, &input.from, name)?;
                self.refuse_amplitudes(stage, name)?;
                sources.push((stage, self.rows[stage]));
            }
            self.populations.push(PopulationStage::new(population, &sources, self.grid)?);
            self.rows.push(population.num_neurons as usize);
        }
        let readouts = declared.readouts.iter().map(|readout| self.readout(readout));
        self.readouts = readouts.collect::<Result<_, _>>()?;
        Ok(())
    }

    fn readout(&self, declared: &Readout) -> Result<ReadoutStage, OrchestratorError> {
        let stage = self.stage_before(self.pipeline.populations.len(), &declared.from, &declared.name)?;
        ReadoutStage::new(declared, (stage, self.rows[stage]), self.encoder.encoding())
    }

    /// The stage of this name before population `index`: 0 is the encoder.
    fn stage_before(&self, index: usize, name: &str, part: &str) -> Result<usize, OrchestratorError> {
        let known = || std::iter::once(INPUT).chain(self.pipeline.populations[..index].iter().map(|p| p.name.as_str()));
        known().position(|stage| stage == name).ok_or_else(|| OrchestratorError::UnknownStage {
            part: part.to_owned(),
            name: name.to_owned(),
            known: known().map(str::to_owned).collect(),
        })
    }

    fn refuse_amplitudes(&self, stage: usize, reader: &str) -> Result<(), OrchestratorError> {
        let declared = stage.checked_sub(1).map(|index| &self.pipeline.populations[index]);
        match declared.map(|population| (population, population.model)) {
            Some((population, NeuronModel::IntegrateFire { options }))
                if matches!(options.adaptation, spike_sim::Threshold::Burst { .. }) =>
            {
                let (population, reader) = (population.name.clone(), reader.to_owned());
                Err(OrchestratorError::Amplitudes { population, reader })
            }
            _ => Ok(()),
        }
    }

    /// The declaration, with read-outs that were added.
    #[must_use]
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Adds a read-out, or replaces that of the same name: such as an assignment of classes that was made with this
    /// network.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn set_readout(&mut self, readout: Readout) -> Result<(), OrchestratorError> {
        let taken = self.pipeline.populations.iter().any(|population| population.name == readout.name);
        if taken || RESERVED.contains(&readout.name.as_str()) {
            return Err(OrchestratorError::DuplicateName { name: readout.name });
        }
        let stage = self.readout(&readout)?;
        match self.pipeline.readouts.iter().position(|other| other.name == readout.name) {
            Some(place) => {
                self.pipeline.readouts[place] = readout;
                self.readouts[place] = stage;
            }
            None => {
                self.pipeline.readouts.push(readout);
                self.readouts.push(stage);
            }
        }
        Ok(())
    }

    /// The input connections of a population with their present weights.
    #[must_use]
    pub fn connections(&self, population: &str) -> Option<&Connections> {
        self.index_of(population).map(|index| self.populations[index].connections())
    }

    /// Replaces the weights of the input connections of a population, in the order of [`Connections::synapses`].
    ///
    /// # Errors
    /// [`OrchestratorError::Missing`] for an unknown name, [`OrchestratorError::Population`] for weights that do not fit.
    pub fn set_weights(&mut self, population: &str, weights: &[f64]) -> Result<(), OrchestratorError> {
        self.change(population, |stage| stage.set_weights(weights))
    }

    /// What homeostasis has raised the thresholds of a population by; empty without it.
    #[must_use]
    pub fn threshold_offsets(&self, population: &str) -> Option<&[f64]> {
        self.index_of(population).map(|index| self.populations[index].threshold_offsets())
    }

    /// Replaces what the thresholds of a population are raised by.
    ///
    /// # Errors
    /// As [`set_weights`](Self::set_weights).
    pub fn set_threshold_offsets(&mut self, population: &str, offsets: &[f64]) -> Result<(), OrchestratorError> {
        self.change(population, |stage| stage.set_threshold_offsets(offsets))
    }

    fn change(
        &mut self,
        population: &str,
        change: impl FnOnce(&mut PopulationStage) -> Result<(), SimError>,
    ) -> Result<(), OrchestratorError> {
        let missing = || OrchestratorError::Missing { what: "population", name: population.to_owned() };
        let index = self.index_of(population).ok_or_else(missing)?;
        let failed = |source| OrchestratorError::Population { population: population.to_owned(), source };
        change(&mut self.populations[index]).map_err(failed)
    }

    fn index_of(&self, population: &str) -> Option<usize> {
        self.pipeline.populations.iter().position(|declared| declared.name == population)
    }
}
