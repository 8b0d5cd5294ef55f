//! From a block of flags to the neurons that fire.

/// Neurons of a block: what vector loops handle together.
pub(crate) const BLOCK: usize = 64;

/// Appends the neurons whose flag is 1, from neuron `start` on. Eight flags are read as one word, so that silent
/// neurons cost next to nothing.
#[inline(always)]
pub(crate) fn collect(start: u32, flags: &[u8; BLOCK], neurons: &mut Vec<u32>) {
    let (words, _) = flags.as_chunks::<8>();
    for (first, &word) in (start..).step_by(8).zip(words) {
        let mut word = u64::from_le_bytes(word);
        while word != 0 {
            neurons.push(first + word.trailing_zeros() / 8);
            word &= word - 1;
        }
    }
}

/// Calls `found` with the number and the sign of each neuron that spiked, ascending.
///
/// `spikes` holds 1, 0 or −1 for each neuron. Silent neurons are skipped 64 at a time.
///
/// ```
/// let mut found = Vec::new();
/// spike_sim::each_spike(&[0, 1, 0, 0, 0, 0, 0, 0, 0, -1], |neuron, sign| found.push((neuron, sign)));
/// assert_eq!(found, [(1, 1), (9, -1)]);
/// ```
#[inline(always)]
pub fn each_spike(spikes: &[i8], mut found: impl FnMut(u32, i8)) {
    let (blocks, rest) = spikes.as_chunks::<BLOCK>();
    for (first, block) in (0..).step_by(BLOCK).zip(blocks) {
        let mut mask = 0u64;
        for (shift, word) in (0..).step_by(8).zip(block.as_chunks::<8>().0) {
            // The lowest bits of eight bytes, which 1 and −1 have set, side by side.
            let odd = u64::from_le_bytes(word.map(i8::cast_unsigned)) & 0x0101_0101_0101_0101;
            mask |= (odd.wrapping_mul(0x0102_0408_1020_4080) >> 56) << shift;
        }
        while mask != 0 {
            let place = mask.trailing_zeros();
            found(first + place, block[place as usize]);
            mask &= mask - 1;
        }
    }
    let first = (BLOCK * blocks.len()) as u32;
    (first..).zip(rest).filter(|(_, spike)| **spike != 0).for_each(|(neuron, &spike)| found(neuron, spike));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_signs_are_found_in_order() {
        for place in 0..BLOCK {
            let mut flags = [0i8; 2 * BLOCK];
            flags[place] = -1;
            flags[100] = 1;
            let mut found = Vec::new();
            each_spike(&flags, |neuron, flag| found.push((neuron, flag)));
            assert_eq!(found, [(place as u32, -1), (100, 1)]);
        }
    }

    #[test]
    fn every_place_is_found() {
        for place in 0..BLOCK {
            let mut flags = [0; BLOCK];
            flags[place] = 1;
            flags[63] = 1;
            let mut neurons = vec![7];
            collect(128, &flags, &mut neurons);
            let mut expected = vec![7, 128 + place as u32, 191];
            expected.dedup();
            assert_eq!(neurons, expected);
        }
    }
}
