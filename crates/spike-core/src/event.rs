//! Address events: the spikes of a view in order of time.

use crate::train::SpikeView;

/// One spike as an address event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// Step of the time grid.
    pub step: u32,
    /// Row of the neuron.
    pub neuron: u32,
}

impl SpikeView<'_> {
    /// All spikes sorted by (step, neuron): address-event order, ties in order of the neuron.
    ///
    /// A stable counting sort over the steps, `O(spikes + steps)`, where the window is not much longer than the
    /// number of spikes; a comparison sort of the same order otherwise.
    ///
    /// ```
    /// use spike_core::{Event, SpikeTrain, TimeGrid};
    /// let grid = TimeGrid::from_ms(10.0, 1.0)?;
    /// let train = SpikeTrain::from_neurons(grid, &[vec![4, 9], vec![4]])?;
    /// let events = train.view().events();
    /// assert_eq!(events[1], Event { step: 4, neuron: 1 });
    /// # Ok::<(), spike_core::SpikeError>(())
    /// ```
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        let num_spikes = self.num_spikes() as usize;
        let num_steps = self.grid().num_steps() as usize;
        if num_steps / 8 > num_spikes.max(1024) {
            let mut events = Vec::with_capacity(num_spikes);
            for (neuron, row) in self.neurons().enumerate() {
                events.extend(row.iter().map(|&step| Event { step, neuron: neuron as u32 }));
            }
            events.sort_unstable();
            return events;
        }
        let mut position = vec![0usize; num_steps + 1];
        for &step in self.steps() {
            position[step as usize + 1] += 1;
        }
        for step in 1..=num_steps {
            position[step] += position[step - 1];
        }
        let mut events = vec![Event { step: 0, neuron: 0 }; num_spikes];
        for (neuron, row) in self.neurons().enumerate() {
            for &step in row {
                let at = &mut position[step as usize];
                events[*at] = Event { step, neuron: neuron as u32 };
                *at += 1;
            }
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SpikeTrain, TimeGrid};

    #[test]
    fn both_sorts_agree_with_a_plain_sort() {
        for num_steps in [50, 100_000] {
            let grid = TimeGrid::new(1, num_steps).unwrap();
            let rows: Vec<Vec<u32>> =
                (0..40u32).map(|n| (0..num_steps).filter(|s| (s * 7 + n) % (num_steps / 10) == n).collect()).collect();
            let train = SpikeTrain::from_neurons(grid, &rows).unwrap();
            let mut plain: Vec<Event> = rows
                .iter()
                .enumerate()
                .flat_map(|(n, row)| row.iter().map(move |&step| Event { step, neuron: n as u32 }))
                .collect();
            plain.sort();
            assert!(!plain.is_empty());
            assert_eq!(train.view().events(), plain);
        }
    }
}
