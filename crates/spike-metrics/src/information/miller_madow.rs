//! Miller–Madow correction: one half of a degree of freedom for each symbol that occurred.

use super::entropies::Entropies;
use super::plug_in::entropy_plug_in_bits;
use super::table::ContingencyTable;
use crate::special::LN_2;

/// The Miller–Madow entropy of counts: H = H_plug-in + (K − 1)/(2N ln 2), K the number of symbols that occurred.
///
/// Too small where symbols have not been seen yet. 0 without counts.
///
/// Source: Miller (1955), Note on the bias of information estimates, in Quastler (ed.), Information Theory in
/// Psychology, 95–100.
///
/// ```
/// let bias = 1.0 / (2.0 * 8.0 * std::f64::consts::LN_2);
/// assert!((spike_metrics::entropy_miller_madow_bits(&[4, 4, 0]) - 1.0 - bias).abs() < 1e-15);
/// ```
#[must_use]
pub fn entropy_miller_madow_bits(counts: &[u64]) -> f64 {
    let occupied = counts.iter().filter(|c| **c > 0).count() as f64;
    let total: f64 = counts.iter().map(|&c| c as f64).sum();
    if total == 0.0 { 0.0 } else { entropy_plug_in_bits(counts) + (occupied - 1.0) / (2.0 * total * LN_2) }
}

/// H(R) and H(R|S), each with its correction; the mean over stimuli of (Kₛ − 1)/(2Nₛ) is Σ(Kₛ − 1)/(2N).
pub(crate) fn entropies(table: &ContingencyTable) -> Entropies {
    Entropies {
        response_bits: entropy_miller_madow_bits(&table.response_counts()),
        noise_bits: table.mean_over_stimuli(entropy_miller_madow_bits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_one_symbol_have_no_entropy() {
        assert_eq!((entropy_miller_madow_bits(&[]), entropy_miller_madow_bits(&[3])), (0.0, 0.0));
    }
}
