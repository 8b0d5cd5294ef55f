//! Poisson rate code with absolute refractory period.

use crate::gap::Renewal;
use spike_core::{
    CodeOptions, ConfigError, EncoderConfig, PoissonOptions, Probability, RefractoryMode, Seed, SpikeChunk, TimeGrid,
    UnitValues, ValueEncoder, neg_ln_one_minus,
};

/// The probability of a spike per free step, as a function of the normalised value: what the Poisson encoder and
/// its decoder share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpikeProbability {
    grid: TimeGrid,
    options: PoissonOptions,
    /// rate·dt at x = 0 and its slope.
    offset: f64,
    slope: f64,
    dead_steps: u32,
}

impl SpikeProbability {
    /// Checks that every rate of the configuration can be had.
    ///
    /// # Errors
    /// [`ConfigError::ProbabilityAboveOne`] if f_max·dt > 1 with the probability per step, and
    /// [`ConfigError::RateUnreachable`] if f_max·(τ + dt) > 1 when compensated; both name the largest admissible
    /// rate.
    pub fn new(config: &EncoderConfig, options: PoissonOptions) -> Result<Self, ConfigError> {
        config.validate()?;
        let grid = config.grid()?;
        let dead_steps = config.refractory_steps()?;
        let dt_s = grid.dt_s();
        let rate_hz = config.max_firing_rate_hz;
        let top = rate_hz * dt_s;
        if options.refractory == RefractoryMode::Compensated {
            let occupancy = top * (1.0 + f64::from(dead_steps));
            if occupancy > 1.0 + 1e-12 {
                let max_rate_hz = 1.0 / (dt_s * (1.0 + f64::from(dead_steps)));
                let (refractory_ms, dt_ms) = (config.refractory_period_ms, config.dt_ms);
                return Err(ConfigError::RateUnreachable { rate_hz, refractory_ms, dt_ms, occupancy, max_rate_hz });
            }
        } else if options.probability == Probability::PerStep && top > 1.0 + 1e-12 {
            return Err(ConfigError::ProbabilityAboveOne {
                rate_hz,
                dt_ms: config.dt_ms,
                probability: top,
                max_rate_hz: 1.0 / dt_s,
                max_dt_ms: 1e3 / rate_hz,
            });
        }
        let offset = config.min_firing_rate_hz * dt_s;
        Ok(Self { grid, options, offset, slope: top - offset, dead_steps })
    }

    /// The grid of the spikes.
    pub(crate) fn grid(&self) -> TimeGrid {
        self.grid
    }

    /// Steps after a spike in which the neuron cannot spike.
    #[must_use]
    pub fn dead_steps(&self) -> u32 {
        self.dead_steps
    }

    /// Probability p of a spike in a free step, for x in [0, 1].
    #[inline(always)]
    #[must_use]
    pub fn per_step(&self, x: f64) -> f64 {
        match (self.options.refractory, self.options.probability) {
            (RefractoryMode::Compensated, _) => self.compensated(x),
            (RefractoryMode::Uncompensated, Probability::PerStep) => self.asked(x).min(1.0),
            (RefractoryMode::Uncompensated, Probability::Exact) => -(-self.asked(x)).exp_m1(),
        }
    }

    /// About the spikes of a window, for reserving memory.
    pub(crate) fn about_spikes(&self, x: f64) -> f64 {
        let (p, dead) = (self.per_step(x), f64::from(self.dead_steps));
        // The last dead time may lie outside the window, hence the second term.
        (f64::from(self.grid.num_steps()) * p + p * dead) / (1.0 + p * dead)
    }

    /// The asked rate·dt.
    #[inline(always)]
    fn asked(&self, x: f64) -> f64 {
        self.offset + self.slope * x
    }

    /// The probability that makes up for the dead time.
    #[inline(always)]
    fn compensated(&self, x: f64) -> f64 {
        let asked = self.asked(x);
        (asked / (1.0 - asked * f64::from(self.dead_steps))).min(1.0)
    }

    /// Hazard λ = −ln(1 − p) of a free step. It decides spikes, so that it uses no function of the platform.
    #[inline(always)]
    pub(crate) fn hazard(&self, x: f64) -> f64 {
        match (self.options.refractory, self.options.probability) {
            // 1 − exp(−rate·dt) has the hazard rate·dt, without a logarithm.
            (RefractoryMode::Uncompensated, Probability::Exact) => self.asked(x),
            _ => neg_ln_one_minus(self.per_step(x)),
        }
    }

    /// The value whose probability per free step is `p`: the inverse of [`per_step`](Self::per_step), not clipped.
    #[must_use]
    pub fn value_of(&self, p: f64) -> f64 {
        let asked = match (self.options.refractory, self.options.probability) {
            (RefractoryMode::Compensated, _) => p / (1.0 + p * f64::from(self.dead_steps)),
            (RefractoryMode::Uncompensated, Probability::PerStep) => p,
            (RefractoryMode::Uncompensated, Probability::Exact) => -(-p).ln_1p(),
        };
        if self.slope > 0.0 { (asked - self.offset) / self.slope } else { 0.0 }
    }
}

/// Spikes at random with a rate proportional to the value.
///
/// In every step that is free, the neuron spikes with probability p; after a spike it is not free for k = τ/dt
/// steps. With r = f_min + (f_max − f_min)·x,
///
/// - uncompensated, per step (the specification): p = r·dt, realised rate p/(1 + p·k)/dt,
/// - uncompensated, exact: p = 1 − exp(−r·dt), the step probability of a continuous Poisson process,
/// - compensated: p = 1/(1/(r·dt) − k), realised rate r.
///
/// The smallest interval is k + 1 steps. Input: values of shape (channel); output: one neuron for each channel.
///
/// ```
/// use spike_core::{EncoderConfig, PoissonOptions};
/// use spike_encode::PoissonRateEncoder;
/// let too_fast = EncoderConfig { max_firing_rate_hz: 20_000.0, ..EncoderConfig::default() };
/// let error = PoissonRateEncoder::new(&too_fast, PoissonOptions::default()).unwrap_err();
/// assert!(error.to_string().contains("10000 Hz"));
/// ```
///
/// Source: the generation rule of the specification, "Poisson Rate Encoding"; dead time as in Cox (1962), Renewal
/// Theory, chapter 2, and Deger et al. (2012), J Comput Neurosci 32:443, DOI 10.1007/s10827-011-0362-8 (compensation).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoissonRateEncoder {
    probability: SpikeProbability,
}

impl PoissonRateEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// As [`SpikeProbability::new`].
    pub fn new(config: &EncoderConfig, options: PoissonOptions) -> Result<Self, ConfigError> {
        Ok(Self { probability: SpikeProbability::new(config, options)? })
    }

    /// The spikes of [`encode_sample`](ValueEncoder::encode_sample) without run-time dispatch, on the instructions
    /// that the build has for certain: what the benchmarks compare the dispatch with.
    #[doc(hidden)]
    pub fn encode_sample_on_baseline(&self, values: UnitValues<'_>, seed: Seed, sample: u64, chunk: &mut SpikeChunk) {
        self.encode_on(pulp::Arch::Scalar, values, seed, sample, chunk);
    }

    fn encode_on(&self, arch: pulp::Arch, values: UnitValues<'_>, seed: Seed, sample: u64, chunk: &mut SpikeChunk) {
        let hazards = hazards(arch, self.probability, values.get());
        let renewal = Renewal {
            hazards: &hazards,
            dead_steps: self.probability.dead_steps,
            num_steps: self.probability.grid.num_steps(),
        };
        chunk.append_rows(|steps, ends| renewal.sample(arch, seed, sample, steps, ends));
    }
}

impl ValueEncoder for PoissonRateEncoder {
    fn grid(&self) -> TimeGrid {
        self.probability.grid
    }

    fn options(&self) -> CodeOptions {
        CodeOptions::RatePoisson(self.probability.options)
    }

    fn num_neurons(&self, num_channels: usize) -> usize {
        num_channels
    }

    fn spike_bound(&self, values: UnitValues<'_>) -> usize {
        let mean: f64 = values.get().iter().map(|&x| self.probability.about_spikes(x)).sum();
        // Four standard deviations of a Poisson count; a sparser count deviates less.
        (mean + 4.0 * mean.sqrt()) as usize + 16
    }

    fn encode_sample(&self, values: UnitValues<'_>, seed: Seed, sample: u64, chunk: &mut SpikeChunk) {
        self.encode_on(pulp::Arch::new(), values, seed, sample, chunk);
    }
}

/// The hazards of all channels, vectorised: a logarithm for each channel would else cost as much as its spikes.
pub(crate) fn hazards(arch: pulp::Arch, probability: SpikeProbability, values: &[f64]) -> Vec<f64> {
    struct Map<'a>(SpikeProbability, &'a [f64]);
    impl pulp::WithSimd for Map<'_> {
        type Output = Vec<f64>;
        #[inline(always)]
        fn with_simd<S: pulp::Simd>(self, _simd: S) -> Vec<f64> {
            let Map(probability, values) = self;
            let PoissonOptions { refractory, probability: form } = probability.options;
            // The options are taken out of the loops, which then have no branch.
            match (refractory, form) {
                (RefractoryMode::Compensated, _) => map(values, |x| neg_ln_one_minus(probability.compensated(x))),
                (_, Probability::PerStep) => map(values, |x| neg_ln_one_minus(probability.asked(x).min(1.0))),
                (_, Probability::Exact) => map(values, |x| probability.asked(x)),
            }
        }
    }
    arch.dispatch(Map(probability, values))
}

#[inline(always)]
fn map(values: &[f64], f: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut mapped = vec![0.0; values.len()];
    for (y, &x) in mapped.iter_mut().zip(values) {
        *y = f(x);
    }
    mapped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(max_hz: f64) -> EncoderConfig {
        EncoderConfig { max_firing_rate_hz: max_hz, ..EncoderConfig::default() }
    }

    const COMPENSATED: PoissonOptions =
        PoissonOptions { probability: Probability::PerStep, refractory: RefractoryMode::Compensated };
    const EXACT: PoissonOptions =
        PoissonOptions { probability: Probability::Exact, refractory: RefractoryMode::Uncompensated };

    #[test]
    fn refusals_name_the_largest_admissible_rate() {
        let error = SpikeProbability::new(&config(10_001.0), PoissonOptions::default()).unwrap_err();
        assert!(matches!(error, ConfigError::ProbabilityAboveOne { max_rate_hz, .. } if max_rate_hz == 10_000.0));
        assert!(SpikeProbability::new(&config(10_000.0), PoissonOptions::default()).is_ok());
        assert!(SpikeProbability::new(&config(10_001.0), EXACT).is_ok());
        let error = SpikeProbability::new(&config(477.0), COMPENSATED).unwrap_err();
        let ConfigError::RateUnreachable { max_rate_hz, .. } = error else { panic!("{error}") };
        assert!((max_rate_hz - 476.190_476_190_476_2).abs() < 1e-9);
        assert!(SpikeProbability::new(&config(max_rate_hz), COMPENSATED).is_ok());
    }

    #[test]
    fn probabilities_follow_their_formulas() {
        let x = 0.3;
        let plain = SpikeProbability::new(&config(1000.0), PoissonOptions::default()).unwrap();
        assert!((plain.per_step(x) - 0.03).abs() < 1e-15);
        let exact = SpikeProbability::new(&config(1000.0), EXACT).unwrap();
        assert!((exact.per_step(x) - (1.0 - (-0.03f64).exp())).abs() < 1e-15);
        let compensated = SpikeProbability::new(&config(400.0), COMPENSATED).unwrap();
        assert!((compensated.per_step(x) - 1.0 / (1.0 / 0.012 - 20.0)).abs() < 1e-15);
        for probability in [plain, exact, compensated] {
            assert!((probability.value_of(probability.per_step(x)) - x).abs() < 1e-12);
            assert_eq!(probability.per_step(0.0), 0.0);
        }
    }

    #[test]
    fn certainty_is_legal() {
        let config = EncoderConfig { refractory_period_ms: 0.0, ..config(10_000.0) };
        let encoder = PoissonRateEncoder::new(&config, PoissonOptions::default()).unwrap();
        let mut chunk = SpikeChunk::default();
        let values = [1.0, 0.0];
        encoder.encode_sample(UnitValues::new(&values, 0).unwrap(), Seed(1), 0, &mut chunk);
        assert_eq!(chunk.num_spikes(), 1000);
    }
}
