//! Configuration of pair-based plasticity and the weight dependence.

use crate::error::SimError;
use crate::lif::in_range;
use serde::{Deserialize, Serialize};
use spike_core::{exp, ln};

/// Configuration of pair-based STDP.
///
/// Amplitudes are changes of the weight by one pair without distance, where the weight dependence is 1. In the terms
/// of the programs: Brian2 `Apre` = `potentiation`, −`Apost` = `depression`; NEST λ·Wmax = `potentiation`,
/// α·λ·Wmax = `depression`. Fields that are missing in a stored configuration take their defaults; unknown fields
/// are errors.
///
/// ```
/// use spike_sim::{StdpOptions, WeightDependence};
/// let soft_bounds = StdpOptions { dependence: WeightDependence::Multiplicative, ..StdpOptions::default() };
/// assert!(soft_bounds.validate().is_ok());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StdpOptions {
    /// Time constant of presynaptic traces, τ₊.
    pub tau_pre_ms: f64,
    /// Time constant of postsynaptic traces, τ₋.
    pub tau_post_ms: f64,
    /// Amplitude A₊ of pre before post.
    pub potentiation: f64,
    /// Amplitude A₋ of post before pre; positive amplitudes weaken.
    pub depression: f64,
    /// Smallest weight.
    pub min_weight: f64,
    /// Largest weight.
    pub max_weight: f64,
    /// How changes depend on the weight.
    pub dependence: WeightDependence,
    /// Which pairs of spikes count.
    pub pairing: Pairing,
    /// What happens first in a step, and when a weight changes.
    pub order: StdpOrder,
}

impl Default for StdpOptions {
    /// τ₊ = τ₋ = 20 ms, A₊ = 0.01, A₋ = 0.0105, weights in [0, 1], additive, all pairs, the order of Brian2.
    fn default() -> Self {
        Self {
            tau_pre_ms: 20.0,
            tau_post_ms: 20.0,
            potentiation: 0.01,
            depression: 0.0105,
            min_weight: 0.0,
            max_weight: 1.0,
            dependence: WeightDependence::Additive,
            pairing: Pairing::AllToAll,
            order: StdpOrder::Brian2,
        }
    }
}

/// How a change depends on the weight w, with the relative weight u = (w − w_min)/(w_max − w_min).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WeightDependence {
    /// Not at all; hard bounds (Song, Miller, Abbott 2000).
    #[default]
    Additive,
    /// Potentiation with 1 − u, depression with u; soft bounds (Rubin, Lee, Sompolinsky 2001).
    Multiplicative,
    /// Potentiation with (1 − u)^μ₊, depression with u^μ₋ (Gütig et al. 2003).
    Power {
        /// μ₊.
        potentiation: f64,
        /// μ₋.
        depression: f64,
    },
}

impl WeightDependence {
    /// Factor of a potentiation at the relative weight `u`.
    #[must_use]
    pub fn potentiation(self, u: f64) -> f64 {
        match self {
            WeightDependence::Additive => 1.0,
            WeightDependence::Multiplicative => 1.0 - u,
            WeightDependence::Power { potentiation, .. } => power(1.0 - u, potentiation),
        }
    }

    /// Factor of a depression at the relative weight `u`.
    #[must_use]
    pub fn depression(self, u: f64) -> f64 {
        match self {
            WeightDependence::Additive => 1.0,
            WeightDependence::Multiplicative => u,
            WeightDependence::Power { depression, .. } => power(u, depression),
        }
    }
}

/// x^μ for x in [0, 1] and μ ≥ 0, without the platform's function.
fn power(x: f64, mu: f64) -> f64 {
    if mu == 0.0 {
        1.0
    } else if mu == 1.0 || x == 0.0 {
        x
    } else {
        exp(mu * ln(x))
    }
}

/// Which pairs of spikes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairing {
    /// All: a spike adds 1 to its trace.
    #[default]
    AllToAll,
    /// Each spike with the last one of the other side: a spike sets its trace to 1. The symmetric scheme of
    /// Morrison, Diesmann, Gerstner (2008), figure 7A. `stdp_nn_symm_synapse` of NEST besides pairs what comes before
    /// the first presynaptic spike with one at time 0, which we do not.
    NearestNeighbour,
}

/// What happens first in a step, and when a weight changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StdpOrder {
    /// A presynaptic spike counts when it arrives, a postsynaptic one at once; in one step the presynaptic comes
    /// first, so that a coincident pair potentiates. The weight changes at both, after the arriving spike has had its
    /// effect. The order of two pathways `on_pre`, `on_post` in Brian2.
    #[default]
    Brian2,
    /// The delay d of a connection is dendritic: a postsynaptic spike counts d after its emission, against the
    /// emission of presynaptic ones, and coincident pairs do not count. The weight changes only at presynaptic
    /// spikes, before their effect: `stdp_synapse` of NEST.
    Nest,
}

impl StdpOptions {
    /// Checks all numbers.
    ///
    /// # Errors
    /// [`SimError::Config`] for a number out of its range.
    pub fn validate(&self) -> Result<(), SimError> {
        in_range("tau_pre_ms", self.tau_pre_ms, 1e-6, 1e12)?;
        in_range("tau_post_ms", self.tau_post_ms, 1e-6, 1e12)?;
        in_range("potentiation", self.potentiation, -1e100, 1e100)?;
        in_range("depression", self.depression, -1e100, 1e100)?;
        in_range("max_weight", self.max_weight, -1e100, 1e100)?;
        in_range("min_weight", self.min_weight, -1e100, self.max_weight)?;
        if let WeightDependence::Power { potentiation, depression } = self.dependence {
            in_range("dependence.potentiation", potentiation, 0.0, 1e6)?;
            in_range("dependence.depression", depression, 0.0, 1e6)?;
        }
        Ok(())
    }

    /// The weight after a postsynaptic spike that meets the presynaptic trace `x`.
    #[must_use]
    pub fn potentiated(&self, weight: f64, x: f64) -> f64 {
        self.bounded(weight + self.potentiation * self.dependence.potentiation(self.relative(weight)) * x)
    }

    /// The weight after a presynaptic spike that meets the postsynaptic trace `x`.
    #[must_use]
    pub fn depressed(&self, weight: f64, x: f64) -> f64 {
        self.bounded(weight - self.depression * self.dependence.depression(self.relative(weight)) * x)
    }

    fn bounded(&self, weight: f64) -> f64 {
        weight.max(self.min_weight).min(self.max_weight)
    }

    fn relative(&self, weight: f64) -> f64 {
        let range = self.max_weight - self.min_weight;
        if range > 0.0 { ((weight - self.min_weight) / range).clamp(0.0, 1.0) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_is_rejected() {
        let default = StdpOptions::default();
        for options in [
            StdpOptions { tau_pre_ms: 0.0, ..default },
            StdpOptions { tau_post_ms: f64::NAN, ..default },
            StdpOptions { potentiation: f64::INFINITY, ..default },
            StdpOptions { depression: f64::NAN, ..default },
            StdpOptions { min_weight: 2.0, ..default },
            StdpOptions { max_weight: f64::NAN, ..default },
            StdpOptions { dependence: WeightDependence::Power { potentiation: -1.0, depression: 0.0 }, ..default },
        ] {
            assert!(matches!(options.validate(), Err(SimError::Config(_))), "{options:?}");
        }
    }

    #[test]
    fn changes_by_hand() {
        let options = StdpOptions { min_weight: 1.0, max_weight: 3.0, ..StdpOptions::default() };
        assert!((options.potentiated(1.5, 0.5) - 1.505).abs() < 1e-15);
        assert!((options.depressed(1.5, 0.5) - 1.494_75).abs() < 1e-15);
        assert_eq!((options.potentiated(2.999, 9.0), options.depressed(1.001, 9.0)), (3.0, 1.0));
        let soft = StdpOptions { dependence: WeightDependence::Multiplicative, ..options };
        assert!((soft.potentiated(1.5, 0.5) - (1.5 + 0.005 * 0.75)).abs() < 1e-15);
        assert!((soft.depressed(1.5, 0.5) - (1.5 - 0.005_25 * 0.25)).abs() < 1e-15);
        let power = WeightDependence::Power { potentiation: 0.4, depression: 2.0 };
        let power = StdpOptions { dependence: power, ..options };
        assert!((power.potentiated(1.5, 0.5) - (1.5 + 0.005 * 0.75f64.powf(0.4))).abs() < 1e-15);
        assert!((power.depressed(1.5, 0.5) - (1.5 - 0.005_25 * 0.0625)).abs() < 1e-15);
        assert_eq!(power.potentiated(3.0, 1.0), 3.0);
    }
}
