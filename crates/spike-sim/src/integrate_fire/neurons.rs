//! Neurons of one layer of a converted network: a threshold for each, signed spikes with a memory of counts.

use crate::error::SimError;
use crate::flags::each_spike;
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
/// for _ in 0..8 {
///     neurons.step(Some(&[0.75, 1.0]));
/// }
/// assert_eq!(neurons.counts(), [6, 2]);
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
    counts: Vec<i32>,
    spikes: Vec<i8>,
    num_spikes: u32,
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
        if let Emission::Ternary { min_count, max_count } = options.emission {
            in_range("min_count", f64::from(min_count), f64::from(i32::MIN), 0.0)?;
            in_range("max_count", f64::from(max_count), 1.0, f64::from(i32::MAX))?;
        }
        let number = thresholds.len();
        let initial: Vec<F> = thresholds.iter().map(|&theta| F::from_f64(options.initial_share) * theta).collect();
        Ok(Self {
            options: *options,
            thresholds,
            v: initial.clone(),
            initial,
            counts: vec![0; number],
            spikes: vec![0; number],
            num_spikes: 0,
            arch: pulp::Arch::new(),
        })
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
        let arch = self.arch;
        self.num_spikes = arch.dispatch(Step { neurons: self, drive });
    }

    /// What each neuron emitted in the last step: 1, 0, or −1.
    #[must_use]
    pub fn spikes(&self) -> &[i8] {
        &self.spikes
    }

    /// Number of spikes of the last step, of either sign.
    #[must_use]
    pub fn num_spikes(&self) -> u32 {
        self.num_spikes
    }

    /// Appends the neurons that fired in the last step, ascending, and what their spikes carry: the amplitude of the
    /// neuron, negative for a downward spike.
    pub fn append_spikes(&self, amplitudes: &[F], neurons: &mut Vec<u32>, signed: &mut Vec<F>) {
        neurons.reserve(self.num_spikes as usize);
        signed.reserve(self.num_spikes as usize);
        each_spike(&self.spikes, |neuron, spike| {
            neurons.push(neuron);
            // A product and no choice: signs are not predictable.
            signed.push(F::from_i32(i32::from(spike)) * amplitudes[neuron as usize]);
        });
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

    /// Spikes up less spikes down of each neuron since the start.
    #[must_use]
    pub fn counts(&self) -> &[i32] {
        &self.counts
    }

    /// Back to the initial state.
    pub fn reset(&mut self) {
        self.v.copy_from_slice(&self.initial);
        self.counts.fill(0);
        self.spikes.fill(0);
        self.num_spikes = 0;
    }
}

struct Step<'a, F> {
    neurons: &'a mut IfNeurons<F>,
    drive: Option<&'a [F]>,
}

impl<F: Real> pulp::WithSimd for Step<'_, F> {
    type Output = u32;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) -> u32 {
        let to_zero = self.neurons.options.reset == IfReset::Zero;
        match (self.neurons.options.emission, to_zero) {
            (Emission::Binary, false) => self.run(|v, theta, _| rises(v, theta), subtract),
            (Emission::Binary, true) => self.run(|v, theta, _| rises(v, theta), zero),
            // A count of 2³¹ is out of reach: the common case needs no upper bound.
            (Emission::Ternary { min_count, max_count: i32::MAX }, false) => {
                self.run(|v, theta, n| rises(v, theta) - falls(v, n, min_count), subtract)
            }
            (Emission::Ternary { min_count, max_count }, false) => {
                let below = |n| i32::from(n < max_count);
                self.run(|v, theta, n| (rises(v, theta) & below(n)) - falls(v, n, min_count), subtract)
            }
            (Emission::Ternary { min_count, max_count }, true) => {
                let below = |n| i32::from(n < max_count);
                self.run(|v, theta, n| (rises(v, theta) & below(n)) - falls(v, n, min_count), zero)
            }
        }
    }
}

#[inline(always)]
fn rises<F: Real>(v: F, theta: F) -> i32 {
    i32::from(theta <= v)
}

#[inline(always)]
fn falls<F: Real>(v: F, n: i32, min_count: i32) -> i32 {
    i32::from((v < F::default()) & (min_count < n))
}

/// The potential after a spike: the product is exact.
#[inline(always)]
fn subtract<F: Real>(v: F, theta: F, spike: i32) -> F {
    v - F::from_i32(spike) * theta
}

#[inline(always)]
fn zero<F: Real>(v: F, theta: F, spike: i32) -> F {
    if 0 < spike { F::default() } else { subtract(v, theta, spike) }
}

impl<F: Real> Step<'_, F> {
    /// Runs all neurons with a rule for spikes and one for the potential after. Returns the number of spikes.
    ///
    /// The loops have no fixed length and no branch, so that they become vector code.
    #[inline(always)]
    fn run(self, spike: impl Fn(F, F, i32) -> i32, after: impl Fn(F, F, i32) -> F) -> u32 {
        let IfNeurons { v, thresholds, counts, spikes, .. } = self.neurons;
        let mut num_spikes = 0;
        let cells = thresholds.iter().zip(counts.iter_mut().zip(spikes.iter_mut()));
        let mut fire = |v: &mut F, z: F, theta: F, n: &mut i32, emitted: &mut i8| {
            let driven = *v + z;
            let spike = spike(driven, theta, *n);
            *v = after(driven, theta, spike);
            *n += spike;
            *emitted = spike as i8;
            num_spikes += spike.unsigned_abs();
        };
        match self.drive {
            Some(drive) => {
                for ((v, &z), (&theta, (n, emitted))) in v.iter_mut().zip(drive).zip(cells) {
                    fire(v, z, theta, n, emitted);
                }
            }
            None => {
                for (v, (&theta, (n, emitted))) in v.iter_mut().zip(cells) {
                    fire(v, F::default(), theta, n, emitted);
                }
            }
        }
        num_spikes
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
                let (mut fired, mut amplitudes) = (Vec::new(), Vec::new());
                neurons.append_spikes(&[0.8; 150], &mut fired, &mut amplitudes);
                assert_eq!(fired, expected, "{reset:?} {step}");
                assert_eq!(amplitudes, vec![0.8; fired.len()]);
                assert_eq!(neurons.num_spikes() as usize, fired.len());
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
        while neurons.num_spikes() > 0 {
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
                count += neurons.num_spikes();
                let expected = ((f64::from(step) * z + 0.5 * theta) / theta).floor().clamp(0.0, f64::from(step));
                assert_eq!(f64::from(count), expected, "{theta} {z} {step}");
            }
        }
    }
}
