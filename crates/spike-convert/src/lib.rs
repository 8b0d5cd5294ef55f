//! Trained networks to spiking networks: import, inference of shapes, folding, exact analog execution.
//!
//! A network is a [`Graph`]: typed layers in topological order, for one sample, without a batch axis.
//!
//! | step | by | result |
//! |---|---|---|
//! | import | [`read_onnx`], [`read_safetensors`] with a [`LayerList`], [`read_nir`]; [`open_model`] by extension | a valid [`Graph`] |
//! | fold | [`fold`] | the same function with fewer layers: no BatchNorm after weights |
//! | execute | [`AnalogNetwork`] | results of every layer, in 32-bit numbers, the same on every platform |
//!
//! # Example
//! ```
//! use spike_convert::{AnalogNetwork, ImportOptions, Layer, fold, open_model};
//! # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/models");
//! let path = std::path::Path::new(folder).join("cnn_max.onnx");
//! let graph = fold(&open_model(&path, &ImportOptions::default())?);
//! let names: Vec<_> = graph.nodes().iter().map(|node| node.layer().name()).collect();
//! assert_eq!(names[..4], ["Input", "Conv", "Relu", "MaxPool"]);
//!
//! let network = AnalogNetwork::new(graph);
//! let mut activations = network.activations();
//! network.run_sample(&[0.5; 784], &mut activations)?;
//! for (id, node) in network.graph().enumerate() {
//!     if matches!(node.layer(), Layer::Relu) {
//!         assert!(activations.get(id).iter().all(|&x| 0.0 <= x));
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//! `rayon` (default): run samples on several threads. It changes no result.
//!
//! # What this crate does not do
//! It does not train, and it executes no network with recurrence or with several inputs.

mod analog;
mod calibrate;
mod error;
mod evaluate;
mod exact;
mod export;
mod fold;
mod graph;
mod import;
mod index;
mod layer;
mod normalise;
mod par;
mod plan;
mod profile;
mod report;
mod shape;
mod simulate;
mod spikenet;
mod spiking;
mod tensor;

pub use analog::{Activations, AnalogNetwork};
pub use error::{ConvertError, GraphError, RunError};
pub use evaluate::{EarlyExit, Evaluation, Progress};
pub use exact::{ExactNetwork, Settled};
pub use export::NormalisedLayer;
pub use fold::fold;
pub use graph::{Graph, MAX_NODE_VALUES, Node, NodeId};
pub use import::{
    Extent, ImportError, ImportOptions, LayerKind, LayerList, ListedLayer, open_model, read_nir, read_onnx,
    read_safetensors,
};
pub use layer::{BatchNorm, BinaryOp, Conv, Dense, Function, GeluForm, Layer, LayerNorm, Pool, Select, Window};
pub use profile::{GroupProfile, Profile, SiteProfile};
pub use report::{ConversionReport, SiteReport};
pub use simulate::{Simulation, SimulationState};
pub use spikenet::SpikenetError;
pub use spiking::{
    Attention, ConversionOptions, Form, Granularity, Groups, MaxPooling, Normalisation, Readout, Site, SiteKind,
    SpikeSigns, SpikingNetwork,
};
pub use tensor::Tensor;
