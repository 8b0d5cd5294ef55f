//! Many integrate-and-fire neurons that take a dense input in every step.

use crate::error::SimError;
use crate::flags::{BLOCK, collect};
use crate::integrate_fire::adaptive::next_adaptation;
use crate::integrate_fire::burst::next_gain;
use crate::lif::in_range;
use serde::{Deserialize, Serialize};
use spike_core::exp;

/// What a spike does to the membrane of a neuron without leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfReset {
    /// v ← v − threshold: nothing of the input is lost, so that the rate is the input without error that grows.
    #[default]
    Subtract,
    /// v ← 0: what exceeds the threshold is lost.
    Zero,
}

/// The threshold of a neuron without leak.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Threshold {
    /// θ.
    #[default]
    Fixed,
    /// g·θ, where g is multiplied by `beta` with each spike of a burst and returns to 1 (Park et al. 2019).
    Burst {
        /// Growth β of a spike within a burst.
        beta: f64,
    },
    /// θ + β·b, where b follows the spikes (Bellec et al. 2018).
    Adaptive {
        /// Threshold β that is added at a spike in every step.
        beta: f64,
        /// Time constant of b in steps.
        tau_steps: f64,
    },
}

/// Configuration of integrate-and-fire neurons.
///
/// ```
/// use spike_sim::{IfOptions, IfReset};
/// assert_eq!(IfOptions::default().reset, IfReset::Subtract);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IfOptions {
    /// Threshold θ at rest.
    pub threshold: f64,
    /// Potential at the start, as a share of θ. One half makes the error of the count symmetric.
    pub initial_share: f64,
    /// What a spike does.
    pub reset: IfReset,
    /// How the threshold moves.
    pub adaptation: Threshold,
}

impl Default for IfOptions {
    /// θ = 1, start at 0, reset by subtraction, fixed threshold.
    fn default() -> Self {
        Self { threshold: 1.0, initial_share: 0.0, reset: IfReset::Subtract, adaptation: Threshold::Fixed }
    }
}

/// Integrate-and-fire neurons without leak and without refractory period, one step of the network at a time.
///
/// v ← v + z; a neuron fires if v ≥ Θ, then v ← v − Θ or v ← 0. Θ is θ, g·θ or θ + β·b, see [`Threshold`]. A spike has
/// the amplitude Θ for burst thresholds and θ for the others: what the next layer's weights are multiplied with.
///
/// Shapes: an input z of one value for each neuron in, the indices of the neurons that fire out.
///
/// # Errors
/// Construction refuses numbers out of range; [`step`](Self::step) refuses another number of inputs, and inputs that
/// are not finite.
///
/// # Examples
/// ```
/// use spike_sim::{IfOptions, IfPopulation};
/// let mut population = IfPopulation::new(&IfOptions::default(), 2)?;
/// let counts = (0..10).fold([0, 0], |mut counts, _| {
///     for &neuron in population.step(&[0.25, 1.5]).expect("two inputs") {
///         counts[neuron as usize] += 1;
///     }
///     counts
/// });
/// // A quarter of the steps, and all of them: a neuron fires at most once in a step.
/// assert_eq!(counts, [2, 10]);
/// # Ok::<(), spike_sim::SimError>(())
/// ```
///
/// # References
/// Rueckauer, Lungu, Hu, Pfeiffer, Liu (2017), Conversion of continuous-valued deep networks to efficient event-driven
/// networks for image classification, Frontiers in Neuroscience 11:682, DOI 10.3389/fnins.2017.00682 (the membrane
/// equation and both resets); [`Threshold`] names those of the moving thresholds.
#[derive(Debug, Clone)]
pub struct IfPopulation {
    options: IfOptions,
    v: Vec<f64>,
    /// g of a burst threshold, b of an adaptive one; empty for a fixed one.
    adaptation: Vec<f64>,
    /// e^(−1/τ_a).
    rho: f64,
    fired: Vec<u32>,
    amplitudes: Vec<f64>,
    arch: pulp::Arch,
}

impl IfPopulation {
    /// Neurons at their initial state.
    ///
    /// # Errors
    /// [`SimError::Config`] for a number out of its range.
    pub fn new(options: &IfOptions, num_neurons: u32) -> Result<Self, SimError> {
        in_range("threshold", options.threshold, f64::MIN_POSITIVE, 1e100)?;
        in_range("initial_share", options.initial_share, -1e6, 1e6)?;
        let mut rho = 0.0;
        match options.adaptation {
            Threshold::Fixed => {}
            Threshold::Burst { beta } => in_range("adaptation.beta", beta, 1.0, 1e6)?,
            Threshold::Adaptive { beta, tau_steps } => {
                in_range("adaptation.beta", beta, 0.0, 1e100)?;
                in_range("adaptation.tau_steps", tau_steps, 1e-6, 1e12)?;
                rho = exp(-1.0 / tau_steps);
            }
        }
        let mut population = Self {
            options: *options,
            v: vec![0.0; num_neurons as usize],
            adaptation: vec![0.0; if options.adaptation == Threshold::Fixed { 0 } else { num_neurons as usize }],
            rho,
            fired: Vec::new(),
            amplitudes: Vec::new(),
            arch: pulp::Arch::new(),
        };
        population.reset();
        Ok(population)
    }

    /// One step with the input of every neuron. Returns the neurons that fire, in increasing order.
    ///
    /// # Errors
    /// [`SimError::Size`] for another number of inputs, [`SimError::NotFinite`] for one that is not finite; the state
    /// is then unchanged.
    pub fn step(&mut self, inputs: &[f64]) -> Result<&[u32], SimError> {
        let (expected, found) = (self.v.len(), inputs.len());
        if expected != found {
            return Err(SimError::Size { what: "inputs", expected, found });
        }
        // Without early exit, so that the loop vectorises.
        let all_finite = inputs.iter().fold(true, |finite, z| finite & z.is_finite());
        if !all_finite && let Some((index, &value)) = inputs.iter().enumerate().find(|(_, z)| !z.is_finite()) {
            return Err(SimError::NotFinite { what: "input", index, value });
        }
        self.fired.clear();
        self.amplitudes.clear();
        let arch = self.arch;
        arch.dispatch(Step { population: self, inputs });
        Ok(&self.fired)
    }

    /// Amplitudes of the spikes of the last step.
    #[must_use]
    pub fn amplitudes(&self) -> &[f64] {
        &self.amplitudes
    }

    /// Membrane potentials.
    #[must_use]
    pub fn potentials(&self) -> &[f64] {
        &self.v
    }

    /// Thresholds that the next step will test.
    #[must_use]
    pub fn to_thresholds(&self) -> Vec<f64> {
        let theta = self.options.threshold;
        match self.options.adaptation {
            Threshold::Fixed => vec![theta; self.v.len()],
            Threshold::Burst { .. } => self.adaptation.iter().map(|g| g * theta).collect(),
            Threshold::Adaptive { beta, .. } => self.adaptation.iter().map(|b| theta + beta * b).collect(),
        }
    }

    /// Back to the initial state.
    pub fn reset(&mut self) {
        self.v.fill(self.options.initial_share * self.options.threshold);
        let rest = if matches!(self.options.adaptation, Threshold::Burst { .. }) { 1.0 } else { 0.0 };
        self.adaptation.fill(rest);
        self.fired.clear();
        self.amplitudes.clear();
    }
}

struct Step<'a> {
    population: &'a mut IfPopulation,
    inputs: &'a [f64],
}

impl pulp::WithSimd for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let IfOptions { threshold, reset, adaptation, .. } = self.population.options;
        let rho = self.population.rho;
        let to_zero = reset == IfReset::Zero;
        match adaptation {
            Threshold::Fixed => self.run_fixed(threshold, to_zero),
            Threshold::Burst { beta } => {
                self.run_moving(|g| g * threshold, |g, fired| next_gain(g, fired, beta), None, to_zero);
            }
            Threshold::Adaptive { beta, .. } => {
                let theta = |b: f64| threshold + beta * b;
                self.run_moving(theta, |b, fired| next_adaptation(b, fired, rho), Some(threshold), to_zero);
            }
        }
    }
}

impl Step<'_> {
    #[inline(always)]
    fn run_fixed(self, threshold: f64, to_zero: bool) {
        let IfPopulation { v, fired, amplitudes, .. } = self.population;
        for (start, (v, z)) in (0u32..).step_by(BLOCK).zip(v.chunks_mut(BLOCK).zip(self.inputs.chunks(BLOCK))) {
            let mut flags = [0u8; BLOCK];
            for ((v, &z), flag) in v.iter_mut().zip(z).zip(&mut flags) {
                let next = *v + z;
                let fires = threshold <= next;
                let after = if to_zero { 0.0 } else { next - threshold };
                *v = if fires { after } else { next };
                *flag = u8::from(fires);
            }
            collect(start, &flags, fired);
        }
        amplitudes.resize(fired.len(), threshold);
    }

    #[inline(always)]
    fn run_moving(
        self,
        threshold: impl Fn(f64) -> f64,
        next: impl Fn(f64, bool) -> f64,
        amplitude: Option<f64>,
        to_zero: bool,
    ) {
        let IfPopulation { v, adaptation, fired, amplitudes, .. } = self.population;
        let rows = v.chunks_mut(BLOCK).zip(adaptation.chunks_mut(BLOCK)).zip(self.inputs.chunks(BLOCK));
        for (start, ((v, x), z)) in (0u32..).step_by(BLOCK).zip(rows) {
            let mut flags = [0u8; BLOCK];
            let mut tested = [0.0; BLOCK];
            let cells = v.iter_mut().zip(x.iter_mut()).zip(z);
            for (((v, x), &z), (flag, tested)) in cells.zip(flags.iter_mut().zip(&mut tested)) {
                let sum = *v + z;
                let theta = threshold(*x);
                let fires = theta <= sum;
                let after = if to_zero { 0.0 } else { sum - theta };
                *v = if fires { after } else { sum };
                *x = next(*x, fires);
                *tested = theta;
                *flag = u8::from(fires);
            }
            let before = fired.len();
            collect(start, &flags, fired);
            amplitudes
                .extend(fired[before..].iter().map(|&neuron| amplitude.unwrap_or(tested[(neuron - start) as usize])));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spikes(options: &IfOptions, inputs: &[f64]) -> (Vec<usize>, Vec<f64>) {
        let mut population = IfPopulation::new(options, 1).unwrap();
        let (mut steps, mut amplitudes) = (Vec::new(), Vec::new());
        for (step, &z) in inputs.iter().enumerate() {
            if !population.step(&[z]).unwrap().is_empty() {
                steps.push(step);
                amplitudes.push(population.amplitudes()[0]);
            }
        }
        (steps, amplitudes)
    }

    #[test]
    fn each_bound_is_rejected() {
        let default = IfOptions::default();
        for options in [
            IfOptions { threshold: 0.0, ..default },
            IfOptions { threshold: f64::NAN, ..default },
            IfOptions { initial_share: f64::NAN, ..default },
            IfOptions { adaptation: Threshold::Burst { beta: 0.5 }, ..default },
            IfOptions { adaptation: Threshold::Adaptive { beta: -1.0, tau_steps: 10.0 }, ..default },
            IfOptions { adaptation: Threshold::Adaptive { beta: 1.0, tau_steps: 0.0 }, ..default },
        ] {
            assert!(matches!(IfPopulation::new(&options, 1), Err(SimError::Config(_))), "{options:?}");
        }
        let mut population = IfPopulation::new(&default, 2).unwrap();
        assert!(matches!(population.step(&[0.0]), Err(SimError::Size { expected: 2, found: 1, .. })));
        let error = population.step(&[0.0, f64::NAN]).unwrap_err();
        assert!(matches!(error, SimError::NotFinite { what: "input", index: 1, .. }));
        assert_eq!(population.potentials(), [0.0, 0.0]);
    }

    #[test]
    fn subtraction_keeps_what_zero_loses() {
        let inputs = [0.75; 8];
        let subtract = IfOptions::default();
        assert_eq!(spikes(&subtract, &inputs).0, [1, 2, 3, 5, 6, 7]);
        assert_eq!(spikes(&IfOptions { reset: IfReset::Zero, ..subtract }, &inputs).0, [1, 3, 5, 7]);
        // Half a threshold at the start: the first spike comes a step earlier, and the count is rounded.
        assert_eq!(spikes(&IfOptions { initial_share: 0.5, ..subtract }, &inputs).0, [0, 1, 3, 4, 5, 7]);
    }

    #[test]
    fn subtraction_counts_within_one_of_the_input() {
        for x in [0.0, 0.013, 0.3, 0.5, 0.77, 1.0] {
            for steps in [1, 10, 333] {
                let (count, _) = spikes(&IfOptions { initial_share: 0.5, ..IfOptions::default() }, &vec![x; steps]);
                let exact = x * steps as f64;
                assert!((count.len() as f64 - exact).abs() <= 0.5 + 1e-9, "{x} {steps}");
            }
        }
    }

    #[test]
    fn a_burst_transmits_all_of_a_large_input() {
        let options = IfOptions { adaptation: Threshold::Burst { beta: 2.0 }, ..IfOptions::default() };
        let mut inputs = [0.0; 8];
        inputs[0] = 15.0;
        let (steps, amplitudes) = spikes(&options, &inputs);
        assert_eq!((steps, amplitudes), (vec![0, 1, 2, 3], vec![1.0, 2.0, 4.0, 8.0]));
    }

    #[test]
    fn an_adaptive_threshold_slows_the_neuron() {
        let inputs = [0.6; 400];
        let fixed = spikes(&IfOptions::default(), &inputs).0;
        let adaptation = Threshold::Adaptive { beta: 2.0, tau_steps: 50.0 };
        let (slow, amplitudes) = spikes(&IfOptions { adaptation, ..IfOptions::default() }, &inputs);
        assert!(amplitudes.iter().all(|&a| a == 1.0));
        // Steady state of rate·(1 + 2·rate) = 0.6: every spike takes its threshold.
        let late = slow.iter().filter(|&&step| 200 <= step).count() as f64 / 200.0;
        let expected = (-1.0 + (1.0f64 + 4.0 * 2.0 * 0.6).sqrt()) / 4.0;
        assert!((late - expected).abs() < 0.02, "{late} {expected}");
        assert!(slow.len() < fixed.len());
    }

    #[test]
    fn blocks_are_one_neuron_each() {
        for adaptation in
            [Threshold::Fixed, Threshold::Burst { beta: 1.5 }, Threshold::Adaptive { beta: 0.7, tau_steps: 5.0 }]
        {
            let options = IfOptions { adaptation, initial_share: 0.25, ..IfOptions::default() };
            let mut many = IfPopulation::new(&options, 150).unwrap();
            let mut single: Vec<_> = (0..150).map(|_| IfPopulation::new(&options, 1).unwrap()).collect();
            for step in 0..60u32 {
                let inputs: Vec<f64> = (0..150u32).map(|n| f64::from((n * 37 + step * 11) % 50) / 40.0).collect();
                let fired = many.step(&inputs).unwrap().to_vec();
                let expected: Vec<u32> = (0u32..)
                    .zip(single.iter_mut().zip(&inputs))
                    .filter_map(|(n, (neuron, &z))| (!neuron.step(&[z]).unwrap().is_empty()).then_some(n))
                    .collect();
                assert_eq!(fired, expected, "{adaptation:?} {step}");
            }
        }
    }
}
