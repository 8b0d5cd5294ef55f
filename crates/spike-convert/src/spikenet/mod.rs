//! `.spikenet`: a converted network as one file.
//!
//! The file is a safetensors container (little-endian, readable from Python with `safetensors.safe_open`). Its tensors
//! are named after the nodes: `conv1.weight`, `conv1.bias`, `relu1.threshold`; the structure is JSON in the one
//! metadata entry `spikenet`. A network has one file only: the same bytes on every platform.
//!
//! | tensor | type | of |
//! |---|---|---|
//! | `.weight`, `.bias` | f32 | dense layers and convolutions, as PyTorch has them: (out, in), (out, in/groups, height, width) |
//! | `.weight`, `.bias`, `.running_mean`, `.running_var` | f32 | batch normalisation; the first two of layer normalisation |
//! | `.value` | f32 | constants |
//! | `.index` | u32 | selections: for each result the place of the operand that it copies |
//! | `.parameters` | f64 | numbers of a layer: bounds of a clip, epsilon of a normalisation, slope, exponent |
//! | `.threshold` | f64 | λ of each group of neurons of a node that spikes |
//! | `.current` | f64 | current that calibration adds in every step, for each group |
//! | `.charge` | f64 | charge that calibration adds at the start, for each group |

mod read;
mod record;
mod write;

use crate::error::{ConvertError, GraphError};

/// The metadata entry that holds the structure.
const METADATA: &str = "spikenet";

/// The version that is written, and the only one that is read.
const VERSION: u32 = 1;

/// Why a `.spikenet` file cannot be written or read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SpikenetError {
    /// The container is damaged, or not one.
    #[error("this is no readable .spikenet file: {problem}; write it again from the model")]
    Container {
        /// What is wrong.
        problem: String,
    },
    /// The file is of a later or unknown version.
    #[error("the file has version {found}, this program reads version {VERSION}; convert the model with this program")]
    Version {
        /// The version that it says.
        found: u64,
    },
    /// The description of the network is damaged.
    #[error("the description of the network is not valid: {problem}; write the file again from the model")]
    Structure {
        /// What is wrong.
        problem: String,
    },
    /// A tensor is missing, or not what its layer needs.
    #[error("tensor {tensor:?}: {problem}; write the file again from the model")]
    Tensor {
        /// Its name.
        tensor: String,
        /// What is wrong.
        problem: String,
    },
    /// The layers do not fit together.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The options or the neurons do not fit the network.
    #[error(transparent)]
    Network(#[from] ConvertError),
}
