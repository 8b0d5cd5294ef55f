//! The dialect of Lava: fixed-point process models of lava-nc 0.10.0.

mod connection;
mod conv;
mod cuba_lif;
mod delay_dense;
mod delta;
mod dense;
mod network;
mod weights;

pub use connection::Connection;
pub use conv::{Conv, ConvConfig};
pub(crate) use cuba_lif::update;
pub use cuba_lif::{CubaLif, CubaLifConfig};
pub use delay_dense::{DelayDense, DelayDenseConfig};
pub use delta::{DeltaEncoder, DeltaEncoderConfig};
pub use dense::{Dense, DenseConfig};
pub use network::{LavaLayer, LavaNetwork};
pub use weights::{OptimisedWeights, SignMode, WeightFormat, optimise_weights};
