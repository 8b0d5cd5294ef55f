//! Accuracy of a spiking network at every number of steps, from one run over labelled samples.

use crate::analog::AnalogNetwork;
use crate::error::ConvertError;
use crate::par::map_indexed;
use crate::simulate::{Simulation, SimulationState};
use spike_core::SpikeBatch;
use spike_sim::Real;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Samples that one task simulates.
const SAMPLES_PER_TASK: usize = 8;

/// When a sample may stop before the last step.
///
/// The sample stops after step t ≥ `min_steps` if the largest read-out exceeds the second by `margin`·t: the distance
/// of the two logits that the read-out stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EarlyExit {
    /// Distance of the two largest logits.
    pub margin: f64,
    /// First step that may be the last.
    pub min_steps: u32,
}

/// What a run over labelled samples found.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Number of samples.
    pub num_samples: usize,
    /// For each t from 1, how many samples are classified correctly after t steps.
    pub num_correct: Vec<usize>,
    /// Class of each sample after the last step.
    pub predictions: Vec<u32>,
    /// Spikes of all neurons, over all samples and steps.
    pub num_spikes: u64,
    /// Weights other than 0 that spikes met.
    pub num_synaptic_operations: u64,
    /// Mean number of steps of a sample: less than the maximum only with early exit.
    pub mean_steps: f64,
}

impl Evaluation {
    /// This run and another over other samples, as one.
    #[must_use]
    pub fn joined(mut self, other: Self) -> Self {
        let steps = |part: &Self| part.mean_steps * part.num_samples as f64;
        let sum = steps(&self) + steps(&other);
        self.merge(other);
        self.mean_steps = sum / self.num_samples.max(1) as f64;
        self
    }

    /// Share of correct samples after t steps, t from 1.
    #[must_use]
    pub fn accuracy(&self, t: u32) -> f64 {
        let number = t.checked_sub(1).and_then(|at| self.num_correct.get(at as usize)).copied().unwrap_or(0);
        number as f64 / self.num_samples as f64
    }
}

/// Counts finished samples; called from several threads.
pub type Progress<'a> = &'a (dyn Fn(usize) + Sync);

impl<F: Real> Simulation<F> {
    /// Simulates labelled samples with a constant current, on the threads of the current pool.
    ///
    /// `samples` are one after the other; `labels` has the index of the right class of each. A sample that exits early
    /// keeps its class for all later steps.
    ///
    /// # Errors
    /// [`ConvertError::Labels`] if labels are not as many as samples or beyond the classes, [`ConvertError::Run`] for
    /// samples that do not fit.
    pub fn evaluate(
        &self,
        samples: &[f32],
        labels: &[u32],
        num_steps: u32,
        exit: Option<EarlyExit>,
        progress: Progress<'_>,
    ) -> Result<Evaluation, ConvertError> {
        let num_samples = self.check_labels(samples, labels)?;
        let size = self.num_inputs();
        let done = AtomicUsize::new(0);
        let parts = map_indexed(num_samples.div_ceil(SAMPLES_PER_TASK), |task| {
            let range = task * SAMPLES_PER_TASK..num_samples.min((task + 1) * SAMPLES_PER_TASK);
            let mut state = self.state();
            let mut part = Evaluation::empty(num_steps);
            for number in range {
                let sample = &samples[number * size..(number + 1) * size];
                self.begin(&mut state, sample).map_err(|error| error.in_sample(number))?;
                part.add_steps(&mut state, labels[number], num_steps, exit, |state, _| {
                    self.step(state);
                    Ok(())
                })?;
                progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            }
            Ok::<_, ConvertError>(part)
        });
        let mut all = Evaluation::empty(num_steps);
        for part in parts {
            all.merge(part?);
        }
        all.mean_steps /= all.num_samples as f64;
        Ok(all)
    }

    /// Simulates labelled samples whose input is spikes, one neuron for each value of the input; a network compiled by
    /// [`with_spike_input`](Self::with_spike_input).
    ///
    /// Every spike adds `amplitude` in its step, so that the mean input of a neuron is amplitude·spikes/T. Step 0 of
    /// the grid is the first of the simulation; after the grid ends nothing arrives but biases.
    ///
    /// # Errors
    /// [`ConvertError::Input`] for another number of neurons than the network has inputs, [`ConvertError::Labels`] if
    /// labels are not as many as samples or beyond the classes.
    pub fn evaluate_spikes(
        &self,
        spikes: &SpikeBatch,
        amplitude: f64,
        labels: &[u32],
        num_steps: u32,
        exit: Option<EarlyExit>,
    ) -> Result<Evaluation, ConvertError> {
        let (inputs, neurons) = (self.num_inputs(), spikes.num_neurons());
        if neurons != inputs {
            let problem = format!("a sample has {neurons} spiking neurons, the network has {inputs} inputs");
            return Err(ConvertError::Input { problem });
        }
        let num_samples = spikes.num_samples();
        check_labels(num_samples * inputs, inputs, labels, self.num_outputs())?;
        let amplitude = F::from_f64(amplitude);
        let parts = map_indexed(num_samples.div_ceil(SAMPLES_PER_TASK), |task| {
            let mut state = self.state();
            let mut part = Evaluation::empty(num_steps);
            let mut steps = vec![Vec::new(); num_steps as usize];
            let first = task * SAMPLES_PER_TASK;
            for (number, &label) in (first..).zip(&labels[first..num_samples.min(first + SAMPLES_PER_TASK)]) {
                steps.iter_mut().for_each(Vec::clear);
                for (neuron, row) in (0u32..).zip(spikes.sample(number).neurons()) {
                    for &step in row {
                        if let Some(fired) = steps.get_mut(step as usize) {
                            fired.push(neuron);
                        }
                    }
                }
                self.begin_spikes(&mut state);
                let mut amplitudes = Vec::new();
                part.add_steps(&mut state, label, num_steps, exit, |state, t| {
                    let fired = &steps[t as usize];
                    amplitudes.clear();
                    amplitudes.resize(fired.len(), amplitude);
                    self.step_spikes(state, fired, &amplitudes)
                })?;
            }
            Ok::<_, ConvertError>(part)
        });
        let mut all = Evaluation::empty(num_steps);
        for part in parts {
            all.merge(part?);
        }
        all.mean_steps /= all.num_samples as f64;
        Ok(all)
    }

    fn check_labels(&self, samples: &[f32], labels: &[u32]) -> Result<usize, ConvertError> {
        let size = self.num_inputs();
        check_labels(samples.len(), size, labels, self.num_outputs())
    }
}

fn check_labels(num_values: usize, size: usize, labels: &[u32], num_classes: usize) -> Result<usize, ConvertError> {
    let num_samples = num_values / size;
    if num_samples == 0 || !num_values.is_multiple_of(size) {
        let problem = format!("{num_values} values are no whole samples of {size} values; give at least one sample");
        return Err(ConvertError::Labels { problem });
    }
    if labels.len() != num_samples {
        let problem = format!("{} labels for {num_samples} samples; give one for each", labels.len());
        return Err(ConvertError::Labels { problem });
    }
    match labels.iter().position(|label| num_classes <= *label as usize) {
        Some(at) => {
            let problem = format!("label {at} is {}, the network has classes 0 to {}", labels[at], num_classes - 1);
            Err(ConvertError::Labels { problem })
        }
        None => Ok(num_samples),
    }
}

impl ConvertError {
    fn in_sample(self, number: usize) -> Self {
        match self {
            Self::Run(error) => Self::Run(error.in_sample(number)),
            other => other,
        }
    }
}

impl Evaluation {
    fn empty(num_steps: u32) -> Self {
        Self {
            num_samples: 0,
            num_correct: vec![0; num_steps as usize],
            predictions: Vec::new(),
            num_spikes: 0,
            num_synaptic_operations: 0,
            mean_steps: 0.0,
        }
    }

    fn add_steps<F: Real>(
        &mut self,
        state: &mut SimulationState<F>,
        label: u32,
        num_steps: u32,
        exit: Option<EarlyExit>,
        mut step: impl FnMut(&mut SimulationState<F>, u32) -> Result<(), ConvertError>,
    ) -> Result<(), ConvertError> {
        let mut class = 0;
        for t in 0..num_steps {
            step(state, t)?;
            class = state.prediction();
            let correct = usize::from(class == label as usize);
            self.num_correct[t as usize] += correct;
            if exit.is_some_and(|exit| exits(exit, state)) {
                self.num_correct[t as usize + 1..].iter_mut().for_each(|number| *number += correct);
                break;
            }
        }
        self.num_samples += 1;
        self.predictions.push(class as u32);
        self.num_spikes += state.num_spikes();
        self.num_synaptic_operations += state.num_synaptic_operations();
        self.mean_steps += f64::from(state.num_steps());
        Ok(())
    }

    fn merge(&mut self, other: Self) {
        self.num_samples += other.num_samples;
        self.num_correct.iter_mut().zip(other.num_correct).for_each(|(a, b)| *a += b);
        self.predictions.extend(other.predictions);
        self.num_spikes += other.num_spikes;
        self.num_synaptic_operations += other.num_synaptic_operations;
        self.mean_steps += other.mean_steps;
    }
}

fn exits<F: Real>(exit: EarlyExit, state: &SimulationState<F>) -> bool {
    let best = state.prediction();
    let values = state.readout();
    let others = values.iter().enumerate().filter(|(i, _)| *i != best).map(|(_, value)| value.to_f64());
    let second = others.fold(f64::NEG_INFINITY, f64::max);
    exit.min_steps <= state.num_steps() && exit.margin * f64::from(state.num_steps()) <= values[best].to_f64() - second
}

impl AnalogNetwork {
    /// The class of each sample: the place of the largest result, the first of several.
    ///
    /// # Errors
    /// [`ConvertError::Labels`] if the samples are not whole or none, [`ConvertError::Run`] for samples that do not fit.
    pub fn classes(&self, samples: &[f32]) -> Result<Vec<u32>, ConvertError> {
        let size = self.graph().node(self.graph().input()).num_values();
        let classes = self.graph().node(self.graph().output()).num_values();
        let zeros = vec![0; samples.len() / size];
        check_labels(samples.len(), size, &zeros, classes)?;
        let results = self.run(samples)?;
        let class =
            |values: &[f32]| (1..values.len()).fold(0, |best, i| if values[best] < values[i] { i } else { best });
        Ok(results.chunks(classes).map(|values| class(values) as u32).collect())
    }

    /// Share of samples that the analog network classifies correctly.
    ///
    /// # Errors
    /// [`ConvertError::Labels`] if labels do not fit, [`ConvertError::Run`] for samples that do not fit.
    pub fn accuracy(&self, samples: &[f32], labels: &[u32]) -> Result<f64, ConvertError> {
        let size = self.graph().node(self.graph().input()).num_values();
        let classes = self.graph().node(self.graph().output()).num_values();
        let num_samples = check_labels(samples.len(), size, labels, classes)?;
        let correct = self.classes(samples)?.iter().zip(labels).filter(|(class, label)| class == label).count();
        Ok(correct as f64 / num_samples as f64)
    }
}
