//! Synaptic scaling: the weights of each neuron keep their sum.

use crate::connections::Connections;
use crate::error::SimError;
use crate::lif::in_range;
use serde::{Deserialize, Serialize};

/// Multiplicative scaling of the weights that lead to a neuron.
///
/// w_ij ← min(w_ij·S / Σ_i w_ij, w_max): ratios stay, the sum becomes S, or less where a weight meets its bound.
/// Neurons whose weights sum to nothing positive stay as they are. Sums run in the order of
/// [`Connections::synapses`].
///
/// Shapes: all weights of a table of connections, in place.
///
/// # Errors
/// [`new`](Self::new) refuses a sum or a bound that is not positive.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use spike_sim::{Connections, SynapticScaling};
/// let mut connections = Connections::dense(array![[0.1, 0.5], [0.3, 0.5]].view(), 0)?;
/// SynapticScaling::new(0.8, 1.0)?.apply(&mut connections);
/// let expected = [0.2, 0.4, 0.6, 0.4];
/// assert!(connections.weights().iter().zip(expected).all(|(w, e)| (w - e).abs() < 1e-15));
/// # Ok::<(), spike_sim::SimError>(())
/// ```
///
/// # References
/// Turrigiano, Leslie, Desai, Rutherford, Nelson (1998), Activity-dependent scaling of quantal amplitude in
/// neocortical neurons, Nature 391:892, DOI 10.1038/36103 (scaling is multiplicative). Diehl, Cook (2015), Frontiers in
/// Computational Neuroscience 9:99, DOI 10.3389/fncom.2015.00099 (weights normalised between examples).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SynapticScaling {
    sum: f64,
    max_weight: f64,
}

impl SynapticScaling {
    /// Scaling to the sum `sum`, with no weight above `max_weight`.
    ///
    /// # Errors
    /// See [`SynapticScaling`].
    pub fn new(sum: f64, max_weight: f64) -> Result<Self, SimError> {
        in_range("sum", sum, f64::MIN_POSITIVE, 1e100)?;
        in_range("max_weight", max_weight, f64::MIN_POSITIVE, 1e100)?;
        Ok(Self { sum, max_weight })
    }

    /// Scales the weights of all neurons.
    pub fn apply(&self, connections: &mut Connections) {
        let mut sums = vec![0.0; connections.num_targets()];
        for (&target, &weight) in connections.targets().iter().zip(connections.weights()) {
            sums[target as usize] += weight;
        }
        let factors: Vec<f64> = sums.iter().map(|&sum| if sum > 0.0 { self.sum / sum } else { 1.0 }).collect();
        let (targets, weights) = connections.targets_and_weights_mut();
        for (&target, weight) in targets.iter().zip(weights) {
            // A sum so small that the factor overflows would make 0·∞.
            let scaled = *weight * factors[target as usize].min(f64::MAX);
            *weight = scaled.min(self.max_weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn bounds_and_empty_neurons() {
        for (sum, max_weight) in [(0.0, 1.0), (-1.0, 1.0), (f64::NAN, 1.0), (1.0, 0.0), (1.0, f64::INFINITY)] {
            assert!(matches!(SynapticScaling::new(sum, max_weight), Err(SimError::Config(_))));
        }
        let weights = array![[0.9, 0.0, -0.2], [0.1, 0.0, -0.1]];
        let mut connections = Connections::dense(weights.view(), 0).unwrap();
        SynapticScaling::new(1.5, 1.0).unwrap().apply(&mut connections);
        let found = connections.weights();
        assert_eq!((found[0], found[1], found[2], found[4], found[5]), (1.0, 0.0, -0.2, 0.0, -0.1));
        assert!((found[3] - 0.15).abs() < 1e-15);
        let mut tiny = Connections::dense(array![[f64::MIN_POSITIVE], [0.0]].view(), 0).unwrap();
        SynapticScaling::new(1e100, 1.0).unwrap().apply(&mut tiny);
        assert_eq!(tiny.weights(), [1.0, 0.0]);
    }

    #[test]
    fn scaling_twice_is_scaling_once() {
        let given: Vec<f64> = (0..300).map(|i| f64::from((i * 37) % 101) / 101.0).collect();
        let weights = ndarray::Array2::from_shape_vec((30, 10), given).unwrap();
        let mut once = Connections::dense(weights.view(), 0).unwrap();
        let scaling = SynapticScaling::new(3.0, 1.0).unwrap();
        scaling.apply(&mut once);
        for target in 0..10 {
            let sum: f64 = once.synapses().filter(|s| s.target == target).map(|s| s.weight).sum();
            assert!((sum - 3.0).abs() < 1e-12);
        }
        let mut twice = once.clone();
        scaling.apply(&mut twice);
        assert!(once.weights().iter().zip(twice.weights()).all(|(a, b)| (a - b).abs() < 1e-15));
    }
}
