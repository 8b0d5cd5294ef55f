//! Networks in the Neuromorphic Intermediate Representation (NIR), version 1.0: nodes, edges and metadata in HDF5.
//!
//! ```text
//! /version                          text
//! /node/type                        text "NIRGraph"
//! /node/edges                       texts, shape (edges, 2): from, to
//! /node/nodes/<name>/type           text
//! /node/nodes/<name>/<parameter>    numbers
//! /node/nodes/<name>/metadata/<key> anything, not required
//! /node/metadata/<key>              anything, not required
//! ```
//!
//! # What it does not do
//! It executes nothing, infers no shapes and does not nest graphs in graphs.
//!
//! # References
//! J. E. Pedersen et al. (2024), Neuromorphic intermediate representation: A unified instruction set for
//! interoperable brain-inspired computing, Nature Communications 15:8122, DOI 10.1038/s41467-024-52259-9.

mod array;
mod error;
mod node;
mod read;
mod write;

pub use array::{NirArray, NirValues};
pub use error::NirError;
pub use node::{NirConv, NirKind, NirMetadata, NirNode, NirPadding, NirPool, NirValue};

use std::collections::BTreeMap;

/// A network as NIR describes it: nodes by name, and edges along which values flow; several into one node are summed.
///
/// # Examples
/// ```
/// use spike_io::nir::{NirArray, NirGraph, NirKind, NirValue};
///
/// let one = |value| NirArray::from_f32(&[2], vec![value; 2]).unwrap();
/// let mut graph = NirGraph::default();
/// graph.nodes.insert("input".into(), NirKind::Input { shape: vec![2] }.into());
/// let neuron = NirKind::If { r: one(1.0), v_threshold: one(1.0), v_reset: one(0.0) };
/// graph.nodes.insert("0".into(), neuron.into());
/// graph.nodes.insert("output".into(), NirKind::Output { shape: vec![2] }.into());
/// graph.edges = vec![("input".into(), "0".into()), ("0".into(), "output".into())];
/// graph.metadata.insert("reset".into(), NirValue::Text("subtract".into()));
///
/// let bytes = graph.to_bytes()?;
/// assert_eq!(NirGraph::from_bytes(&bytes)?, graph);
/// # Ok::<(), spike_io::nir::NirError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NirGraph {
    /// The nodes by name.
    pub nodes: BTreeMap<String, NirNode>,
    /// From and to, in the order of the file.
    pub edges: Vec<(String, String)>,
    /// What else is said of the network.
    pub metadata: NirMetadata,
}

impl NirGraph {
    /// Reads a file.
    ///
    /// # Errors
    /// [`NirError`] for bytes that are not a NIR file, types of nodes that do not exist, edges to nowhere and
    /// parameters that contradict each other.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NirError> {
        read::read(bytes)
    }

    /// Writes a file; the same graph always gives the same bytes.
    ///
    /// # Errors
    /// [`NirError`] as [`check`](Self::check).
    pub fn to_bytes(&self) -> Result<Vec<u8>, NirError> {
        write::write(self)
    }

    /// Checks names, edges and the shapes of parameters.
    ///
    /// # Errors
    /// [`NirError`] that names the node.
    pub fn check(&self) -> Result<(), NirError> {
        let metadata = self.nodes.values().flat_map(|node| node.metadata.keys()).chain(self.metadata.keys());
        if let Some(name) = self.nodes.keys().chain(metadata).find(|name| !is_name(name)) {
            return Err(NirError::Name { name: name.clone() });
        }
        for (from, to) in &self.edges {
            if !self.nodes.contains_key(from) || !self.nodes.contains_key(to) {
                return Err(NirError::Edge { from: from.clone(), to: to.clone() });
            }
        }
        self.nodes.iter().try_for_each(|(name, node)| check_node(name, &node.kind))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name != "." && !name.contains(['/', '\0'])
}

fn check_node(name: &str, kind: &NirKind) -> Result<(), NirError> {
    let arrays = kind.arrays();
    if kind.is_population() {
        let expected = arrays.first().map_or(&[][..], |(_, array)| array.shape());
        if let Some((parameter, array)) = arrays.iter().find(|(_, array)| array.shape() != expected) {
            let (found, expected) = (array.shape().to_vec(), expected.to_vec());
            return Err(NirError::Shapes { node: name.to_owned(), parameter, found, expected });
        }
    }
    let weight = |array: &NirArray, axes: usize, allowed| {
        let found = format!("of shape {:?}", array.shape());
        let fits = array.shape().len() == axes;
        let error = NirError::Parameter { node: name.to_owned(), parameter: "weight", found, allowed };
        fits.then_some(()).ok_or(error)
    };
    match kind {
        NirKind::Conv1d(conv) => weight(&conv.weight, 3, "shape (outputs, inputs, kernel)"),
        NirKind::Conv2d(conv) => weight(&conv.weight, 4, "shape (outputs, inputs, height, width)"),
        NirKind::Affine { weight: array, .. } | NirKind::Linear { weight: array } if array.shape().len() < 2 => {
            weight(array, 2, "shape (outputs, inputs)")
        }
        _ => Ok(()),
    }
}
