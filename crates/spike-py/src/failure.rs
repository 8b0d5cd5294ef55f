//! Errors of the Rust crates as the exceptions that a Python user expects, with their text.

use pyo3::PyErr;
use pyo3::exceptions::{PyMemoryError, PyTypeError, PyValueError};
use spike_core::{DecodeError, EncodeError, SpikeError};
use std::fmt::Display;

/// A value that is not allowed: `ValueError`.
pub(crate) fn value_error(error: impl Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// A type that is not allowed: `TypeError`.
pub(crate) fn type_error(error: impl Display) -> PyErr {
    PyTypeError::new_err(error.to_string())
}

/// Rows of spikes that break a rule: `ValueError`, or `MemoryError` for a view that cannot be addressed.
pub(crate) fn spike_error(error: SpikeError) -> PyErr {
    match error {
        SpikeError::TooLarge { .. } => PyMemoryError::new_err(error.to_string()),
        _ => value_error(error),
    }
}

/// Data or a configuration that a code refuses: `ValueError`.
pub(crate) fn encode_error(error: EncodeError) -> PyErr {
    match error {
        EncodeError::Rows(error) => spike_error(error),
        _ => value_error(error),
    }
}

/// Spikes that a method does not decode: `ValueError`.
pub(crate) fn decode_error(error: DecodeError) -> PyErr {
    value_error(error)
}
