//! From model files to a [`Graph`](crate::Graph).

mod error;
mod half;
mod onnx;
mod weights;

pub use error::ImportError;
pub use onnx::read_onnx;

/// What a file does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Shape of one sample, without the batch axis; needed if the file leaves other axes open.
    pub sample_shape: Option<Vec<usize>>,
    /// Name of the value that is the result, needed if the file has several outputs.
    pub output: Option<String>,
}
