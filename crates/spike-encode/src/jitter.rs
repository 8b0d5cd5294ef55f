//! Gaussian jitter of spike times, applied after the code.

use crate::normal::Normal;
use spike_core::{ConfigError, Domain, EncoderConfig, Seed, SpikeChunk, SpikeView, Stream, TimeGrid};

/// Moves each spike by a Gaussian number of steps with standard deviation σ = jitter_ms.
///
/// Spikes that leave the window are clipped into it, collisions move to the next free step (or, at the end of the
/// window, to the last free one), and a neuron keeps its number of spikes. The refractory guarantee holds for the
/// code before jitter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Jitter {
    sigma_steps: f64,
}

impl Jitter {
    /// The jitter of a configuration, if there is one.
    pub(crate) fn of(config: &EncoderConfig) -> Result<Option<Self>, ConfigError> {
        let sigma_steps = config.jitter_ms / config.grid()?.dt_ms();
        Ok((sigma_steps > 0.0).then_some(Self { sigma_steps }))
    }

    /// Appends the moved spikes of a sample.
    pub(crate) fn apply(&self, spikes: SpikeView<'_>, seed: Seed, sample: u64, into: &mut SpikeChunk) {
        let streams = seed.streams(sample, Domain::Jitter);
        let mut moved = Vec::new();
        into.append_rows(|steps, ends| {
            for (neuron, row) in spikes.neurons().enumerate() {
                if !row.is_empty() {
                    self.row(row, spikes.grid(), &mut streams.of(neuron as u32), &mut moved);
                    steps.extend_from_slice(&moved);
                }
                ends.push(steps.len() as u64);
            }
        });
    }

    fn row(&self, row: &[u32], grid: TimeGrid, stream: &mut Stream, moved: &mut Vec<u32>) {
        let last = grid.num_steps() - 1;
        let mut normal = Normal::new(stream);
        moved.clear();
        moved.extend(row.iter().map(|&step| {
            let shifted = (f64::from(step) + self.sigma_steps * normal.next()).round();
            shifted.clamp(0.0, f64::from(last)) as u32
        }));
        moved.sort_unstable();
        let mut free = 0u32;
        for step in moved.iter_mut() {
            *step = free.max(*step);
            free = *step + 1;
        }
        // What was pushed beyond the window moves back from its end.
        let mut free = last;
        for step in moved.iter_mut().rev() {
            if *step <= free {
                break;
            }
            *step = free;
            free = free.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::SpikeTrain;

    fn moved(rows: &[Vec<u32>], num_steps: u32, sigma_steps: f64) -> SpikeTrain {
        let grid = TimeGrid::new(1, num_steps).unwrap();
        let train = SpikeTrain::from_neurons(grid, rows).unwrap();
        let mut chunk = SpikeChunk::default();
        Jitter { sigma_steps }.apply(train.view(), Seed(1), 0, &mut chunk);
        chunk.into_train(grid, None).unwrap()
    }

    #[test]
    fn numbers_of_spikes_are_kept_in_a_full_window() {
        let rows = vec![(0..50).collect::<Vec<u32>>(), vec![49], vec![], (0..50).step_by(2).collect()];
        for sigma_steps in [0.3, 5.0, 1e6] {
            let train = moved(&rows, 50, sigma_steps);
            assert_eq!(train.view().counts(), [50, 1, 0, 25]);
        }
    }

    #[test]
    fn shifts_have_the_asked_deviation() {
        let rows: Vec<Vec<u32>> = (0..20_000).map(|_| vec![5000]).collect();
        let train = moved(&rows, 10_000, 40.0);
        let shifts: Vec<f64> = train.view().steps().iter().map(|&s| f64::from(s) - 5000.0).collect();
        let n = shifts.len() as f64;
        let mean = shifts.iter().sum::<f64>() / n;
        let sd = (shifts.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / n).sqrt();
        // Five standard errors: 5·40/√n and 5·40/√(2n).
        assert!(mean.abs() < 1.42 && (sd - 40.0).abs() < 1.0, "{mean} {sd}");
    }
}
