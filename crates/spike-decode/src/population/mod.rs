//! Decoders of codes in which several neurons with different preferred values share a channel.

pub(crate) mod bayes;
pub(crate) mod counts;
pub(crate) mod latency;
pub(crate) mod neurons;
pub(crate) mod posterior;
pub(crate) mod quadrature;
pub(crate) mod table;
pub(crate) mod vector;
