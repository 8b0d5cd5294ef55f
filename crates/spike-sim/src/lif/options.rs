//! Configuration of a leaky integrate-and-fire neuron and the checks on it.

use crate::error::SimError;
use crate::lif::{PostsynapticEffect, Refractoriness, Reset, Schedule};
use serde::{Deserialize, Serialize};
use spike_core::ConfigError;

/// Configuration of a leaky integrate-and-fire neuron.
///
/// Potentials are in any one unit (mV, or 1 with the threshold at 1); weights of delta synapses are in that unit.
/// Fields that are missing in a stored configuration take their defaults; unknown fields are errors.
///
/// ```
/// use spike_sim::{LifOptions, Reset};
/// let in_millivolt =
///     LifOptions { rest: -70.0, threshold: -50.0, reset: Reset::To(-60.0), initial: -70.0, ..LifOptions::default() };
/// assert_eq!(in_millivolt.tau_ms, 20.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LifOptions {
    /// Membrane time constant τ.
    pub tau_ms: f64,
    /// Potential at which the neuron fires, θ.
    pub threshold: f64,
    /// Potential without input.
    pub rest: f64,
    /// Potential at the start.
    pub initial: f64,
    /// What a spike does to the potential.
    pub reset: Reset,
    /// Time after a spike without another.
    pub refractory_ms: f64,
    /// What the membrane does in that time.
    pub refractoriness: Refractoriness,
    /// What an arriving spike does.
    pub synapse: PostsynapticEffect,
    /// Membrane resistance R: potential per unit of current. τ/C in terms of the capacitance C.
    pub resistance: f64,
    /// Constant input current; under [`Schedule::Lava`], which has no step width, what is added in every step.
    pub bias: f64,
    /// Update order.
    pub schedule: Schedule,
}

impl Default for LifOptions {
    /// τ = 20 ms, θ = 1, rest, start and reset 0, 2 ms refractory period with the membrane held, delta synapses,
    /// R = 1, no bias, the order of Brian2.
    fn default() -> Self {
        Self {
            tau_ms: 20.0,
            threshold: 1.0,
            rest: 0.0,
            initial: 0.0,
            reset: Reset::Zero,
            refractory_ms: 2.0,
            refractoriness: Refractoriness::Held,
            synapse: PostsynapticEffect::Delta,
            resistance: 1.0,
            bias: 0.0,
            schedule: Schedule::Brian2,
        }
    }
}

/// Bounds of numbers without a natural bound: what is beyond is a mistake, and products stay finite.
const LARGEST: f64 = 1e100;
const SHORTEST_MS: f64 = 1e-6;
const LONGEST_MS: f64 = 1e12;

impl LifOptions {
    /// Checks everything that does not depend on the step width.
    ///
    /// # Errors
    /// [`SimError::Config`] for a number out of its range, [`SimError::ResetAboveThreshold`], and
    /// [`SimError::Refractoriness`] for a behaviour that the schedule does not have.
    pub fn validate(&self) -> Result<(), SimError> {
        in_range("tau_ms", self.tau_ms, SHORTEST_MS, LONGEST_MS)?;
        in_range("threshold", self.threshold, -LARGEST, LARGEST)?;
        in_range("rest", self.rest, -LARGEST, LARGEST)?;
        in_range("initial", self.initial, -LARGEST, LARGEST)?;
        in_range("resistance", self.resistance, 0.0, LARGEST)?;
        in_range("bias", self.bias, -LARGEST, LARGEST)?;
        if let PostsynapticEffect::Exponential { tau_ms } = self.synapse {
            in_range("synapse.tau_ms", tau_ms, SHORTEST_MS, LONGEST_MS)?;
        }
        let reset = match self.reset {
            Reset::Zero => 0.0,
            Reset::To(value) => in_range("reset", value, -LARGEST, LARGEST).map(|()| value)?,
            // Right at the threshold, subtraction leads to rest.
            Reset::Subtract => self.rest,
        };
        if self.threshold <= reset {
            return Err(SimError::ResetAboveThreshold { reset, threshold: self.threshold });
        }
        let known = match self.refractoriness {
            Refractoriness::Held => true,
            Refractoriness::Integrating => self.schedule == Schedule::Brian2,
            Refractoriness::Accumulating => {
                self.schedule == Schedule::Nest && self.synapse == PostsynapticEffect::Delta
            }
        };
        if !known {
            let (refractoriness, schedule) = (self.refractoriness, self.schedule);
            return Err(SimError::Refractoriness { refractoriness, schedule });
        }
        Ok(())
    }
}

/// Refuses a number outside of its range, or NaN.
pub(crate) fn in_range(name: &'static str, value: f64, min: f64, max: f64) -> Result<(), SimError> {
    if min <= value && value <= max {
        return Ok(());
    }
    Err(SimError::Config(ConfigError::OutOfRange { name, value, min, max }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_is_rejected() {
        let default = LifOptions::default();
        for options in [
            LifOptions { tau_ms: 0.0, ..default },
            LifOptions { tau_ms: f64::NAN, ..default },
            LifOptions { threshold: f64::INFINITY, ..default },
            LifOptions { rest: f64::NAN, ..default },
            LifOptions { initial: 1e200, ..default },
            LifOptions { resistance: -1.0, ..default },
            LifOptions { bias: f64::NEG_INFINITY, ..default },
            LifOptions { synapse: PostsynapticEffect::Exponential { tau_ms: -1.0 }, ..default },
            LifOptions { reset: Reset::To(f64::NAN), ..default },
        ] {
            assert!(matches!(options.validate(), Err(SimError::Config(_))), "{options:?}");
        }
        for options in [
            LifOptions { threshold: 0.0, ..default },
            LifOptions { reset: Reset::To(1.0), ..default },
            LifOptions { reset: Reset::Subtract, rest: 1.0, ..default },
            // Zero is no reset for a neuron in millivolt.
            LifOptions { rest: -70.0, threshold: -50.0, ..default },
        ] {
            assert!(matches!(options.validate(), Err(SimError::ResetAboveThreshold { .. })), "{options:?}");
        }
    }

    #[test]
    fn refractory_behaviours_belong_to_their_programs() {
        let exponential = PostsynapticEffect::Exponential { tau_ms: 5.0 };
        for (refractoriness, schedule, synapse, known) in [
            (Refractoriness::Integrating, Schedule::Brian2, exponential, true),
            (Refractoriness::Integrating, Schedule::Nest, PostsynapticEffect::Delta, false),
            (Refractoriness::Accumulating, Schedule::Nest, PostsynapticEffect::Delta, true),
            (Refractoriness::Accumulating, Schedule::Nest, exponential, false),
            (Refractoriness::Accumulating, Schedule::Brian2, PostsynapticEffect::Delta, false),
            (Refractoriness::Held, Schedule::Lava, exponential, true),
        ] {
            let options = LifOptions { refractoriness, schedule, synapse, ..LifOptions::default() };
            assert_eq!(options.validate().is_ok(), known, "{options:?}");
        }
    }

    #[test]
    fn a_stored_configuration_takes_defaults_and_refuses_unknown_fields() {
        let options: LifOptions = serde_json::from_str(r#"{"tau_ms":10.0,"reset":{"to":-1.0}}"#).unwrap();
        assert_eq!(options, LifOptions { tau_ms: 10.0, reset: Reset::To(-1.0), ..LifOptions::default() });
        assert!(serde_json::from_str::<LifOptions>(r#"{"tau":10.0}"#).is_err());
    }
}
