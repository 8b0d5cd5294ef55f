//! Signed spikes: ternary and graded spikes with an integer payload.

use crate::error::SpikeError;
use crate::grid::TimeGrid;

/// Spikes that carry a signed integer, sorted by (step, neuron), at most one for each pair.
///
/// ```
/// use spike_core::{SignedSpikes, TimeGrid};
/// let grid = TimeGrid::from_ms(4.0, 1.0)?;
/// let spikes = SignedSpikes::new(grid, 2, vec![(0, 1, -1), (3, 0, 2)])?;
/// assert_eq!(spikes.sums(), vec![2, -1]);
/// # Ok::<(), spike_core::SpikeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedSpikes {
    grid: TimeGrid,
    num_neurons: u32,
    spikes: Vec<(u32, u32, i32)>,
}

impl SignedSpikes {
    /// Spikes as (step, neuron, value).
    ///
    /// # Errors
    /// [`SpikeError`] if they are not strictly sorted by (step, neuron) or leave the window or the neurons.
    pub fn new(grid: TimeGrid, num_neurons: u32, spikes: Vec<(u32, u32, i32)>) -> Result<Self, SpikeError> {
        for &[(s0, n0, _), (s1, n1, _)] in spikes.array_windows() {
            if (s0, n0) >= (s1, n1) {
                return Err(SpikeError::Unsorted { neuron: n1 as usize, first: s0, second: s1 });
            }
        }
        for &(step, neuron, _) in &spikes {
            if step >= grid.num_steps() {
                return Err(SpikeError::OutsideWindow { neuron: neuron as usize, step, num_steps: grid.num_steps() });
            }
            if neuron >= num_neurons {
                return Err(SpikeError::Ids { ids: neuron as usize, rows: num_neurons as usize });
            }
        }
        Ok(Self { grid, num_neurons, spikes })
    }

    /// The spikes as (step, neuron, value).
    #[must_use]
    pub fn spikes(&self) -> &[(u32, u32, i32)] {
        &self.spikes
    }

    /// The time grid.
    #[must_use]
    pub fn grid(&self) -> TimeGrid {
        self.grid
    }

    /// The sum of the values of each neuron.
    #[must_use]
    pub fn sums(&self) -> Vec<i64> {
        let mut sums = vec![0; self.num_neurons as usize];
        for &(_, neuron, value) in &self.spikes {
            sums[neuron as usize] += i64::from(value);
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_kept() {
        let grid = TimeGrid::new(1, 4).unwrap();
        for spikes in [vec![(1, 0, 1), (1, 0, 1)], vec![(2, 0, 1), (1, 0, 1)], vec![(4, 0, 1)], vec![(0, 2, 1)]] {
            assert!(SignedSpikes::new(grid, 2, spikes).is_err());
        }
    }
}
