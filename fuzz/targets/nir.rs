//! Arbitrary bytes as a NIR file.

use super::onnx::execute;
use spike_convert::read_nir;

pub(crate) fn run(data: &[u8]) {
    if let Ok(graph) = read_nir(data) {
        execute(graph);
    }
}
