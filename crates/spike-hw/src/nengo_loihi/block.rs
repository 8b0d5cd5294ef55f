//! Blocks, inputs and the axons between them.

use super::{Compartments, Synapse};

/// Which synapses an axon reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SynapseRef {
    /// Index of the block.
    pub block: usize,
    /// Index of the synapses in the block.
    pub synapse: usize,
}

/// Axons from the compartments of a block, or from an input, to synapses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axon {
    /// Where they lead.
    pub target: SynapseRef,
    /// Axon of the target for each source, `None` for a source that is not connected; `None` for the same index.
    pub axon_of: Option<Vec<Option<u32>>>,
    /// Atom of each source; `None` for atom 0.
    pub atom_of: Option<Vec<u32>>,
}

impl Axon {
    /// Each source to the axon of the same index.
    #[must_use]
    pub fn one_to_one(target: SynapseRef) -> Self {
        Self { target, axon_of: None, atom_of: None }
    }

    /// Axon and atom of a source.
    #[inline]
    pub(crate) fn of(&self, source: usize) -> Option<(usize, usize)> {
        let axon = match &self.axon_of {
            None => source,
            Some(map) => map[source]? as usize,
        };
        Some((axon, self.atom_of.as_ref().map_or(0, |atoms| atoms[source] as usize)))
    }
}

/// Compartments, the synapses that drive them and the axons that leave them: what one core holds.
#[derive(Debug, Clone)]
pub struct Block {
    /// The compartments.
    pub compartments: Compartments,
    /// Synapses onto the compartments.
    pub synapses: Vec<Synapse>,
    /// Axons that leave.
    pub axons: Vec<Axon>,
}

/// Spikes from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpikeInput {
    /// Number of sources.
    pub num_sources: usize,
    /// Axons that leave.
    pub axons: Vec<Axon>,
}
