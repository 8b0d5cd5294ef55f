//! Values that cannot be encoded.

use super::{ConfigError, SpikeError};
use thiserror::Error;

/// Values that cannot be encoded.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The configuration is not valid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The input has no values.
    #[error("the input has {num_samples} samples of {num_channels} channels; at least one of each is needed")]
    Empty {
        /// Number of samples.
        num_samples: usize,
        /// Number of channels.
        num_channels: usize,
    },
    /// Data that are neither one sample nor a batch.
    #[error("the data have {found} axes; give an array of shape (channels) or (batch, channels)")]
    Axes {
        /// Number of axes.
        found: usize,
    },
    /// NaN or infinity.
    #[error("sample {sample}, channel {channel} is {value}; every value must be finite (remove or replace it)")]
    NotFinite {
        /// Sample index in the input.
        sample: u64,
        /// Channel index in the sample.
        channel: usize,
        /// What was found.
        value: f64,
    },
    /// A value outside [0, 1] without normalisation.
    #[error(
        "sample {sample}, channel {channel} is {value:?}, outside [0, 1]; scale the input or set normalize_input = true"
    )]
    OutsideUnit {
        /// Sample index in the input.
        sample: u64,
        /// Channel index in the sample.
        channel: usize,
        /// What was found.
        value: f64,
    },
    /// The normaliser was fitted on another number of channels.
    #[error("the normaliser was fitted on {fitted} channels, the input has {found}")]
    ChannelMismatch {
        /// Channels at the fit.
        fitted: usize,
        /// Channels found.
        found: usize,
    },
    /// The signal has another number of steps than the grid.
    #[error("the signal has {found} steps, the time grid {expected}; resample it or set time_window_ms")]
    SignalLength {
        /// Steps of the grid.
        expected: usize,
        /// Steps of the signal.
        found: usize,
    },
    /// The record of a time series lacks the values from which it is rebuilt, or has others.
    #[error(
        "sample {sample} begins with {found:?}, the record of the encoding says {recorded:?}; give the encoder the \
         initial values of every sample (with_signals)"
    )]
    InitialValues {
        /// Sample index.
        sample: u64,
        /// First normalised values of the signal.
        found: Vec<f64>,
        /// What the record holds.
        recorded: Vec<f64>,
    },
    /// A frame of another size than the first, or of a size that camera events cannot address.
    #[error("frame {frame} is {found_width} x {found_height}, allowed is {allowed}; scale or crop it")]
    FrameSize {
        /// Index of the frame.
        frame: u64,
        /// Columns found.
        found_width: usize,
        /// Rows found.
        found_height: usize,
        /// What is allowed.
        allowed: String,
    },
    /// A frame that does not follow the one before it, or follows too late.
    #[error(
        "frame {frame} is at {time_us} us, the one before at {previous_us} us; frames must be 1 to 4294967295 us apart"
    )]
    FrameTime {
        /// Index of the frame.
        frame: u64,
        /// Its time.
        time_us: i64,
        /// Time of the frame before.
        previous_us: i64,
    },
    /// Frames and times differ in number.
    #[error("{frames} frames with {times} times; give one time for each of at least two frames")]
    FrameCount {
        /// Number of frames.
        frames: usize,
        /// Number of times.
        times: usize,
    },
    /// The record of a time series lacks the statistics from which it is rebuilt, or has others.
    #[error(
        "sample {sample} has the statistics {found:?}, the record of the encoding says {recorded:?}; give the encoder \
         the signals of every sample (with_signals)"
    )]
    SignalStatistics {
        /// Sample index.
        sample: u64,
        /// Statistics of the signal.
        found: Vec<f64>,
        /// What the record holds.
        recorded: Vec<f64>,
    },
    /// A code broke the rules of a spike container.
    #[error("the code wrote invalid rows: {0}")]
    Rows(#[from] SpikeError),
    /// A stream of data that changed between two passes.
    #[error(
        "the source gave {second} values on the second pass and {first} on the first; it must not change while it is read"
    )]
    SourceChanged {
        /// Values on the first pass.
        first: u64,
        /// Values on the second pass.
        second: u64,
    },
}
