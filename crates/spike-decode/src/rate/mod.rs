//! Decoders of codes in which the number of spikes carries the value.

pub(crate) mod count;
pub(crate) mod posterior;
pub(crate) mod renewal;
