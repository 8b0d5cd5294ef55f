//! Plug-in estimates: the entropy of the observed frequencies.

use super::entropies::Entropies;
use super::table::ContingencyTable;
use crate::special::{LN_2, neg_p_ln_p};

/// The plug-in (maximum likelihood) entropy of counts: H = −Σ (nᵢ/N)·log₂(nᵢ/N); 0 without counts.
///
/// Biased down by about (K − 1)/(2N ln 2) bits for K symbols.
///
/// Source: Shannon (1948), A mathematical theory of communication, Bell Syst Tech J 27:379,
/// DOI 10.1002/j.1538-7305.1948.tb01338.x.
///
/// ```
/// assert_eq!(spike_metrics::entropy_plug_in_bits(&[5, 5, 0, 10]), 1.5);
/// ```
#[must_use]
pub fn entropy_plug_in_bits(counts: &[u64]) -> f64 {
    let total: f64 = counts.iter().map(|&c| c as f64).sum();
    if total == 0.0 {
        return 0.0;
    }
    counts.iter().map(|&c| neg_p_ln_p(c as f64 / total)).sum::<f64>() / LN_2
}

/// H(R) and H(R|S) of the observed frequencies.
///
/// The information of the two is biased up by about (|S| − 1)(|R| − 1)/(2N ln 2) bits: with 50 samples of 10
/// stimuli, Poisson counts of 10 expected spikes give 1.70 for a true 0.80 bits.
pub(crate) fn entropies(table: &ContingencyTable) -> Entropies {
    Entropies {
        response_bits: entropy_plug_in_bits(&table.response_counts()),
        noise_bits: table.mean_over_stimuli(entropy_plug_in_bits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_cases() {
        assert_eq!(entropy_plug_in_bits(&[]), 0.0);
        assert_eq!(entropy_plug_in_bits(&[0, 0]), 0.0);
        assert_eq!(entropy_plug_in_bits(&[9]), 0.0);
        let table = ContingencyTable::from_samples(&[0, 1], &[5, 6]).unwrap();
        assert_eq!(entropies(&table).information_bits(), 1.0);
    }
}
