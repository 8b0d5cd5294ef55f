//! What can be wrong with a network.

/// Why a layer does not fit into a graph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// A tensor was given a shape for another number of values.
    #[error("a tensor of shape {shape:?} cannot hold {found} values; give as many as the product of the axes")]
    TensorLength {
        /// The shape.
        shape: Vec<usize>,
        /// The number of values.
        found: usize,
    },
    /// An axis of a result is 0 long.
    #[error("node {node:?} has a result of shape {shape:?}; every axis must be at least 1 long")]
    EmptyShape {
        /// The node.
        node: String,
        /// The shape.
        shape: Vec<usize>,
    },
    /// A result has too many values.
    #[error("node {node:?} has a result of shape {shape:?}, more than {max} values for one sample", max = crate::MAX_NODE_VALUES)]
    TooLarge {
        /// The node.
        node: String,
        /// The shape.
        shape: Vec<usize>,
    },
    /// More nodes than their index can count.
    #[error("a graph holds at most 2^32 nodes")]
    TooManyNodes,
    /// An operand is not a node of the graph.
    #[error("node {node:?} uses node number {operand}, which the graph does not have; append operands first")]
    UnknownOperand {
        /// The node.
        node: String,
        /// The missing operand.
        operand: usize,
    },
    /// The number of operands is not that of the layer.
    #[error("node {node:?} ({layer}) has {found} operands, it takes {expected}")]
    NumOperands {
        /// The node.
        node: String,
        /// Its layer.
        layer: &'static str,
        /// The number of operands found.
        found: usize,
        /// What it takes.
        expected: String,
    },
    /// The shapes of the operands do not fit the layer.
    #[error("node {node:?} ({layer}) does not take operands of shape {found:?}: {expected}")]
    Shape {
        /// The node.
        node: String,
        /// Its layer.
        layer: &'static str,
        /// Shapes of the operands.
        found: Vec<Vec<usize>>,
        /// What it takes.
        expected: String,
    },
    /// The layer itself is inconsistent.
    #[error("node {node:?} ({layer}) is not a valid layer: {problem}")]
    Layer {
        /// The node.
        node: String,
        /// Its layer.
        layer: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
}

/// Why a network could not be executed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The input is not whole samples.
    #[error("{found} values are not whole samples of shape {shape:?}, {expected} values each")]
    SampleLength {
        /// The number of values found.
        found: usize,
        /// The number of values of a sample.
        expected: usize,
        /// The shape of a sample.
        shape: Vec<usize>,
    },
    /// An input value is NaN or infinite.
    #[error("value {position} of sample {sample} is {value}; inputs must be finite")]
    InputNotFinite {
        /// The sample.
        sample: usize,
        /// Its place in the sample.
        position: usize,
        /// The value.
        value: f32,
    },
    /// The network computes NaN or infinity.
    #[error("node {node:?} computes a value that is not finite for sample {sample}; check the scale of the input")]
    ResultNotFinite {
        /// The sample.
        sample: usize,
        /// The first node whose result is not finite.
        node: String,
    },
}

impl RunError {
    /// The same error with the number of the sample in its batch.
    pub(crate) fn in_sample(self, number: usize) -> Self {
        match self {
            Self::InputNotFinite { position, value, .. } => Self::InputNotFinite { sample: number, position, value },
            Self::ResultNotFinite { node, .. } => Self::ResultNotFinite { sample: number, node },
            other => other,
        }
    }
}

/// Why a network could not be converted or simulated as a spiking network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// An option is out of its range.
    #[error("{field} is {found}; allowed is {allowed}")]
    Options {
        /// The option.
        field: &'static str,
        /// Its value.
        found: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// Thresholds do not fit the network.
    #[error("{found} {problem} do not fit the network, which needs {expected}; convert the network again")]
    Sites {
        /// The number that the network needs.
        expected: usize,
        /// The number found.
        found: usize,
        /// What was counted.
        problem: &'static str,
    },
    /// The form cannot express the network.
    #[error("node {node:?} ({layer}) cannot take this form: {reason}")]
    Form {
        /// The node.
        node: String,
        /// Its layer.
        layer: &'static str,
        /// Why not, and what to do.
        reason: &'static str,
    },
    /// There is nothing to calibrate with.
    #[error("there are no calibration samples; thresholds come from the activations of at least one sample")]
    NoCalibration,
    /// A layer is never active.
    #[error(
        "node {node:?} is 0 for every one of {num_samples} calibration samples; check its weights and the scale of the input"
    )]
    Silent {
        /// The node.
        node: String,
        /// Number of samples.
        num_samples: usize,
    },
    /// A weight is not finite.
    #[error("node {node:?} has a weight that is {value}; weights must be finite")]
    Weight {
        /// The node.
        node: String,
        /// The value.
        value: f32,
    },
    /// The samples and their labels are not equally many, or a label has no class.
    #[error("{problem}")]
    Labels {
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The exact mode does not know a layer.
    #[error(
        "node {node:?} ({layer}) has no exact spiking form; exact are dense layers, convolutions, rectifiers, pools and sums"
    )]
    NotExact {
        /// The node.
        node: String,
        /// Its layer.
        layer: &'static str,
    },
    /// The input of the encoder does not fit the network.
    #[error("{problem}")]
    Input {
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The analog network could not be executed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The neurons could not be made.
    #[error(transparent)]
    Neurons(#[from] spike_sim::SimError),
}
