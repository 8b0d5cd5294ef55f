//! Codes in which the number of spikes carries the value.

pub(crate) mod burst;
pub(crate) mod inhomogeneous;
pub(crate) mod poisson;
pub(crate) mod regular;
