//! Where the neurons are: the graph that is simulated, and the nodes whose results become spikes.

use crate::fold::fold;
use crate::graph::{Graph, NodeId, Replacement};
use crate::layer::{BinaryOp, Function, Layer};
use crate::spiking::options::{Attention, Readout};
use serde::Serialize;
use std::collections::HashMap;

/// How the result of a node becomes spikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteKind {
    /// Neurons that rectify: they replace a ReLU.
    Rectifier,
    /// Neurons that transmit values that are never negative.
    Unsigned,
    /// Neurons that transmit values of either sign.
    Signed,
}

/// The folded graph without a final softmax, rectifiers before maximum pools, and the kind of each node's neurons.
pub(super) fn prepare(graph: &Graph, attention: Attention, readout: Readout) -> (Graph, Vec<Option<SiteKind>>) {
    let mut graph = without_final_softmax(&fold(graph));
    while let Some(replacements) = rectify_before_pool(&graph) {
        graph = graph.rebuilt(&replacements).expect("both layers keep the shape that they had");
    }
    let sites = place(&graph, attention, readout);
    (graph, sites)
}

/// argmax softmax(x) = argmax x: the scores themselves are the better read-out.
fn without_final_softmax(graph: &Graph) -> Graph {
    let last = graph.node(graph.output());
    match (last.layer(), last.operands()) {
        (Layer::Softmax { .. }, &[operand]) => {
            let replacements = HashMap::from([(graph.output(), Replacement::Alias(operand))]);
            graph.rebuilt(&replacements).expect("an operand is a node")
        }
        _ => graph.clone(),
    }
}

/// max(relu(x)) = relu(max(x)): spikes can be pooled, currents cannot.
fn rectify_before_pool(graph: &Graph) -> Option<HashMap<NodeId, Replacement>> {
    let users = graph.users();
    graph.enumerate().find_map(|(id, node)| {
        let &[pool_id] = node.operands() else { return None };
        let pool = graph.node(pool_id);
        if !is_rectifier(node.layer()) || !matches!(pool.layer(), Layer::MaxPool(_)) || users[pool_id.index()].len() > 1
        {
            return None;
        }
        let swapped = |name: &str, layer: &Layer, operands: &[NodeId]| Replacement::Node {
            name: name.to_owned(),
            layer: Box::new(layer.clone()),
            operands: operands.to_vec(),
        };
        Some(HashMap::from([
            (pool_id, swapped(&node.name, node.layer(), pool.operands())),
            (id, swapped(&pool.name, pool.layer(), &[pool_id])),
        ]))
    })
}

/// Whether a layer is max(x, 0), perhaps with an upper bound.
pub(crate) fn is_rectifier(layer: &Layer) -> bool {
    matches!(layer, Layer::Relu) || matches!(layer, Layer::Clip { min, max } if *min == 0.0 && *max > 0.0)
}

/// Whether a node is a linear map of those operands that depend on the input.
pub(crate) fn is_linear(graph: &Graph, id: NodeId) -> bool {
    let node = graph.node(id);
    let constant = |operand: usize| matches!(graph.node(node.operands()[operand]).layer(), Layer::Constant(_));
    match node.layer() {
        Layer::Dense(_) | Layer::Conv(_) | Layer::BatchNorm(_) | Layer::AveragePool { .. } | Layer::Mean { .. } => true,
        Layer::Reshape(_) | Layer::Select(_) | Layer::Concat { .. } | Layer::Function(Function::Neg) => true,
        Layer::Binary(BinaryOp::Add | BinaryOp::Sub) => true,
        Layer::Binary(BinaryOp::Mul) => constant(0) || constant(1),
        Layer::Binary(BinaryOp::Div) => constant(1),
        _ => false,
    }
}

/// Whether a linear node only moves or scales single values, so that spikes stay sparse.
fn moves_values(layer: &Layer) -> bool {
    matches!(
        layer,
        Layer::Reshape(_)
            | Layer::Select(_)
            | Layer::Concat { .. }
            | Layer::AveragePool { .. }
            | Layer::Mean { .. }
            | Layer::MaxPool(_)
            | Layer::Function(Function::Neg)
    ) || matches!(layer, Layer::Binary(BinaryOp::Mul | BinaryOp::Div))
}

/// The kind of the neurons of each node of a prepared graph.
pub(super) fn place(graph: &Graph, attention: Attention, readout: Readout) -> Vec<Option<SiteKind>> {
    let mut sites = vec![None; graph.nodes().len()];
    // Nodes whose result is the same in every step.
    let mut steady = vec![false; graph.nodes().len()];
    for (id, node) in graph.enumerate() {
        let all_steady = node.operands().iter().all(|operand| steady[operand.index()]);
        let pooled = matches!(node.layer(), Layer::MaxPool(_));
        if matches!(node.layer(), Layer::Input | Layer::Constant(_)) {
            steady[id.index()] = true;
        } else if is_linear(graph, id) || (pooled && all_steady) {
            steady[id.index()] = all_steady;
        } else if pooled || matches!(node.layer(), Layer::MatMul) {
            for &operand in node.operands() {
                encode(graph, operand, &mut sites);
            }
            if !pooled {
                sites[id.index()] = Some(SiteKind::Signed);
            }
        } else if is_rectifier(node.layer()) {
            sites[id.index()] = Some(SiteKind::Rectifier);
        } else {
            sites[id.index()] = match node.layer() {
                Layer::Softmax { .. } if attention == Attention::WinnerTakeAll => None,
                Layer::Softmax { .. } | Layer::Function(Function::Sigmoid | Function::Exp) => Some(SiteKind::Unsigned),
                _ => Some(SiteKind::Signed),
            };
        }
    }
    let output = graph.output().index();
    match readout {
        Readout::SpikeCount if sites[output].is_none() => sites[output] = Some(SiteKind::Unsigned),
        // What a last nonlinear layer computes is read without neurons.
        Readout::Membrane if sites[output] == Some(SiteKind::Signed) => sites[output] = None,
        _ => {}
    }
    sites
}

/// Puts neurons where the values of a node come from, unless they are spikes or constants already.
fn encode(graph: &Graph, mut id: NodeId, sites: &mut [Option<SiteKind>]) {
    loop {
        let node = graph.node(id);
        let spiking = sites[id.index()].is_some() || matches!(node.layer(), Layer::Constant(_) | Layer::Softmax { .. });
        match node.operands() {
            _ if spiking => return,
            &[operand] if moves_values(node.layer()) => id = operand,
            _ => {
                sites[id.index()] = Some(SiteKind::Signed);
                return;
            }
        }
    }
}
