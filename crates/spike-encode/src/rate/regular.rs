//! Regular and stratified rate code: the spikes of a rate code without the noise of their number.

use super::poisson::SpikeProbability;
use spike_core::{
    CodeOptions, ConfigError, Domain, EncoderConfig, PoissonOptions, Probability, RegularOptions, Seed, Spacing,
    SpikeChunk, Stream, TimeGrid, UnitValues, ValueEncoder,
};

/// Spikes at equal distances, or one at random in each of equal strata, at the mean rate of the Poisson code.
///
/// With p the probability per free step that [`PoissonRateEncoder`](crate::PoissonRateEncoder) would have and k dead
/// steps, a spike comes every L = 1/p + k steps on average:
///
/// - regular: steps ⌊(u + i)·L⌋, i = 0, 1, …, with one uniform phase u for each neuron (error diffusion),
/// - stratified: steps ⌊(i − u)·L + v_i/p⌋ with a uniform v_i for each spike.
///
/// So the mean number of spikes is that of the asked rate, and its variance at most ¼ (regular) or about ⅓
/// (stratified) instead of the mean itself. The smallest interval is k + 1 steps. Input: values of shape (channel);
/// output: one neuron for each channel.
///
/// ```
/// use spike_core::{EncoderConfig, RegularOptions, Seed, SpikeChunk, UnitValues, ValueEncoder};
/// use spike_encode::RegularRateEncoder;
/// let config = EncoderConfig { refractory_period_ms: 0.0, ..EncoderConfig::default() };
/// let encoder = RegularRateEncoder::new(&config, RegularOptions::default())?;
/// let mut chunk = SpikeChunk::default();
/// encoder.encode_sample(UnitValues::new(&[0.5], 0)?, Seed(7), 0, &mut chunk);
/// assert_eq!(chunk.num_spikes(), 50);
/// assert!(chunk.steps().array_windows().all(|[a, b]| b - a == 20));
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: error diffusion of a rate as in Floyd and Steinberg (1976), Proc. SID 17:75, along time; stratified
/// sampling, Cochran (1977), Sampling Techniques, chapter 5.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegularRateEncoder {
    grid: TimeGrid,
    probability: SpikeProbability,
    options: RegularOptions,
}

/// The options of the Poisson code with the same mean rate.
fn poisson_options(options: RegularOptions) -> PoissonOptions {
    PoissonOptions { probability: Probability::PerStep, refractory: options.refractory }
}

impl RegularRateEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// As [`SpikeProbability::new`].
    pub fn new(config: &EncoderConfig, options: RegularOptions) -> Result<Self, ConfigError> {
        let probability = SpikeProbability::new(config, poisson_options(options))?;
        Ok(Self { grid: config.grid()?, probability, options })
    }

    /// The map between values and the probability p, from which L = 1/p + k follows.
    #[must_use]
    pub fn probability(&self) -> SpikeProbability {
        self.probability
    }

    /// Appends the regular spikes of a value for a given phase in [0, 1).
    pub fn regular_row(&self, x: f64, phase: f64, steps: &mut Vec<u32>) {
        let p = self.probability.per_step(x);
        if p > 0.0 {
            let interval = self.interval(p);
            self.row(|i| (phase + i) * interval, steps);
        }
    }

    /// L of a probability above 0.
    fn interval(&self, p: f64) -> f64 {
        1.0 / p + f64::from(self.probability.dead_steps())
    }

    /// Appends the spikes of a neuron whose spike `i` is due at `time(i)` steps.
    fn row(&self, mut time: impl FnMut(f64) -> f64, steps: &mut Vec<u32>) {
        let num_steps = f64::from(self.grid.num_steps());
        let stride = self.probability.dead_steps().saturating_add(1);
        // The first step that is free; only rounding and neighbouring strata can ask for an earlier one.
        let mut free = 0u32;
        for i in 0u32.. {
            let due = time(f64::from(i));
            if due >= num_steps {
                return;
            }
            // Strata may begin before the window.
            if due < 0.0 {
                continue;
            }
            let step = (due as u32).max(free);
            if step >= self.grid.num_steps() {
                return;
            }
            steps.push(step);
            free = step.saturating_add(stride);
        }
    }

    fn neuron(&self, p: f64, phase: &mut Stream, within: &mut Stream, steps: &mut Vec<u32>) {
        if p <= 0.0 {
            return;
        }
        let (interval, phase) = (self.interval(p), phase.next_open_unit());
        match self.options.spacing {
            Spacing::Regular => self.row(|i| (phase + i) * interval, steps),
            Spacing::Stratified => self.row(|i| (i - phase) * interval + within.next_open_unit() / p, steps),
        }
    }

    /// Appends a row for each probability: what this code and regular populations share.
    pub(crate) fn rows(
        &self,
        probabilities: impl Iterator<Item = f64>,
        seed: Seed,
        sample: u64,
        chunk: &mut SpikeChunk,
    ) {
        let (phases, within) = (seed.streams(sample, Domain::Phase), seed.streams(sample, Domain::Spikes));
        chunk.append_rows(|steps, ends| {
            for (neuron, p) in probabilities.enumerate() {
                let neuron = neuron as u32;
                self.neuron(p, &mut phases.of(neuron), &mut within.of(neuron), steps);
                ends.push(steps.len() as u64);
            }
        });
    }
}

impl ValueEncoder for RegularRateEncoder {
    fn grid(&self) -> TimeGrid {
        self.grid
    }

    fn options(&self) -> CodeOptions {
        CodeOptions::RateRegular(self.options)
    }

    fn num_neurons(&self, num_channels: usize) -> usize {
        num_channels
    }

    fn spike_bound(&self, values: UnitValues<'_>) -> usize {
        let num_steps = f64::from(self.grid.num_steps());
        let most = |&x: &f64| num_steps / self.interval(self.probability.per_step(x)) + 2.0;
        values.get().iter().map(most).sum::<f64>() as usize
    }

    fn encode_sample(&self, values: UnitValues<'_>, seed: Seed, sample: u64, chunk: &mut SpikeChunk) {
        self.rows(values.get().iter().map(|&x| self.probability.per_step(x)), seed, sample, chunk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::RefractoryMode;

    fn encode(config: &EncoderConfig, options: RegularOptions, values: &[f64]) -> SpikeChunk {
        let encoder = RegularRateEncoder::new(config, options).unwrap();
        let mut chunk = SpikeChunk::default();
        encoder.encode_sample(UnitValues::new(values, 0).unwrap(), Seed(5), 0, &mut chunk);
        chunk
    }

    #[test]
    fn intervals_are_those_of_the_rate() {
        let config = EncoderConfig::default();
        // p = 0.1, k = 20: every 30 steps; p = 0.04: every 45.
        let chunk = encode(&config, RegularOptions::default(), &[1.0, 0.4, 0.0]);
        let view = chunk.rows(config.grid().unwrap(), 0, 3);
        assert!(view.neuron(0).array_windows().all(|[a, b]| b - a == 30));
        assert!(view.neuron(1).array_windows().all(|[a, b]| b - a == 45));
        assert!((33..=34).contains(&view.neuron(0).len()) && view.neuron(2).is_empty());
        let compensated = RegularOptions { refractory: RefractoryMode::Compensated, ..RegularOptions::default() };
        let config = EncoderConfig { max_firing_rate_hz: 400.0, ..config };
        let chunk = encode(&config, compensated, &[1.0]);
        assert!(chunk.steps().array_windows().all(|[a, b]| b - a == 25));
    }

    #[test]
    fn certainty_spikes_in_every_step() {
        let config =
            EncoderConfig { max_firing_rate_hz: 10_000.0, refractory_period_ms: 0.0, ..EncoderConfig::default() };
        for spacing in [Spacing::Regular, Spacing::Stratified] {
            let chunk = encode(&config, RegularOptions { spacing, ..RegularOptions::default() }, &[1.0; 20]);
            // With strata of one step each, a phase can leave one step without a spike at either end.
            assert!(chunk.num_spikes() >= 20 * 997, "{}", chunk.num_spikes());
        }
    }

    #[test]
    fn strata_hold_one_spike_each() {
        let config = EncoderConfig { refractory_period_ms: 0.0, ..EncoderConfig::default() };
        let options = RegularOptions { spacing: Spacing::Stratified, ..RegularOptions::default() };
        let chunk = encode(&config, options, &[0.5; 200]);
        let view = chunk.rows(config.grid().unwrap(), 0, 200);
        // 50 strata of 20 steps: intervals below 40 steps, counts 49 to 51.
        assert!(view.neurons().all(|row| row.array_windows().all(|[a, b]| b - a < 41)));
        assert!(view.counts().iter().all(|&n| (49..=51).contains(&n)));
        let distances: std::collections::BTreeSet<u32> =
            view.neurons().flat_map(|row| row.array_windows().map(|[a, b]| b - a).collect::<Vec<_>>()).collect();
        assert!(distances.len() > 30, "spikes are spread over their strata");
    }

    #[test]
    fn rates_beyond_the_grid_are_refused() {
        let config = EncoderConfig { max_firing_rate_hz: 10_001.0, ..EncoderConfig::default() };
        let error = RegularRateEncoder::new(&config, RegularOptions::default()).unwrap_err();
        assert!(matches!(error, ConfigError::ProbabilityAboveOne { .. }));
    }
}
