//! Spikes that break the rules of their containers.

use super::ConfigError;
use thiserror::Error;

/// Spikes that break the rules of a spike container.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SpikeError {
    /// The grid or the configuration is not valid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Steps are not strictly increasing.
    #[error("neuron {neuron}: step {second} follows {first}; the steps of a neuron must be strictly increasing")]
    Unsorted {
        /// Neuron row.
        neuron: usize,
        /// Earlier entry.
        first: u32,
        /// Later entry.
        second: u32,
    },
    /// A step lies outside the window.
    #[error("neuron {neuron}: step {step} lies outside the window of {num_steps} steps")]
    OutsideWindow {
        /// Neuron row.
        neuron: usize,
        /// The step.
        step: u32,
        /// Steps in the window.
        num_steps: u32,
    },
    /// Offsets do not describe the steps.
    #[error("{num_offsets} offsets ending at {last} do not describe {num_spikes} spikes of {num_rows} rows")]
    Offsets {
        /// Number of offsets.
        num_offsets: usize,
        /// Last offset.
        last: u64,
        /// Number of spikes.
        num_spikes: usize,
        /// Number of rows that they should describe.
        num_rows: usize,
    },
    /// Ids and rows differ in number.
    #[error("{ids} neuron ids for {rows} rows")]
    Ids {
        /// Number of ids.
        ids: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A dense view would not fit in memory that can be addressed.
    #[error("a dense view of {rows} x {columns} cells is too large; read it in parts")]
    TooLarge {
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
    },
    /// Events are not in order of time.
    #[error("event {index} at {time_us} us precedes the event before it")]
    EventOrder {
        /// Index of the event.
        index: usize,
        /// Its time.
        time_us: i64,
    },
}
