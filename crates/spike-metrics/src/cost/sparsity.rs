//! Sparsity of activity and of connections.

use crate::error::{MetricsError, check_count};
use ndarray::ArrayViewD;
use spike_core::SpikeView;

/// Share of (neuron, step) cells without a spike, 0 to 1.
///
/// # Errors
/// [`MetricsError::TooFew`] without neurons.
///
/// ```
/// use spike_core::{SpikeTrain, TimeGrid};
/// let spikes = SpikeTrain::from_neurons(TimeGrid::from_ms(10.0, 1.0)?, &[vec![0, 4], vec![9]])?;
/// assert_eq!(spike_metrics::spike_sparsity(spikes.view())?, 0.85);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn spike_sparsity(spikes: SpikeView<'_>) -> Result<f64, MetricsError> {
    check_count("neurons", spikes.num_neurons(), 1)?;
    let cells = spikes.num_neurons() as f64 * f64::from(spikes.grid().num_steps());
    Ok(1.0 - spikes.num_spikes() as f64 / cells)
}

/// Share of activations that are 0 in all arrays together: each array holds the outputs of a layer, of any shape.
///
/// Convention: NeuroBench 2.3.0 (`ActivationSparsity`), over all samples of a batch.
///
/// # Errors
/// [`MetricsError::TooFew`] without activations.
pub fn activation_sparsity(layers: &[ArrayViewD<'_, f64>]) -> Result<f64, MetricsError> {
    share_of_zeros("activations", layers)
}

/// Share of weights that are 0 in all arrays together.
///
/// Convention: NeuroBench 2.3.0 (`ConnectionSparsity`), which rounds to four digits; here there is no rounding.
///
/// # Errors
/// [`MetricsError::TooFew`] without weights.
pub fn connection_sparsity(weights: &[ArrayViewD<'_, f64>]) -> Result<f64, MetricsError> {
    share_of_zeros("weights", weights)
}

fn share_of_zeros(what: &'static str, arrays: &[ArrayViewD<'_, f64>]) -> Result<f64, MetricsError> {
    let total: usize = arrays.iter().map(|a| a.len()).sum();
    check_count(what, total, 1)?;
    let zeros: usize = arrays.iter().map(|a| a.iter().filter(|v| **v == 0.0).count()).sum();
    Ok(zeros as f64 / total as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn zeros_are_pooled_over_arrays() {
        let (a, b) = (array![0.0, 1.0].into_dyn(), array![[0.0, 0.0], [2.0, -1.0]].into_dyn());
        assert_eq!(activation_sparsity(&[a.view(), b.view()]), Ok(0.5));
        assert_eq!(connection_sparsity(&[a.view()]), Ok(0.5));
        assert!(matches!(activation_sparsity(&[]), Err(MetricsError::TooFew { .. })));
    }
}
