//! Thresholds that rise with the activity of a neuron, so that no neuron wins for ever.

use crate::error::SimError;
use crate::lif::in_range;
use serde::{Deserialize, Serialize};
use spike_core::{TimeGrid, exp};

/// Homeostasis of a leaky integrate-and-fire neuron by its threshold.
///
/// The neuron fires at θ + h. Every spike adds `increment` to h, and between spikes dh/dt = −h/τ_h, solved exactly:
/// h ← h·e^(−dt/τ_h) at the start of a step, h ← h + `increment` at a spike, after the test.
///
/// The offset h is learnt as weights are: it outlives [`LifPopulation::reset`](crate::LifPopulation::reset), and it
/// can be held while a trained network is used.
///
/// Shapes: one offset for each neuron. Fields that are missing in a stored configuration take their defaults; unknown
/// fields are errors.
///
/// # Errors
/// [`validate`](Self::validate) refuses a negative increment and a time constant that is not positive.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use spike_core::{SpikeTrain, TimeGrid};
/// use spike_sim::{Connections, Drive, HomeostasisOptions, LifOptions, LifPopulation};
/// let grid = TimeGrid::from_ms(30.0, 1.0)?;
/// let inputs = SpikeTrain::from_neurons(grid, &[vec![0, 10, 20]])?;
/// let connections = Connections::dense(array![[1.2]].view(), 0)?;
/// let options = HomeostasisOptions { increment: 0.1, ..HomeostasisOptions::default() };
/// let mut population = LifPopulation::new(&LifOptions::default(), grid, connections)?.with_homeostasis(&options)?;
/// let outputs = population.receive_spikes(inputs.view(), Drive::Clock)?;
/// // 1.2·e^(−1/20) = 1.14 reaches 1 and 1.1, but not 1.2.
/// assert_eq!(outputs.view().neuron(0), &[1, 11]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Diehl, Cook (2015), Unsupervised learning of digit recognition using spike-timing-dependent plasticity, Frontiers
/// in Computational Neuroscience 9:99, DOI 10.3389/fncom.2015.00099, section 2.4 (θ⁺ and τ_θ of the membrane threshold).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HomeostasisOptions {
    /// What a spike adds to the threshold, in the unit of the threshold.
    pub increment: f64,
    /// Time constant τ_h with which the offset decays.
    pub tau_ms: f64,
}

impl Default for HomeostasisOptions {
    /// 0.0025 of a threshold of 1, 10⁷ ms: 0.05 mV where threshold and rest are 20 mV apart, as with Diehl and Cook.
    fn default() -> Self {
        Self { increment: 0.0025, tau_ms: 1e7 }
    }
}

impl HomeostasisOptions {
    /// Checks the numbers.
    ///
    /// # Errors
    /// [`SimError::Config`] for a number out of its range.
    pub fn validate(&self) -> Result<(), SimError> {
        in_range("increment", self.increment, 0.0, 1e100)?;
        in_range("homeostasis.tau_ms", self.tau_ms, 1e-6, 1e15)
    }
}

/// The offsets of a population.
#[derive(Debug, Clone)]
pub(super) struct Homeostasis {
    increment: f64,
    decay: f64,
    held: bool,
    offsets: Vec<f64>,
}

impl Homeostasis {
    pub(super) fn new(options: &HomeostasisOptions, grid: TimeGrid, num_neurons: usize) -> Result<Self, SimError> {
        options.validate()?;
        let decay = exp(-grid.dt_ms() / options.tau_ms);
        Ok(Self { increment: options.increment, decay, held: false, offsets: vec![0.0; num_neurons] })
    }

    pub(super) fn offsets(&self) -> &[f64] {
        &self.offsets
    }

    pub(super) fn set_offsets(&mut self, offsets: &[f64]) -> Result<(), SimError> {
        let (expected, found) = (self.offsets.len(), offsets.len());
        if expected != found {
            return Err(SimError::Size { what: "threshold offsets", expected, found });
        }
        let wrong = offsets.iter().enumerate().find(|(_, offset)| !offset.is_finite());
        if let Some((index, &value)) = wrong {
            return Err(SimError::NotFinite { what: "threshold offset", index, value });
        }
        self.offsets.copy_from_slice(offsets);
        Ok(())
    }

    pub(super) fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// The start of a step.
    pub(super) fn tick(&mut self) {
        if !self.held {
            for offset in &mut self.offsets {
                *offset *= self.decay;
            }
        }
    }

    /// The end of a step in which these neurons fired.
    pub(super) fn fire(&mut self, fired: &[u32]) {
        if !self.held {
            for &neuron in fired {
                self.offsets[neuron as usize] += self.increment;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_is_rejected() {
        let grid = TimeGrid::from_ms(1.0, 1.0).unwrap();
        for (increment, tau_ms) in [(-1.0, 1.0), (f64::NAN, 1.0), (0.1, 0.0), (0.1, f64::NAN), (f64::INFINITY, 1.0)] {
            let options = HomeostasisOptions { increment, tau_ms };
            assert!(matches!(Homeostasis::new(&options, grid, 1), Err(SimError::Config(_))), "{options:?}");
        }
        let mut one = Homeostasis::new(&HomeostasisOptions::default(), grid, 1).unwrap();
        assert!(matches!(one.set_offsets(&[]), Err(SimError::Size { expected: 1, found: 0, .. })));
        assert!(matches!(one.set_offsets(&[f64::NAN]), Err(SimError::NotFinite { .. })));
    }

    #[test]
    fn offsets_follow_the_equation_unless_held() {
        let grid = TimeGrid::from_ms(1.0, 0.5).unwrap();
        let mut both = Homeostasis::new(&HomeostasisOptions { increment: 0.25, tau_ms: 4.0 }, grid, 2).unwrap();
        both.fire(&[1]);
        for _ in 0..6 {
            both.tick();
        }
        both.fire(&[1]);
        let expected = 0.25 * (-6.0f64 * 0.5 / 4.0).exp() + 0.25;
        assert!((both.offsets()[1] - expected).abs() < 1e-15);
        both.hold(true);
        both.tick();
        both.fire(&[0]);
        assert_eq!(both.offsets()[0], 0.0);
        assert!((both.offsets()[1] - expected).abs() < 1e-15);
    }
}
