//! Codes in which the times of spikes carry the value.

pub(crate) mod ttfs;
