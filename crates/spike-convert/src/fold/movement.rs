//! Moves of values that follow each other: reshapes and selections become one, or nothing.

use super::View;
use crate::graph::{NodeId, Replacement};
use crate::layer::{Layer, Select};

pub(super) fn rule(view: &View<'_>, id: NodeId) -> Option<Replacement> {
    let &[x] = view.operands(id) else { return None };
    let node = |layer, operands: &[NodeId]| {
        Some(Replacement::Node { name: view.name(id), layer: Box::new(layer), operands: operands.to_vec() })
    };
    match (view.layer(id), view.layer(x)) {
        (Layer::Reshape(shape), _) if view.graph.node(x).shape() == shape => Some(Replacement::Alias(x)),
        (Layer::Reshape(shape), Layer::Reshape(_)) => node(Layer::Reshape(shape.clone()), view.operands(x)),
        (Layer::Reshape(shape), Layer::Select(select)) if view.has_one_user(x) => {
            let select = Select { shape: shape.clone(), index: select.index.clone() };
            node(Layer::Select(select), view.operands(x))
        }
        (Layer::Select(select), _) if select.index.iter().copied().eq(0..view.graph.node(x).num_values() as u32) => {
            node(Layer::Reshape(select.shape.clone()), &[x])
        }
        // A reshape keeps the order, and so the places.
        (Layer::Select(select), Layer::Reshape(_)) => node(Layer::Select(select.clone()), view.operands(x)),
        (Layer::Select(select), Layer::Select(before)) => {
            let index = select.index.iter().map(|&place| before.index[place as usize]).collect();
            node(Layer::Select(Select { shape: select.shape.clone(), index }), view.operands(x))
        }
        _ => None,
    }
}
