//! Weights that no network can have: NaN, infinity, and layers of nothing but zeros.

use super::ImportError;
use crate::graph::{Graph, Node};
use crate::layer::Layer;

/// Refuses a graph with weights that are not finite, or a dense layer or convolution whose weights are all zero.
pub(super) fn check(graph: &Graph) -> Result<(), ImportError> {
    for node in graph.nodes() {
        for (what, values) in arrays(node) {
            if let Some(position) = values.iter().position(|value| !value.is_finite()) {
                let value = values[position];
                return Err(ImportError::NotFinite { node: node.name.clone(), what, position, value });
            }
            if what == "the weights" && values.iter().all(|&value| value == 0.0) {
                return Err(ImportError::AllZero { node: node.name.clone() });
            }
        }
    }
    Ok(())
}

fn arrays(node: &Node) -> Vec<(&'static str, &[f32])> {
    match node.layer() {
        Layer::Dense(dense) => {
            let mut found = vec![("the weights", dense.weight.values())];
            found.extend(dense.bias.as_ref().map(|bias| ("the bias", bias.values())));
            found
        }
        Layer::Conv(conv) => {
            let mut found = vec![("the weights", conv.weight.values())];
            found.extend(conv.bias.as_ref().map(|bias| ("the bias", bias.values())));
            found
        }
        Layer::BatchNorm(norm) => vec![
            ("the scale", &norm.scale),
            ("the shift", &norm.shift),
            ("the mean", &norm.mean),
            ("the variance", &norm.variance),
        ],
        Layer::LayerNorm(norm) => {
            let scale = norm.scale.as_deref().map(|values| ("the scale", values));
            let shift = norm.shift.as_deref().map(|values| ("the shift", values));
            scale.into_iter().chain(shift).collect()
        }
        Layer::Constant(tensor) => vec![("the values", tensor.values())],
        _ => Vec::new(),
    }
}
