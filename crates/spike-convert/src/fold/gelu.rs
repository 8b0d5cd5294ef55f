//! GELU written with the error function: x·½·(1 + erf(x/√2)), its factors in any order.

use super::View;
use crate::graph::{NodeId, Replacement};
use crate::layer::{BinaryOp, Function, GeluForm, Layer};
use std::f32::consts::{FRAC_1_SQRT_2, SQRT_2};

/// Constants in files are rounded, some twice.
const TOLERANCE: f32 = 1e-4;

pub(super) fn rule(view: &View<'_>, id: NodeId) -> Option<Replacement> {
    view.binary(id, BinaryOp::Mul)?;
    let mut factors = Vec::new();
    collect(view, id, 0, &mut factors);
    let mut product = 1.0f32;
    let mut rest = Vec::new();
    for factor in factors {
        match view.scalar(factor) {
            Some(value) => product *= value,
            None => rest.push(factor),
        }
    }
    let &[a, b] = rest.as_slice() else { return None };
    let x = if of_error_function(view, b) == Some(a) {
        a
    } else if of_error_function(view, a) == Some(b) {
        b
    } else {
        return None;
    };
    let is_gelu = (product - 0.5).abs() <= TOLERANCE && view.graph.node(x).shape() == view.graph.node(id).shape();
    is_gelu.then(|| Replacement::Node {
        name: view.name(id),
        layer: Box::new(Layer::Gelu(GeluForm::Erf)),
        operands: vec![x],
    })
}

/// The factors of nested products; an inner product that something else uses is a factor itself.
fn collect(view: &View<'_>, id: NodeId, depth: u32, factors: &mut Vec<NodeId>) {
    /// Three factors and one constant more make no deeper product.
    const DEEPEST: u32 = 3;
    match view.binary(id, BinaryOp::Mul) {
        Some(operands) if depth == 0 || (depth < DEEPEST && view.has_one_user(id)) => {
            operands.into_iter().for_each(|operand| collect(view, operand, depth + 1, factors));
        }
        _ => factors.push(id),
    }
}

/// x of 1 + erf(x/√2).
fn of_error_function(view: &View<'_>, id: NodeId) -> Option<NodeId> {
    let (erf, one) = view.with_constant(id, BinaryOp::Add)?;
    let (Function::Erf, scaled) = view.function(erf)? else { return None };
    if one.values() != [1.0] {
        return None;
    }
    let near = |found: f32, expected: f32| (found - expected).abs() <= TOLERANCE;
    if let Some([x, divisor]) = view.binary(scaled, BinaryOp::Div) {
        return near(view.scalar(divisor)?, SQRT_2).then_some(x);
    }
    let (x, factor) = view.with_constant(scaled, BinaryOp::Mul)?;
    let &[factor] = factor.values() else { return None };
    near(factor, FRAC_1_SQRT_2).then_some(x)
}
