//! The two entropies whose difference is the information.

/// Entropy of the responses and what of it is left when the stimulus is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Entropies {
    /// H(R).
    pub(crate) response_bits: f64,
    /// H(R|S), the mean over stimuli.
    pub(crate) noise_bits: f64,
}

impl Entropies {
    /// I(S; R) = H(R) − H(R|S).
    pub(crate) fn information_bits(self) -> f64 {
        self.response_bits - self.noise_bits
    }
}
