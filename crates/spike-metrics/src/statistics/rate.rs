//! Firing rate: over the whole observation, and as a function of time.

use super::binned::bin_counts;
use crate::error::{MetricsError, check};
use crate::times::SpikeTimes;

/// Spikes divided by the length of the observation.
///
/// ```
/// use spike_metrics::{SpikeTimes, mean_rate_hz};
/// let train = SpikeTimes::new(&[10.0, 20.0], 0.0, 500.0)?;
/// assert_eq!(mean_rate_hz(train), 4.0);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
#[must_use]
pub fn mean_rate_hz(train: SpikeTimes<'_>) -> f64 {
    train.times_ms().len() as f64 / (train.duration_ms() * 1e-3)
}

/// The time from the start of the observation to the first spike; `None` without one.
#[must_use]
pub fn first_spike_latency_ms(train: SpikeTimes<'_>) -> Option<f64> {
    train.times_ms().first().map(|t| t - train.start_ms())
}

/// The shape with which every spike enters the rate; its area is 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RateKernel {
    /// Normal density with standard deviation σ, cut off at 5σ as in elephant 1.2.1; centred on the spike.
    Gaussian {
        /// σ.
        sigma_ms: f64,
    },
    /// exp(−t/τ)/τ from the spike on, cut off at 5τ as in elephant 1.2.1 with `center_kernel=False`: causal.
    Exponential {
        /// τ.
        tau_ms: f64,
    },
    /// Constant within ±½ of the width, centred on the spike; elephant's σ is width/√12.
    Rectangular {
        /// Width.
        width_ms: f64,
    },
}

/// How many σ or τ a kernel reaches.
const CUTOFF: f64 = 5.0;

impl RateKernel {
    fn check(self) -> Result<f64, MetricsError> {
        let (name, scale) = match self {
            RateKernel::Gaussian { sigma_ms } => ("sigma_ms", sigma_ms),
            RateKernel::Exponential { tau_ms } => ("tau_ms", tau_ms),
            RateKernel::Rectangular { width_ms } => ("width_ms", width_ms),
        };
        check(name, scale, 0.0 < scale && scale.is_finite(), "above 0, finite")?;
        Ok(if matches!(self, RateKernel::Rectangular { .. }) { scale / 2.0 } else { CUTOFF * scale })
    }

    /// The density at a time after the spike, per ms.
    fn at(self, t_ms: f64) -> f64 {
        match self {
            RateKernel::Gaussian { sigma_ms } => {
                let z = t_ms / sigma_ms;
                spike_core::exp(-0.5 * z * z) / (sigma_ms * (2.0 * std::f64::consts::PI).sqrt())
            }
            RateKernel::Exponential { tau_ms } if t_ms >= 0.0 => spike_core::exp(-t_ms / tau_ms) / tau_ms,
            RateKernel::Rectangular { width_ms } if t_ms.abs() < width_ms / 2.0 => 1.0 / width_ms,
            RateKernel::Exponential { .. } | RateKernel::Rectangular { .. } => 0.0,
        }
    }
}

/// The firing rate as a function of time: r(k·Δ) = Σ over bins j of countⱼ·κ((k − j)·Δ).
///
/// The observation is cut into bins of the sampling step Δ as by [`bin_counts`]; there is one value for each. Near
/// the edges the part of a kernel that lies outside is lost: there is no correction.
///
/// Convention: elephant 1.2.1 (`instantaneous_rate`, no trimming, no border correction), which agrees if the reach
/// of the kernel is a multiple of Δ; otherwise elephant stretches the kernel's sampling points over the reach, here
/// they are multiples of Δ. elephant's bins have no tolerance for rounding, so that a spike on an edge may be one bin
/// earlier there.
///
/// # Errors
/// [`MetricsError::Parameter`] for a kernel without width, and those of [`bin_counts`].
///
/// ```
/// use spike_metrics::{RateKernel, SpikeTimes, instantaneous_rate_hz};
/// let train = SpikeTimes::new(&[500.0], 0.0, 1000.0)?;
/// let rate = instantaneous_rate_hz(train, RateKernel::Gaussian { sigma_ms: 20.0 }, 1.0)?;
/// let area: f64 = rate.iter().map(|r| r * 1e-3).sum();
/// assert!((area - 1.0).abs() < 1e-6 && rate[500] > rate[499] && rate[500] > rate[501]);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn instantaneous_rate_hz(
    train: SpikeTimes<'_>,
    kernel: RateKernel,
    step_ms: f64,
) -> Result<Vec<f64>, MetricsError> {
    let reach_ms = kernel.check()?;
    let counts = bin_counts(train, step_ms)?;
    let reach = ((reach_ms / step_ms).ceil() as usize).min(counts.len());
    let offsets = -(reach as i64)..=reach as i64;
    let weights: Vec<f64> = offsets.map(|k| 1e3 * kernel.at(k as f64 * step_ms)).collect();
    let mut rate = vec![0.0; counts.len()];
    for (bin, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let from = bin.saturating_sub(reach);
        let until = (bin + reach + 1).min(rate.len());
        let weights = &weights[reach + from - bin..][..until - from];
        for (value, weight) in rate[from..until].iter_mut().zip(weights) {
            *value += f64::from(count) * weight;
        }
    }
    Ok(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_have_unit_area_and_their_direction() {
        let train = SpikeTimes::new(&[500.0], 0.0, 1000.0).unwrap();
        let rate = |kernel| instantaneous_rate_hz(train, kernel, 0.5).unwrap();
        for kernel in [
            RateKernel::Gaussian { sigma_ms: 10.0 },
            RateKernel::Exponential { tau_ms: 20.0 },
            RateKernel::Rectangular { width_ms: 33.0 },
        ] {
            let area: f64 = rate(kernel).iter().map(|r| r * 0.5e-3).sum();
            // The exponential is cut off at 5τ (0.7 %) and sampled from its top (½·Δ/τ = 1.3 %).
            assert!((area - 1.0).abs() < 0.02, "{kernel:?} {area}");
        }
        let causal = rate(RateKernel::Exponential { tau_ms: 20.0 });
        assert_eq!((causal[999], causal[1000]), (0.0, 50.0));
        assert_eq!(mean_rate_hz(train), 1.0);
        assert_eq!(first_spike_latency_ms(train), Some(500.0));
    }

    #[test]
    fn bad_kernels_are_refused() {
        let train = SpikeTimes::new(&[], 0.0, 10.0).unwrap();
        for kernel in [
            RateKernel::Gaussian { sigma_ms: 0.0 },
            RateKernel::Exponential { tau_ms: f64::NAN },
            RateKernel::Rectangular { width_ms: -1.0 },
        ] {
            assert!(matches!(instantaneous_rate_hz(train, kernel, 1.0), Err(MetricsError::Parameter { .. })));
        }
        assert_eq!(instantaneous_rate_hz(train, RateKernel::Gaussian { sigma_ms: 1.0 }, 5.0), Ok(vec![0.0, 0.0]));
        assert_eq!(first_spike_latency_ms(train), None);
    }
}
