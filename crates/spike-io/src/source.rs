//! The neutral numeric input.

use std::fmt::Debug;

use crate::element::ElementType;
use crate::error::ReadError;
use crate::shape::SampleShape;

/// Samples that are read in order, piece by piece, and can be read again.
///
/// Values are `f64` in sample-major (C) order.
/// After an error call [`rewind`](Self::rewind) before reading on.
pub trait SampleSource: Debug + Send {
    /// Number of samples and shape of each.
    fn shape(&self) -> &SampleShape;

    /// How the numbers are stored in the file.
    fn element(&self) -> ElementType;

    /// Frames per second, where the file states it.
    fn sample_rate_hz(&self) -> Option<f64> {
        None
    }

    /// Goes back to the first sample.
    ///
    /// # Errors
    ///
    /// [`ReadError::Open`] or [`ReadError::Io`] when the file can no longer be read.
    fn rewind(&mut self) -> Result<(), ReadError>;

    /// Leaves out the next `num_samples` samples; values that are left out are not checked.
    ///
    /// # Errors
    ///
    /// [`ReadError::SkipPastEnd`] when fewer are left, and those of reading.
    fn skip_samples(&mut self, num_samples: usize) -> Result<(), ReadError>;

    /// Appends up to `max_samples` samples to `into` and returns how many; 0 is the end.
    ///
    /// On an error `into` is as it was before the call.
    ///
    /// # Errors
    ///
    /// What is found in the bytes: truncation, damage, a value that is not a number.
    fn read_samples(&mut self, max_samples: usize, into: &mut Vec<f64>) -> Result<usize, ReadError>;
}
