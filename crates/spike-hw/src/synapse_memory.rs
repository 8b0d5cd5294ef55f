//! Memory of synapses on a Loihi core.

/// How a core stores the synapses of an axon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SynapseFormat {
    /// Bits of a weight: 0 to 8.
    pub weight_bits: u8,
    /// Bits of the target of a synapse; 0 for dense rows, whose targets follow each other.
    pub index_bits: u8,
    /// Bits of a delay.
    pub delay_bits: u8,
    /// Bits of a tag.
    pub tag_bits: u8,
    /// Synapses of a block: 1 to 64.
    pub synapses_per_block: u8,
}

impl Default for SynapseFormat {
    /// Dense rows of 8-bit weights in blocks of 64, as nengo-loihi stores them.
    fn default() -> Self {
        Self { weight_bits: 8, index_bits: 0, delay_bits: 0, tag_bits: 0, synapses_per_block: 64 }
    }
}

/// Bits of an index that a synapse format can have.
const INDEX_BITS: [u8; 8] = [0, 6, 7, 8, 9, 10, 11, 12];

impl SynapseFormat {
    /// The format with indices that reach `num_targets` targets, or `None` beyond 4096.
    #[must_use]
    pub fn with_index(self, num_targets: u64) -> Option<Self> {
        let index_bits = INDEX_BITS.into_iter().find(|&bits| num_targets <= 1 << bits)?;
        Some(Self { index_bits, ..self })
    }

    /// Bits that an axon with this number of synapses takes.
    ///
    /// ```text
    /// Σ over blocks of n ≤ 64 synapses: ⌈(n·(weight + index + delay + tag bits) + 4 + 6)/64⌉·64
    /// ```
    ///
    /// ```
    /// use spike_hw::SynapseFormat;
    /// assert_eq!(SynapseFormat::default().bits(6), 64);
    /// assert_eq!(SynapseFormat::default().bits(7), 128);
    /// ```
    ///
    /// # References
    /// nengo-loihi 1.1.0, `block.py`, `SynapseConfig.bits_per_axon`.
    #[must_use]
    pub fn bits(&self, num_synapses: u64) -> u64 {
        let widths = [self.weight_bits, self.index_bits, self.delay_bits, self.tag_bits];
        let each: u64 = widths.into_iter().map(u64::from).sum();
        let per_block = u64::from(self.synapses_per_block.max(1));
        let block = |n: u64| (n * each + 4 + 6).div_ceil(64) * 64;
        let (whole, rest) = (num_synapses / per_block, num_synapses % per_block);
        whole.saturating_mul(block(per_block)) + if rest > 0 { block(rest) } else { 0 }
    }
}
