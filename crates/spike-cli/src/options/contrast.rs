//! Flags of the contrast codes, and of the signals and frames that they take.

use super::flags::{code_flags, names, set};
use crate::error::CliError;
use spike_core::{BenSpikerRule, CodeOptions};
use spike_encode::FrameTimes;
use std::str::FromStr;

code_flags! {
    /// Flags of the contrast codes.
    ContrastFlags, "Contrast codes (thresholds are shares of the range)", {
        /// Sampling rate of a signal in Hz [default: that of the wav file].
        sample_rate_hz: f64, "--sample-rate-hz" = "HZ",
            of "contrast_threshold, contrast_send_on_delta, contrast_step_forward, contrast_moving_window, contrast_tbr, contrast_ben_spiker";
        /// Columns of a signal to encode, from 0 [default: all].
        signal_columns: Columns, "--signal-columns" = "I,J,..",
            of "contrast_threshold, contrast_send_on_delta, contrast_step_forward, contrast_moving_window, contrast_tbr, contrast_ben_spiker";
        /// contrast_threshold: a larger rise is an ON spike [default: 0.1].
        up: f64, "--up" = "X", of "contrast_threshold";
        /// contrast_threshold: a larger fall is an OFF spike [default: 0.1].
        down: f64, "--down" = "X", of "contrast_threshold";
        /// Threshold θ [default: 0.1; contrast_ben_spiker: 0.95].
        threshold: f64, "--threshold" = "X",
            of "contrast_send_on_delta, contrast_step_forward, contrast_moving_window, contrast_ben_spiker";
        /// Spikes that one sample may cause: steps of the spike grid in each sample [default: 1].
        events_per_sample: u32, "--events-per-sample" = "N", of "contrast_send_on_delta, contrast_step_forward";
        /// contrast_moving_window: the mean is over N + 1 samples before [default: 3].
        window_samples: u32, "--window-samples" = "N", of "contrast_moving_window";
        /// contrast_tbr: factor of the standard deviation in the threshold [default: 1].
        factor: f64, "--factor" = "X", of "contrast_tbr";
        /// contrast_ben_spiker: order of the filter [default: 32].
        filter_order: u32, "--filter-order" = "N", of "contrast_ben_spiker";
        /// contrast_ben_spiker: cut-off as a share of the sampling frequency [default: 0.04].
        cutoff: f64, "--cutoff" = "X", of "contrast_ben_spiker";
        /// contrast_ben_spiker: factor on the taps [default: 2].
        gain: f64, "--gain" = "X", of "contrast_ben_spiker";
        /// contrast_ben_spiker: how errors are compared [default: multiplicative].
        rule: RuleName, "--rule", of "contrast_ben_spiker";
        /// contrast_dvs_pixel: frames per second.
        frame_rate_hz: f64, "--frame-rate-hz" = "HZ", of "contrast_dvs_pixel";
        /// contrast_dvs_pixel: time between frames in µs, instead of a rate.
        frame_interval_us: u32, "--frame-interval-us" = "US", of "contrast_dvs_pixel";
        /// contrast_dvs_pixel: ON threshold as a change of ln intensity [default: 0.2].
        on_threshold: f64, "--on-threshold" = "X", of "contrast_dvs_pixel";
        /// contrast_dvs_pixel: OFF threshold as a change of ln intensity [default: 0.2].
        off_threshold: f64, "--off-threshold" = "X", of "contrast_dvs_pixel";
        /// contrast_dvs_pixel: standard deviation of thresholds between pixels, as a share [default: 0].
        threshold_sd: f64, "--threshold-sd" = "X", of "contrast_dvs_pixel";
        /// contrast_dvs_pixel: time after an event in which a pixel sends none, in µs [default: 0].
        refractory_us: u32, "--refractory-us" = "US", of "contrast_dvs_pixel";
        /// contrast_dvs_pixel: added to the intensity before the logarithm [default: 0.001].
        log_offset: f64, "--log-offset" = "X", of "contrast_dvs_pixel";
    }
}

names! {
    /// Names of [`BenSpikerRule`].
    RuleName for BenSpikerRule { Additive, Multiplicative }
}

/// Indices of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns(pub(crate) Vec<usize>);

impl FromStr for Columns {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let columns: Option<Vec<usize>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
        Ok(Self(columns.ok_or("columns are numbers from 0, such as 0,2")?))
    }
}

impl ContrastFlags {
    /// Sets what was given.
    pub(crate) fn apply(&self, code: &mut CodeOptions) {
        match code {
            CodeOptions::ContrastThreshold(options) => {
                set(&mut options.up, &self.up);
                set(&mut options.down, &self.down);
            }
            CodeOptions::ContrastSendOnDelta(options) => {
                set(&mut options.threshold, &self.threshold);
                set(&mut options.events_per_sample, &self.events_per_sample);
            }
            CodeOptions::ContrastStepForward(options) => {
                set(&mut options.threshold, &self.threshold);
                set(&mut options.events_per_sample, &self.events_per_sample);
            }
            CodeOptions::ContrastMovingWindow(options) => {
                set(&mut options.threshold, &self.threshold);
                set(&mut options.window_samples, &self.window_samples);
            }
            CodeOptions::ContrastTbr(options) => set(&mut options.factor, &self.factor),
            CodeOptions::ContrastBenSpiker(options) => {
                set(&mut options.filter_order, &self.filter_order);
                set(&mut options.cutoff, &self.cutoff);
                set(&mut options.gain, &self.gain);
                set(&mut options.threshold, &self.threshold);
                set(&mut options.rule, &self.rule);
            }
            CodeOptions::ContrastDvsPixel(options) => {
                set(&mut options.on_threshold, &self.on_threshold);
                set(&mut options.off_threshold, &self.off_threshold);
                set(&mut options.threshold_sd, &self.threshold_sd);
                set(&mut options.refractory_us, &self.refractory_us);
                set(&mut options.log_offset, &self.log_offset);
            }
            _ => {}
        }
    }
}

/// Times of frames by rate or interval, of which one must be given.
pub(crate) fn frame_times(
    rate_hz: Option<f64>,
    interval_us: Option<u32>,
) -> Result<Option<FrameTimes<'static>>, CliError> {
    let times = match (rate_hz, interval_us) {
        (Some(_), Some(_)) => return Err(CliError::Usage("give either --frame-rate-hz or --frame-interval-us")),
        (Some(rate), None) => FrameTimes::RateHz(rate),
        (None, Some(interval)) => FrameTimes::IntervalUs(interval),
        (None, None) => return Ok(None),
    };
    times.time_us(0)?;
    Ok(Some(times))
}
