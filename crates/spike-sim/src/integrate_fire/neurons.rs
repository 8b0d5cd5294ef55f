//! Neurons of one layer of a converted network: a threshold for each, signed spikes with a memory of counts.

use crate::error::SimError;
use crate::flags::{BLOCK, collect};
use crate::integrate_fire::population::IfReset;
use crate::lif::in_range;
use crate::real::Real;
use serde::{Deserialize, Serialize};

/// Which spikes a neuron may emit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Emission {
    /// +1 at most once a step.
    #[default]
    Binary,
    /// +1 or −1: a neuron takes back a spike when its membrane is below 0, as long as its count n = (spikes up) −
    /// (spikes down) stays within the bounds. With bounds 0 and L the count settles at clip(⌊(Σz + v₀)/θ⌋, 0, L),
    /// in whatever order the inputs arrive.
    Ternary {
        /// Lowest count: 0 for the output of a rectifier, negative for a value of either sign.
        min_count: i32,
        /// Highest count.
        max_count: i32,
    },
}

/// Configuration of a layer of integrate-and-fire neurons.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IfNeuronsOptions {
    /// What an upward spike does to the membrane; a downward spike always adds θ.
    pub reset: IfReset,
    /// Potential at the start, as a share of θ. One half rounds counts instead of truncating them.
    pub initial_share: f64,
    /// Which spikes are emitted.
    pub emission: Emission,
}

impl Default for IfNeuronsOptions {
    /// Reset by subtraction, start at θ/2, binary spikes.
    fn default() -> Self {
        Self { reset: IfReset::Subtract, initial_share: 0.5, emission: Emission::Binary }
    }
}

/// Integrate-and-fire neurons without leak, each with its own threshold.
///
/// v ← v + z; up: θ ≤ v and n < max, then v ← v − θ (or 0) and n ← n + 1; down: v < 0 and min < n, then v ← v + θ and
/// n ← n − 1. With a constant input z and binary spikes, n(T) = clip(⌊(T·z + v₀)/θ⌋, 0, T).
///
/// Inputs are added to [`membranes_mut`](Self::membranes_mut) as they arrive, and what drives a neuron in every step is
/// given to [`step`](Self::step).
///
/// # Errors
/// Construction refuses thresholds that are not positive and finite, and bounds that exclude 0.
///
/// # Examples
/// ```
/// use spike_sim::{IfNeurons, IfNeuronsOptions};
/// let mut neurons = IfNeurons::<f32>::new(&IfNeuronsOptions::default(), vec![1.0, 4.0])?;
/// let mut counts = [0, 0];
/// for _ in 0..8 {
///     neurons.step(Some(&[0.75, 1.0]));
///     neurons.up().iter().for_each(|&neuron| counts[neuron as usize] += 1);
/// }
/// assert_eq!(counts, [6, 2]);
/// # Ok::<(), spike_sim::SimError>(())
/// ```
///
/// # References
/// Rueckauer, Lungu, Hu, Pfeiffer, Liu (2017), Conversion of continuous-valued deep networks to efficient event-driven
/// networks for image classification, Frontiers in Neuroscience 11:682, DOI 10.3389/fnins.2017.00682 (both resets);
/// Deng, Gu (2021), Optimal conversion of conventional artificial neural networks to spiking neural networks, ICLR,
/// arXiv 2103.00476 (half a threshold at the start); You, Xu, Nie, Deng, Guo, Wang, He (2024), SpikeZIP-TF, ICML,
/// arXiv 2406.03470 (ternary spikes with a memory of counts).
#[derive(Debug, Clone)]
pub struct IfNeurons<F> {
    options: IfNeuronsOptions,
    thresholds: Vec<F>,
    initial: Vec<F>,
    v: Vec<F>,
    /// n of each neuron; empty for binary spikes.
    counts: Vec<i32>,
    up: Vec<u32>,
    down: Vec<u32>,
    arch: pulp::Arch,
}

impl<F: Real> IfNeurons<F> {
    /// Neurons at their initial state, one for each threshold.
    ///
    /// # Errors
    /// [`SimError::Config`] for a number out of its range.
    pub fn new(options: &IfNeuronsOptions, thresholds: Vec<F>) -> Result<Self, SimError> {
        in_range("initial_share", options.initial_share, -1e6, 1e6)?;
        for threshold in &thresholds {
            in_range("threshold", threshold.to_f64(), f64::from(f32::MIN_POSITIVE), 1e30)?;
        }
        let mut counts = Vec::new();
        if let Emission::Ternary { min_count, max_count } = options.emission {
            in_range("min_count", f64::from(min_count), f64::from(i32::MIN), 0.0)?;
            in_range("max_count", f64::from(max_count), 1.0, f64::from(i32::MAX))?;
            counts = vec![0; thresholds.len()];
        }
        let initial: Vec<F> = thresholds.iter().map(|&theta| F::from_f64(options.initial_share) * theta).collect();
        let v = initial.clone();
        let arch = pulp::Arch::new();
        Ok(Self { options: *options, thresholds, initial, v, counts, up: Vec::new(), down: Vec::new(), arch })
    }

    /// Adds to the potential at which each neuron starts.
    ///
    /// # Errors
    /// [`SimError::Size`] for another number of values, [`SimError::NotFinite`] for one that is not finite.
    pub fn with_initial_charges(mut self, charges: &[F]) -> Result<Self, SimError> {
        let (expected, found) = (self.v.len(), charges.len());
        if expected != found {
            return Err(SimError::Size { what: "initial charges", expected, found });
        }
        if let Some((index, value)) = charges.iter().enumerate().find(|(_, charge)| !charge.is_finite()) {
            return Err(SimError::NotFinite { what: "initial charge", index, value: value.to_f64() });
        }
        self.initial.iter_mut().zip(charges).for_each(|(v, &charge)| *v += charge);
        self.v.copy_from_slice(&self.initial);
        Ok(self)
    }

    /// Adds what drives each neuron in this step, if anything, and fires.
    ///
    /// # Panics
    /// If the drive is not of one value for each neuron.
    pub fn step(&mut self, drive: Option<&[F]>) {
        assert!(drive.is_none_or(|drive| drive.len() == self.v.len()), "one value of the drive for each neuron");
        self.up.clear();
        self.down.clear();
        let arch = self.arch;
        arch.dispatch(Step { neurons: self, drive });
    }

    /// Neurons that fired upward in the last step, ascending.
    #[must_use]
    pub fn up(&self) -> &[u32] {
        &self.up
    }

    /// Neurons that fired downward in the last step, ascending.
    #[must_use]
    pub fn down(&self) -> &[u32] {
        &self.down
    }

    /// Thresholds.
    #[must_use]
    pub fn thresholds(&self) -> &[F] {
        &self.thresholds
    }

    /// Membrane potentials.
    #[must_use]
    pub fn membranes(&self) -> &[F] {
        &self.v
    }

    /// Membrane potentials, for inputs to be added to.
    pub fn membranes_mut(&mut self) -> &mut [F] {
        &mut self.v
    }

    /// Counts of ternary neurons; empty for binary ones.
    #[must_use]
    pub fn counts(&self) -> &[i32] {
        &self.counts
    }

    /// Back to the initial state.
    pub fn reset(&mut self) {
        self.v.copy_from_slice(&self.initial);
        self.counts.fill(0);
        self.up.clear();
        self.down.clear();
    }
}

struct Step<'a, F> {
    neurons: &'a mut IfNeurons<F>,
    drive: Option<&'a [F]>,
}

impl<F: Real> pulp::WithSimd for Step<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let to_zero = self.neurons.options.reset == IfReset::Zero;
        match self.neurons.options.emission {
            Emission::Binary => self.run_binary(to_zero),
            Emission::Ternary { min_count, max_count } => self.run_ternary(to_zero, min_count, max_count),
        }
    }
}

impl<F: Real> Step<'_, F> {
    #[inline(always)]
    fn run_binary(self, to_zero: bool) {
        let IfNeurons { v, thresholds, up, .. } = self.neurons;
        let mut drive = self.drive.map(|drive| drive.chunks(BLOCK));
        for (start, (v, theta)) in (0u32..).step_by(BLOCK).zip(v.chunks_mut(BLOCK).zip(thresholds.chunks(BLOCK))) {
            if let Some(drive) = drive.as_mut().and_then(Iterator::next) {
                v.iter_mut().zip(drive).for_each(|(v, &z)| *v += z);
            }
            let mut flags = [0u8; BLOCK];
            for ((v, &theta), flag) in v.iter_mut().zip(theta).zip(&mut flags) {
                let fires = theta <= *v;
                let after = if to_zero { F::default() } else { *v - theta };
                *v = if fires { after } else { *v };
                *flag = u8::from(fires);
            }
            collect(start, &flags, up);
        }
    }

    #[inline(always)]
    fn run_ternary(self, to_zero: bool, min_count: i32, max_count: i32) {
        let IfNeurons { v, thresholds, counts, up, down, .. } = self.neurons;
        let mut drive = self.drive.map(|drive| drive.chunks(BLOCK));
        let rows = v.chunks_mut(BLOCK).zip(thresholds.chunks(BLOCK)).zip(counts.chunks_mut(BLOCK));
        for (start, ((v, theta), counts)) in (0u32..).step_by(BLOCK).zip(rows) {
            if let Some(drive) = drive.as_mut().and_then(Iterator::next) {
                v.iter_mut().zip(drive).for_each(|(v, &z)| *v += z);
            }
            let (mut raised, mut lowered) = ([0u8; BLOCK], [0u8; BLOCK]);
            let cells = v.iter_mut().zip(theta).zip(counts.iter_mut());
            for (((v, &theta), n), (raised, lowered)) in cells.zip(raised.iter_mut().zip(&mut lowered)) {
                let rises = (theta <= *v) & (*n < max_count);
                let falls = (*v < F::default()) & (min_count < *n);
                let after = if to_zero { F::default() } else { *v - theta };
                let next = if rises { after } else { *v };
                *v = if falls { *v + theta } else { next };
                *n += i32::from(rises) - i32::from(falls);
                *raised = u8::from(rises);
                *lowered = u8::from(falls);
            }
            collect(start, &raised, up);
            collect(start, &lowered, down);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrate_fire::population::{IfOptions, IfPopulation};

    fn inputs(step: u32, num_neurons: u32) -> Vec<f64> {
        (0..num_neurons).map(|n| f64::from((n * 37 + step * 11) % 50) / 40.0 - 0.3).collect()
    }

    #[test]
    fn each_bound_is_rejected() {
        let options = IfNeuronsOptions::default();
        for threshold in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(IfNeurons::new(&options, vec![1.0, threshold]), Err(SimError::Config(_))), "{threshold}");
        }
        for emission in
            [Emission::Ternary { min_count: 1, max_count: 4 }, Emission::Ternary { min_count: 0, max_count: 0 }]
        {
            assert!(IfNeurons::new(&IfNeuronsOptions { emission, ..options }, vec![1.0]).is_err());
        }
        assert!(IfNeurons::new(&IfNeuronsOptions { initial_share: f64::NAN, ..options }, vec![1.0]).is_err());
        let neurons = IfNeurons::new(&options, vec![1.0, 2.0]).unwrap();
        assert!(matches!(neurons.clone().with_initial_charges(&[1.0]), Err(SimError::Size { .. })));
        let infinite = neurons.clone().with_initial_charges(&[0.0, f64::INFINITY]);
        assert!(matches!(infinite, Err(SimError::NotFinite { index: 1, .. })));
        assert_eq!(neurons.with_initial_charges(&[0.25, -0.5]).unwrap().membranes(), [0.75, 0.5]);
    }

    #[test]
    fn equal_thresholds_are_a_population() {
        for reset in [IfReset::Subtract, IfReset::Zero] {
            let common = IfOptions { threshold: 0.8, initial_share: 0.5, reset, ..IfOptions::default() };
            let mut population = IfPopulation::new(&common, 150).unwrap();
            let options = IfNeuronsOptions { reset, ..IfNeuronsOptions::default() };
            let mut neurons = IfNeurons::new(&options, vec![0.8; 150]).unwrap();
            for step in 0..60 {
                let z = inputs(step, 150);
                let expected = population.step(&z).unwrap();
                neurons.step(Some(&z));
                assert_eq!((neurons.up(), neurons.down()), (expected, &[][..]), "{reset:?} {step}");
            }
            assert_eq!(neurons.membranes(), population.potentials());
        }
    }

    #[test]
    fn counts_settle_at_the_quantised_sum_in_any_order() {
        let emission = Emission::Ternary { min_count: 0, max_count: 6 };
        let options = IfNeuronsOptions { emission, ..IfNeuronsOptions::default() };
        let thresholds: Vec<f64> = (0..130).map(|n| 0.4137 + f64::from(n % 7) / 5.0).collect();
        let mut sums = vec![0.0; 130];
        let mut neurons = IfNeurons::new(&options, thresholds.clone()).unwrap();
        for step in 0..20 {
            // Inputs in bursts of both signs.
            let burst = f64::from((step * 7) % 5);
            let offset = |n: u32| f64::from(n % 5) / 10.0 - 0.51;
            let z: Vec<f64> = (0..).zip(inputs(step, 130)).map(|(n, z)| z * burst + offset(n)).collect();
            sums.iter_mut().zip(&z).for_each(|(sum, z)| *sum += z);
            neurons.step(Some(&z));
        }
        while !(neurons.up().is_empty() && neurons.down().is_empty()) {
            neurons.step(None);
        }
        for (n, (&count, (sum, theta))) in neurons.counts().iter().zip(sums.iter().zip(&thresholds)).enumerate() {
            let expected = (sum / theta + 0.5).floor().clamp(0.0, 6.0);
            assert_eq!(f64::from(count), expected, "neuron {n}: {sum} / {theta}");
        }
        assert!(neurons.counts().contains(&0) && neurons.counts().contains(&6), "{:?}", neurons.counts());
        neurons.reset();
        assert_eq!((neurons.membranes()[0], neurons.counts()[0]), (0.206_85, 0));
    }

    #[test]
    fn constant_input_gives_the_closed_form() {
        for (theta, z) in [(1.0, 0.317), (2.5, 0.713), (0.7, 0.913), (1.0, -0.41)] {
            let mut neurons = IfNeurons::<f64>::new(&IfNeuronsOptions::default(), vec![theta]).unwrap();
            let mut count = 0;
            for step in 1..=200 {
                neurons.step(Some(&[z]));
                count += neurons.up().len();
                let expected = ((f64::from(step) * z + 0.5 * theta) / theta).floor().clamp(0.0, f64::from(step));
                assert_eq!(count as f64, expected, "{theta} {z} {step}");
            }
        }
    }
}
