//! The network as data: nodes in topological order.

use crate::error::GraphError;
use crate::layer::Layer;
use crate::shape;
use std::collections::HashMap;

/// The place of a node in its graph; a later node may use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// The index of the node in [`Graph::nodes`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One operation with its operands and the shape of its result.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Name of the node in the file that it comes from; for reports and errors.
    pub name: String,
    layer: Layer,
    operands: Vec<NodeId>,
    shape: Vec<usize>,
}

impl Node {
    /// What the node computes.
    #[must_use]
    pub fn layer(&self) -> &Layer {
        &self.layer
    }

    /// The nodes whose results it takes, in order.
    #[must_use]
    pub fn operands(&self) -> &[NodeId] {
        &self.operands
    }

    /// Shape of its result for one sample.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of values of its result for one sample.
    #[must_use]
    pub fn num_values(&self) -> usize {
        self.shape.iter().product()
    }
}

/// A feed-forward network for one sample: one input, one output, nodes in an order in which they can be computed.
///
/// Every graph is valid: [`push`](Self::push) infers the shape of a node from its operands and refuses what does
/// not fit, an operand always comes before its user, so that there is no circle. There is no batch axis: a batch
/// is many samples, each computed alone.
///
/// ```
/// use spike_convert::{Dense, Graph, Layer, Tensor};
/// let mut graph = Graph::new("pixels", vec![2])?;
/// let weight = Tensor::new(vec![3, 2], vec![1.0, 0.0, 0.0, 1.0, 1.0, 1.0])?;
/// let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()])?;
/// let relu = graph.push("relu", Layer::Relu, &[dense])?;
/// graph.set_output(relu)?;
/// assert_eq!(graph.node(relu).shape(), [3]);
/// # Ok::<(), spike_convert::GraphError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    nodes: Vec<Node>,
    output: NodeId,
}

/// Most values that one result may have, for one sample: 16 Mi, 64 MiB of memory.
pub const MAX_NODE_VALUES: usize = 1 << 24;

impl Graph {
    /// A graph that gives back its input of the given shape.
    ///
    /// # Errors
    /// [`GraphError::EmptyShape`] if an axis is 0 long, [`GraphError::TooLarge`] beyond [`MAX_NODE_VALUES`].
    pub fn new(input_name: impl Into<String>, input_shape: Vec<usize>) -> Result<Self, GraphError> {
        let name = input_name.into();
        shape::check_size(&name, &input_shape)?;
        let input = Node { name, layer: Layer::Input, operands: Vec::new(), shape: input_shape };
        Ok(Self { nodes: vec![input], output: NodeId(0) })
    }

    /// Appends a node and returns its place.
    ///
    /// # Errors
    /// What is wrong with the layer or its operands, with the name of the node.
    pub fn push(&mut self, name: impl Into<String>, layer: Layer, operands: &[NodeId]) -> Result<NodeId, GraphError> {
        let name = name.into();
        let mut shapes = Vec::with_capacity(operands.len());
        for &operand in operands {
            let Some(node) = self.nodes.get(operand.index()) else {
                return Err(GraphError::UnknownOperand { node: name, operand: operand.index() });
            };
            shapes.push(node.shape.as_slice());
        }
        let shape = shape::infer(&name, &layer, &shapes)?;
        let id = NodeId(u32::try_from(self.nodes.len()).map_err(|_| GraphError::TooManyNodes)?);
        self.nodes.push(Node { name, layer, operands: operands.to_vec(), shape });
        Ok(id)
    }

    /// Makes a node the output of the network.
    ///
    /// # Errors
    /// [`GraphError::UnknownOperand`] if there is no such node.
    pub fn set_output(&mut self, output: NodeId) -> Result<(), GraphError> {
        if self.nodes.len() <= output.index() {
            return Err(GraphError::UnknownOperand { node: "output".to_owned(), operand: output.index() });
        }
        self.output = output;
        Ok(())
    }

    /// The nodes in an order in which they can be computed; the first is the input.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The nodes with their places.
    pub fn enumerate(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0..).map(NodeId).zip(&self.nodes)
    }

    /// The node at a place of this graph.
    ///
    /// # Panics
    /// If the place is one of another, larger graph.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The node that stands for the input.
    #[must_use]
    pub fn input(&self) -> NodeId {
        NodeId(0)
    }

    /// The node whose result is that of the network.
    #[must_use]
    pub fn output(&self) -> NodeId {
        self.output
    }

    /// Shape of one input sample.
    #[must_use]
    pub fn input_shape(&self) -> &[usize] {
        self.node(self.input()).shape()
    }

    /// Shape of the result for one sample.
    #[must_use]
    pub fn output_shape(&self) -> &[usize] {
        self.node(self.output).shape()
    }

    /// For each node, the nodes that take its result; a node that takes it twice is listed twice.
    #[must_use]
    pub fn users(&self) -> Vec<Vec<NodeId>> {
        let mut users = vec![Vec::new(); self.nodes.len()];
        for (id, node) in self.enumerate() {
            for operand in &node.operands {
                users[operand.index()].push(id);
            }
        }
        users
    }

    /// A copy of the nodes that the output depends on, with some of them replaced.
    ///
    /// A replacement takes operands that come before the node that it replaces.
    pub(crate) fn rebuilt(&self, replacements: &HashMap<NodeId, Replacement>) -> Result<Self, GraphError> {
        let mut needed = vec![false; self.nodes.len()];
        needed[self.output.index()] = true;
        for (id, node) in self.enumerate().collect::<Vec<_>>().into_iter().rev() {
            if needed[id.index()] {
                let operands = match replacements.get(&id) {
                    Some(Replacement::Alias(other)) => std::slice::from_ref(other),
                    Some(Replacement::Node { operands, .. }) => operands,
                    None => &node.operands,
                };
                operands.iter().for_each(|operand| needed[operand.index()] = true);
            }
        }
        let input = &self.nodes[0];
        let mut graph = Self::new(input.name.clone(), input.shape.clone())?;
        let mut places = vec![graph.input(); self.nodes.len()];
        for (id, node) in self.enumerate().skip(1).filter(|(id, _)| needed[id.index()]) {
            let placed = |operands: &[NodeId]| operands.iter().map(|id| places[id.index()]).collect::<Vec<_>>();
            places[id.index()] = match replacements.get(&id) {
                Some(Replacement::Alias(other)) => places[other.index()],
                Some(Replacement::Node { name, layer, operands }) => {
                    graph.push(name.clone(), layer.as_ref().clone(), &placed(operands))?
                }
                None => graph.push(node.name.clone(), node.layer.clone(), &placed(&node.operands))?,
            };
        }
        graph.output = places[self.output.index()];
        Ok(graph)
    }
}

/// What stands in place of a node in a rebuilt graph.
#[derive(Debug, Clone)]
pub(crate) enum Replacement {
    /// An earlier node with the same result.
    Alias(NodeId),
    /// Another layer with other operands.
    Node {
        /// Its name.
        name: String,
        /// Its layer.
        layer: Box<Layer>,
        /// Its operands, by their places in the graph before.
        operands: Vec<NodeId>,
    },
}
