//! Trained networks to spiking networks.
//!
//! A network is a [`Graph`]: typed layers in topological order, for one sample, without a batch axis.
//!
//! # Features
//! `rayon` (default): run samples on several threads. It changes no result.

mod analog;
mod error;
mod fold;
mod graph;
mod import;
mod index;
mod layer;
mod par;
mod shape;
mod tensor;

pub use analog::{Activations, AnalogNetwork};
pub use error::{GraphError, RunError};
pub use fold::fold;
pub use graph::{Graph, MAX_NODE_VALUES, Node, NodeId};
pub use import::{
    Extent, ImportError, ImportOptions, LayerKind, LayerList, ListedLayer, open_model, read_nir, read_onnx,
    read_safetensors,
};
pub use layer::{BatchNorm, BinaryOp, Conv, Dense, Function, GeluForm, Layer, LayerNorm, Pool, Select, Window};
pub use tensor::Tensor;
