//! The network in the forms in which others take it.

mod nir;
mod normalised;

pub use normalised::NormalisedLayer;
