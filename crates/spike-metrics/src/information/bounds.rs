//! Bounds that no estimate may exceed, and lower bounds from decoders.

use super::channel::binary::binary_entropy_bits;
use crate::error::{MetricsError, check, check_count};
use crate::special::LN_2;
use serde::{Deserialize, Serialize};

/// Which bound limits an information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CeilingKind {
    /// log₂ of the number of stimuli.
    StimulusAlphabet,
    /// Entropy of the responses.
    ResponseEntropy,
    /// Entropy of independent bins with the given spike probability.
    BinEntropy,
    /// Capacity of a Poisson channel with time-varying input.
    PoissonCapacity,
    /// Capacity of one Poisson count.
    CountCapacity,
    /// log₂ of the number of times that can be told apart.
    TimingResolution,
}

/// A bound of the information in one window.
///
/// [`PoissonCapacity`](CeilingKind::PoissonCapacity) and [`CountCapacity`](CeilingKind::CountCapacity) hold for
/// Poisson encoders and their dead-time thinning, not for deterministic codes, and for an encoder that spikes with
/// probability p = f·dt in a step only after replacing the peak rate by [`bernoulli_peak_hz`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ceiling {
    /// Which bound.
    pub kind: CeilingKind,
    /// Its value; not below 0.
    pub bits: f64,
}

impl Ceiling {
    /// log₂ K for K stimuli.
    #[must_use]
    pub fn of_stimuli(num_stimuli: usize) -> Self {
        Self { kind: CeilingKind::StimulusAlphabet, bits: (num_stimuli.max(1) as f64).log2() }
    }

    /// The entropy of `num_neurons` × `num_bins` bins that spike with the mean probability `p`: N·M·h₂(p).
    ///
    /// # Errors
    /// [`MetricsError::Parameter`] if p is not a probability.
    pub fn of_bins(num_neurons: usize, num_bins: usize, p: f64) -> Result<Self, MetricsError> {
        let bits = (num_neurons * num_bins) as f64 * binary_entropy_bits(p)?;
        Ok(Self { kind: CeilingKind::BinEntropy, bits })
    }

    /// [`poisson_capacity_bits_per_s`] times the window, for each neuron.
    ///
    /// # Errors
    /// As [`poisson_capacity_bits_per_s`].
    pub fn of_poisson(num_neurons: usize, peak_hz: f64, dark_hz: f64, window_ms: f64) -> Result<Self, MetricsError> {
        let rate = poisson_capacity_bits_per_s(peak_hz, dark_hz)?;
        Ok(Self { kind: CeilingKind::PoissonCapacity, bits: num_neurons as f64 * rate * window_ms * 1e-3 })
    }

    /// log₂ M for a code of one spike in one of M steps.
    ///
    /// # Errors
    /// [`MetricsError::TooFew`] without steps.
    pub fn of_timing(num_steps: usize) -> Result<Self, MetricsError> {
        check_count("steps", num_steps, 1)?;
        Ok(Self { kind: CeilingKind::TimingResolution, bits: (num_steps as f64).log2() })
    }

    /// The lowest, the first of equal ones.
    pub(crate) fn lowest<'a>(ceilings: impl Iterator<Item = &'a Ceiling>) -> Option<Ceiling> {
        ceilings.copied().min_by(|a, b| a.bits.total_cmp(&b.bits))
    }
}

/// The capacity of a Poisson channel whose rate is between a dark rate λ₀ and A + λ₀ and may vary without limit:
///
/// C = A·[q(1 + s)·ln(1 + s) + (1 − q)·s·ln s − (q + s)·ln(q + s)]/ln 2, s = λ₀/A,
/// q = (1 + s)^(1+s)/(e·sˢ) − s; without dark rate C = A/(e·ln 2) = 0.5307·A.
///
/// Source: Davis (1980), Capacity and cutoff rate for Poisson-type channels, IEEE Trans Inf Theory 26:710,
/// DOI 10.1109/TIT.1980.1056262; Wyner (1988), Capacity and error exponent for the direct detection photon channel,
/// IEEE Trans Inf Theory 34:1449, DOI 10.1109/18.21284.
///
/// # Errors
/// [`MetricsError::Parameter`] if the peak is not above 0 or the dark rate is negative.
///
/// ```
/// assert!((spike_metrics::poisson_capacity_bits_per_s(1000.0, 0.0)? - 530.738).abs() < 1e-3);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn poisson_capacity_bits_per_s(peak_hz: f64, dark_hz: f64) -> Result<f64, MetricsError> {
    check("peak_hz", peak_hz, 0.0 < peak_hz && peak_hz.is_finite(), "above 0, finite")?;
    check("dark_hz", dark_hz, 0.0 <= dark_hz && dark_hz.is_finite(), "0 or more, finite")?;
    let x_ln_x = |x: f64| if x > 0.0 { x * x.ln() } else { 0.0 };
    let s = dark_hz / peak_hz;
    let q = (x_ln_x(1.0 + s) - x_ln_x(s) - 1.0).exp() - s;
    Ok(peak_hz * (q * x_ln_x(1.0 + s) + (1.0 - q) * x_ln_x(s) - x_ln_x(q + s)) / LN_2)
}

/// The peak rate for which the bounds of a Poisson channel hold for an encoder that spikes with probability up to
/// `p_max` in a step: −ln(1 − p)/dt; infinite for p = 1, which is a channel without noise.
///
/// # Errors
/// [`MetricsError::Parameter`] if `p_max` is not a probability or the step not above 0.
///
/// ```
/// assert!((spike_metrics::bernoulli_peak_hz(0.1, 0.1)? - 1053.6).abs() < 0.1);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn bernoulli_peak_hz(p_max: f64, dt_ms: f64) -> Result<f64, MetricsError> {
    check("p_max", p_max, (0.0..=1.0).contains(&p_max), "0 to 1")?;
    check("dt_ms", dt_ms, 0.0 < dt_ms && dt_ms.is_finite(), "above 0, finite")?;
    Ok(-(-p_max).ln_1p() / (dt_ms * 1e-3))
}

/// A lower bound of the information from the mean squared error of any decoder: I ≥ h(X) − ½·log₂(2πe·MSE), with
/// h(X) the differential entropy of the stimulus in bits (log₂ of the range for a uniform one). Minus infinity never
/// occurs: an error of 0 gives an infinite bound.
///
/// For a uniform stimulus this is −½·log₂(1 − R²) − 0.2546. The familiar −½·log₂(1 − R²) alone is a bound only for
/// Gaussian stimuli: for a uniform one and a Poisson count of mean up to 100 it gives 2.163 bits, above the true
/// 2.135.
///
/// Source: Cover & Thomas (2006), Elements of Information Theory, theorem 8.6.6 (the Gaussian has the largest
/// entropy for a given variance), DOI 10.1002/047174882X.
///
/// # Errors
/// [`MetricsError::Parameter`] if the error is negative or a number is not finite.
///
/// ```
/// let bound = spike_metrics::gaussian_error_lower_bound_bits(0.0, (1.0 - 0.95) / 12.0)?;
/// assert!((bound - (2.1610 - 0.2546)).abs() < 1e-3);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn gaussian_error_lower_bound_bits(stimulus_entropy_bits: f64, mse: f64) -> Result<f64, MetricsError> {
    check("stimulus_entropy_bits", stimulus_entropy_bits, stimulus_entropy_bits.is_finite(), "a finite number")?;
    check("mse", mse, 0.0 <= mse && mse.is_finite(), "0 or more, finite")?;
    Ok(stimulus_entropy_bits - 0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E * mse).log2())
}

/// The information of a Gaussian channel whose best linear estimate has the coefficient of determination R²:
/// −½·log₂(1 − R²). Exact for jointly Gaussian stimulus and response, no bound otherwise.
///
/// # Errors
/// [`MetricsError::Parameter`] if R² is not in [0, 1).
pub fn gaussian_channel_bits(r2: f64) -> Result<f64, MetricsError> {
    check("r2", r2, (0.0..1.0).contains(&r2), "0 to below 1")?;
    Ok(-0.5 * (-r2).ln_1p() / LN_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_parameters_are_refused() {
        assert!(poisson_capacity_bits_per_s(0.0, 0.0).is_err());
        assert!(poisson_capacity_bits_per_s(1.0, -1.0).is_err());
        assert!(bernoulli_peak_hz(1.1, 1.0).is_err());
        assert!(bernoulli_peak_hz(0.1, 0.0).is_err());
        assert!(gaussian_error_lower_bound_bits(f64::NAN, 1.0).is_err());
        assert!(gaussian_error_lower_bound_bits(0.0, -1.0).is_err());
        assert!(gaussian_channel_bits(1.0).is_err());
        assert!(Ceiling::of_bins(1, 1, 2.0).is_err());
        assert!(Ceiling::of_timing(0).is_err());
    }

    #[test]
    fn bounds_have_their_values() {
        assert_eq!(Ceiling::of_bins(2, 10, 0.5).unwrap().bits, 20.0);
        assert_eq!(Ceiling::of_timing(1024).unwrap().bits, 10.0);
        assert_eq!(Ceiling::of_stimuli(8).bits, 3.0);
        assert!((Ceiling::of_poisson(1, 100.0, 0.0, 100.0).unwrap().bits - 5.307_378).abs() < 1e-5);
        assert_eq!(bernoulli_peak_hz(1.0, 1.0), Ok(f64::INFINITY));
        let lowest = Ceiling::lowest([Ceiling::of_stimuli(8), Ceiling::of_stimuli(2)].iter());
        assert_eq!(lowest.unwrap().bits, 1.0);
    }
}
