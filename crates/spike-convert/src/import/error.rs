//! What can be wrong with a model file.

use crate::error::GraphError;
use std::io;
use std::path::PathBuf;

/// Why a model could not be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file could not be read.
    #[error("cannot read {}; check that it exists and may be read", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The name of the file does not say what it holds.
    #[error("cannot tell the format of {}; allowed are .onnx, .nir, and .safetensors with a layer list", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// The bytes are not a file of the format.
    #[error("not a whole {format} file: {problem}")]
    Malformed {
        /// The format.
        format: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The set of operators is not one that is understood.
    #[error(
        "the model uses ONNX opset {found}; allowed are {oldest} to {newest}: export it again with opset_version=17"
    )]
    Opset {
        /// The version found.
        found: i64,
        /// The oldest that is understood.
        oldest: i64,
        /// The newest that is understood.
        newest: i64,
    },
    /// An operator has no counterpart.
    #[error("node {node:?} is a {operator}, which cannot be converted; {remedy}")]
    UnsupportedOperator {
        /// The node.
        node: String,
        /// The operator, with its domain if that is not the standard one.
        operator: String,
        /// What to do.
        remedy: String,
    },
    /// An operator is used in a way that has no counterpart.
    #[error("node {node:?} ({operator}): {problem}; {remedy}")]
    UnsupportedUse {
        /// The node.
        node: String,
        /// The operator.
        operator: String,
        /// What was found.
        problem: String,
        /// What to do.
        remedy: String,
    },
    /// Samples of a batch are mixed.
    #[error("node {node:?} ({operator}) works along the batch axis; samples of a batch must not depend on each other")]
    BatchMixed {
        /// The node.
        node: String,
        /// The operator.
        operator: String,
    },
    /// Nodes wait for each other.
    #[error("node {node:?} depends on its own result; the graph must have no circle")]
    Cycle {
        /// A node of the circle.
        node: String,
    },
    /// A value is used and nothing produces it.
    #[error("value {value:?} is used by {user:?}, but no node, input or weight of that name exists")]
    MissingValue {
        /// The value.
        value: String,
        /// Who uses it.
        user: String,
    },
    /// The network does not have exactly one input.
    #[error("the model has the inputs {found:?}; it must have exactly one that is not a weight")]
    Inputs {
        /// The inputs.
        found: Vec<String>,
    },
    /// The output is not determined.
    #[error("the model has the outputs {found:?}; name one of them as the output")]
    Outputs {
        /// The outputs.
        found: Vec<String>,
    },
    /// The shape of a sample is not determined or contradicts the file.
    #[error("the input {input:?} has shape {found} in the file; {problem}")]
    InputShape {
        /// The input.
        input: String,
        /// Its shape, with `?` for unknown lengths.
        found: String,
        /// What is wrong and what to give.
        problem: String,
    },
    /// A layer of a list cannot be used.
    #[error("layer {layer:?} of the list: {problem}")]
    LayerList {
        /// The layer.
        layer: String,
        /// What is wrong.
        problem: String,
    },
    /// A stored array cannot be used.
    #[error("tensor {tensor:?}: {problem}")]
    Tensor {
        /// The array.
        tensor: String,
        /// What is wrong and what is allowed.
        problem: String,
    },
    /// A weight is NaN or infinite.
    #[error(
        "value {position} of {what} of layer {node:?} is {value}; weights must be finite: train or export the model again"
    )]
    NotFinite {
        /// The layer.
        node: String,
        /// Which of its arrays.
        what: &'static str,
        /// The place in the array.
        position: usize,
        /// The value.
        value: f32,
    },
    /// All weights of a layer are zero.
    #[error(
        "all weights of layer {node:?} are zero, so that its output does not depend on its input; check the export"
    )]
    AllZero {
        /// The layer.
        node: String,
    },
    /// Import would need far more memory than the file has bytes.
    #[error(
        "node {node:?} expands the model to far more values than its {num_bytes} bytes explain; the file is damaged"
    )]
    Expansion {
        /// The node.
        node: String,
        /// Size of the file.
        num_bytes: usize,
    },
    /// The layers do not fit together.
    #[error("the layers do not fit together")]
    Graph(#[source] GraphError),
}
