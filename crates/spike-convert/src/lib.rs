//! Trained networks to spiking networks.
//!
//! A network is a [`Graph`]: typed layers in topological order, for one sample, without a batch axis.
//!
//! # Features
//! `rayon` (default): run samples on several threads. It changes no result.

mod error;
mod graph;
mod layer;
mod par;
mod shape;
mod tensor;

pub use error::GraphError;
pub use graph::{Graph, MAX_NODE_VALUES, Node, NodeId};
pub use layer::{BatchNorm, BinaryOp, Conv, Dense, Function, GeluForm, Layer, LayerNorm, Pool, Select, Window};
pub use tensor::Tensor;
