//! Codes of time series and frames that report changes, and Ben's Spiker, which reports a convolution.

mod ben_spiker;
mod dvs_band;
mod dvs_pixel;
mod frame_times;
mod lanes;
mod moving_window;
mod send_on_delta;
mod step_forward;
mod tbr;
mod threshold;
mod tracking;

pub use ben_spiker::BenSpikerEncoder;
pub use dvs_pixel::{DvsPixelEncoder, DvsPixelState};
pub use frame_times::FrameTimes;
pub use moving_window::MovingWindowEncoder;
pub use send_on_delta::SendOnDeltaEncoder;
pub use step_forward::StepForwardEncoder;
pub use tbr::TbrEncoder;
pub use threshold::ThresholdEncoder;

use spike_core::{CodingScheme, ConfigError, EncoderConfig, TimeGrid};

/// Smallest threshold: far above the rounding of sums of thresholds in [0, 1], far below any noise.
const MIN_THRESHOLD: f64 = 1e-9;

/// Checks that a number is finite and in a closed range.
fn in_range(name: &'static str, value: f64, min: f64, max: f64) -> Result<(), ConfigError> {
    if value.is_finite() && min <= value && value <= max {
        return Ok(());
    }
    Err(ConfigError::OutOfRange { name, value, min, max })
}

/// The grid of a code that cannot make up for a suppressed spike, and therefore takes no refractory period.
fn grid_without_refractory(config: &EncoderConfig, scheme: CodingScheme) -> Result<TimeGrid, ConfigError> {
    config.validate()?;
    if config.refractory_steps()? > 0 {
        let refractory_ms = config.refractory_period_ms;
        return Err(ConfigError::RefractoryLosesSpikes { scheme, refractory_ms });
    }
    config.grid()
}
