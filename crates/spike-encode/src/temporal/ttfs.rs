//! Time-to-first-spike code: one spike, the earlier the larger the value.

use spike_core::{
    CodeOptions, ConfigError, EncoderConfig, Seed, SpikeChunk, TimeGrid, TtfsForm, TtfsOptions, UnitValues,
    ValueEncoder, ZeroValue, ln,
};

/// One spike for each channel, at a latency that falls with the value.
///
/// - Linear: t = T·(1 − x), step min(T − 1, ⌊T·(1 − x)⌋) of T steps.
/// - Logarithmic: t = τ·ln(θ₀/x), where an exponentially falling threshold θ₀·exp(−t/τ) meets the value; values
///   that it does not meet inside the window spike in the last step, values above θ₀ in the first.
///
/// x = 0 spikes in the last step, or not at all by option. Input: values of shape (channel); output: one neuron
/// for each channel. The code draws no random number.
///
/// ```
/// use spike_core::{EncoderConfig, Seed, SpikeChunk, TtfsOptions, UnitValues, ValueEncoder};
/// use spike_encode::TimeToFirstSpikeEncoder;
/// let encoder = TimeToFirstSpikeEncoder::new(&EncoderConfig::default(), TtfsOptions::default())?;
/// let mut chunk = SpikeChunk::default();
/// encoder.encode_sample(UnitValues::new(&[1.0, 0.75, 0.0], 0)?, Seed(0), 0, &mut chunk);
/// assert_eq!(chunk.steps(), &[0, 250, 999]);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: Thorpe, Delorme, Van Rullen (2001), Neural Networks 14:715, DOI 10.1016/S0893-6080(01)00083-1; the
/// logarithmic form as restated by Guo et al. (2021), Front. Neurosci. 15:638474, DOI 10.3389/fnins.2021.638474.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeToFirstSpikeEncoder {
    grid: TimeGrid,
    options: TtfsOptions,
}

impl TimeToFirstSpikeEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration is not valid, or τ or θ₀ is not a positive number.
    pub fn new(config: &EncoderConfig, options: TtfsOptions) -> Result<Self, ConfigError> {
        config.validate()?;
        if let TtfsForm::Logarithmic { tau_ms, theta0 } = options.form {
            for (name, value) in [("tau_ms", tau_ms), ("theta0", theta0)] {
                if !(value.is_finite() && value > 0.0) {
                    return Err(ConfigError::OutOfRange { name, value, min: f64::MIN_POSITIVE, max: f64::MAX });
                }
            }
        }
        Ok(Self { grid: config.grid()?, options })
    }

    /// The step of a value, not yet clipped to the window.
    #[inline(always)]
    fn latency_steps(&self, x: f64) -> f64 {
        match self.options.form {
            TtfsForm::Linear => f64::from(self.grid.num_steps()) * (1.0 - x),
            TtfsForm::Logarithmic { tau_ms, theta0 } => {
                let ratio = (theta0 / x.max(f64::MIN_POSITIVE)).min(f64::MAX);
                ln(ratio).max(0.0) * (tau_ms / self.grid.dt_ms())
            }
        }
    }
}

impl ValueEncoder for TimeToFirstSpikeEncoder {
    fn grid(&self) -> TimeGrid {
        self.grid
    }

    fn options(&self) -> CodeOptions {
        CodeOptions::TemporalTtfs(self.options)
    }

    fn num_neurons(&self, num_channels: usize) -> usize {
        num_channels
    }

    fn spike_bound(&self, values: UnitValues<'_>) -> usize {
        values.get().len()
    }

    fn encode_sample(&self, values: UnitValues<'_>, _seed: Seed, _sample: u64, chunk: &mut SpikeChunk) {
        let last = self.grid.num_steps() - 1;
        let step = |x: f64| (self.latency_steps(x) as u32).min(last);
        chunk.append_rows(|steps, ends| {
            let from = steps.len() as u64;
            if self.options.zero == ZeroValue::LastStep {
                steps.extend(values.get().iter().map(|&x| step(x)));
                ends.extend(from + 1..=steps.len() as u64);
                return;
            }
            for &x in values.get() {
                if x > 0.0 {
                    steps.push(step(x));
                }
                ends.push(steps.len() as u64);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(num_steps: u32, options: TtfsOptions, values: &[f64]) -> SpikeChunk {
        let config = EncoderConfig {
            time_window_ms: f64::from(num_steps),
            dt_ms: 1.0,
            refractory_period_ms: 0.0,
            ..EncoderConfig::default()
        };
        let encoder = TimeToFirstSpikeEncoder::new(&config, options).unwrap();
        let mut chunk = SpikeChunk::default();
        encoder.encode_sample(UnitValues::new(values, 0).unwrap(), Seed(0), 0, &mut chunk);
        chunk
    }

    fn logarithmic(tau_ms: f64, theta0: f64) -> TtfsOptions {
        TtfsOptions { form: TtfsForm::Logarithmic { tau_ms, theta0 }, zero: ZeroValue::LastStep }
    }

    #[test]
    fn linear_latency_falls_with_the_value() {
        let chunk = encode(10, TtfsOptions::default(), &[1.0, 0.95, 0.9, 0.5, 0.01, 0.0]);
        assert_eq!(chunk.steps(), &[0, 0, 0, 5, 9, 9]);
        let silent = TtfsOptions { zero: ZeroValue::Silent, ..TtfsOptions::default() };
        let chunk = encode(10, silent, &[0.0, 0.01, 0.0]);
        let grid = TimeGrid::new(1_000_000, 10).unwrap();
        assert_eq!(chunk.rows(grid, 0, 3).counts(), [0, 1, 0]);
    }

    #[test]
    fn logarithmic_latency_is_the_threshold_crossing() {
        let chunk = encode(100, logarithmic(20.0, 1.0), &[1.0, (-1.0f64).exp(), 0.1, 1e-9, 0.0]);
        assert_eq!(chunk.steps(), &[0, 20, 46, 99, 99]);
        assert_eq!(encode(100, logarithmic(20.0, 0.5), &[0.7]).steps(), &[0]);
    }

    #[test]
    fn logarithmic_latency_is_stable_for_every_window() {
        for num_steps in [1, 2, 90, 710, 1000, 100_000, 4_000_000] {
            let tau_ms = f64::from(num_steps) / 256f64.ln();
            let chunk = encode(num_steps, logarithmic(tau_ms, 1.0), &[1.0, 0.5, 1.0 / 256.0, 1e-300, 0.0]);
            assert_eq!(chunk.steps()[0], 0);
            assert!(chunk.steps().is_sorted());
            assert_eq!(chunk.steps()[4], num_steps - 1);
        }
    }

    #[test]
    fn each_bound_is_rejected() {
        let config = EncoderConfig::default();
        for options in [logarithmic(0.0, 1.0), logarithmic(f64::NAN, 1.0), logarithmic(5.0, -1.0)] {
            assert!(TimeToFirstSpikeEncoder::new(&config, options).is_err());
        }
    }
}
