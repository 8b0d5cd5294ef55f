//! The emulator of nengo-loihi: blocks that step together.

use super::{Axon, Block, SpikeInput};
use crate::Dialect;
use crate::emulator::Emulator;
use crate::error::{ModelError, check_len};
use crate::rules::{Exact, Rule, Rules};

/// A network of the nengo-loihi dialect, bit for bit with `EmulatorInterface`.
///
/// All blocks step together: a spike of a block in step t reaches every synapse in step t + 1, also that of its own
/// block. A spike of an input that is given in step t reaches the synapses in step t + 1.
///
/// As an [`Emulator`], the inputs stand one behind the other, and the output is that of the last block.
///
/// # Examples
/// ```
/// use spike_hw::Emulator;
/// use spike_hw::nengo_loihi::{
///     Axon, Block, CompartmentConfig, Compartments, NengoNetwork, SpikeInput, Synapse, SynapseRef,
/// };
/// let block = Block {
///     compartments: Compartments::new(&CompartmentConfig::uniform(1, 4095, 0, 6400, 1))?,
///     synapses: vec![Synapse::dense(1, 1, &[200 << 6])?],
///     axons: vec![],
/// };
/// let axon = Axon::one_to_one(SynapseRef { block: 0, synapse: 0 });
/// let input = SpikeInput { num_sources: 1, axons: vec![axon] };
/// let mut network = NengoNetwork::new(vec![block], vec![input])?;
/// assert_eq!(network.step(&[1])?, [0]);
/// assert_eq!(network.step(&[0])?, [1]);
/// # Ok::<(), spike_hw::ModelError>(())
/// ```
///
/// # References
/// nengo-loihi 1.1.0, `emulator/interface.py`.
#[derive(Debug, Clone)]
pub struct NengoNetwork {
    blocks: Vec<Block>,
    inputs: Vec<SpikeInput>,
    /// Sums of weights, block by block.
    sums: Vec<Vec<i32>>,
    /// Sources of the inputs that fired in the last step, inputs one behind the other.
    pending: Vec<usize>,
}

impl NengoNetwork {
    /// A network at rest.
    ///
    /// # Errors
    /// [`ModelError`] if there is no block, or an axon, atom or target leads nowhere.
    pub fn new(blocks: Vec<Block>, inputs: Vec<SpikeInput>) -> Result<Self, ModelError> {
        if blocks.is_empty() {
            return Err(ModelError::Empty { what: "the list of blocks" });
        }
        for block in &blocks {
            let len = block.compartments.num_compartments();
            for (index, synapse) in block.synapses.iter().enumerate() {
                if synapse.end() > len {
                    let found = synapse.end() - 1;
                    return Err(ModelError::NoSuch { what: "synapse", index, found, len });
                }
            }
            check_axons(&blocks, &block.axons, len)?;
        }
        for input in &inputs {
            check_axons(&blocks, &input.axons, input.num_sources)?;
        }
        let sums = blocks.iter().map(|block| vec![0; block.compartments.num_compartments()]).collect();
        Ok(Self { blocks, inputs, sums, pending: Vec::new() })
    }

    /// The blocks with their state.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The sums of weights of the last step, block by block, before they wrap.
    #[must_use]
    pub fn sums(&self) -> &[Vec<i32>] {
        &self.sums
    }

    pub(crate) fn step_with<R: Rules>(&mut self, rules: R, spikes: &[i32]) -> &[i32] {
        let arriving = spikes.iter().enumerate().filter(|(_, spike)| **spike != 0).map(|(source, _)| source);
        if !rules.keeps(Rule::NengoInputDelays) {
            self.pending = arriving.clone().collect();
        }
        self.sums.iter_mut().for_each(|sums| sums.fill(0));
        let mut pending = self.pending.as_slice();
        let mut first = 0;
        for input in &self.inputs {
            let (due, later) = pending.split_at(pending.partition_point(|&source| source < first + input.num_sources));
            for axon in &input.axons {
                due.iter().for_each(|source| add(&self.blocks, axon, source - first, &mut self.sums));
            }
            pending = later;
            first += input.num_sources;
        }
        for block in &self.blocks {
            for axon in &block.axons {
                let fired = block.compartments.spikes().iter().enumerate().filter(|(_, spike)| **spike != 0);
                fired.for_each(|(source, _)| add(&self.blocks, axon, source, &mut self.sums));
            }
        }
        self.pending.clear();
        self.pending.extend(arriving);
        for (block, sums) in self.blocks.iter_mut().zip(&self.sums) {
            block.compartments.step_with(rules, sums);
        }
        self.blocks[self.blocks.len() - 1].compartments.spikes()
    }
}

#[inline]
fn add(blocks: &[Block], axon: &Axon, source: usize, sums: &mut [Vec<i32>]) {
    let Some((to, atom)) = axon.of(source) else { return };
    let at = axon.target;
    blocks[at.block].synapses[at.synapse].add(to, atom, &mut sums[at.block]);
}

fn check_axons(blocks: &[Block], axons: &[Axon], num_sources: usize) -> Result<(), ModelError> {
    let exists = |what: &'static str, index: usize, found: usize, len: usize| {
        if found < len { Ok(()) } else { Err(ModelError::NoSuch { what, index, found, len }) }
    };
    for (index, axon) in axons.iter().enumerate() {
        exists("axon", index, axon.target.block, blocks.len())?;
        let synapses = &blocks[axon.target.block].synapses;
        exists("axon", index, axon.target.synapse, synapses.len())?;
        let synapse = &synapses[axon.target.synapse];
        if let Some(map) = &axon.axon_of {
            check_len("the map of an axon", map.len(), num_sources)?;
        }
        if let Some(atoms) = &axon.atom_of {
            check_len("the atoms of an axon", atoms.len(), num_sources)?;
        }
        for source in 0..num_sources {
            if let Some((to, atom)) = axon.of(source) {
                exists("source", source, to, synapse.num_axons())?;
                exists("atom of source", source, atom, synapse.num_atoms(to))?;
            }
        }
    }
    Ok(())
}

impl Emulator for NengoNetwork {
    fn dialect(&self) -> Dialect {
        Dialect::NengoLoihi
    }

    fn num_inputs(&self) -> usize {
        self.inputs.iter().map(|input| input.num_sources).sum()
    }

    fn num_outputs(&self) -> usize {
        self.blocks[self.blocks.len() - 1].compartments.num_compartments()
    }

    fn step(&mut self, spikes: &[i32]) -> Result<&[i32], ModelError> {
        check_len("the spikes", spikes.len(), self.num_inputs())?;
        Ok(self.step_with(Exact, spikes))
    }

    fn reset(&mut self) {
        self.pending.clear();
        self.sums.iter_mut().for_each(|sums| sums.fill(0));
        self.blocks.iter_mut().for_each(|block| block.compartments.reset());
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CompartmentConfig, Compartments, Synapse, SynapseRef};
    use super::*;

    fn block() -> Block {
        Block {
            compartments: Compartments::new(&CompartmentConfig::uniform(2, 0, 0, 64, 1)).unwrap(),
            synapses: vec![Synapse::dense(3, 2, &[64; 6]).unwrap()],
            axons: vec![],
        }
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        let axon = Axon::one_to_one(SynapseRef { block: 0, synapse: 0 });
        let input = |axon: Axon, num_sources| SpikeInput { num_sources, axons: vec![axon] };
        assert!(
            NengoNetwork::new(vec![block()], vec![input(axon.clone(), 3)]).is_ok_and(|mut n| n.step(&[1]).is_err())
        );
        assert!(NengoNetwork::new(vec![], vec![]).is_err());
        for (wrong, num_sources) in [
            (axon.clone(), 4),
            (Axon { target: SynapseRef { block: 1, synapse: 0 }, ..axon.clone() }, 1),
            (Axon { target: SynapseRef { block: 0, synapse: 1 }, ..axon.clone() }, 1),
            (Axon { axon_of: Some(vec![Some(3)]), ..axon.clone() }, 1),
            (Axon { axon_of: Some(vec![None; 2]), ..axon.clone() }, 1),
            (Axon { atom_of: Some(vec![1]), ..axon.clone() }, 1),
        ] {
            assert!(NengoNetwork::new(vec![block()], vec![input(wrong.clone(), num_sources)]).is_err(), "{wrong:?}");
        }
        let wide = Block { synapses: vec![Synapse::dense(1, 3, &[1; 3]).unwrap()], ..block() };
        assert!(NengoNetwork::new(vec![wide], vec![]).is_err());
    }
}
