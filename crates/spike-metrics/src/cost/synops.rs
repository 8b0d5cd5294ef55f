//! Synaptic operations: the arithmetic that arriving values cause.

use crate::error::{MetricsError, check_sizes};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// Synaptic operations, in total over all presentations.
///
/// An operation is effective if both weight and input are not 0. It is an accumulate (AC) if all inputs of its layer
/// are −1, 0 or 1, so that nothing is multiplied, and otherwise a multiply-accumulate (MAC). Dense counts every
/// connection for every presentation. Biases are not counted.
///
/// Convention: NeuroBench 2.3.0 (`SynapticOperations`), which reports them per sample: divide by the number of
/// samples with [`per_sample`](Self::per_sample). It decides between AC and MAC for each call of a layer, here for
/// each array of inputs.
///
/// Source: Yik et al. (2025), The NeuroBench framework for benchmarking neuromorphic computing algorithms and
/// systems, Nature Communications 16:1545, DOI 10.1038/s41467-025-56739-4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SynapticOperations {
    /// Effective multiply-accumulates.
    pub effective_macs: u64,
    /// Effective accumulates.
    pub effective_acs: u64,
    /// Operations of hardware that skips nothing.
    pub dense: u64,
}

impl SynapticOperations {
    /// Effective operations of both kinds.
    #[must_use]
    pub fn effective(&self) -> u64 {
        self.effective_macs.saturating_add(self.effective_acs)
    }

    /// Effective MACs, effective ACs and dense operations per sample; `None` without samples.
    #[must_use]
    pub fn per_sample(&self, num_samples: u64) -> Option<[f64; 3]> {
        let share = |operations: u64| operations as f64 / num_samples as f64;
        (num_samples > 0).then(|| [share(self.effective_macs), share(self.effective_acs), share(self.dense)])
    }
}

impl AddAssign for SynapticOperations {
    fn add_assign(&mut self, other: Self) {
        self.effective_macs = self.effective_macs.saturating_add(other.effective_macs);
        self.effective_acs = self.effective_acs.saturating_add(other.effective_acs);
        self.dense = self.dense.saturating_add(other.dense);
    }
}

/// Operations of a fully connected layer with weights of shape (output, input) for inputs of shape
/// (presentation, input): one presentation is one time step of one sample.
///
/// # Errors
/// [`MetricsError::SizeMismatch`] if the numbers of inputs differ.
///
/// ```
/// use ndarray::array;
/// use spike_metrics::dense_layer_operations;
/// let weights = array![[0.5, 0.0], [1.0, 2.0]];
/// let operations = dense_layer_operations(weights.view(), array![[1.0, 0.0], [1.0, 1.0]].view())?;
/// assert_eq!((operations.effective_acs, operations.effective_macs, operations.dense), (5, 0, 8));
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn dense_layer_operations(
    weights: ArrayView2<'_, f64>,
    inputs: ArrayView2<'_, f64>,
) -> Result<SynapticOperations, MetricsError> {
    check_sizes(("inputs of the weights", weights.ncols()), ("inputs given", inputs.ncols()))?;
    let fan_out = weights.columns().into_iter().map(|column| column.iter().filter(|w| **w != 0.0).count() as u64);
    let active = inputs.columns().into_iter().map(|column| column.iter().filter(|x| **x != 0.0).count() as u64);
    let effective = fan_out.zip(active).map(|(targets, times)| targets * times).sum();
    let ternary = inputs.iter().all(|x| [-1.0, 0.0, 1.0].contains(x));
    let dense = (weights.len() * inputs.nrows()) as u64;
    Ok(if ternary {
        SynapticOperations { effective_acs: effective, effective_macs: 0, dense }
    } else {
        SynapticOperations { effective_macs: effective, effective_acs: 0, dense }
    })
}

/// Operations that spikes cause: `spike_counts[i]` spikes of neuron i with `fan_out[i]` connections that are not 0,
/// against `num_connections` × `num_steps` dense ones. Numbers beyond 2⁶⁴ saturate.
///
/// # Errors
/// [`MetricsError::SizeMismatch`] if the lists differ in length.
///
/// ```
/// let operations = spike_metrics::spike_operations(&[3, 0, 1], &[10, 10, 4], 24, 100)?;
/// assert_eq!((operations.effective_acs, operations.dense), (34, 2400));
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn spike_operations(
    spike_counts: &[u64],
    fan_out: &[u64],
    num_connections: u64,
    num_steps: u64,
) -> Result<SynapticOperations, MetricsError> {
    check_sizes(("spike_counts", spike_counts.len()), ("fan_out", fan_out.len()))?;
    let effective_acs = spike_counts
        .iter()
        .zip(fan_out)
        .fold(0u64, |sum, (spikes, targets)| sum.saturating_add(spikes.saturating_mul(*targets)));
    Ok(SynapticOperations { effective_macs: 0, effective_acs, dense: num_connections.saturating_mul(num_steps) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn graded_inputs_multiply() {
        let weights = array![[1.0, 0.0, -2.0]];
        let graded = dense_layer_operations(weights.view(), array![[0.5, 1.0, 1.0]].view()).unwrap();
        assert_eq!((graded.effective_macs, graded.effective_acs, graded.dense), (2, 0, 3));
        let signed = dense_layer_operations(weights.view(), array![[-1.0, 1.0, 0.0]].view()).unwrap();
        assert_eq!((signed.effective_macs, signed.effective_acs), (0, 1));
        let mut sum = graded;
        sum += signed;
        assert_eq!((sum.effective(), sum.dense), (3, 6));
        assert_eq!(sum.per_sample(2), Some([1.0, 0.5, 3.0]));
        assert_eq!(sum.per_sample(0), None);
        assert!(dense_layer_operations(weights.view(), array![[1.0]].view()).is_err());
        assert!(spike_operations(&[1], &[], 1, 1).is_err());
    }

    #[test]
    fn events_and_arrays_count_alike() {
        let weights = array![[1.0, 0.0], [3.0, 4.0], [0.0, 0.5]];
        let inputs = array![[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]];
        let by_array = dense_layer_operations(weights.view(), inputs.view()).unwrap();
        assert_eq!(by_array, spike_operations(&[2, 2], &[2, 2], 6, 4).unwrap());
    }
}
