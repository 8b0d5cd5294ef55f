//! Affine maps of channels, which go into the weights before them.

use super::View;
use crate::graph::{NodeId, Replacement};
use crate::layer::{BinaryOp, Conv, Dense, Layer};
use crate::tensor::Tensor;

/// y = scale·x + shift for each output channel of a layer with weights.
struct Affine {
    scale: Vec<f64>,
    shift: Vec<f64>,
}

pub(super) fn rule(view: &View<'_>, id: NodeId) -> Option<Replacement> {
    let (before, affine) = affine(view, id)?;
    if !view.has_one_user(before) || view.graph.node(before).shape() != view.graph.node(id).shape() {
        return None;
    }
    let layer = match view.layer(before) {
        Layer::Dense(dense) => {
            let (weight, bias) = affine.applied(&dense.weight, dense.bias.as_ref())?;
            Layer::Dense(Dense { weight, bias })
        }
        Layer::Conv(conv) => {
            let (weight, bias) = affine.applied(&conv.weight, conv.bias.as_ref())?;
            Layer::Conv(Conv { weight, bias, window: conv.window, groups: conv.groups })
        }
        _ => return None,
    };
    Some(Replacement::Node {
        name: view.name(before),
        layer: Box::new(layer),
        operands: view.operands(before).to_vec(),
    })
}

/// The operand of a node and the map that the node is, if it is one.
fn affine(view: &View<'_>, id: NodeId) -> Option<(NodeId, Affine)> {
    if let (Layer::BatchNorm(norm), &[x]) = (view.layer(id), view.operands(id)) {
        let shape = view.graph.node(x).shape();
        // The channels of a dense layer are its last axis, those of the normalisation the first.
        if matches!(view.layer(x), Layer::Dense(_)) && shape.len() != 1 {
            return None;
        }
        let (scale, shift) = norm.scale_and_shift().into_iter().unzip();
        return Some((x, Affine { scale, shift }));
    }
    let symmetric = |op| view.with_constant(id, op);
    let second = |op| view.binary(id, op).and_then(|[x, constant]| Some((x, view.constant(constant)?)));
    let first = |op| view.binary(id, op).and_then(|[constant, x]| Some((x, view.constant(constant)?)));
    let ones = |values: &[f64]| vec![1.0; values.len()];
    let channels = |(x, constant): (NodeId, &Tensor)| Some((x, per_channel(view, x, constant)?));
    if let Some((x, shift)) = symmetric(BinaryOp::Add).and_then(channels) {
        return Some((x, Affine { scale: ones(&shift), shift }));
    }
    if let Some((x, scale)) = symmetric(BinaryOp::Mul).and_then(channels) {
        return Some((x, Affine { shift: vec![0.0; scale.len()], scale }));
    }
    if let Some((x, values)) = second(BinaryOp::Sub).and_then(channels) {
        return Some((x, Affine { scale: ones(&values), shift: values.iter().map(|value| -value).collect() }));
    }
    if let Some((x, shift)) = first(BinaryOp::Sub).and_then(channels) {
        return Some((x, Affine { scale: vec![-1.0; shift.len()], shift }));
    }
    let (x, values) = second(BinaryOp::Div).and_then(channels)?;
    Some((x, Affine { shift: vec![0.0; values.len()], scale: values.iter().map(|value| 1.0 / value).collect() }))
}

/// A constant as one value for each output channel of the layer that it meets.
fn per_channel(view: &View<'_>, x: NodeId, constant: &Tensor) -> Option<Vec<f64>> {
    let shape = view.graph.node(x).shape();
    let (channels, after) = match view.layer(x) {
        Layer::Dense(dense) => (dense.num_outputs(), 0),
        Layer::Conv(conv) => (conv.num_outputs(), shape.len() - 1),
        _ => return None,
    };
    let values: Vec<f64> = constant.values().iter().map(|&value| f64::from(value)).collect();
    if let &[value] = values.as_slice() {
        return Some(vec![value; channels]);
    }
    // From the last axis: `after` axes of length 1, the channels, and nothing but ones before.
    let place = constant.shape().len().checked_sub(after + 1)?;
    let fits =
        constant.shape().iter().enumerate().all(|(axis, &length)| length == if axis == place { channels } else { 1 });
    fits.then_some(values)
}

impl Affine {
    /// Weights and bias after the map; none if they leave the range of 32-bit numbers.
    fn applied(&self, weight: &Tensor, bias: Option<&Tensor>) -> Option<(Tensor, Option<Tensor>)> {
        let rows = weight.values().chunks_exact(weight.len() / self.scale.len());
        let scaled =
            rows.zip(&self.scale).flat_map(|(row, scale)| row.iter().map(move |&w| (f64::from(w) * scale) as f32));
        let weight = Tensor::new(weight.shape().to_vec(), scaled.collect()).ok()?;
        let before = |channel: usize| bias.map_or(0.0, |bias| f64::from(bias.values()[channel]));
        let shifted = self.scale.iter().zip(&self.shift).enumerate();
        let shifted: Vec<f32> =
            shifted.map(|(channel, (scale, shift))| (scale * before(channel) + shift) as f32).collect();
        let is_finite = weight.values().iter().chain(&shifted).all(|value| value.is_finite());
        let needed = bias.is_some() || shifted.iter().any(|&value| value != 0.0);
        is_finite.then(|| (weight, needed.then(|| Tensor::vector(shifted))))
    }
}
