//! Codes in which several neurons with different preferred values share a channel.

pub(crate) mod latency;
mod response;
pub(crate) mod tuned;
