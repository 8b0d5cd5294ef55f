//! Latency of a spike with Gaussian jitter.

use crate::error::{MetricsError, check};
use crate::special::{LN_2, gauss_legendre, neg_p_ln_p, normal_cdf};

/// Information of the time T·(1 − x) + Gaussian jitter of standard deviation σ about x uniform in (0, 1):
/// h(Y) − ½·log₂(2πe·σ²), with the density of the time f(y) = (Φ(y/σ) − Φ((y − T)/σ))/T. By quadrature.
///
/// The time is not cut off at the window and not rounded to a step.
///
/// # Errors
/// [`MetricsError::Parameter`] if the window or the jitter is not above 0 and finite.
///
/// ```
/// let bits = spike_metrics::jittered_latency_bits(100.0, 1.0)?;
/// assert!((bits - 4.62282).abs() < 1e-5);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn jittered_latency_bits(window_ms: f64, jitter_ms: f64) -> Result<f64, MetricsError> {
    check("window_ms", window_ms, 0.0 < window_ms && window_ms.is_finite(), "above 0, finite")?;
    check("jitter_ms", jitter_ms, 0.0 < jitter_ms && jitter_ms.is_finite(), "above 0, finite")?;
    let density = |y: f64| (normal_cdf(y / jitter_ms) - normal_cdf((y - window_ms) / jitter_ms)) / window_ms;
    // The density is symmetric about T/2; it is not constant only within 9 σ of the edge.
    let middle = window_ms / 2.0;
    let flat_from = middle.min(9.0 * jitter_ms);
    let integrate = |from: f64, until: f64| -> f64 {
        let width = until - from;
        gauss_legendre(32).iter().map(|(u, w)| w * width * neg_p_ln_p(density(from + u * width))).sum()
    };
    let half = integrate(-9.0 * jitter_ms, flat_from) + (middle - flat_from) * neg_p_ln_p(density(middle));
    let noise = 0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E * jitter_ms * jitter_ms).ln();
    Ok((2.0 * half - noise) / LN_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_jitter_is_additive_noise_and_much_leaves_nothing() {
        // σ ≪ T: log₂ T − ½ log₂(2πe σ²) + O(σ/T).
        let bits = jittered_latency_bits(1.0, 1e-6).unwrap();
        let expected = -0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E * 1e-12f64).log2();
        assert!((bits - expected).abs() < 1e-5);
        // σ ≫ T: a Gaussian channel with variance T²/12, ½ log₂(1 + T²/12σ²).
        let faint = jittered_latency_bits(1.0, 10.0).unwrap();
        assert!((faint - 0.5 * (1.0 + 1.0 / 1200.0f64).log2()).abs() < 1e-6, "{faint}");
        assert!(jittered_latency_bits(0.0, 1.0).is_err() && jittered_latency_bits(1.0, 0.0).is_err());
    }
}
