//! Posterior of a value given the numbers of spikes of regular neurons.

use super::neurons::Neurons;
use crate::prior::Prior;
use spike_core::{DecodeError, Encoding, PopulationOptions, SpikeView};

/// Posterior of a value given the counts of neurons that spike at equal distances from unknown phases.
///
/// A neuron with the interval L_j(x) = 1/p_j(x) + k has m_j = T/L_j spikes on average, and with a uniform phase n of
/// them with the probability max(0, 1 − |m_j − n|): exact for counts, which is all that is read here. Counts that no
/// value explains (lost or added spikes) are taken to be off by whole spikes, each e^10 times less probable.
///
/// Sums are over a grid of [0, 1] with at least eight points for each spike that a count can change by.
#[derive(Debug, Clone)]
pub(crate) struct CountPosterior {
    /// m_j at the middle of each cell, neuron by neuron.
    expected: Vec<Vec<f64>>,
    /// ln of the prior in each cell.
    ln_prior: Vec<f64>,
}

/// Fewest and most cells.
const CELLS: (f64, f64) = (1024.0, 65_536.0);
/// ln of the least probability of a count that differs by less than a spike, and of each spike more.
const LN_LEAST: f64 = -14.0;
const LN_EACH: f64 = -10.0;

impl CountPosterior {
    pub(crate) fn for_encoding(
        encoding: &Encoding,
        options: PopulationOptions,
        prior: &Prior,
    ) -> Result<Self, DecodeError> {
        let neurons = Neurons::tuned(encoding, options)?;
        let (steps, dead) = (f64::from(neurons.num_steps()), f64::from(neurons.dead_steps()));
        let count = |j: usize, x: f64| {
            let p = neurons.p(j, x);
            steps * p / (1.0 + p * dead)
        };
        // The steepest count decides how fine the grid must be.
        let probe = |cells: f64| {
            let at = move |i: u32| f64::from(i) / cells;
            (0..neurons.len())
                .flat_map(|j| (0..cells as u32).map(move |i| (j, i)))
                .map(|(j, i)| (count(j, at(i + 1)) - count(j, at(i))).abs() * cells)
                .fold(0.0, f64::max)
        };
        let cells = (8.0 * probe(CELLS.0)).clamp(CELLS.0, CELLS.1).ceil();
        let middles: Vec<f64> = (0..cells as u32).map(|i| (f64::from(i) + 0.5) / cells).collect();
        let expected = (0..neurons.len()).map(|j| middles.iter().map(|&x| count(j, x)).collect()).collect();
        Ok(Self { expected, ln_prior: middles.iter().map(|&x| prior.density(x).ln()).collect() })
    }

    /// Rows for each channel.
    pub(crate) fn num_neurons(&self) -> usize {
        self.expected.len()
    }

    /// m_j at a value.
    pub(crate) fn expected(&self, j: usize, x: f64) -> f64 {
        let cell = (x * self.ln_prior.len() as f64) as usize;
        self.expected[j][cell.min(self.ln_prior.len() - 1)]
    }

    fn ln_posterior(&self, rows: SpikeView<'_>) -> Vec<f64> {
        let mut ln = self.ln_prior.clone();
        for (row, expected) in rows.neurons().zip(&self.expected) {
            let n = row.len() as f64;
            for (ln, m) in ln.iter_mut().zip(expected) {
                let off = (m - n).abs();
                *ln += if off < 1.0 { (1.0 - off).ln().max(LN_LEAST) } else { LN_LEAST + LN_EACH * (off - 1.0) };
            }
        }
        ln
    }

    /// Mean and variance.
    pub(crate) fn moments(&self, rows: SpikeView<'_>) -> (f64, f64) {
        let ln = self.ln_posterior(rows);
        let top = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let cells = ln.len() as f64;
        let (mut mass, mut first, mut second) = (0.0, 0.0, 0.0);
        for (i, ln) in ln.iter().enumerate().filter(|(_, ln)| **ln - top > -40.0) {
            let (w, x) = ((ln - top).exp(), (i as f64 + 0.5) / cells);
            mass += w;
            first += w * x;
            second += w * x * x;
        }
        let mean = first / mass;
        // Within a cell the value is uniform.
        (mean, (second / mass - mean * mean).max(0.0) + 1.0 / (12.0 * cells * cells))
    }

    /// The most probable value: the middle of the highest cells.
    pub(crate) fn mode(&self, rows: SpikeView<'_>) -> f64 {
        let ln = self.ln_posterior(rows);
        let top = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let highest = || ln.iter().enumerate().filter(|(_, ln)| **ln == top).map(|(i, _)| i as f64 + 0.5);
        let sum: f64 = highest().sum();
        sum / highest().count().max(1) as f64 / ln.len() as f64
    }
}
