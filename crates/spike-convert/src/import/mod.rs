//! From model files to a [`Graph`](crate::Graph).

mod error;
mod half;
mod layer_list;
mod nir;
mod onnx;
mod safetensors;
mod weights;

pub use error::ImportError;
pub use layer_list::{Extent, LayerKind, LayerList, ListedLayer};
pub use nir::read_nir;
pub use onnx::read_onnx;
pub use safetensors::read_safetensors;

use crate::graph::Graph;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// What a file does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Shape of one sample, without the batch axis; needed if the file leaves other axes open.
    pub sample_shape: Option<Vec<usize>>,
    /// Name of the value that is the result, needed if the file has several outputs.
    pub output: Option<String>,
}

/// Reads a model file by its extension: `.onnx`, `.nir`, or `.safetensors` with the list of layers beside it, in a
/// file of the same name that ends in `.json`.
///
/// # Errors
/// [`ImportError`].
pub fn open_model(path: &Path, options: &ImportOptions) -> Result<Graph, ImportError> {
    let read = |path: &Path| fs::read(path).map_err(|source| ImportError::Open { path: path.to_owned(), source });
    match path.extension().and_then(OsStr::to_str) {
        Some("onnx") => read_onnx(&read(path)?, options),
        Some("nir") => read_nir(&read(path)?),
        Some("safetensors") => {
            let list = read(&path.with_extension("json"))?;
            let list: LayerList = serde_json::from_slice(&list)
                .map_err(|error| ImportError::Malformed { format: "layer list", problem: error.to_string() })?;
            read_safetensors(&read(path)?, &list)
        }
        _ => Err(ImportError::UnknownFormat { path: path.to_owned() }),
    }
}
