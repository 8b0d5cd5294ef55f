//! Irregularity of trains and of counts, for any number of batches.

use crate::error::CliError;
use crate::par;
use serde::Serialize;
use spike_core::{SpikeBatch, SpikeView};
use spike_metrics::{MetricsError, TrainSet, cv, cv2, lv, lvr};

/// The refractoriness of LvR in the source (Shinomoto et al. 2009).
const REFRACTORINESS_MS: f64 = 5.0;

/// Running sums over samples.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variability {
    cv: Mean,
    cv2: Mean,
    lv: Mean,
    lvr: Mean,
    /// For each neuron, the sum of its counts and of their squares over samples.
    counts: Vec<[u128; 2]>,
    num_samples: u128,
}

/// The figures; `None` where no row has the spikes that they need.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Irregularity {
    /// Mean over rows of at least two spikes of the CV of their intervals.
    pub(crate) mean_cv: Option<f64>,
    /// Mean over rows of at least three spikes.
    pub(crate) mean_cv2: Option<f64>,
    /// Mean over rows of at least three spikes.
    pub(crate) mean_lv: Option<f64>,
    /// Mean over rows of at least three spikes, for a refractoriness of 5 ms.
    pub(crate) mean_lvr: Option<f64>,
    /// Variance / mean of the counts of a neuron over samples, averaged over the neurons that spike; of different
    /// stimuli it contains their variance. `None` for a single sample.
    pub(crate) fano_factor: Option<f64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    count: u64,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        self.sum += value.unwrap_or(0.0);
        self.count += u64::from(value.is_some());
    }

    fn join(&mut self, other: Self) {
        self.sum += other.sum;
        self.count += other.count;
    }

    fn value(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

impl Variability {
    /// Takes a batch into account.
    pub(crate) fn add(&mut self, batch: &SpikeBatch) -> Result<(), CliError> {
        let of_samples = par::map_indexed(batch.num_samples(), |i| of_sample(batch.sample(i)));
        for means in of_samples {
            let [cv, cv2, lv, lvr] = means?;
            self.cv.join(cv);
            self.cv2.join(cv2);
            self.lv.join(lv);
            self.lvr.join(lvr);
        }
        self.counts.resize(batch.num_neurons(), [0, 0]);
        for sample in batch.samples() {
            self.num_samples += 1;
            for (row, [sum, squares]) in sample.neurons().zip(&mut self.counts) {
                let count = row.len() as u128;
                *sum += count;
                *squares += count * count;
            }
        }
        Ok(())
    }

    /// The figures.
    pub(crate) fn irregularity(&self) -> Irregularity {
        let n = self.num_samples;
        let mut fano = Mean::default();
        for &[sum, squares] in self.counts.iter().filter(|c| c[0] > 0 && n > 1) {
            // variance / mean = (n·Σc² − (Σc)²) / (n·Σc), exact until the division.
            fano.add(Some((n * squares - sum * sum) as f64 / (n * sum) as f64));
        }
        Irregularity {
            mean_cv: self.cv.value(),
            mean_cv2: self.cv2.value(),
            mean_lv: self.lv.value(),
            mean_lvr: self.lvr.value(),
            fano_factor: fano.value(),
        }
    }
}

fn of_sample(sample: SpikeView<'_>) -> Result<[Mean; 4], MetricsError> {
    let mut means = [Mean::default(); 4];
    for train in TrainSet::from_view(sample).trains() {
        let figures = [cv(train), cv2(train), lv(train), lvr(train, REFRACTORINESS_MS)?];
        means.iter_mut().zip(figures).for_each(|(mean, figure)| mean.add(figure));
    }
    Ok(means)
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{SpikeChunk, TimeGrid};
    use spike_metrics::{SpikeTimes, fano_factor};

    #[test]
    fn sums_over_batches_are_the_metrics_of_all_rows() {
        let grid = TimeGrid::from_ms(10.0, 1.0).expect("a grid");
        // Three samples of two neurons.
        let rows: [&[u32]; 6] = [&[0, 1, 4], &[], &[2, 3], &[5], &[1, 2, 4, 9], &[]];
        let mut variability = Variability::default();
        for (sample, pair) in rows.chunks(2).enumerate() {
            let offsets = vec![0, pair[0].len() as u64, (pair[0].len() + pair[1].len()) as u64];
            let mut batch = SpikeBatch::new(grid, 2, sample as u64);
            batch.push(SpikeChunk::from_rows(grid, offsets, pair.concat()).expect("rows")).expect("a sample");
            variability.add(&batch).expect("figures");
        }
        let found = variability.irregularity();
        let times = |row: &[u32]| row.iter().map(|&s| f64::from(s)).collect::<Vec<f64>>();
        let mean = |f: fn(SpikeTimes<'_>) -> Option<f64>| {
            let all: Vec<f64> =
                rows.iter().filter_map(|row| f(SpikeTimes::new(&times(row), 0.0, 10.0).expect("a train"))).collect();
            Some(all.iter().sum::<f64>() / all.len() as f64)
        };
        assert_eq!(found.mean_cv, mean(cv));
        assert_eq!(found.mean_cv2, mean(cv2));
        assert_eq!(found.mean_lv, mean(lv));
        assert_eq!(found.mean_lvr, mean(|t| lvr(t, 5.0).expect("a refractoriness")));
        let fano = [fano_factor(&[3, 2, 4]), fano_factor(&[0, 1, 0])].map(|f| f.expect("spikes"));
        assert!((found.fano_factor.expect("spikes") - (fano[0] + fano[1]) / 2.0).abs() < 1e-15);
    }

    #[test]
    fn what_needs_more_is_not_made_up() {
        let found = Variability::default().irregularity();
        assert_eq!((found.mean_cv, found.mean_lv, found.fano_factor), (None, None, None));
    }
}
