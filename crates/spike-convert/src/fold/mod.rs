//! The same network with fewer layers: what conversion works on.

mod affine;
mod gelu;
mod layer_norm;
mod movement;

use crate::graph::{Graph, NodeId, Replacement};
use crate::layer::{BinaryOp, Function, Layer};
use crate::tensor::Tensor;
use std::collections::HashMap;

/// One kind of simplification: what replaces a node, if anything.
type Rule = fn(&View<'_>, NodeId) -> Option<Replacement>;

/// Patterns first: folding numbers into layers before would hide them.
const RULES: [Rule; 4] = [movement::rule, layer_norm::rule, gelu::rule, affine::rule];

/// Rewrites a network so that it computes the same with fewer layers.
///
/// - Batch normalisation, and additions of and multiplications by one constant for each channel, go into the weights
///   of the dense layer or convolution before them: W' = s·W, b' = s·b + t for y = s·x + t.
/// - Layer normalisation written as means, differences and roots becomes [`Layer::LayerNorm`].
/// - GELU written with the error function becomes [`Layer::Gelu`].
/// - Reshapes and selections that follow each other become one, or vanish.
///
/// Weights are folded in 64-bit numbers and rounded once. A layer that something else uses as well keeps its weights.
///
/// ```
/// use spike_convert::{BatchNorm, Dense, Graph, Layer, Tensor, fold};
/// let mut graph = Graph::new("x", vec![1])?;
/// let weight = Tensor::new(vec![1, 1], vec![3.0])?;
/// let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()])?;
/// let norm = BatchNorm { scale: vec![2.0], shift: vec![1.0], mean: vec![5.0], variance: vec![4.0], epsilon: 0.0 };
/// let norm = graph.push("bn", Layer::BatchNorm(norm), &[dense])?;
/// graph.set_output(norm)?;
/// let folded = fold(&graph);
/// let Layer::Dense(dense) = folded.node(folded.output()).layer() else { panic!() };
/// assert_eq!((dense.weight.values(), folded.nodes().len()), (&[3.0][..], 2));
/// assert_eq!(dense.bias, Some(Tensor::vector(vec![-4.0])));
/// # Ok::<(), spike_convert::GraphError>(())
/// ```
///
/// # Panics
/// Never: a replacement has the shape of what it replaces.
///
/// # References
/// S. Ioffe, C. Szegedy (2015), Batch Normalization, ICML, arXiv 1502.03167 (the affine map in inference); J. L. Ba,
/// J. R. Kiros, G. E. Hinton (2016), Layer Normalization, arXiv 1607.06450; D. Hendrycks, K. Gimpel (2016), Gaussian
/// Error Linear Units, arXiv 1606.08415.
#[must_use]
pub fn fold(graph: &Graph) -> Graph {
    let mut graph = graph.clone();
    for rule in RULES {
        // A chain is folded from its start, one link a round; each round removes a node at least.
        while let Some(replacements) = replacements(&graph, rule) {
            graph = graph.rebuilt(&replacements).expect("a replacement has the shape of what it replaces");
        }
    }
    graph
}

/// Everything that a rule replaces now, such that no replacement touches another.
fn replacements(graph: &Graph, rule: Rule) -> Option<HashMap<NodeId, Replacement>> {
    let view = View { graph, users: graph.users() };
    let mut found = HashMap::new();
    for (id, node) in graph.enumerate() {
        // What a replaced node is part of waits for the next round.
        if !node.operands().iter().any(|operand| found.contains_key(operand))
            && let Some(replacement) = rule(&view, id)
        {
            found.insert(id, replacement);
        }
    }
    (!found.is_empty()).then_some(found)
}

/// A graph and who uses what, as patterns ask for it.
struct View<'a> {
    graph: &'a Graph,
    users: Vec<Vec<NodeId>>,
}

impl<'a> View<'a> {
    fn layer(&self, id: NodeId) -> &'a Layer {
        self.graph.node(id).layer()
    }

    fn operands(&self, id: NodeId) -> &'a [NodeId] {
        self.graph.node(id).operands()
    }

    fn name(&self, id: NodeId) -> String {
        self.graph.node(id).name.clone()
    }

    /// Whether only one node takes the result, once.
    fn has_one_user(&self, id: NodeId) -> bool {
        self.users[id.index()].len() == 1 && id != self.graph.output()
    }

    /// The operands of a combination of two values.
    fn binary(&self, id: NodeId, op: BinaryOp) -> Option<[NodeId; 2]> {
        match (self.layer(id), self.operands(id)) {
            (Layer::Binary(found), &[a, b]) if *found == op => Some([a, b]),
            _ => None,
        }
    }

    /// The operand of a function of one value.
    fn function(&self, id: NodeId) -> Option<(Function, NodeId)> {
        match (self.layer(id), self.operands(id)) {
            (Layer::Function(function), &[x]) => Some((*function, x)),
            _ => None,
        }
    }

    fn constant(&self, id: NodeId) -> Option<&'a Tensor> {
        match self.layer(id) {
            Layer::Constant(tensor) => Some(tensor),
            _ => None,
        }
    }

    /// A constant of one value.
    fn scalar(&self, id: NodeId) -> Option<f32> {
        match self.constant(id)?.values() {
            &[value] => Some(value),
            _ => None,
        }
    }

    /// The constant of a symmetric combination, and the other operand.
    fn with_constant(&self, id: NodeId, op: BinaryOp) -> Option<(NodeId, &'a Tensor)> {
        let [a, b] = self.binary(id, op)?;
        match (self.constant(a), self.constant(b)) {
            (None, Some(constant)) => Some((a, constant)),
            (Some(constant), None) => Some((b, constant)),
            _ => None,
        }
    }
}
