//! Rows of spikes as varints: counts, then distances.

use super::error::BlockDamage;
use spike_core::{SpikeError, SpikeView};

/// Appends an unsigned number, seven bits a byte, least significant first.
pub(super) fn put(mut value: u32, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes a number off the front; `None` at the end or beyond 32 bits.
fn take(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0u32;
    for shift in [0, 7, 14, 21, 28] {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u32::from(byte & 0x7f);
        if shift == 28 && byte > 0x0f {
            return None;
        }
        value |= part << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// Appends the counts of the rows to one buffer and the distances to another.
pub(super) fn put_rows(rows: SpikeView<'_>, counts: &mut Vec<u8>, distances: &mut Vec<u8>) {
    for row in rows.neurons() {
        put(row.len() as u32, counts);
        let Some(&first) = row.first() else { continue };
        put(first + 1, distances);
        // One byte for each distance in the common case: a loop that vectorises.
        if row.array_windows().fold(0, |all, [a, b]| all | (b - a)) < 0x80 {
            let at = distances.len();
            distances.resize(at + row.len() - 1, 0);
            for (distance, [a, b]) in distances[at..].iter_mut().zip(row.array_windows()) {
                *distance = (b - a) as u8;
            }
        } else {
            for [a, b] in row.array_windows() {
                put(b - a, distances);
            }
        }
    }
}

/// Reads `num_rows` rows that hold `num_spikes` spikes: offsets and steps.
pub(super) fn take_rows(
    mut bytes: &[u8],
    num_rows: usize,
    num_spikes: u64,
    num_steps: u32,
) -> Result<(Vec<u64>, Vec<u32>), BlockDamage> {
    let numbers = BlockDamage::Numbers { spikes: num_spikes };
    // Every row and every spike takes a byte at least, which bounds what is allocated.
    let least = (num_rows as u64).checked_add(num_spikes);
    if least.is_none_or(|n| n > bytes.len() as u64) {
        return Err(numbers);
    }
    let mut offsets = Vec::with_capacity(num_rows + 1);
    offsets.push(0);
    let mut total = 0u64;
    for _ in 0..num_rows {
        let Some(count) = take(&mut bytes) else { return Err(numbers) };
        total += u64::from(count);
        offsets.push(total);
    }
    if total != num_spikes {
        return Err(numbers);
    }
    let mut steps = Vec::with_capacity(num_spikes as usize);
    for (neuron, &[from, to]) in offsets.array_windows().enumerate() {
        let count = (to - from) as usize;
        if count == 0 {
            continue;
        }
        let Some(first) = take(&mut bytes) else { return Err(numbers) };
        let mut step = u64::from(first).wrapping_sub(1);
        let mut positive = first > 0;
        steps.push(step as u32);
        match bytes.split_at_checked(count - 1) {
            Some((row, rest)) if row.iter().fold(0, |all, b| all | b) < 0x80 => {
                steps.extend(row.iter().map(|&b| {
                    positive &= b > 0;
                    step = step.wrapping_add(u64::from(b));
                    step as u32
                }));
                bytes = rest;
            }
            _ => {
                for _ in 1..count {
                    let Some(distance) = take(&mut bytes) else { return Err(numbers) };
                    positive &= distance > 0;
                    step = step.wrapping_add(u64::from(distance));
                    steps.push(step as u32);
                }
            }
        }
        if !positive {
            let step = step as u32;
            return Err(SpikeError::Unsorted { neuron, first: step, second: step }.into());
        }
        if step >= u64::from(num_steps) {
            let step = u32::try_from(step).unwrap_or(u32::MAX);
            return Err(SpikeError::OutsideWindow { neuron, step, num_steps }.into());
        }
    }
    if bytes.is_empty() { Ok((offsets, steps)) } else { Err(numbers) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_length_come_back() {
        for value in [0, 1, 127, 128, 16_383, 16_384, u32::MAX >> 1, u32::MAX] {
            let mut bytes = Vec::new();
            put(value, &mut bytes);
            let mut rest = &bytes[..];
            assert_eq!(take(&mut rest), Some(value));
            assert!(rest.is_empty());
            assert_eq!(take(&mut &bytes[..bytes.len() - 1]), None);
        }
        assert_eq!(take(&mut &[0xff, 0xff, 0xff, 0xff, 0x10][..]), None);
    }

    #[test]
    fn broken_rows_are_errors() {
        let rows = |bytes: &[u8], num_rows, spikes| take_rows(bytes, num_rows, spikes, 10);
        assert_eq!(rows(&[2, 1, 9], 1, 2).unwrap(), (vec![0, 2], vec![0, 9]));
        assert!(matches!(rows(&[2, 1, 10], 1, 2), Err(BlockDamage::Spikes(SpikeError::OutsideWindow { .. }))));
        assert!(matches!(rows(&[2, 1, 0], 1, 2), Err(BlockDamage::Spikes(SpikeError::Unsorted { .. }))));
        assert!(matches!(rows(&[1, 0], 1, 1), Err(BlockDamage::Spikes(SpikeError::Unsorted { .. }))));
        for (bytes, num_rows, spikes) in [
            (&[2, 1][..], 1, 2),
            (&[1, 1], 1, 2),
            (&[1, 1, 1], 1, 1),
            (&[], 1, 0),
            (&[0x80], 1, 0),
            (&[3], usize::MAX, 1),
        ] {
            assert!(matches!(rows(bytes, num_rows, spikes), Err(BlockDamage::Numbers { .. })), "{bytes:?}");
        }
    }
}
