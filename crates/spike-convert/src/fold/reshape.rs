//! Reshapes that do nothing, or that another follows.

use super::View;
use crate::graph::{NodeId, Replacement};
use crate::layer::Layer;

pub(super) fn rule(view: &View<'_>, id: NodeId) -> Option<Replacement> {
    let (Layer::Reshape(shape), &[x]) = (view.layer(id), view.operands(id)) else { return None };
    if view.graph.node(x).shape() == shape {
        return Some(Replacement::Alias(x));
    }
    let (Layer::Reshape(_), &[before]) = (view.layer(x), view.operands(x)) else { return None };
    Some(Replacement::Node {
        name: view.name(id),
        layer: Box::new(Layer::Reshape(shape.clone())),
        operands: vec![before],
    })
}
