//! A list of layers and a safetensors file: two bytes say how long the list is.

use super::onnx::execute;
use spike_convert::{LayerList, read_safetensors};

pub(crate) fn run(data: &[u8]) {
    let Some((length, rest)) = data.split_first_chunk::<2>() else { return };
    let (list, file) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    let Ok(list) = serde_json::from_slice::<LayerList>(list) else { return };
    if let Ok(graph) = read_safetensors(file, &list) {
        execute(graph);
    }
}
