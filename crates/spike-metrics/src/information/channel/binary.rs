//! Channels of a few symbols, and codes without noise.

use crate::error::{MetricsError, check, check_count};
use crate::special::{LN_2, neg_p_ln_p};

/// The entropy of a binary symbol: h₂(p) = −p·log₂ p − (1 − p)·log₂(1 − p).
///
/// # Errors
/// [`MetricsError::Parameter`] if p is not a probability.
///
/// ```
/// assert_eq!(spike_metrics::binary_entropy_bits(0.5)?, 1.0);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn binary_entropy_bits(p: f64) -> Result<f64, MetricsError> {
    check("p", p, (0.0..=1.0).contains(&p), "0 to 1")?;
    Ok((neg_p_ln_p(p) + neg_p_ln_p(1.0 - p)) / LN_2)
}

/// Information of a binary symmetric channel with error probability p and equally likely inputs: 1 − h₂(p).
///
/// # Errors
/// As [`binary_entropy_bits`].
pub fn binary_symmetric_bits(p: f64) -> Result<f64, MetricsError> {
    Ok(1.0 - binary_entropy_bits(p)?)
}

/// Information of a Z-channel with equally likely inputs: spikes are deleted with probability d, none is added.
/// h₂((1 − d)/2) − ½·h₂(d).
///
/// # Errors
/// As [`binary_entropy_bits`].
pub fn z_channel_bits(d: f64) -> Result<f64, MetricsError> {
    Ok(binary_entropy_bits((1.0 - d) / 2.0)? - 0.5 * binary_entropy_bits(d)?)
}

/// Information of a symmetric channel of K symbols with equally likely inputs, in which a symbol is replaced by any
/// other one with total probability e: log₂ K − h₂(e) − e·log₂(K − 1).
///
/// # Errors
/// [`MetricsError::TooFew`] below two symbols, otherwise as [`binary_entropy_bits`].
pub fn symmetric_channel_bits(num_symbols: usize, e: f64) -> Result<f64, MetricsError> {
    check_count("symbols", num_symbols, 2)?;
    let k = num_symbols as f64;
    Ok(k.log2() - binary_entropy_bits(e)? - e * (k - 1.0).log2())
}

/// Information of a code without noise that divides a uniform value into K equal bins, as time to first spike with K
/// steps or a floored count: log₂ K.
///
/// # Errors
/// [`MetricsError::TooFew`] without bins.
pub fn equal_bins_bits(num_bins: usize) -> Result<f64, MetricsError> {
    check_count("bins", num_bins, 1)?;
    Ok((num_bins as f64).log2())
}

/// Information of a regular rate code that rounds L·x of a uniform x: the counts 0 and L have half of the
/// probability of the others, log₂ L + 1/L, less than log₂(L + 1).
///
/// # Errors
/// [`MetricsError::TooFew`] for L = 0.
pub fn rounded_count_bits(max_count: usize) -> Result<f64, MetricsError> {
    check_count("largest count", max_count, 1)?;
    let l = max_count as f64;
    Ok(l.log2() + 1.0 / l)
}

/// Information per bin that the time of independent bins carries, for spike probabilities pₜ that repeat:
/// h₂(mean p) − mean h₂(pₜ). The limit of the direct method for such trains.
///
/// # Errors
/// [`MetricsError::TooFew`] without bins, otherwise as [`binary_entropy_bits`].
pub fn independent_bins_bits(probabilities: &[f64]) -> Result<f64, MetricsError> {
    check_count("bins", probabilities.len(), 1)?;
    let n = probabilities.len() as f64;
    let noise: Result<Vec<f64>, MetricsError> = probabilities.iter().map(|&p| binary_entropy_bits(p)).collect();
    Ok(binary_entropy_bits(probabilities.iter().sum::<f64>() / n)? - noise?.iter().sum::<f64>() / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes() {
        assert_eq!((binary_symmetric_bits(0.0), binary_symmetric_bits(0.5)), (Ok(1.0), Ok(0.0)));
        assert_eq!((z_channel_bits(0.0), z_channel_bits(1.0)), (Ok(1.0), Ok(0.0)));
        assert_eq!(symmetric_channel_bits(2, 0.25), binary_symmetric_bits(0.25));
        assert_eq!(equal_bins_bits(8), Ok(3.0));
        assert_eq!(rounded_count_bits(1), Ok(1.0));
        assert_eq!(independent_bins_bits(&[0.0, 1.0]), Ok(1.0));
        for bad in [-0.1, 1.1, f64::NAN] {
            assert!(binary_entropy_bits(bad).is_err() && z_channel_bits(bad).is_err());
            assert!(symmetric_channel_bits(3, bad).is_err() && independent_bins_bits(&[bad]).is_err());
        }
        assert!(symmetric_channel_bits(1, 0.0).is_err());
        assert!(equal_bins_bits(0).is_err() && rounded_count_bits(0).is_err() && independent_bins_bits(&[]).is_err());
    }
}
