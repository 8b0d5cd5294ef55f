//! What can be wrong with a netx file or network.

use crate::hdf5::Hdf5Error;
use thiserror::Error;

/// A netx file that cannot be read, or a network that cannot be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NetxError {
    /// The HDF5 side of the file.
    #[error(transparent)]
    Hdf5(#[from] Hdf5Error),
    /// A layer of a type that is not exchanged.
    #[error("layer {layer} is of type {kind:?}; allowed are input, dense, conv, pool, flatten, average, concat")]
    UnknownKind {
        /// Its index.
        layer: usize,
        /// Its type.
        kind: String,
    },
    /// Layers that are not numbered 0, 1, 2, and so on.
    #[error("the file has {count} layers, but layer {missing} is missing; layers are numbered from 0 without gaps")]
    Numbering {
        /// Groups found.
        count: usize,
        /// The first index without a layer.
        missing: usize,
    },
    /// A layer whose numbers contradict each other.
    #[error("{field} of layer {layer} is {found}, expected {expected}")]
    Layer {
        /// Its index.
        layer: usize,
        /// The field.
        field: &'static str,
        /// What was found.
        found: String,
        /// What fits the rest of the layer.
        expected: String,
    },
}
