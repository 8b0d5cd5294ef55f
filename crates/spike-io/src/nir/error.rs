//! What can be wrong with a NIR file or graph.

use crate::hdf5::Hdf5Error;
use thiserror::Error;

/// A NIR file that cannot be read, or a graph that cannot be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NirError {
    /// The HDF5 side of the file.
    #[error(transparent)]
    Hdf5(#[from] Hdf5Error),
    /// A node of a type that this reader does not know.
    #[error("node {node:?} is a {kind}; allowed are {}", super::NirKind::NAMES)]
    UnknownKind {
        /// The node.
        node: String,
        /// Its type.
        kind: String,
    },
    /// An edge whose end does not exist.
    #[error("the edge from {from:?} to {to:?} names a node that does not exist")]
    Edge {
        /// Where it starts.
        from: String,
        /// Where it ends.
        to: String,
    },
    /// A name that HDF5 cannot hold.
    #[error("{name:?} cannot name a node or metadata; a name is not empty, not '.' and has no '/'")]
    Name {
        /// The name.
        name: String,
    },
    /// Parameters of one neuron population that have different shapes.
    #[error("{parameter} of node {node:?} has shape {found:?}, another parameter {expected:?}; give all one shape")]
    Shapes {
        /// The node.
        node: String,
        /// The parameter.
        parameter: &'static str,
        /// Its shape.
        found: Vec<usize>,
        /// The shape of the parameters before it.
        expected: Vec<usize>,
    },
    /// A parameter that its type of node cannot have.
    #[error("{parameter} of node {node:?} is {found}; allowed is {allowed}")]
    Parameter {
        /// The node.
        node: String,
        /// The parameter.
        parameter: &'static str,
        /// What was found.
        found: String,
        /// What is allowed.
        allowed: &'static str,
    },
}
