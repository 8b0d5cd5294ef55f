//! The time grid of a signal: its step follows from the sampling rate, its length from the signal.

use super::Plan;
use crate::error::CliError;
use crate::terminal::remark;
use spike_core::{ConfigError, TimeGrid};

/// When the samples of a signal were taken, as far as the user says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sampling {
    pub(crate) rate_hz: Option<f64>,
    pub(crate) dt_ms: Option<f64>,
    /// The refractory period, where the user states it.
    pub(crate) refractory_ms: Option<f64>,
}

impl Sampling {
    /// Whole nanoseconds of a step, of which every sample takes `steps`; says so if they do not meet the rate.
    fn step_ns(self, steps: u32, file_rate_hz: Option<f64>) -> Result<u64, CliError> {
        let rate_hz = match (self.rate_hz, self.dt_ms) {
            (Some(_), Some(_)) => return Err(CliError::Usage("give either --sample-rate-hz or --dt-ms")),
            (None, Some(dt_ms)) => {
                return Ok(TimeGrid::from_ms(dt_ms / f64::from(steps), dt_ms / f64::from(steps))?.dt_ns());
            }
            (given, None) => given.or(file_rate_hz),
        };
        let needs = "a signal needs the rate of its samples: give --sample-rate-hz, or their distance as --dt-ms";
        let rate_hz = rate_hz.ok_or(CliError::Usage(needs))?;
        let (min, max) = (1e-3, 1e9 / f64::from(steps));
        if !(min <= rate_hz && rate_hz <= max) {
            return Err(ConfigError::OutOfRange { name: "sample_rate_hz", value: rate_hz, min, max }.into());
        }
        let exact_ns = 1e9 / (rate_hz * f64::from(steps));
        let step_ns = exact_ns.round();
        let share = step_ns / exact_ns - 1.0;
        if share.abs() > 1e-9 {
            let each = if steps == 1 { String::new() } else { format!(" in {steps} steps a sample") };
            remark(&format!(
                "{rate_hz} Hz{each} is rounded to steps of {step_ns} ns: times are {:.2} ppm too {}",
                share.abs() * 1e6,
                if share > 0.0 { "long" } else { "short" }
            ));
        }
        Ok(step_ns as u64)
    }
}

impl Plan {
    /// The plan for signals of `samples` samples each, whose file may state their rate.
    pub(crate) fn for_signal(mut self, samples: usize, file_rate_hz: Option<f64>) -> Result<Self, CliError> {
        let each = self.code.events_per_sample();
        if each == 0 {
            let (name, value, min, max) = ("events_per_sample", 0.0, 1.0, f64::from(u32::MAX));
            return Err(ConfigError::OutOfRange { name, value, min, max }.into());
        }
        let step_ns = self.sampling.step_ns(each, file_rate_hz)?;
        let steps = samples as u64 * u64::from(each);
        let num_steps = u32::try_from(steps).map_err(|_| {
            let (name, max) = ("steps of the signal", f64::from(u32::MAX));
            ConfigError::OutOfRange { name, value: steps as f64, min: 1.0, max }
        })?;
        let grid = TimeGrid::new(step_ns, num_steps)?;
        (self.config.dt_ms, self.config.time_window_ms) = (grid.dt_ms(), grid.duration_ms());
        // The default of the configuration is one of values, and would lose spikes of most codes of signals.
        self.config.refractory_period_ms = self.sampling.refractory_ms.unwrap_or(0.0);
        self.config.validate()?;
        Ok(self)
    }
}
