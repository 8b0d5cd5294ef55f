//! Posterior of a value given a Poisson train with dead time, for a uniform prior.

use super::renewal::{Trials, ln_likelihood};
use spike_encode::SpikeProbability;
use std::sync::OnceLock;

/// Posterior mean and variance of the normalised value, for a uniform prior on [0, 1].
///
/// The likelihood of a train is p^n·(1 − p)^m with n spikes and m free steps without one; it is exact for the
/// discrete code with absolute dead time. Moments are integrals over x, by Gauss–Legendre quadrature on the part
/// of [0, 1] where the likelihood is not negligible.
///
/// Source: the renewal likelihood, Cox and Lewis (1966), The Statistical Analysis of Series of Events, chapter 3.
#[derive(Debug)]
pub struct RatePosterior {
    probability: SpikeProbability,
    num_steps: u32,
    /// Moments by spikes and by dead steps beyond the window, filled when first asked for.
    table: Vec<OnceLock<(f64, f64)>>,
}

/// The largest table; beyond, moments are computed each time.
const MAX_TABLE: u64 = 1 << 20;
/// Points of the quadrature. The posterior of a window is smooth and, within the range below, fits 48 points.
const POINTS: usize = 48;
/// Half-width of the integration range: standard deviations, for many spikes, and e-folds of the exponential tail
/// that few spikes leave.
const DEVIATIONS: f64 = 9.0;
const TAIL: f64 = 40.0;
/// Variance of the uniform distribution on [0, 1].
pub(crate) const PRIOR_VARIANCE: f64 = 1.0 / 12.0;

impl RatePosterior {
    /// The posterior for a code on a window of `num_steps` steps.
    #[must_use]
    pub fn new(probability: SpikeProbability, num_steps: u32) -> Self {
        let stride = u64::from(probability.dead_steps()) + 1;
        let entries = (u64::from(num_steps).div_ceil(stride) + 1) * stride;
        let len = if entries <= MAX_TABLE { entries as usize } else { 0 };
        Self { probability, num_steps, table: (0..len).map(|_| OnceLock::new()).collect() }
    }

    /// Posterior mean and variance given the sorted steps of a train.
    #[must_use]
    pub fn moments(&self, steps: &[u32]) -> (f64, f64) {
        let trials = Trials::of(steps, self.probability.dead_steps(), self.num_steps);
        let stride = u64::from(self.probability.dead_steps()) + 1;
        let beyond =
            (u64::from(trials.misses) + u64::from(trials.spikes) * stride).saturating_sub(u64::from(self.num_steps));
        let index = u64::from(trials.spikes) * stride + beyond.min(stride - 1);
        match self.table.get(index as usize) {
            Some(entry) => *entry.get_or_init(|| self.integrate(trials)),
            None => self.integrate(trials),
        }
    }

    fn integrate(&self, trials: Trials) -> (f64, f64) {
        let n = f64::from(trials.spikes);
        let total = n + f64::from(trials.misses);
        // Range of p that holds the likelihood, as a Beta distribution would have it, mapped to x.
        let mean = (n + 1.0) / (total + 2.0);
        let sd = (mean * (1.0 - mean) / (total + 3.0)).sqrt();
        let at = |p: f64| self.probability.value_of(p.clamp(0.0, 1.0 - f64::EPSILON)).clamp(0.0, 1.0);
        let reach = DEVIATIONS * sd + TAIL / (total + 2.0);
        let (mut low, mut high) = (at(mean - reach), at(mean + reach));
        if high - low < 1e-9 {
            (low, high) = (0.0, 1.0);
        }
        let points = gauss_legendre(low, high);
        let ln: Vec<f64> = points.iter().map(|(x, _)| ln_likelihood(trials, self.probability.per_step(*x))).collect();
        let top = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if top == f64::NEG_INFINITY {
            return (0.5, PRIOR_VARIANCE);
        }
        let (mut mass, mut first, mut second) = (0.0, 0.0, 0.0);
        for ((x, weight), ln) in points.iter().zip(&ln) {
            let w = weight * (ln - top).exp();
            mass += w;
            first += w * x;
            second += w * x * x;
        }
        let mean = first / mass;
        (mean, (second / mass - mean * mean).max(0.0))
    }
}

/// Nodes and weights on [low, high]: roots of the Legendre polynomial by Newton's method.
fn gauss_legendre(low: f64, high: f64) -> Vec<(f64, f64)> {
    static UNIT: OnceLock<Vec<(f64, f64)>> = OnceLock::new();
    let unit = UNIT.get_or_init(|| {
        let n = POINTS as f64;
        (0..POINTS)
            .map(|i| {
                let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n + 0.5)).cos();
                let mut slope = 1.0;
                for _ in 0..100 {
                    let (mut p0, mut p1) = (1.0, x);
                    for k in 2..=POINTS {
                        let k = k as f64;
                        (p0, p1) = (p1, ((2.0 * k - 1.0) * x * p1 - (k - 1.0) * p0) / k);
                    }
                    slope = n * (x * p1 - p0) / (x * x - 1.0);
                    let next = x - p1 / slope;
                    if (next - x).abs() < 1e-16 {
                        break;
                    }
                    x = next;
                }
                (x, 2.0 / ((1.0 - x * x) * slope * slope))
            })
            .collect()
    });
    let (middle, half) = ((low + high) / 2.0, (high - low) / 2.0);
    unit.iter().map(|(x, w)| (middle + half * x, half * w)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{EncoderConfig, PoissonOptions};

    #[test]
    fn quadrature_integrates_polynomials_exactly() {
        let integral: f64 = gauss_legendre(0.0, 2.0).iter().map(|(x, w)| w * x.powi(11)).sum();
        assert!((integral - 2f64.powi(12) / 12.0).abs() < 1e-10);
    }

    #[test]
    fn moments_are_those_of_the_beta_distribution() {
        // f_max·dt = 1 without dead time: p = x, and the posterior is Beta(n + 1, m + 1).
        let config = EncoderConfig {
            max_firing_rate_hz: 10_000.0,
            refractory_period_ms: 0.0,
            time_window_ms: 10.0,
            ..EncoderConfig::default()
        };
        let probability = SpikeProbability::new(&config, PoissonOptions::default()).unwrap();
        let posterior = RatePosterior::new(probability, 100);
        for n in [0u32, 1, 7, 50, 99, 100] {
            let steps: Vec<u32> = (0..n).collect();
            let (mean, variance) = posterior.moments(&steps);
            let (a, b) = (f64::from(n) + 1.0, 101.0 - f64::from(n));
            assert!((mean - a / (a + b)).abs() < 1e-9, "{n}");
            assert!((variance - a * b / ((a + b).powi(2) * (a + b + 1.0))).abs() < 1e-9, "{n}");
        }
    }

    #[test]
    fn table_and_direct_computation_agree() {
        let probability = SpikeProbability::new(&EncoderConfig::default(), PoissonOptions::default()).unwrap();
        let with = RatePosterior::new(probability, 1000);
        let without = RatePosterior { table: Vec::new(), ..RatePosterior::new(probability, 1000) };
        assert!(!with.table.is_empty());
        for steps in [&[][..], &[3], &[3, 40, 100], &[999], &[10, 985]] {
            assert_eq!(with.moments(steps), without.moments(steps));
            assert_eq!(with.moments(steps), with.moments(steps));
        }
    }
}
