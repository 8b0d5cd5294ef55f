//! Spikes that cannot be decoded.

use super::ConfigError;
use crate::scheme::{CodingScheme, DecodingMethod};
use thiserror::Error;

/// Spikes that cannot be decoded.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The spikes carry no record of their encoding.
    #[error("the spike train carries no encoding; {method} needs it (attach one with with_encoding)")]
    NoEncoding {
        /// The method asked for.
        method: DecodingMethod,
    },
    /// The method does not apply to the code.
    #[error("{method} does not decode {scheme}; use {}", own_name(*scheme))]
    WrongMethod {
        /// The method asked for.
        method: DecodingMethod,
        /// The scheme of the spikes, whose own method works.
        scheme: CodingScheme,
    },
    /// The configuration stored with the spikes is not valid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The spikes are on another time grid than their encoding.
    #[error(
        "the spikes are on a grid of {found_steps} steps of {found_dt_ms} ms, their encoding on {expected_steps} of {expected_dt_ms} ms"
    )]
    GridMismatch {
        /// Steps of the encoding.
        expected_steps: u32,
        /// Step width of the encoding.
        expected_dt_ms: f64,
        /// Steps of the spikes.
        found_steps: u32,
        /// Step width of the spikes.
        found_dt_ms: f64,
    },
    /// The number of neurons does not fit the normaliser.
    #[error("the spikes have {found} neurons, their encoding makes {expected}")]
    ChannelMismatch {
        /// Neurons of the encoding.
        expected: usize,
        /// Neurons found.
        found: usize,
    },
    /// Something that the method needs is not in the record of the encoding.
    #[error("{method} needs {what}, which the encoding of the spikes does not hold")]
    Missing {
        /// The method asked for.
        method: DecodingMethod,
        /// What is missing.
        what: &'static str,
    },
    /// A camera event that is not on the sensor.
    #[error("event {index} is at ({x}, {y}), outside a sensor of {width} x {height}")]
    EventOutside {
        /// Index of the event.
        index: u64,
        /// Its column.
        x: u16,
        /// Its row.
        y: u16,
        /// Columns of the sensor.
        width: usize,
        /// Rows of the sensor.
        height: usize,
    },
    /// A frame of another size than the sensor.
    #[error("the frame is {found_width} x {found_height}, the sensor {width} x {height}")]
    FrameSize {
        /// Columns of the frame.
        found_width: usize,
        /// Rows of the frame.
        found_height: usize,
        /// Columns of the sensor.
        width: usize,
        /// Rows of the sensor.
        height: usize,
    },
    /// A time before events that were already taken into account.
    #[error("{asked_us} us precedes {reached_us} us, up to which events are integrated; ask for times in order")]
    TimeOrder {
        /// Time asked for.
        asked_us: i64,
        /// Time reached.
        reached_us: i64,
    },
    /// The original has another shape than the decoded values.
    #[error("the original has {original} values, the decoded array {decoded}")]
    OriginalShape {
        /// Values in the original.
        original: usize,
        /// Values decoded.
        decoded: usize,
    },
}

/// What decodes a scheme, for messages.
fn own_name(scheme: CodingScheme) -> &'static str {
    scheme.own_method().map_or("the integration of its events", DecodingMethod::name)
}
