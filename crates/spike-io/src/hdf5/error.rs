//! What can be wrong with the HDF5 side of a file.

use std::io;
use thiserror::Error;

/// Bytes that are not a usable HDF5 file, or an HDF5 file that lacks what a format needs.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Hdf5Error {
    /// The medium failed.
    #[error("reading or writing an HDF5 file failed")]
    Io(#[from] io::Error),
    /// The structure of the file cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Structure {
        /// The object, `/` for the file itself.
        path: String,
        /// What the HDF5 library says.
        reason: String,
    },
    /// The file ends before its last byte.
    #[error("{found} bytes of {expected} are there; the file is cut short")]
    CutShort {
        /// Bytes given.
        found: u64,
        /// Bytes that the file says it has.
        expected: u64,
    },
    /// An object that the format requires.
    #[error("{path} is missing")]
    Missing {
        /// The object.
        path: String,
    },
    /// An array that the file cannot hold.
    #[error("{path} has shape {shape:?} in a file of {num_bytes} bytes; the file is damaged")]
    TooLarge {
        /// The array.
        path: String,
        /// Its shape.
        shape: Vec<u64>,
        /// Size of the file.
        num_bytes: u64,
    },
    /// An array that does not hold what the format puts there.
    #[error("{path} is {found}, allowed is {allowed}")]
    Content {
        /// The array.
        path: String,
        /// What was found.
        found: String,
        /// What the format allows.
        allowed: &'static str,
    },
    /// What was given cannot be stored.
    #[error("the file cannot be written: {reason}")]
    Unwritable {
        /// What the HDF5 library says.
        reason: String,
    },
}
