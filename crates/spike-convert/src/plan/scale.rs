//! The units in which a form of the network counts: what a spike of 1 stands for, and what a threshold of 1 is.

use crate::error::ConvertError;
use crate::graph::Node;

/// The common scale of the values of one channel of an image, for weights that all positions share.
pub(super) fn by_channel(node: &Node, scale: &[f64], num_channels: usize) -> Result<Vec<f64>, ConvertError> {
    let inner = scale.len() / num_channels.max(1);
    let channels = scale.chunks(inner.max(1));
    channels
        .map(|values| match values.iter().all(|value| *value == values[0]) {
            true => Ok(values[0]),
            false => Err(unfoldable(node, "neurons of one channel have different thresholds")),
        })
        .collect()
}

/// The common scale of each feature over all rows, for weights that all rows share.
pub(super) fn by_feature(node: &Node, scale: &[f64], num_features: usize) -> Result<Vec<f64>, ConvertError> {
    let first = scale.get(..num_features).unwrap_or_default().to_vec();
    match scale.chunks(num_features.max(1)).all(|row| row == first) {
        true => Ok(first),
        false => Err(unfoldable(node, "rows have different thresholds")),
    }
}

/// The one scale of all values.
pub(super) fn single(node: &Node, scale: &[f64]) -> Result<f64, ConvertError> {
    match scale {
        [] => Ok(1.0),
        [first, rest @ ..] if rest.iter().all(|value| value == first) => Ok(*first),
        _ => Err(unfoldable(node, "the neurons before it have several thresholds; take one for each layer")),
    }
}

pub(crate) fn unfoldable(node: &Node, reason: &'static str) -> ConvertError {
    ConvertError::Form { node: node.name.clone(), layer: node.layer().name(), reason }
}
