//! Nemenman–Shafee–Bialek entropy: a prior that is nearly flat in the entropy.

use super::entropies::Entropies;
use super::table::ContingencyTable;
use crate::error::{MetricsError, check_count};
use crate::special::{LN_2, digamma, ln_rising, trigamma};

/// The NSB entropy of counts over `num_symbols` possible symbols, in bits.
///
/// Dirichlet priors with all parameters β have nearly fixed entropies; mixing them with weight dξ/dβ, where
/// ξ(β) = ψ(Kβ + 1) − ψ(β + 1) is their mean entropy, makes the prior of the entropy nearly flat:
///
/// H = ∫ ⟨H⟩_β·ρ(β|n)·ξ′(β) dβ / ∫ ρ(β|n)·ξ′(β) dβ, ρ(β|n) = Γ(Kβ)/Γ(N + Kβ)·Πᵢ Γ(nᵢ + β)/Γ(β),
/// ⟨H⟩_β = ψ(N + Kβ + 1) − Σᵢ (nᵢ + β)/(N + Kβ)·ψ(nᵢ + β + 1).
///
/// The integral is taken over ln β by the trapezoidal rule, on the range where the integrand exceeds e⁻⁴⁰ of its
/// largest value. Useful where fewer samples than symbols are there, if symbols repeat; K must be known or bounded.
///
/// Source: Nemenman, Shafee, Bialek (2002), Entropy and inference, revisited, NIPS 14, arXiv physics/0108025,
/// equations 8–11.
///
/// # Errors
/// [`MetricsError::TooFew`] if `num_symbols` is below the number of symbols that occurred, or without samples.
///
/// ```
/// let entropy = spike_metrics::entropy_nsb_bits(&[4, 2, 3, 0, 2, 4, 0, 0, 2], 9)?;
/// assert!((entropy - 2.79976).abs() < 1e-5);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn entropy_nsb_bits(counts: &[u64], num_symbols: usize) -> Result<f64, MetricsError> {
    let occupied = counts.iter().filter(|c| **c > 0).count();
    check_count("samples", occupied, 1)?;
    check_count("possible symbols", num_symbols, occupied)?;
    Ok(entropy(counts, num_symbols))
}

/// H(R) and H(R|S) with the same number of possible responses, not below that of the table, for every stimulus.
pub(crate) fn entropies(table: &ContingencyTable, num_symbols: usize) -> Entropies {
    Entropies {
        response_bits: entropy(&table.response_counts(), num_symbols),
        noise_bits: table.mean_over_stimuli(|row| entropy(row, num_symbols)),
    }
}

fn entropy(counts: &[u64], num_symbols: usize) -> f64 {
    if num_symbols == 1 {
        return 0.0;
    }
    let posterior = Posterior::new(counts, num_symbols);
    // e^±46 encloses every β that matters: the weight falls at least as β below and as 1/β above its maximum.
    let coarse: Vec<f64> = (-92..=92).map(|k| 0.5 * f64::from(k)).collect();
    let weights: Vec<f64> = coarse.iter().map(|&t| posterior.ln_weight(t)).collect();
    let largest = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let matters = |w: &f64| *w > largest - 40.0;
    let from = weights.iter().position(matters).unwrap_or(0).saturating_sub(1);
    let until = (weights.iter().rposition(matters).unwrap_or(0) + 1).min(coarse.len() - 1);
    const POINTS: u32 = 300;
    let (low, high) = (coarse[from], coarse[until]);
    let (mut norm, mut sum) = (0.0, 0.0);
    for k in 0..=POINTS {
        let t = low + (high - low) * f64::from(k) / f64::from(POINTS);
        let weight = (posterior.ln_weight(t) - largest).exp();
        norm += weight;
        sum += weight * posterior.mean_entropy_nats(t.exp());
    }
    sum / norm / LN_2
}

/// The posterior of β given counts, with equal counts gathered.
struct Posterior {
    /// (count, number of symbols that have it), the count 0 included.
    multiplicities: Vec<(f64, f64)>,
    total: f64,
    num_symbols: f64,
}

impl Posterior {
    fn new(counts: &[u64], num_symbols: usize) -> Self {
        let mut sorted: Vec<u64> = counts.iter().copied().filter(|c| *c > 0).collect();
        sorted.sort_unstable();
        let mut multiplicities: Vec<(f64, f64)> =
            sorted.chunk_by(|a, b| a == b).map(|same| (same[0] as f64, same.len() as f64)).collect();
        let empty = num_symbols - sorted.len();
        if empty > 0 {
            multiplicities.push((0.0, empty as f64));
        }
        Self { multiplicities, total: sorted.iter().map(|&c| c as f64).sum(), num_symbols: num_symbols as f64 }
    }

    /// ln of ρ(β|n)·ξ′(β)·β, the density in t = ln β, up to a constant.
    fn ln_weight(&self, t: f64) -> f64 {
        let beta = t.exp();
        let occupied = self.multiplicities.iter().filter(|(n, _)| *n > 0.0);
        let evidence: f64 = occupied.map(|(n, symbols)| symbols * ln_rising(beta, *n)).sum();
        evidence - ln_rising(self.num_symbols * beta, self.total) + self.mean_entropy_slope(beta).ln() + t
    }

    /// ξ′(β) = K·ψ′(Kβ + 1) − ψ′(β + 1).
    fn mean_entropy_slope(&self, beta: f64) -> f64 {
        let k = self.num_symbols;
        if beta < 50.0 {
            return k * trigamma(k * beta + 1.0) - trigamma(beta + 1.0);
        }
        // Both terms are near 1/β; their difference by the asymptotic series.
        let b = 1.0 / beta;
        b * b * ((1.0 - 1.0 / k) / 2.0 - b * (1.0 - 1.0 / (k * k)) / 6.0 + b * b * b * (1.0 - k.powi(-4)) / 30.0)
    }

    /// ⟨H⟩_β.
    fn mean_entropy_nats(&self, beta: f64) -> f64 {
        let mass = self.total + self.num_symbols * beta;
        // Differences of ψ stay accurate where β is large.
        let top = digamma(mass + 1.0);
        self.multiplicities
            .iter()
            .map(|(n, symbols)| symbols * (n + beta) / mass * (top - digamma(n + beta + 1.0)))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_right() {
        // Many samples: the plug-in value.
        let many = entropy_nsb_bits(&[500_000, 250_000, 250_000], 3).unwrap();
        assert!((many - 1.5).abs() < 1e-4);
        assert_eq!(entropy_nsb_bits(&[5], 1), Ok(0.0));
        // One sample says little: the prior mean of the entropy of 2 symbols is about half a bit.
        let one = entropy_nsb_bits(&[1, 0], 2).unwrap();
        assert!(0.3 < one && one < 0.7, "{one}");
        assert!(entropy_nsb_bits(&[1, 1], 1).is_err());
        assert!(entropy_nsb_bits(&[0, 0], 2).is_err());
    }

    #[test]
    fn the_slope_is_continuous_where_its_form_changes() {
        let posterior = Posterior::new(&[3, 1], 7);
        let (below, above) = (posterior.mean_entropy_slope(49.999_999), posterior.mean_entropy_slope(50.000_001));
        assert!((below / above - 1.0).abs() < 1e-6);
    }
}
