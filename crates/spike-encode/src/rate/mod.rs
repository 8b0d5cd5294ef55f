//! Codes in which the number of spikes carries the value.

pub(crate) mod inhomogeneous;
pub(crate) mod poisson;
