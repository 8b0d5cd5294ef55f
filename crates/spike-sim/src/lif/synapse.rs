//! What an arriving spike does to a neuron, and what a refractory neuron does with it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The effect of an arriving spike of weight w.
///
/// ```
/// use spike_sim::PostsynapticEffect;
/// let slow = PostsynapticEffect::Exponential { tau_ms: 5.0 };
/// assert_ne!(slow, PostsynapticEffect::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PostsynapticEffect {
    /// The membrane potential jumps by w.
    #[default]
    Delta,
    /// A synaptic current jumps by w and decays: dI/dt = −I/τ_syn.
    Exponential {
        /// Time constant of the current.
        tau_ms: f64,
    },
}

/// What the membrane does in the refractory period.
///
/// A synaptic current decays and takes input in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refractoriness {
    /// The membrane potential is held, and what would be added to it is lost: `(unless refractory)` in Brian2, the
    /// default of NEST.
    #[default]
    Held,
    /// The membrane potential goes on and takes input; only spikes are suppressed. Brian2 without
    /// `(unless refractory)`.
    Integrating,
    /// The membrane potential is held; input is kept, discounted by exp(−r·dt/τ) with r the refractory steps that
    /// are left, and added when the period ends. `refractory_input` of NEST's `iaf_psc_delta`.
    Accumulating,
}

impl fmt::Display for Refractoriness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refractoriness::Held => "held",
            Refractoriness::Integrating => "integrating",
            Refractoriness::Accumulating => "accumulating",
        })
    }
}

/// What a spike does to the membrane potential.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reset {
    /// v ← 0.
    #[default]
    Zero,
    /// v ← v − (θ − rest): what exceeds the threshold is kept.
    Subtract,
    /// v ← the value.
    To(f64),
}
