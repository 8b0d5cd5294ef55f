//! Labelled samples through an integer network.

use super::input::{check_values, regular_spikes};
use super::model::IntegerNetwork;
use super::run::{IntegerSimulation, IntegerState, Peak};
use crate::par::map_indexed;
use crate::quantise::QuantiseError;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Samples that one task simulates.
const SAMPLES_PER_TASK: usize = 8;

/// Counts finished samples; called from several threads.
pub type Progress<'a> = &'a (dyn Fn(usize) + Sync);

/// What a run over samples found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegerEvaluation {
    /// Class of each sample.
    pub predictions: Vec<u32>,
    /// Spikes of all neurons, over all samples and steps.
    pub num_spikes: u64,
    /// Spikes of all inputs, those of drives included.
    pub num_input_spikes: u64,
    /// The largest magnitudes of each population, over all samples.
    pub peaks: Vec<Peak>,
}

impl IntegerEvaluation {
    /// Share of samples whose class is the label.
    #[must_use]
    pub fn accuracy(&self, labels: &[u32]) -> f64 {
        let correct = self.predictions.iter().zip(labels).filter(|(found, label)| found == label).count();
        correct as f64 / self.predictions.len().max(1) as f64
    }

    /// How often a register wrapped, over all populations.
    #[must_use]
    pub fn num_wrapped(&self) -> u64 {
        self.peaks.iter().map(|peak| peak.num_wrapped).sum()
    }
}

impl IntegerNetwork {
    /// Replaces `spikes` by the inputs that spike in a step of a sample of `num_steps` steps, ascending: the values by
    /// [`regular_spikes`], and the drives.
    pub fn input_spikes(&self, sample: &[f32], step: u32, num_steps: u32, spikes: &mut Vec<u32>) {
        spikes.clear();
        if step < num_steps {
            regular_spikes(sample, step, spikes);
        }
        let due = self.drives.iter().filter(|drive| step.wrapping_sub(drive.first_step) < num_steps);
        spikes.extend(due.map(|drive| drive.input as u32));
        spikes.sort_unstable();
    }
}

impl IntegerSimulation {
    /// Runs one sample from rest to its end; values in [0, 1].
    ///
    /// Returns the number of input spikes. The results are in the state.
    ///
    /// # Errors
    /// [`QuantiseError::Samples`] or [`QuantiseError::Value`] for a sample that does not fit.
    pub fn run_sample(&self, state: &mut IntegerState, sample: &[f32], num_steps: u32) -> Result<u64, QuantiseError> {
        if check_values(sample, self.network().num_values)? != 1 {
            return Err(QuantiseError::Samples { found: sample.len(), expected: self.network().num_values });
        }
        Ok(self.run_checked(state, sample, num_steps))
    }

    fn run_checked(&self, state: &mut IntegerState, sample: &[f32], num_steps: u32) -> u64 {
        state.reset();
        let (mut spikes, mut number) = (Vec::new(), 0);
        for step in 0..self.network().total_steps(num_steps) {
            self.network().input_spikes(sample, step, num_steps, &mut spikes);
            number += spikes.len() as u64;
            self.step(state, &spikes);
        }
        number
    }

    /// Runs samples that follow each other, on the threads of the current pool.
    ///
    /// # Errors
    /// [`QuantiseError::Samples`] or [`QuantiseError::Value`] for samples that do not fit.
    pub fn evaluate(
        &self,
        samples: &[f32],
        num_steps: u32,
        progress: Progress<'_>,
    ) -> Result<IntegerEvaluation, QuantiseError> {
        let size = self.network().num_values;
        let num_samples = check_values(samples, size)?;
        let num_populations = self.network().populations.len();
        let role = self.network().populations[num_populations - 1].role;
        let done = AtomicUsize::new(0);
        let empty = || IntegerEvaluation {
            predictions: Vec::new(),
            num_spikes: 0,
            num_input_spikes: 0,
            peaks: vec![Peak::default(); num_populations],
        };
        let parts = map_indexed(num_samples.div_ceil(SAMPLES_PER_TASK), |task| {
            let first = task * SAMPLES_PER_TASK;
            let (mut state, mut part) = (self.state(), empty());
            for sample in samples[first * size..].chunks(size).take(SAMPLES_PER_TASK) {
                part.num_input_spikes += self.run_checked(&mut state, sample, num_steps);
                part.num_spikes += state.num_spikes();
                part.predictions.push(state.prediction(role) as u32);
                for (population, peak) in part.peaks.iter_mut().enumerate() {
                    *peak = peak.merged(state.peak(population));
                }
                progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            }
            part
        });
        let mut all = empty();
        for part in parts {
            all.predictions.extend(part.predictions);
            all.num_spikes += part.num_spikes;
            all.num_input_spikes += part.num_input_spikes;
            all.peaks.iter_mut().zip(part.peaks).for_each(|(peak, other)| *peak = peak.merged(other));
        }
        Ok(all)
    }
}
