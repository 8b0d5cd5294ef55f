//! Decoders of codes in which the number of spikes carries the value.

pub(crate) mod burst;
pub(crate) mod count;
pub(crate) mod isi;
pub(crate) mod posterior;
pub(crate) mod realised;
pub(crate) mod renewal;
