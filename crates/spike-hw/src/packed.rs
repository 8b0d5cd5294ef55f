//! Host words: spikes as the host sends them to a chip, and as the chip reports them.

use crate::record::{AxonAddress, AxonType, RecordError, SpikeRecord};

/// Spikes of one chip as two 32-bit words each, as nengo-loihi's `SpikePacker` makes them.
///
/// ```text
/// word 0 = core·2¹⁶ + axon
/// word 1 = type·2¹⁶ + atom      type 0 discrete, 16 + extra bits of the atom for pop16, 32 for pop32
/// ```
///
/// The step is not in the words: they are sent in the step that they belong to.
///
/// # Errors
/// [`RecordError`] if a field leaves its range or the records are of several chips.
///
/// ```
/// use spike_hw::{AxonAddress, AxonType, SpikeRecord, pack_host_words, unpack_host_words};
/// let axon_type = AxonType::Pop16 { atom_bits_extra: 4 };
/// let spikes = [SpikeRecord { step: 3, to: AxonAddress { chip: 0, core: 2, axon: 7, axon_type, atom: 511 } }];
/// let words = pack_host_words(&spikes)?;
/// assert_eq!(words, [131_079, 1_311_231]);
/// assert_eq!(unpack_host_words(&words, 3, 0)?, spikes);
/// # Ok::<(), spike_hw::RecordError>(())
/// ```
///
/// # References
/// nengo-loihi 1.1.0, `hardware/interface.py`, `SpikePacker`.
pub fn pack_host_words(records: &[SpikeRecord]) -> Result<Vec<u32>, RecordError> {
    let mut words = Vec::with_capacity(2 * records.len());
    for (index, record) in records.iter().enumerate() {
        let (found, first) = (record.to.chip, records[0].to.chip);
        if found != first {
            return Err(RecordError::Chips { index, found, first });
        }
        let [_, kind, _, core, axon, atom, extra] = record.to_fields()?;
        // Every field was checked and is small; the sums cannot overflow.
        words.push(((core << 16) + axon) as u32);
        words.push((((kind + extra) << 16) + atom) as u32);
    }
    Ok(words)
}

/// The spikes of pairs of words, with the step and the chip that the words belong to.
///
/// # Errors
/// [`RecordError::Word`] for words that no spike has, [`RecordError::Field`] for a step or chip beyond 2³¹ − 1.
pub fn unpack_host_words(words: &[u32], step: u32, chip: u32) -> Result<Vec<SpikeRecord>, RecordError> {
    let wrong = |index: usize, reason| RecordError::Word { index, word: words[index], reason };
    let (pairs, rest) = words.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong(words.len() - 1, "a spike takes two words"));
    }
    let unpack = |(index, &[first, second]): (usize, &[u32; 2])| {
        let (core, axon) = ((first >> 16) as u16, first as u16);
        if core > 1023 || axon > 4095 {
            return Err(wrong(2 * index, "cores are below 1024, axons below 4096"));
        }
        let atom = second as u16;
        let axon_type = match second >> 16 {
            0 => AxonType::Discrete,
            kind @ 16..=20 => AxonType::Pop16 { atom_bits_extra: (kind - 16) as u8 },
            32 => AxonType::Pop32,
            _ => return Err(wrong(2 * index + 1, "types are 0, 16 to 20 and 32")),
        };
        if atom > 1023 {
            return Err(wrong(2 * index + 1, "atoms are below 1024"));
        }
        let record = SpikeRecord { step, to: AxonAddress { chip, core, axon, axon_type, atom } };
        record.to_fields().map(|_| record)
    };
    pairs.iter().enumerate().map(unpack).collect()
}

/// Spikes of compartments as bits, 32 a word, lowest bit first: what a core reports to the host.
///
/// ```
/// use spike_hw::{pack_spike_bits, unpack_spike_bits};
/// let mut spikes = vec![0; 34];
/// (spikes[0], spikes[31], spikes[33]) = (1, 1, 1);
/// assert_eq!(pack_spike_bits(&spikes), [0x8000_0001, 2]);
/// assert_eq!(unpack_spike_bits(&[0x8000_0001, 2], 34), Some(spikes));
/// ```
#[must_use]
pub fn pack_spike_bits(spikes: &[i32]) -> Vec<u32> {
    let word = |spikes: &[i32]| spikes.iter().rev().fold(0, |word, &spike| word << 1 | u32::from(spike != 0));
    spikes.chunks(32).map(word).collect()
}

/// The spikes, 1 or 0, of `num_compartments` compartments; `None` if there are not that many words, or a bit beyond
/// the last compartment is set.
#[must_use]
pub fn unpack_spike_bits(words: &[u32], num_compartments: usize) -> Option<Vec<i32>> {
    let bits = words.iter().flat_map(|&word| (0..32).map(move |bit| (word >> bit & 1) as i32));
    let spikes: Vec<i32> = bits.clone().take(num_compartments).collect();
    let fits = words.len() == num_compartments.div_ceil(32) && bits.skip(num_compartments).all(|bit| bit == 0);
    fits.then_some(spikes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_spike_is_refused() {
        for words in [&[1][..], &[1 << 26, 0], &[4096, 0], &[0, 1 << 16], &[0, 21 << 16], &[0, 1024]] {
            assert!(matches!(unpack_host_words(words, 0, 0), Err(RecordError::Word { .. })), "{words:x?}");
        }
        assert!(unpack_host_words(&[0, 0], 1 << 31, 0).is_err());
        let at = |chip| SpikeRecord {
            step: 0,
            to: AxonAddress { chip, core: 0, axon: 0, axon_type: AxonType::Discrete, atom: 0 },
        };
        assert!(matches!(pack_host_words(&[at(1), at(2)]), Err(RecordError::Chips { index: 1, found: 2, first: 1 })));
        assert!(pack_host_words(&[]).unwrap().is_empty());
        assert_eq!([unpack_spike_bits(&[0b100], 2), unpack_spike_bits(&[0, 0], 2)], [None, None]);
    }
}
