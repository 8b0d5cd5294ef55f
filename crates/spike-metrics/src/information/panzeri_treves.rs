//! Panzeri–Treves correction: the number of relevant responses is estimated for each stimulus.

use super::entropies::Entropies;
use super::plug_in;
use super::table::ContingencyTable;
use crate::special::LN_2;

/// H(R) and H(R|S) with the Panzeri–Treves correction.
///
/// The leading bias of an entropy is −(R − 1)/(2N ln 2) with R the number of relevant responses: those that could
/// occur. For H(R), R is the number that occurred; for each stimulus it lies between the number that occurred with
/// it and R, and is [estimated](relevant_responses).
///
/// Source: Panzeri & Treves (1996), Analytical estimates of limited sampling biases in different information
/// measures, Network 7:87, DOI 10.1080/0954898X.1996.11978656; recommended in Panzeri, Senatore, Montemurro,
/// Petersen (2007), J Neurophysiol 98:1064, DOI 10.1152/jn.00559.2007.
pub(crate) fn entropies(table: &ContingencyTable) -> Entropies {
    let Entropies { response_bits, noise_bits } = plug_in::entropies(table);
    let num_samples = table.num_samples() as f64;
    let relevant: f64 = table.rows().map(|row| relevant_responses(row) as f64 - 1.0).sum();
    Entropies {
        response_bits: response_bits + (table.num_responses() as f64 - 1.0) / (2.0 * num_samples * LN_2),
        noise_bits: noise_bits + relevant / (2.0 * num_samples * LN_2),
    }
}

/// The number of responses that could have occurred with a stimulus, from the counts of all possible ones.
///
/// With N samples in R̃ occupied of R possible responses, suppose that m more are relevant. Each response then has
/// the posterior mean of its probability: the m empty ones share γ = m·(1 − (N/(N + R̃))^(1/N)), the occupied ones
/// have (1 − γ)·(nᵢ + 1)/(N + R̃). The m is taken for which the expected number of occupied responses,
/// Σ 1 − (1 − pᵢ)ᴺ, is nearest to R̃ (the first minimum of the difference, m ≤ R − R̃).
pub(crate) fn relevant_responses(counts: &[u64]) -> usize {
    let total = counts.iter().sum::<u64>() as f64;
    let occupied: Vec<f64> = counts.iter().filter(|c| **c > 0).map(|c| *c as f64).collect();
    let (observed, possible) = (occupied.len() as f64, counts.len());
    let missing = |p: f64| (1.0 - p).max(0.0).powf(total);
    let distance = |extra: usize| {
        let expected = if extra == 0 {
            // Without empty responses the probabilities are the frequencies.
            occupied.iter().map(|n| 1.0 - missing(n / total)).sum::<f64>()
        } else {
            let each = 1.0 - (total / (total + observed)).powf(1.0 / total);
            let gamma = extra as f64 * each;
            let scale = (1.0 - gamma) / (total + observed);
            let seen: f64 = occupied.iter().map(|n| 1.0 - missing(scale * (n + 1.0))).sum();
            seen + extra as f64 * (1.0 - missing(each))
        };
        (expected - observed).abs()
    };
    let mut extra = 0;
    let mut nearest = distance(0);
    while occupied.len() + extra < possible {
        let next = distance(extra + 1);
        if next >= nearest {
            break;
        }
        nearest = next;
        extra += 1;
    }
    occupied.len() + extra
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_sampled_responses_need_no_others() {
        assert_eq!(relevant_responses(&[100, 100, 0, 0]), 2);
        assert_eq!(relevant_responses(&[1, 1]), 2);
        // Singletons tell that much has not been seen.
        assert!(relevant_responses(&[1, 1, 1, 0, 0, 0, 0, 0]) > 3);
        assert_eq!(relevant_responses(&[1, 0, 0]), 1);
    }
}
