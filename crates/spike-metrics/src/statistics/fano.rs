//! Fano factor: variance over mean of spike counts.

/// The Fano factor of spike counts in repeated windows of one length: variance / mean.
///
/// 1 for a Poisson process, 0 for a clock. The variance is that of the population (divided by n, not n − 1), as in
/// elephant 1.2.1. `None` if there are no counts or all are 0. Windows of different length make it meaningless.
///
/// Source: Fano (1947), Ionization yield of radiations II, Phys Rev 72:26, DOI 10.1103/PhysRev.72.26.
///
/// ```
/// assert_eq!(spike_metrics::fano_factor(&[1, 3]), Some(0.5));
/// assert_eq!(spike_metrics::fano_factor(&[0, 0]), None);
/// ```
#[must_use]
pub fn fano_factor(counts: &[u64]) -> Option<f64> {
    let n = counts.len() as f64;
    let mean = counts.iter().map(|&c| c as f64).sum::<f64>() / n;
    let variance = counts.iter().map(|&c| (c as f64 - mean) * (c as f64 - mean)).sum::<f64>() / n;
    (mean > 0.0).then(|| variance / mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_counts_have_no_variance_and_silence_no_factor() {
        assert_eq!(fano_factor(&[4, 4, 4]), Some(0.0));
        assert_eq!(fano_factor(&[7]), Some(0.0));
        assert_eq!(fano_factor(&[]), None);
    }
}
