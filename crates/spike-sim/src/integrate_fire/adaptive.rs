//! Adaptive threshold: every spike raises the threshold for a while.

/// b ← ρ·b + (1 − ρ)·z with z = 1 for a spike and ρ = e^(−dt/τ_a); the threshold is θ + β·b.
///
/// Source: Bellec, Salaj, Subramoney, Legenstein, Maass (2018), Long short-term memory and learning-to-learn in
/// networks of spiking neurons, NeurIPS, arXiv:1803.09574, the adaptive threshold of the LSNN model.
#[inline(always)]
pub(super) fn next_adaptation(b: f64, fired: bool, rho: f64) -> f64 {
    rho * b + if fired { 1.0 - rho } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adaptation_rises_by_spikes_and_decays() {
        let b = next_adaptation(0.0, true, 0.9);
        assert!((b - 0.1).abs() < 1e-15);
        assert!((next_adaptation(b, false, 0.9) - 0.09).abs() < 1e-15);
        // A spike in every step leads to 1.
        let steady = (0..500).fold(0.0, |b, _| next_adaptation(b, true, 0.9));
        assert!((steady - 1.0).abs() < 1e-12);
    }
}
