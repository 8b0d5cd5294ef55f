//! Exact discrete time: a step width in whole nanoseconds and a number of steps.

use crate::error::ConfigError;
use serde::{Deserialize, Serialize};

const NS_PER_MS: f64 = 1e6;

/// The time grid of a spike train: `num_steps` steps of `dt`, where step `i` covers `[i·dt, (i + 1)·dt)`.
///
/// The step width is held as whole nanoseconds, so that 0.1 ms is 0.1 ms and not its nearest binary fraction.
/// Milliseconds are derived from the integer step at the border and never turned back into one by division.
///
/// ```
/// use spike_core::TimeGrid;
/// let grid = TimeGrid::from_ms(100.0, 0.1)?;
/// assert_eq!((grid.num_steps(), grid.dt_ns()), (1000, 100_000));
/// assert_eq!(grid.time_ms(3), 0.3);
/// let error = TimeGrid::from_ms(100.05, 0.1).unwrap_err();
/// assert!(error.to_string().contains("100.1"));
/// # Ok::<(), spike_core::ConfigError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawGrid", into = "RawGrid")]
pub struct TimeGrid {
    dt_ns: u64,
    num_steps: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGrid {
    dt_ns: u64,
    num_steps: u32,
}

impl TryFrom<RawGrid> for TimeGrid {
    type Error = ConfigError;
    fn try_from(raw: RawGrid) -> Result<Self, ConfigError> {
        TimeGrid::new(raw.dt_ns, raw.num_steps)
    }
}

impl From<TimeGrid> for RawGrid {
    fn from(grid: TimeGrid) -> Self {
        RawGrid { dt_ns: grid.dt_ns, num_steps: grid.num_steps }
    }
}

impl TimeGrid {
    /// A grid of `num_steps` steps of `dt_ns` nanoseconds.
    ///
    /// # Errors
    /// [`ConfigError::EmptyGrid`] if either is zero or the window exceeds 2⁶³ ns.
    pub fn new(dt_ns: u64, num_steps: u32) -> Result<Self, ConfigError> {
        let total = dt_ns.checked_mul(u64::from(num_steps)).filter(|ns| *ns <= i64::MAX as u64);
        if dt_ns == 0 || num_steps == 0 || total.is_none() {
            return Err(ConfigError::EmptyGrid { dt_ns, num_steps });
        }
        Ok(Self { dt_ns, num_steps })
    }

    /// The grid that covers `window_ms` with steps of `dt_ms`.
    ///
    /// # Errors
    /// [`ConfigError`] if either is not a positive number, if `dt_ms` is not a whole number of nanoseconds, or if
    /// the window is not a whole number of steps; the error names the nearest value that is allowed.
    pub fn from_ms(window_ms: f64, dt_ms: f64) -> Result<Self, ConfigError> {
        let dt_ns = whole_ns("dt_ms", dt_ms)?;
        let num_steps = whole_steps("time_window_ms", window_ms, dt_ns)?;
        if num_steps == 0 {
            return Err(ConfigError::OutOfRange {
                name: "time_window_ms",
                value: window_ms,
                min: dt_ms,
                max: f64::MAX,
            });
        }
        Self::new(dt_ns, num_steps)
    }

    /// Step width in nanoseconds.
    #[must_use]
    pub fn dt_ns(&self) -> u64 {
        self.dt_ns
    }

    /// Step width in milliseconds.
    #[must_use]
    pub fn dt_ms(&self) -> f64 {
        self.dt_ns as f64 / NS_PER_MS
    }

    /// Step width in seconds.
    #[must_use]
    pub fn dt_s(&self) -> f64 {
        self.dt_ns as f64 / 1e9
    }

    /// Number of steps in the window.
    #[must_use]
    pub fn num_steps(&self) -> u32 {
        self.num_steps
    }

    /// Length of the window in milliseconds.
    #[must_use]
    pub fn duration_ms(&self) -> f64 {
        (self.dt_ns * u64::from(self.num_steps)) as f64 / NS_PER_MS
    }

    /// Length of the window in seconds.
    #[must_use]
    pub fn duration_s(&self) -> f64 {
        (self.dt_ns * u64::from(self.num_steps)) as f64 / 1e9
    }

    /// Start of step `step` in milliseconds, rounded once from the exact integer.
    #[must_use]
    pub fn time_ms(&self, step: u32) -> f64 {
        (self.dt_ns as u128 * u128::from(step)) as f64 / NS_PER_MS
    }

    /// The number of steps that `value_ms` spans; zero is allowed.
    ///
    /// # Errors
    /// [`ConfigError`] if it is negative, not finite or not a whole number of steps (the nearest is named).
    pub fn steps_in(&self, name: &'static str, value_ms: f64) -> Result<u32, ConfigError> {
        whole_steps(name, value_ms, self.dt_ns)
    }
}

/// The relative slack within which a decimal number of milliseconds counts as whole: far above the rounding of a
/// double, far below anything that a user could mean.
const SLACK: f64 = 1e-9;

fn whole_ns(name: &'static str, value_ms: f64) -> Result<u64, ConfigError> {
    let max_ms = 1e12;
    if !(value_ms.is_finite() && value_ms > 0.0 && value_ms <= max_ms) {
        return Err(ConfigError::OutOfRange { name, value: value_ms, min: 1e-6, max: max_ms });
    }
    let ns = value_ms * NS_PER_MS;
    let nearest = ns.round().max(1.0);
    if (ns - nearest).abs() > SLACK * nearest {
        return Err(ConfigError::NotWholeNanoseconds { name, value_ms, nearest_ms: nearest / NS_PER_MS });
    }
    Ok(nearest as u64)
}

fn whole_steps(name: &'static str, value_ms: f64, dt_ns: u64) -> Result<u32, ConfigError> {
    let max_ms = u32::MAX as f64 * (dt_ns as f64 / NS_PER_MS);
    if !(value_ms.is_finite() && 0.0 <= value_ms && value_ms <= max_ms) {
        return Err(ConfigError::OutOfRange { name, value: value_ms, min: 0.0, max: max_ms });
    }
    let steps = value_ms * NS_PER_MS / dt_ns as f64;
    let nearest = steps.round();
    if (steps - nearest).abs() > SLACK * nearest.max(1.0) {
        let dt_ms = dt_ns as f64 / NS_PER_MS;
        let nearest = nearest.max(1.0);
        let nearest_ms = (nearest as u128 * u128::from(dt_ns)) as f64 / NS_PER_MS;
        return Err(ConfigError::NotWholeSteps { name, value_ms, dt_ms, nearest_ms });
    }
    Ok(nearest as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenth_millisecond_is_exact() {
        let grid = TimeGrid::from_ms(100.0, 0.1).unwrap();
        assert_eq!((grid.dt_ns(), grid.num_steps()), (100_000, 1000));
        assert_eq!(grid.time_ms(7), 0.7);
        assert_eq!(grid.duration_ms(), 100.0);
        assert_eq!(grid.steps_in("refractory_period_ms", 2.0).unwrap(), 20);
    }

    #[test]
    fn every_decimal_step_width_up_to_a_nanosecond_is_exact() {
        for dt in [1.0, 0.5, 0.25, 0.2, 0.1, 0.05, 0.01, 0.001, 0.000_1, 0.000_001] {
            assert_eq!(TimeGrid::from_ms(dt * 1000.0, dt).unwrap().num_steps(), 1000, "{dt}");
        }
    }

    #[test]
    fn a_window_between_steps_names_the_nearest() {
        let error = TimeGrid::from_ms(100.04, 0.1).unwrap_err();
        assert_eq!(
            error,
            ConfigError::NotWholeSteps { name: "time_window_ms", value_ms: 100.04, dt_ms: 0.1, nearest_ms: 100.0 }
        );
    }

    #[test]
    fn each_bound_is_rejected() {
        for (window, dt) in
            [(0.0, 0.1), (-1.0, 0.1), (f64::NAN, 0.1), (100.0, 0.0), (100.0, f64::INFINITY), (1e12, 1e-6)]
        {
            assert!(TimeGrid::from_ms(window, dt).is_err(), "{window} {dt}");
        }
        assert!(TimeGrid::from_ms(1.0, 0.000_000_5).is_err());
        assert!(TimeGrid::new(u64::MAX, 2).is_err());
    }

    #[test]
    fn serde_rejects_an_invalid_grid() {
        assert!(serde_json::from_str::<TimeGrid>(r#"{"dt_ns":0,"num_steps":5}"#).is_err());
        let grid = TimeGrid::new(5, 6).unwrap();
        let text = serde_json::to_string(&grid).unwrap();
        assert_eq!(serde_json::from_str::<TimeGrid>(&text).unwrap(), grid);
    }
}
