//! Channels whose information is known in closed form or by quadrature: what estimators are tested against and what
//! ceilings are taken from.

pub(crate) mod bernoulli;
pub(crate) mod binary;
pub(crate) mod capacity;
pub(crate) mod latency;
pub(crate) mod poisson;

use crate::special::{LN_2, neg_p_ln_p};
use std::ops::Range;

/// The exact information of a channel whose response is a spike count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountChannel {
    /// I(X; N).
    pub information_bits: f64,
    /// H(N).
    pub response_entropy_bits: f64,
    /// H(N|X).
    pub noise_entropy_bits: f64,
    /// Mean of N.
    pub mean_count: f64,
}

impl CountChannel {
    /// Information per spike; `None` without spikes.
    #[must_use]
    pub fn bits_per_spike(&self) -> Option<f64> {
        (self.mean_count > 0.0).then(|| self.information_bits / self.mean_count)
    }

    /// From the distribution of the count and the noise entropy in nats.
    fn new(distribution: &[f64], noise_entropy_nats: f64) -> Self {
        let response_entropy_bits = distribution.iter().map(|&p| neg_p_ln_p(p)).sum::<f64>() / LN_2;
        let noise_entropy_bits = noise_entropy_nats / LN_2;
        Self {
            information_bits: response_entropy_bits - noise_entropy_bits,
            response_entropy_bits,
            noise_entropy_bits,
            mean_count: distribution.iter().enumerate().map(|(n, p)| n as f64 * p).sum(),
        }
    }

    /// For x uniform in (0, 1), from the distribution of the count given x, by quadrature; `fill` writes the
    /// probabilities that matter into a zeroed slice and returns where they are. With x = u², features near x = 0 are
    /// as wide as those elsewhere.
    fn by_quadrature(num_counts: usize, panels: usize, fill: impl Fn(f64, &mut [f64]) -> Range<usize>) -> Self {
        let (mut marginal, mut noise) = (vec![0.0; num_counts], 0.0);
        let mut given_x = vec![0.0; num_counts];
        for (u, weight) in crate::special::gauss_legendre(panels) {
            let range = fill(u * u, &mut given_x);
            let weight = 2.0 * u * weight;
            for (total, p) in marginal[range.clone()].iter_mut().zip(&mut given_x[range]) {
                *total += weight * *p;
                noise += weight * neg_p_ln_p(*p);
                *p = 0.0;
            }
        }
        Self::new(&marginal, noise)
    }
}

/// Counts of a Poisson distribution that matter: the rest has probability below 1e-30.
fn largest_count(mean: f64) -> usize {
    (mean + margin(mean)).ceil() as usize
}

/// How far from its mean a count may be.
fn margin(mean: f64) -> f64 {
    12.0 * mean.sqrt() + 30.0
}
