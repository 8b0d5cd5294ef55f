//! Decoders of codes in which the times of spikes carry the value.

pub(crate) mod phase;
pub(crate) mod rank_order;
pub(crate) mod ttfs;
pub(crate) mod weighted_phase;
