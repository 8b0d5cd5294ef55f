//! What a board cannot express.

use crate::error::ModelError;
use spike_convert::{ConvertError, RunError};
use thiserror::Error;

/// Why a network has no integer form.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum QuantiseError {
    /// A layer that no board network has.
    #[error("node {node:?} ({layer}) has no form on a board: {reason}")]
    Layer {
        /// The node.
        node: String,
        /// Its layer.
        layer: &'static str,
        /// Why not, and what to do.
        reason: &'static str,
    },
    /// An option out of its range, or one of the conversion that a board does not have.
    #[error("{field} is {found}; allowed is {allowed}")]
    Option {
        /// The option.
        field: &'static str,
        /// Its value.
        found: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// A layer whose numbers leave every range that its registers have.
    #[error("layer {layer:?}: {what} of {found:.1} thresholds leaves the registers at every scale; {advice}")]
    Range {
        /// The layer.
        layer: String,
        /// What is too large.
        what: &'static str,
        /// Its size.
        found: f64,
        /// What to do.
        advice: &'static str,
    },
    /// Scales whose ranges do not settle.
    #[error(
        "currents of some layer leave their registers at every scale tried for {num_steps} steps; take fewer steps"
    )]
    NoRange {
        /// Steps of a sample.
        num_steps: u32,
    },
    /// Values that are no whole samples.
    #[error("{found} values are not whole samples of {expected} values; give at least one sample")]
    Samples {
        /// The number of values found.
        found: usize,
        /// Values of a sample.
        expected: usize,
    },
    /// A value that no spike rate stands for.
    #[error("value {position} of sample {sample} is {value}; rates stand for values of 0 to 1, so scale the data")]
    Value {
        /// The sample.
        sample: usize,
        /// Its place in the sample.
        position: usize,
        /// The value.
        value: f32,
    },
    /// Integers that the dialect refuses.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The network in real numbers cannot be simulated.
    #[error(transparent)]
    Convert(#[from] ConvertError),
    /// The analog network cannot be executed.
    #[error(transparent)]
    Run(#[from] RunError),
}
