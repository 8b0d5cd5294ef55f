//! Layer normalisation written as means, differences and roots, as exporters before opset 17 write it.

use super::View;
use crate::graph::{NodeId, Replacement};
use crate::layer::{BinaryOp, Function, Layer, LayerNorm};
use crate::tensor::Tensor;

pub(super) fn rule(view: &View<'_>, id: NodeId) -> Option<Replacement> {
    let (x, norm) = whole(view, id).or_else(|| with_affine(view, id))?;
    Some(Replacement::Node { name: view.name(id), layer: Box::new(Layer::LayerNorm(norm)), operands: vec![x] })
}

/// (x − mean)/√(variance + ε).
fn whole(view: &View<'_>, id: NodeId) -> Option<(NodeId, LayerNorm)> {
    let (difference, root) = match view.binary(id, BinaryOp::Div) {
        Some([difference, root]) => (difference, root),
        None => reciprocal(view, id)?,
    };
    let (x, num_axes) = centred(view, difference)?;
    let (Function::Sqrt, sum) = view.function(root)? else { return None };
    let (variance, epsilon) = view.with_constant(sum, BinaryOp::Add)?;
    let &[epsilon] = epsilon.values() else { return None };
    let square = mean_of(view, variance, num_axes)?;
    let squared = match view.binary(square, BinaryOp::Mul) {
        Some([a, b]) if a == b => a,
        Some(_) => return None,
        None => match view.function(square)? {
            (Function::Pow { exponent: 2.0 }, squared) => squared,
            _ => return None,
        },
    };
    // The difference may be computed twice.
    if centred(view, squared)? != (x, num_axes) || !epsilon.is_finite() || epsilon < 0.0 {
        return None;
    }
    Some((x, LayerNorm { num_axes, scale: None, shift: None, epsilon: f64::from(epsilon) }))
}

/// A difference times the reciprocal of a root.
fn reciprocal(view: &View<'_>, id: NodeId) -> Option<(NodeId, NodeId)> {
    let [a, b] = view.binary(id, BinaryOp::Mul)?;
    let inverse = |id| match view.function(id) {
        Some((Function::Pow { exponent: -1.0 }, root)) => Some(root),
        _ => None,
    };
    inverse(b).map(|root| (a, root)).or_else(|| inverse(a).map(|root| (b, root)))
}

/// x of x − mean(x), and over how many last axes the mean is.
fn centred(view: &View<'_>, id: NodeId) -> Option<(NodeId, usize)> {
    let [x, mean] = view.binary(id, BinaryOp::Sub)?;
    let Layer::Mean { axes, .. } = view.layer(mean) else { return None };
    (mean_of(view, mean, axes.len())? == x).then_some((x, axes.len()))
}

/// The operand of a mean over the last axes, which stay.
fn mean_of(view: &View<'_>, id: NodeId, num_axes: usize) -> Option<NodeId> {
    let (Layer::Mean { axes, keep_axes: true }, &[x]) = (view.layer(id), view.operands(id)) else { return None };
    let rank = view.graph.node(x).shape().len();
    let is_last = 0 < num_axes && num_axes <= rank && axes.iter().copied().eq(rank - num_axes..rank);
    is_last.then_some(x)
}

/// A normalisation without scale or shift, and the constant that follows it.
fn with_affine(view: &View<'_>, id: NodeId) -> Option<(NodeId, LayerNorm)> {
    let scaled = view.with_constant(id, BinaryOp::Mul);
    let (before, constant) = scaled.or_else(|| view.with_constant(id, BinaryOp::Add))?;
    let (Layer::LayerNorm(norm), &[x]) = (view.layer(before), view.operands(before)) else { return None };
    let shape = view.graph.node(before).shape();
    if !view.has_one_user(before) || view.graph.node(id).shape() != shape {
        return None;
    }
    let values = fitted(constant, &shape[shape.len() - norm.num_axes..])?;
    let mut norm = norm.clone();
    match (&norm.scale, &norm.shift, scaled.is_some()) {
        (None, None, true) => norm.scale = Some(values),
        (_, None, false) => norm.shift = Some(values),
        _ => return None,
    }
    Some((x, norm))
}

/// A constant with one value for each normalised position.
fn fitted(constant: &Tensor, normalised: &[usize]) -> Option<Vec<f32>> {
    let own = constant.shape().iter().skip_while(|&&length| length == 1);
    let expected = normalised.iter().skip_while(|&&length| length == 1);
    own.eq(expected).then(|| constant.values().to_vec())
}
