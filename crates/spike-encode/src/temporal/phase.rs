//! Phase code: a spike in each cycle of a reference oscillation, at a phase that carries the value.

use spike_core::{
    CodeOptions, ConfigError, EncoderConfig, PhaseOptions, Seed, SpikeChunk, TimeGrid, UnitValues, ValueEncoder,
};

/// One spike in each cycle of the reference oscillation, at φ = 2π·x′ from its beginning.
///
/// x′ is the value mapped to a guard band, x′ = low + (high − low)·x, by default 0.1 to 0.9 of the cycle, so that 0
/// and 1 do not meet on the circle; or the value itself ([`PhaseRange::FullCircle`](spike_core::PhaseRange), the
/// formula of the specification). Cycle c of P = 1/(f_ref·dt) steps has its spike in step ⌊(c + x′)·P⌋, if that lies
/// in the window. Input: values of shape (channel); output: one neuron for each channel. The code draws no random
/// number.
///
/// ```
/// use spike_core::{EncoderConfig, PhaseOptions, Seed, SpikeChunk, UnitValues, ValueEncoder};
/// use spike_encode::PhaseCodingEncoder;
/// let encoder = PhaseCodingEncoder::new(&EncoderConfig::default(), PhaseOptions::default())?;
/// let mut chunk = SpikeChunk::default();
/// encoder.encode_sample(UnitValues::new(&[0.5], 0)?, Seed(0), 0, &mut chunk);
/// assert_eq!(chunk.steps(), &[125, 375, 625, 875]);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: the specification, "Phase-of-firing encoding"; Montemurro, Rasch, Murayama, Logothetis, Panzeri (2008),
/// Curr. Biol. 18:375, DOI 10.1016/j.cub.2008.02.023.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhaseCodingEncoder {
    grid: TimeGrid,
    options: PhaseOptions,
    period_steps: f64,
}

impl PhaseCodingEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// [`ConfigError`] if a cycle is longer than the window or shorter than the refractory period and one step, or
    /// the guard band is not 0 ≤ low < high ≤ 1.
    pub fn new(config: &EncoderConfig, options: PhaseOptions) -> Result<Self, ConfigError> {
        config.validate()?;
        let grid = config.grid()?;
        let stride = f64::from(config.refractory_steps()?) + 1.0;
        let period_steps = 1.0 / (options.frequency_hz * grid.dt_s());
        let (slowest, fastest) = (1.0 / grid.duration_s(), 1.0 / (stride * grid.dt_s()));
        let within =
            stride * (1.0 - 1e-12) <= period_steps && period_steps <= f64::from(grid.num_steps()) * (1.0 + 1e-12);
        if !within {
            let value = options.frequency_hz;
            return Err(ConfigError::OutOfRange { name: "frequency_hz", value, min: slowest, max: fastest });
        }
        let (low, high) = options.range.bounds();
        if !(0.0 <= low && low < high && high <= 1.0) {
            let (name, value) = ("high end of the guard band", high);
            return Err(ConfigError::OutOfRange { name, value, min: low.max(0.0), max: 1.0 });
        }
        Ok(Self { grid, options, period_steps })
    }

    /// Steps in a cycle; not always whole.
    #[must_use]
    pub fn period_steps(&self) -> f64 {
        self.period_steps
    }
}

impl ValueEncoder for PhaseCodingEncoder {
    fn grid(&self) -> TimeGrid {
        self.grid
    }

    fn options(&self) -> CodeOptions {
        CodeOptions::TemporalPhase(self.options)
    }

    fn num_neurons(&self, num_channels: usize) -> usize {
        num_channels
    }

    fn spike_bound(&self, values: UnitValues<'_>) -> usize {
        let cycles = (f64::from(self.grid.num_steps()) / self.period_steps).ceil() as usize + 1;
        values.get().len() * cycles
    }

    fn encode_sample(&self, values: UnitValues<'_>, _seed: Seed, _sample: u64, chunk: &mut SpikeChunk) {
        let (num_steps, period) = (self.grid.num_steps(), self.period_steps);
        let (low, high) = self.options.range.bounds();
        let cycles = (f64::from(num_steps) / period).ceil() as u32;
        chunk.append_rows(|steps, ends| {
            for &x in values.get() {
                let share = low + (high - low) * x;
                for cycle in 0..cycles {
                    // A share of 1 stays in its own cycle.
                    let end = (f64::from(cycle + 1) * period).ceil() as u32;
                    let step = (((f64::from(cycle) + share) * period) as u32).min(end - 1);
                    if step < num_steps {
                        steps.push(step);
                    }
                }
                ends.push(steps.len() as u64);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::PhaseRange;

    fn encode(frequency_hz: f64, range: PhaseRange, values: &[f64]) -> SpikeChunk {
        let encoder = PhaseCodingEncoder::new(&EncoderConfig::default(), PhaseOptions { frequency_hz, range }).unwrap();
        let mut chunk = SpikeChunk::default();
        encoder.encode_sample(UnitValues::new(values, 0).unwrap(), Seed(0), 0, &mut chunk);
        chunk
    }

    #[test]
    fn phases_are_those_of_the_formula() {
        assert_eq!(encode(40.0, PhaseRange::default(), &[0.0, 1.0]).steps(), [25, 275, 525, 775, 225, 475, 725, 975]);
        let full = encode(40.0, PhaseRange::FullCircle, &[0.0, 0.25, 1.0]);
        assert_eq!(full.steps()[..4], [0, 250, 500, 750]);
        assert_eq!(full.steps()[4..8], [62, 312, 562, 812]);
        assert_eq!(full.steps()[8..], [249, 499, 749, 999], "1 stays in its own cycle");
    }

    #[test]
    fn cycles_that_are_no_whole_number_of_steps_do_not_drift() {
        // 30 Hz: cycles of 333.33 steps; the fourth begins with the window's end.
        let chunk = encode(30.0, PhaseRange::FullCircle, &[0.0, 0.5]);
        assert_eq!(chunk.steps(), [0, 333, 666, 166, 500, 833]);
    }

    #[test]
    fn each_bound_is_rejected() {
        let refuse = |frequency_hz, range| {
            PhaseCodingEncoder::new(&EncoderConfig::default(), PhaseOptions { frequency_hz, range }).unwrap_err()
        };
        for frequency_hz in [0.0, -5.0, f64::NAN, 9.0, 477.0] {
            let message = refuse(frequency_hz, PhaseRange::FullCircle).to_string();
            assert!(message.contains("frequency_hz"), "{message}");
        }
        for (low, high) in [(0.5, 0.5), (-0.1, 0.9), (0.1, 1.1), (f64::NAN, 0.5)] {
            refuse(40.0, PhaseRange::Guarded { low, high });
        }
    }
}
