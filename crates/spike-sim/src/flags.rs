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

#[cfg(test)]
mod tests {
    use super::*;

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
