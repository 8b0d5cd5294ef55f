//! What can be wrong with a file of camera events.

use crate::{ReadError, WriteError};
use spike_core::SpikeError;
use std::io;
use thiserror::Error;

/// A file of camera events that cannot be written or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EventFileError {
    /// The medium failed.
    #[error("reading or writing events failed")]
    Io(#[from] io::Error),
    /// The header or the totals are not the JSON that they should be.
    #[error("the header is not valid: {0}")]
    HeaderJson(#[from] serde_json::Error),
    /// A sensor that events cannot address.
    #[error("a sensor of {width} x {height} pixels; allowed are 1 x 1 to 65536 x 65536")]
    Size {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// A normaliser for another number of pixels than the sensor has.
    #[error("the normaliser of the record is for {found} pixels, the sensor has {expected}")]
    Normalizer {
        /// Pixels of the sensor.
        expected: u64,
        /// Channels of the normaliser.
        found: u64,
    },
    /// An event outside the sensor or the time span.
    #[error("event {index} at {time_us} us, ({x}, {y}) is outside {allowed}")]
    Outside {
        /// Index of the event in the file.
        index: u64,
        /// Its time.
        time_us: i64,
        /// Its column.
        x: u64,
        /// Its row.
        y: u64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A line of a csv.
    #[error("line {line}: {reason}")]
    Table {
        /// Number of the line, from 1.
        line: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// An array of an npz.
    #[error("array {name}: {reason}")]
    Array {
        /// Name of the array.
        name: &'static str,
        /// What is wrong.
        reason: &'static str,
    },
    /// The archive of arrays cannot be read.
    #[error(transparent)]
    Input(#[from] ReadError),
    /// The archive of arrays cannot be written.
    #[error(transparent)]
    Output(#[from] WriteError),
    /// Events out of order of time.
    #[error(transparent)]
    Order(#[from] SpikeError),
}
