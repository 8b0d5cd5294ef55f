//! Spikes in order of time back to compressed rows.

use spike_core::{Event, SpikeChunk};

/// Rows of `num_neurons` neurons from spikes that are sorted by step within each neuron: a counting sort.
pub(crate) fn rows_of(spikes: &[Event], num_neurons: usize) -> SpikeChunk {
    let mut ends = vec![0u64; num_neurons + 1];
    for spike in spikes {
        ends[spike.neuron as usize + 1] += 1;
    }
    for row in 0..num_neurons {
        ends[row + 1] += ends[row];
    }
    let mut next = ends.clone();
    let mut steps = vec![0u32; spikes.len()];
    for spike in spikes {
        let place = &mut next[spike.neuron as usize];
        steps[*place as usize] = spike.step;
        *place += 1;
    }
    let mut chunk = SpikeChunk::default();
    chunk.append_rows(|all, row_ends| {
        all.append(&mut steps);
        row_ends.extend_from_slice(&ends[1..]);
    });
    chunk
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::TimeGrid;

    #[test]
    fn rows_are_those_of_the_events() {
        let grid = TimeGrid::new(1, 10).unwrap();
        let events = [(1, 2), (1, 0), (4, 2), (9, 0)].map(|(step, neuron)| Event { step, neuron });
        let train = rows_of(&events, 4).into_train(grid, None).unwrap();
        let rows: Vec<_> = train.view().neurons().map(<[u32]>::to_vec).collect();
        assert_eq!(rows, [vec![1, 9], vec![], vec![1, 4], vec![]]);
    }
}
