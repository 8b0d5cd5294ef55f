//! What can be wrong with a pipeline, and what can go wrong while it runs.

use spike_core::{ConfigError, DecodeError, EncodeError};
use spike_io::ReadError;
use spike_io::spk::SpkError;
use spike_sim::{QueueError, SimError};
use thiserror::Error;

/// A pipeline that cannot be built, or a run that ended early.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OrchestratorError {
    /// A number of the declaration is out of its range.
    #[error("{part}: {source}")]
    Config {
        /// Population, read-out or part of the pipeline.
        part: String,
        /// What is wrong.
        source: ConfigError,
    },
    /// A population or its connections cannot be built.
    #[error("population {population}: {source}")]
    Population {
        /// Its name.
        population: String,
        /// What is wrong.
        source: SimError,
    },
    /// A read-out cannot be built.
    #[error("read-out {readout}: {source}")]
    Readout {
        /// Its name.
        readout: String,
        /// What is wrong.
        source: DecodeError,
    },
    /// Two parts with the same name.
    #[error("{name} is the name of two stages or read-outs; give every one its own")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A name that stands for no earlier stage.
    #[error("{part} reads from {name}, which is no stage before it; those are {}", known.join(", "))]
    UnknownStage {
        /// What names it.
        part: String,
        /// The name.
        name: String,
        /// Names that exist there.
        known: Vec<String>,
    },
    /// A population without input.
    #[error("population {population} has no input; name one in its inputs")]
    NoInput {
        /// Its name.
        population: String,
    },
    /// Spikes with an amplitude, read by a population that would take them for 1.
    #[error("population {population} has a burst threshold, whose spikes carry an amplitude; {reader} would lose it")]
    Amplitudes {
        /// The population with the burst threshold.
        population: String,
        /// Who reads from it.
        reader: String,
    },
    /// Weights that are scaled between samples, where samples are windows of one stream.
    #[error(
        "population {population} continues its state from sample to sample and scales its weights between them; start samples from the initial state, or leave sum_of_weights out"
    )]
    ScaledStream {
        /// Its name.
        population: String,
    },
    /// A part of a population that is asked for by name and is not there.
    #[error("there is no {what} of {name} in this pipeline")]
    Missing {
        /// What was asked for.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A stage refused a sample. Nothing was learnt, and no file was written, in the whole run.
    #[error("{stage}, sample {sample}: {source}")]
    Stage {
        /// Name of the stage.
        stage: String,
        /// Global index of the sample.
        sample: u64,
        /// What is wrong.
        source: Box<StageError>,
    },
}

/// Why a stage refused a sample.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StageError {
    /// The source cannot be read.
    #[error(transparent)]
    Read(ReadError),
    /// The caller's source failed.
    #[error("the source failed: {0}")]
    Source(Box<dyn std::error::Error + Send + Sync>),
    /// A sample of another size than the encoder takes.
    #[error("the sample has {found} values, the encoder takes {expected}")]
    SampleSize {
        /// Values of a sample.
        expected: usize,
        /// What was found.
        found: usize,
    },
    /// Fewer labels than samples.
    #[error("there is no label for this sample; give one for each, or none at all")]
    NoLabel,
    /// The thread that fed a live source panicked.
    #[error("the sender of the live source was lost while its thread panicked")]
    LostSender,
    /// The code refused the values.
    #[error(transparent)]
    Encode(EncodeError),
    /// A population refused the spikes.
    #[error(transparent)]
    Sim(SimError),
    /// The queue refused a spike.
    #[error(transparent)]
    Queue(QueueError),
    /// A read-out refused the spikes.
    #[error(transparent)]
    Decode(DecodeError),
    /// A file cannot be written.
    #[error("{path}: {source}")]
    Write {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong.
        source: Box<SpkError>,
    },
}
