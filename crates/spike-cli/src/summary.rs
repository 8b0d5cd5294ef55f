//! Sums over spikes of any number of batches: what reports are made of.

use serde::Serialize;
use spike_core::{SpikeBatch, SpikeView, TimeGrid};

/// Running sums over samples.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Summary {
    pub(crate) num_samples: u64,
    pub(crate) num_rows: u64,
    pub(crate) num_spikes: u64,
    silent_rows: u64,
    first_steps: f64,
    isi_count: f64,
    isi_sum: f64,
    isi_squares: f64,
    min_isi: Option<u32>,
}

/// The sums as figures with units.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Statistics {
    /// Spikes / (neurons × window).
    pub(crate) mean_firing_rate_hz: f64,
    /// Share of (neuron, step) cells without a spike.
    pub(crate) sparsity: f64,
    /// Share of rows without any spike.
    pub(crate) silent_fraction: f64,
    /// Mean time of the first spike of rows that have one, from the start of the window.
    pub(crate) latency_to_first_spike_ms: Option<f64>,
    /// Mean interval between spikes.
    pub(crate) mean_isi_ms: Option<f64>,
    /// Smallest interval between spikes.
    pub(crate) min_isi_ms: Option<f64>,
    /// Standard deviation / mean of the intervals.
    pub(crate) cv_isi: Option<f64>,
}

impl Summary {
    /// Takes a batch into account.
    pub(crate) fn add(&mut self, batch: &SpikeBatch) {
        for sample in batch.samples() {
            self.add_sample(sample);
        }
    }

    fn add_sample(&mut self, sample: SpikeView<'_>) {
        self.num_samples += 1;
        for row in sample.neurons() {
            self.num_rows += 1;
            self.num_spikes += row.len() as u64;
            match row.first() {
                Some(&first) => self.first_steps += f64::from(first),
                None => self.silent_rows += 1,
            }
            for [a, b] in row.array_windows() {
                let isi = b - a;
                self.isi_count += 1.0;
                self.isi_sum += f64::from(isi);
                self.isi_squares += f64::from(isi) * f64::from(isi);
                self.min_isi = Some(self.min_isi.map_or(isi, |m| m.min(isi)));
            }
        }
    }

    /// The figures.
    pub(crate) fn statistics(&self, grid: TimeGrid) -> Statistics {
        let rows = self.num_rows as f64;
        let spikes = self.num_spikes as f64;
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let spiking = rows - self.silent_rows as f64;
        let mean_isi = (self.isi_count > 0.0).then(|| self.isi_sum / self.isi_count);
        Statistics {
            mean_firing_rate_hz: share(spikes, rows * grid.duration_s()),
            sparsity: 1.0 - share(spikes, rows * f64::from(grid.num_steps())),
            silent_fraction: share(self.silent_rows as f64, rows),
            latency_to_first_spike_ms: (spiking > 0.0).then(|| self.first_steps / spiking * grid.dt_ms()),
            mean_isi_ms: mean_isi.map(|m| m * grid.dt_ms()),
            min_isi_ms: self.min_isi.map(|m| grid.time_ms(m)),
            cv_isi: mean_isi.map(|m| (self.isi_squares / self.isi_count - m * m).max(0.0).sqrt() / m),
        }
    }
}
