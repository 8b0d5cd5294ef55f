//! Connections as a rule or as a list.

use serde::{Deserialize, Serialize};
use spike_core::Seed;
use spike_sim::{Connections, SimError, Synapse};

/// Which sources are connected with which neurons.
///
/// ```
/// use spike::{Seed, Wiring};
/// let wiring = Wiring::Uniform { min_weight: 0.0, max_weight: 0.3, delay_steps: 1, seed: Seed(5) };
/// let connections = wiring.connections(784, 100)?;
/// assert_eq!((connections.num_synapses(), connections.max_delay_steps()), (78_400, 1));
/// # Ok::<(), spike_sim::SimError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Wiring {
    /// Source i with neuron i.
    OneToOne {
        /// Weight of each connection.
        weight: f64,
        /// Delay of each connection.
        delay_steps: u32,
    },
    /// Each neuron with each other one, for connections within a population.
    AllButSelf {
        /// Weight of each connection.
        weight: f64,
        /// Delay of each connection.
        delay_steps: u32,
    },
    /// Each pair with a probability.
    Random {
        /// The probability.
        probability: f64,
        /// Weight of each connection.
        weight: f64,
        /// Delay of each connection.
        delay_steps: u32,
        /// Seed of the draws.
        seed: Seed,
    },
    /// Every source with every neuron, with weights drawn uniformly.
    Uniform {
        /// Smallest weight.
        min_weight: f64,
        /// Bound above all weights.
        max_weight: f64,
        /// Delay of each connection.
        delay_steps: u32,
        /// Seed of the draws.
        seed: Seed,
    },
    /// One connection after the other.
    List(Vec<Synapse>),
}

impl Wiring {
    /// The connections from `num_sources` sources to `num_neurons` neurons.
    ///
    /// # Errors
    /// [`SimError`] for numbers out of their range, and for one-to-one connections between different numbers.
    pub fn connections(&self, num_sources: u32, num_neurons: u32) -> Result<Connections, SimError> {
        let same = |what| {
            let (expected, found) = (num_neurons as usize, num_sources as usize);
            if expected == found { Ok(()) } else { Err(SimError::Size { what, expected, found }) }
        };
        match self {
            Self::OneToOne { weight, delay_steps } => {
                same("sources of one-to-one connections")?;
                Connections::one_to_one(num_neurons, *weight, *delay_steps)
            }
            Self::AllButSelf { weight, delay_steps } => {
                same("sources of connections with all others")?;
                Connections::all_but_self(num_neurons, *weight, *delay_steps)
            }
            Self::Random { probability, weight, delay_steps, seed } => {
                Connections::random(num_sources, num_neurons, *probability, *weight, *delay_steps, *seed)
            }
            Self::Uniform { min_weight, max_weight, delay_steps, seed } => {
                Connections::random(num_sources, num_neurons, 1.0, 0.0, *delay_steps, *seed)?.with_uniform_weights(
                    *min_weight,
                    *max_weight,
                    *seed,
                )
            }
            Self::List(synapses) => Connections::new(num_sources, num_neurons, synapses.clone()),
        }
    }
}

/// Connections from several stages as one table: the rows of the stages one after the other.
pub(super) fn joined(parts: Vec<Connections>, num_neurons: u32) -> Result<Connections, SimError> {
    match <[Connections; 1]>::try_from(parts) {
        Ok([only]) => Ok(only),
        Err(parts) => {
            let mut synapses = Vec::new();
            let mut first = 0;
            for part in &parts {
                synapses.extend(part.synapses().map(|s| Synapse { source: s.source + first, ..s }));
                first += part.num_sources() as u32;
            }
            Connections::new(first, num_neurons, synapses)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_their_lists() {
        let pairs = |wiring: Wiring| -> Vec<(u32, u32)> {
            wiring.connections(3, 3).unwrap().synapses().map(|s| (s.source, s.target)).collect()
        };
        assert_eq!(pairs(Wiring::OneToOne { weight: 1.0, delay_steps: 0 }), [(0, 0), (1, 1), (2, 2)]);
        assert_eq!(pairs(Wiring::AllButSelf { weight: 1.0, delay_steps: 0 }).len(), 6);
        for wiring in
            [Wiring::OneToOne { weight: 1.0, delay_steps: 0 }, Wiring::AllButSelf { weight: 1.0, delay_steps: 0 }]
        {
            assert!(matches!(wiring.connections(2, 3), Err(SimError::Size { expected: 3, found: 2, .. })));
        }
        let list = Wiring::List(vec![Synapse { source: 2, target: 0, weight: 0.5, delay_steps: 3 }]);
        let stored: Wiring = serde_json::from_str(&serde_json::to_string(&list).unwrap()).unwrap();
        assert_eq!((&stored, pairs(list.clone())), (&list, vec![(2, 0)]));
    }

    #[test]
    fn joined_rows_follow_each_other() {
        let one = Connections::one_to_one(2, 0.5, 0).unwrap();
        let two = Connections::one_to_one(2, 0.25, 3).unwrap();
        let both = joined(vec![one.clone(), two], 2).unwrap();
        let rows: Vec<_> = both.synapses().map(|s| (s.source, s.target, s.delay_steps)).collect();
        assert_eq!((both.num_sources(), rows), (4, vec![(0, 0, 0), (1, 1, 0), (2, 0, 3), (3, 1, 3)]));
        assert_eq!(joined(vec![one.clone()], 2).unwrap(), one);
    }
}
