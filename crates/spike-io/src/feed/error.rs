//! Why a feed cannot be made or read.

use super::FeedTarget;
use crate::spk::SpkError;
use crate::{ReadError, WriteError};
use spike_core::{ConfigError, ImportError, SpikeError};
use thiserror::Error;

/// Why a feed cannot be made, or what a simulator recorded cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FeedError {
    /// The spikes cannot be read.
    #[error(transparent)]
    Spikes(#[from] SpkError),
    /// The rule does not admit a spike.
    #[error("sample {sample}: {source}")]
    Grid {
        /// Global index of the sample.
        sample: u64,
        /// The spike.
        source: ImportError,
    },
    /// A grid that cannot be.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The archive cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// There is no sample.
    #[error("no samples to feed")]
    NoSamples,
    /// A step width that the target does not have.
    #[error("{target} takes steps of whole multiples of {multiple_ns} ns, dt is {dt_ns} ns; the nearest is {nearest_ns} ns (--dt-ms {})", *.nearest_ns as f64 / 1e6)]
    StepWidth {
        /// The target.
        target: FeedTarget,
        /// Step width found.
        dt_ns: u64,
        /// Unit of the target.
        multiple_ns: u64,
        /// The nearest step width that it takes.
        nearest_ns: u64,
    },
    /// More steps than the target counts.
    #[error("{found} steps; {target} counts at most {max}, take fewer samples or a larger dt")]
    TooManySteps {
        /// The target.
        target: FeedTarget,
        /// Steps found.
        found: u64,
        /// Most steps.
        max: u32,
    },
    /// A spike earlier than the target takes one, under a shift that was asked for.
    #[error(
        "{target} takes no spike before step {first_step}; with a shift of {asked} the first is at step {found}, shift by at least {needed}"
    )]
    TooEarly {
        /// The target.
        target: FeedTarget,
        /// Its first step.
        first_step: u32,
        /// Shift asked for.
        asked: u32,
        /// First spike with that shift.
        found: u64,
        /// Smallest shift that works.
        needed: u32,
    },
    /// Samples one after the other where each has an axis entry of its own.
    #[error("{target} has an axis of samples; they cannot follow each other in time as well")]
    NoSequence {
        /// The target.
        target: FeedTarget,
    },
    /// A dense array larger than anybody can load.
    #[error(
        "a dense array of {cells} cells; at most {limit} are written, take fewer samples, a larger dt or a target with spike times"
    )]
    TooLarge {
        /// Cells of the array.
        cells: u128,
        /// Most cells.
        limit: u64,
    },
    /// An array that cannot be read.
    #[error("array {name}: {source}")]
    Array {
        /// Name of the array.
        name: &'static str,
        /// What is wrong.
        source: ReadError,
    },
    /// A value that makes no sense in its place.
    #[error("array {name}: {value} at position {position}; allowed are {allowed}")]
    Value {
        /// Name of the array.
        name: &'static str,
        /// Its position.
        position: usize,
        /// What was found.
        value: f64,
        /// What is allowed.
        allowed: String,
    },
    /// Arrays that should have the same length.
    #[error("{indices} indices and {times} times; a spike has one of each")]
    Lengths {
        /// Number of indices.
        indices: usize,
        /// Number of times.
        times: usize,
    },
    /// Something that neither the file nor the caller says.
    #[error("the file does not say {what}; give {option}")]
    Unknown {
        /// What is missing.
        what: &'static str,
        /// The option that gives it.
        option: &'static str,
    },
    /// Something that both the file and the caller say.
    #[error("the file says {what} itself; leave out {option}")]
    Described {
        /// What is said twice.
        what: &'static str,
        /// The option that gives it.
        option: &'static str,
    },
    /// A recorded time that the rule does not admit.
    #[error(transparent)]
    Times(#[from] ImportError),
    /// A recorded spike before the first sample.
    #[error(
        "row {row} spikes at step {step}, before the samples begin at step {shift_steps}; the source alone cannot have done that"
    )]
    BeforeSamples {
        /// The row.
        row: usize,
        /// Its step on the simulator's grid.
        step: u32,
        /// Where the samples begin.
        shift_steps: u32,
    },
    /// Rows that break the rules of spikes.
    #[error(transparent)]
    Rows(#[from] SpikeError),
}
