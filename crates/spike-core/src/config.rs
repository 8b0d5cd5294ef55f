//! The configuration of the specification, with its names and defaults.

use crate::error::ConfigError;
use crate::grid::TimeGrid;
use crate::scheme::CodingScheme;
use serde::{Deserialize, Serialize};

/// Top-level configuration of an encoder: field names and defaults are those of the specification.
///
/// ```
/// use spike_core::EncoderConfig;
/// let config = EncoderConfig { max_firing_rate_hz: 200.0, ..EncoderConfig::default() };
/// config.validate()?;
/// assert_eq!(config.grid()?.num_steps(), 1000);
/// assert_eq!(config.refractory_steps()?, 20);
/// # Ok::<(), spike_core::ConfigError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EncoderConfig {
    /// The code.
    pub coding_scheme: CodingScheme,
    /// Length of the encoding window.
    pub time_window_ms: f64,
    /// Step width.
    pub dt_ms: f64,
    /// Rate of the value 1.
    pub max_firing_rate_hz: f64,
    /// Rate of the value 0.
    pub min_firing_rate_hz: f64,
    /// Absolute refractory period.
    pub refractory_period_ms: f64,
    /// Neurons for each input dimension of a population code.
    pub population_size: u32,
    /// Standard deviation of the jitter that is applied after the code.
    pub jitter_ms: f64,
    /// Whether values are scaled to [0, 1] by the range of the input; if not, they must lie there.
    pub normalize_input: bool,
    /// Seed of every random draw; `None` draws one, which is then reported.
    pub seed: Option<u64>,
}

impl Default for EncoderConfig {
    fn default() -> Self {
        Self {
            coding_scheme: CodingScheme::RatePoisson,
            time_window_ms: 100.0,
            dt_ms: 0.1,
            max_firing_rate_hz: 1000.0,
            min_firing_rate_hz: 0.0,
            refractory_period_ms: 2.0,
            population_size: 10,
            jitter_ms: 0.0,
            normalize_input: true,
            seed: None,
        }
    }
}

impl EncoderConfig {
    /// Checks every field that is meaningful without knowledge of the code.
    ///
    /// # Errors
    /// [`ConfigError`] for the first field that no code accepts.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.grid()?;
        self.refractory_steps()?;
        in_range("max_firing_rate_hz", self.max_firing_rate_hz, 0.0, f64::MAX)?;
        in_range("min_firing_rate_hz", self.min_firing_rate_hz, 0.0, f64::MAX)?;
        if self.min_firing_rate_hz > self.max_firing_rate_hz {
            return Err(ConfigError::RateOrder { min_hz: self.min_firing_rate_hz, max_hz: self.max_firing_rate_hz });
        }
        in_range("population_size", f64::from(self.population_size), 2.0, f64::from(u32::MAX))?;
        in_range("jitter_ms", self.jitter_ms, 0.0, self.time_window_ms)
    }

    /// The time grid of the window.
    ///
    /// # Errors
    /// [`ConfigError`] if the window is not a whole number of steps.
    pub fn grid(&self) -> Result<TimeGrid, ConfigError> {
        TimeGrid::from_ms(self.time_window_ms, self.dt_ms)
    }

    /// The steps after a spike in which the neuron cannot spike.
    ///
    /// # Errors
    /// [`ConfigError`] if the refractory period is not a whole number of steps.
    pub fn refractory_steps(&self) -> Result<u32, ConfigError> {
        self.grid()?.steps_in("refractory_period_ms", self.refractory_period_ms)
    }
}

/// Checks that a number is finite and in a closed range.
pub(crate) fn in_range(name: &'static str, value: f64, min: f64, max: f64) -> Result<(), ConfigError> {
    if value.is_finite() && min <= value && value <= max {
        return Ok(());
    }
    Err(ConfigError::OutOfRange { name, value, min, max })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_the_specification() {
        let text = serde_json::to_value(EncoderConfig::default()).unwrap();
        let expected = serde_json::json!({
            "coding_scheme": "rate_poisson", "time_window_ms": 100.0, "dt_ms": 0.1, "max_firing_rate_hz": 1000.0,
            "min_firing_rate_hz": 0.0, "refractory_period_ms": 2.0, "population_size": 10, "jitter_ms": 0.0,
            "normalize_input": true, "seed": null
        });
        assert_eq!(text, expected);
        assert!(EncoderConfig::default().validate().is_ok());
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(serde_json::from_str::<EncoderConfig>(r#"{"max_rate": 5}"#).is_err());
        assert_eq!(serde_json::from_str::<EncoderConfig>("{}").unwrap(), EncoderConfig::default());
    }

    #[test]
    fn each_bound_is_rejected() {
        type Change = fn(&mut EncoderConfig);
        let changes: [(&str, Change); 10] = [
            ("time_window_ms", |c| c.time_window_ms = 100.05),
            ("time_window_ms", |c| c.time_window_ms = f64::NAN),
            ("dt_ms", |c| c.dt_ms = 0.0),
            ("max_firing_rate_hz", |c| c.max_firing_rate_hz = f64::INFINITY),
            ("min_firing_rate_hz", |c| c.min_firing_rate_hz = -1.0),
            ("min_firing_rate_hz", |c| c.min_firing_rate_hz = 2000.0),
            ("refractory_period_ms", |c| c.refractory_period_ms = 0.25),
            ("refractory_period_ms", |c| c.refractory_period_ms = -1.0),
            ("population_size", |c| c.population_size = 1),
            ("jitter_ms", |c| c.jitter_ms = -0.1),
        ];
        for (name, change) in changes {
            let mut config = EncoderConfig::default();
            change(&mut config);
            let message = config.validate().unwrap_err().to_string();
            assert!(message.contains(name), "{name}: {message}");
        }
    }
}
