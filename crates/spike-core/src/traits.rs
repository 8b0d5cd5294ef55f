//! What encoders and decoders promise. All traits are usable as `dyn`.

use crate::batch::SpikeChunk;
use crate::encoding::Encoding;
use crate::error::{DecodeError, EncodeError};
use crate::grid::TimeGrid;
use crate::options::CodeOptions;
use crate::scheme::DecodingMethod;
use crate::seed::Seed;
use crate::train::SpikeView;
use crate::unit::UnitValues;
use ndarray::ArrayView2;
use std::fmt::Debug;

/// A code for static values: one value for each channel of a sample.
///
/// Encoding is a pure function of (encoder, values, seed, sample index): no state, no hidden entropy.
pub trait ValueEncoder: Debug + Send + Sync {
    /// The grid of the spikes.
    fn grid(&self) -> TimeGrid;

    /// Options of the code, as they are stored with the spikes.
    fn options(&self) -> CodeOptions;

    /// Rows that a sample of `num_channels` values becomes.
    fn num_neurons(&self, num_channels: usize) -> usize;

    /// An upper estimate of the number of spikes of a sample, for reserving memory.
    fn spike_bound(&self, values: UnitValues<'_>) -> usize;

    /// Appends the rows of one sample; `sample` is its global index.
    fn encode_sample(&self, values: UnitValues<'_>, seed: Seed, sample: u64, chunk: &mut SpikeChunk);
}

/// A code for time series: one value for each step and channel.
pub trait SignalEncoder: Debug + Send + Sync {
    /// The grid of the spikes; a sample of the signal takes one step of it, or several.
    fn grid(&self) -> TimeGrid;

    /// Rows that a signal of `num_channels` channels becomes.
    fn num_neurons(&self, num_channels: usize) -> usize;

    /// Appends what a decoder must know of a signal beyond its first values: a number for each channel, or nothing
    /// for codes whose spikes and first values say everything. `signal` has shape (sample in time, channel).
    ///
    /// # Errors
    /// As [`encode_signal`](Self::encode_signal).
    fn signal_statistics(
        &self,
        _signal: ArrayView2<'_, f64>,
        _sample: u64,
        _into: &mut Vec<f64>,
    ) -> Result<(), EncodeError> {
        Ok(())
    }

    /// Appends the rows of one sample; `signal` has shape (sample in time, channel).
    ///
    /// # Errors
    /// [`EncodeError`] if the signal does not fit the grid or holds values outside its domain.
    fn encode_signal(
        &self,
        signal: ArrayView2<'_, f64>,
        seed: Seed,
        sample: u64,
        chunk: &mut SpikeChunk,
    ) -> Result<(), EncodeError>;
}

/// Decoded values of one sample in normalised units.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decoded {
    /// Values in [0, 1].
    pub values: Vec<f64>,
    /// Confidence of each value, 0 to 1.
    pub confidence: Vec<f64>,
    /// Spikes / (window · f_max) for each value.
    pub activity: Vec<f64>,
}

/// Reads values back from the spikes of a sample.
pub trait ValueDecoder: Debug + Send + Sync {
    /// The method.
    fn method(&self) -> DecodingMethod;

    /// Appends the decoded values of one sample; `sample` is its global index.
    ///
    /// # Errors
    /// [`DecodeError`] if the rows do not fit the encoding.
    fn decode_sample(&self, spikes: SpikeView<'_>, sample: u64, into: &mut Decoded) -> Result<(), DecodeError>;
}

/// A decoder made for the encoding that spikes carry.
pub trait DecoderFor: Sized {
    /// Builds the decoder from what the spikes say of themselves.
    ///
    /// # Errors
    /// [`DecodeError`] if the method does not apply to the code or its record is invalid.
    fn for_encoding(encoding: &Encoding) -> Result<Self, DecodeError>;
}
