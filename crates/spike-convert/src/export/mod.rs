//! The network in the forms in which others take it.

mod normalised;

pub use normalised::NormalisedLayer;
