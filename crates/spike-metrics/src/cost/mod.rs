//! What a code or a network costs: sparsity, synaptic operations, energy.

pub(crate) mod energy;
pub(crate) mod sparsity;
pub(crate) mod synops;
