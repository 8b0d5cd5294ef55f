//! What can be wrong with a file of camera events.

use super::EventFormat;
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
    /// A recording that stops within something.
    #[error("the recording is cut off at byte {position}, within {what}; what precedes it is whole")]
    CutOff {
        /// First byte of what is not whole.
        position: u64,
        /// What is not whole.
        what: &'static str,
    },
    /// Bytes that are not what the format says.
    #[error("byte {position}: {reason}")]
    Corrupt {
        /// Where.
        position: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// A variant of a format that is not read, or a format that is not written.
    #[error("{format}: {reason}")]
    Unsupported {
        /// The format.
        format: EventFormat,
        /// What is not supported and what is.
        reason: &'static str,
    },
    /// A recording that does not say the size of its sensor, where it is needed.
    #[error("a file of {format} does not say the size of the sensor; give it, such as 640x480")]
    UnknownSize {
        /// The format.
        format: EventFormat,
    },
    /// A sensor that a format cannot address.
    #[error("{format} holds sensors of at most {max_width} x {max_height} pixels; this one has {width} x {height}")]
    SensorSize {
        /// The format.
        format: EventFormat,
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// Most columns.
        max_width: u32,
        /// Most rows.
        max_height: u32,
    },
    /// A time that a format cannot hold.
    #[error("{format} holds times from 0 to {max_us} us; event {index} is at {time_us} us{}", hint(*.time_us))]
    Time {
        /// The format.
        format: EventFormat,
        /// Index of the event in the file.
        index: u64,
        /// Its time.
        time_us: i64,
        /// The last time that can be held.
        max_us: i64,
    },
    /// A pixel that a format cannot hold.
    #[error("event {index}: {format} cannot hold row {y}, which its readers take for an overflow of time")]
    Row {
        /// The format.
        format: EventFormat,
        /// Index of the event in the file.
        index: u64,
        /// The row.
        y: u16,
    },
}

fn hint(time_us: i64) -> &'static str {
    if time_us < 0 {
        "; shift the times"
    } else {
        "; shift the times so that they begin at 0, or choose another format"
    }
}
