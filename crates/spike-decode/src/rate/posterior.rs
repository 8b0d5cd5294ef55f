//! Posterior of a value given a Poisson train with dead time.

use super::renewal::Trials;
use crate::population::posterior::{PopulationPosterior, Posterior};
use crate::population::table::Scratch;
use crate::prior::Prior;
use spike_encode::SpikeProbability;
use std::sync::OnceLock;

/// Posterior of the normalised value given the train of one neuron.
///
/// The likelihood of a train is p^n·(1 − p)^m with n spikes and m free steps without one; it is exact for the
/// discrete code with absolute dead time. It is that of a population of one neuron ([`PopulationPosterior`]), whose
/// few outcomes are computed once.
///
/// Source: the renewal likelihood, Cox and Lewis (1966), The Statistical Analysis of Series of Events, chapter 3.
#[derive(Debug)]
pub struct RatePosterior {
    posterior: PopulationPosterior,
    /// Moments and modes by outcome, filled when first asked for.
    moments: Vec<OnceLock<(f64, f64)>>,
    modes: Vec<OnceLock<f64>>,
}

/// The largest table; beyond, posteriors are computed each time.
const MAX_TABLE: u64 = 1 << 20;
/// Variance of the uniform distribution on [0, 1].
pub(crate) const PRIOR_VARIANCE: f64 = 1.0 / 12.0;

impl RatePosterior {
    /// The posterior for a code on a window of `num_steps` steps, for a uniform prior.
    #[must_use]
    pub fn new(probability: SpikeProbability, num_steps: u32) -> Self {
        Self::with_prior(probability, num_steps, &Prior::uniform())
    }

    /// The posterior for a code on a window of `num_steps` steps.
    #[must_use]
    pub fn with_prior(probability: SpikeProbability, num_steps: u32, prior: &Prior) -> Self {
        let stride = u64::from(probability.dead_steps()) + 1;
        let entries = (u64::from(num_steps).div_ceil(stride) + 1) * stride;
        let len = if entries <= MAX_TABLE { entries as usize } else { 0 };
        let posterior = PopulationPosterior::of_rate(probability, num_steps, prior);
        Self {
            posterior,
            moments: std::iter::repeat_with(OnceLock::new).take(len).collect(),
            modes: std::iter::repeat_with(OnceLock::new).take(len).collect(),
        }
    }

    /// The posterior given the sorted steps of a train.
    #[must_use]
    pub fn of(&self, steps: &[u32]) -> Posterior {
        self.posterior.of_trials(&mut Scratch::of(self.trials(steps)))
    }

    /// Posterior mean and variance given the sorted steps of a train.
    #[must_use]
    pub fn moments(&self, steps: &[u32]) -> (f64, f64) {
        let trials = self.trials(steps);
        let compute = || self.posterior.moments(&mut Scratch::of(trials));
        self.moments.get(self.outcome(trials)).map_or_else(compute, |entry| *entry.get_or_init(compute))
    }

    /// The most probable value given the sorted steps of a train.
    #[must_use]
    pub fn mode(&self, steps: &[u32]) -> f64 {
        let trials = self.trials(steps);
        let compute = || self.posterior.mode(&mut Scratch::of(trials));
        self.modes.get(self.outcome(trials)).map_or_else(compute, |entry| *entry.get_or_init(compute))
    }

    fn trials(&self, steps: &[u32]) -> Trials {
        let neurons = self.posterior.neurons();
        Trials::of(steps, neurons.dead_steps(), neurons.num_steps())
    }

    /// Index of an outcome: by spikes, then by steps of the last dead time that lie beyond the window.
    fn outcome(&self, trials: Trials) -> usize {
        let neurons = self.posterior.neurons();
        let stride = u64::from(neurons.dead_steps()) + 1;
        let steps = u64::from(trials.misses) + u64::from(trials.spikes) * stride;
        let beyond = steps.saturating_sub(u64::from(neurons.num_steps()));
        (u64::from(trials.spikes) * stride + beyond.min(stride - 1)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{EncoderConfig, PoissonOptions};

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
        let mut without = RatePosterior::new(probability, 1000);
        (without.moments, without.modes) = (Vec::new(), Vec::new());
        assert!(!with.moments.is_empty() && !with.modes.is_empty());
        for steps in [&[][..], &[3], &[3, 40, 100], &[999], &[10, 985]] {
            assert_eq!(with.moments(steps), without.moments(steps));
            assert_eq!(with.moments(steps), with.moments(steps));
            assert_eq!((with.mode(steps), with.mode(steps)), (without.mode(steps), without.mode(steps)));
            let all = with.of(steps);
            assert!((all.mean - with.moments(steps).0).abs() < 1e-9 && (all.mode - with.mode(steps)).abs() < 1e-6);
        }
    }
}
