//! Weighted-phase code: the binary digits of the value, the most significant first.

use spike_core::{
    CodeOptions, ConfigError, EncoderConfig, Seed, SpikeChunk, TimeGrid, UnitValues, ValueEncoder, WeightedPhaseOptions,
};

/// Spikes where the binary digits of the value are 1; a digit's phase in the period is its weight.
///
/// The value is q = min(⌊x·2^K⌋, 2^K − 1); digit b (from 0, weight 2^−(b+1)) of period i has its spike in step
/// (i·K + b)·slot. The period is repeated as often as it fits the window. Slots are by default as long as the
/// refractory period allows, k + 1 steps. Input: values of shape (channel); output: one neuron for each channel. The
/// code draws no random number.
///
/// ```
/// use spike_core::{EncoderConfig, Seed, SpikeChunk, UnitValues, ValueEncoder, WeightedPhaseOptions};
/// use spike_encode::WeightedPhaseEncoder;
/// let config = EncoderConfig { time_window_ms: 0.8, refractory_period_ms: 0.0, ..EncoderConfig::default() };
/// let encoder = WeightedPhaseEncoder::new(&config, WeightedPhaseOptions::default())?;
/// let mut chunk = SpikeChunk::default();
/// encoder.encode_sample(UnitValues::new(&[192.0 / 256.0, 1.0 / 256.0], 0)?, Seed(0), 0, &mut chunk);
/// assert_eq!(chunk.steps(), &[0, 1, 7]);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: Kim, Kim, Huh, Lee, Choi (2018), Neurocomputing 311:373, DOI 10.1016/j.neucom.2018.05.087.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightedPhaseEncoder {
    grid: TimeGrid,
    options: WeightedPhaseOptions,
    slot_steps: u32,
    num_periods: u32,
}

impl WeightedPhaseEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// [`ConfigError`] if there are no digits or more than 32, a slot is shorter than the refractory period and one
    /// step, or a period does not fit the window.
    pub fn new(config: &EncoderConfig, options: WeightedPhaseOptions) -> Result<Self, ConfigError> {
        config.validate()?;
        let grid = config.grid()?;
        if !(1..=32).contains(&options.bits) {
            let value = f64::from(options.bits);
            return Err(ConfigError::OutOfRange { name: "bits", value, min: 1.0, max: 32.0 });
        }
        let stride = config.refractory_steps()?.saturating_add(1);
        let slot_steps = match options.slot_ms {
            Some(ms) => grid.steps_in("slot_ms", ms)?,
            None => stride,
        };
        if slot_steps < stride {
            let (value, min) = (f64::from(slot_steps) * grid.dt_ms(), f64::from(stride) * grid.dt_ms());
            return Err(ConfigError::OutOfRange { name: "slot_ms", value, min, max: config.time_window_ms });
        }
        let needed_steps = u64::from(options.bits) * u64::from(slot_steps);
        let num_periods = (u64::from(grid.num_steps()) / needed_steps) as u32;
        if num_periods == 0 {
            let (what, num_steps) = ("a period of all digits", grid.num_steps());
            return Err(ConfigError::PatternTooLong { what, needed_steps, num_steps, option: "bits or slot_ms" });
        }
        Ok(Self { grid, options, slot_steps, num_periods })
    }

    /// Steps from one digit to the next.
    #[must_use]
    pub fn slot_steps(&self) -> u32 {
        self.slot_steps
    }

    /// How often all digits are sent.
    #[must_use]
    pub fn num_periods(&self) -> u32 {
        self.num_periods
    }

    /// The digits of a value, the least significant in bit 0.
    fn digits(&self, x: f64) -> u64 {
        let levels = 1u64 << self.options.bits;
        ((x * levels as f64) as u64).min(levels - 1)
    }
}

impl ValueEncoder for WeightedPhaseEncoder {
    fn grid(&self) -> TimeGrid {
        self.grid
    }

    fn options(&self) -> CodeOptions {
        CodeOptions::TemporalWeightedPhase(self.options)
    }

    fn num_neurons(&self, num_channels: usize) -> usize {
        num_channels
    }

    fn spike_bound(&self, values: UnitValues<'_>) -> usize {
        let ones: usize = values.get().iter().map(|&x| self.digits(x).count_ones() as usize).sum();
        ones * self.num_periods as usize
    }

    fn encode_sample(&self, values: UnitValues<'_>, _seed: Seed, _sample: u64, chunk: &mut SpikeChunk) {
        let bits = self.options.bits;
        chunk.append_rows(|steps, ends| {
            for &x in values.get() {
                let digits = self.digits(x);
                for period in 0..self.num_periods {
                    let ones = (0..bits).filter(|b| digits >> (bits - 1 - b) & 1 == 1);
                    steps.extend(ones.map(|b| (period * bits + b) * self.slot_steps));
                }
                ends.push(steps.len() as u64);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(options: WeightedPhaseOptions) -> Result<WeightedPhaseEncoder, ConfigError> {
        WeightedPhaseEncoder::new(&EncoderConfig::default(), options)
    }

    #[test]
    fn digits_repeat_in_every_period() {
        let encoder = new(WeightedPhaseOptions { bits: 2, slot_ms: Some(20.0) }).unwrap();
        assert_eq!((encoder.slot_steps(), encoder.num_periods()), (200, 2));
        let mut chunk = SpikeChunk::default();
        let values = [0.0, 0.25, 0.5, 1.0];
        encoder.encode_sample(UnitValues::new(&values, 0).unwrap(), Seed(0), 0, &mut chunk);
        let view = chunk.rows(encoder.grid(), 0, 4);
        let rows: Vec<&[u32]> = view.neurons().collect();
        assert_eq!(rows, [&[][..], &[200, 600], &[0, 400], &[0, 200, 400, 600]]);
    }

    #[test]
    fn each_bound_is_rejected() {
        for options in [
            WeightedPhaseOptions { bits: 0, slot_ms: None },
            WeightedPhaseOptions { bits: 33, slot_ms: None },
            WeightedPhaseOptions { bits: 8, slot_ms: Some(2.0) },
            WeightedPhaseOptions { bits: 8, slot_ms: Some(2.15) },
            WeightedPhaseOptions { bits: 8, slot_ms: Some(12.6) },
        ] {
            assert!(new(options).is_err(), "{options:?}");
        }
        assert_eq!(new(WeightedPhaseOptions::default()).unwrap().slot_steps(), 21);
    }
}
