//! Errors of the core: what was found, what is allowed, how to fix it.

mod decode;
mod encode;
mod spikes;

pub use decode::DecodeError;
pub use encode::EncodeError;
pub use spikes::SpikeError;

use crate::scheme::CodingScheme;
use thiserror::Error;

/// A configuration that no encoder accepts.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A number is not finite or lies outside its range.
    #[error("{name} is {value:?}, allowed is {min:?} to {max:?}")]
    OutOfRange {
        /// Field name.
        name: &'static str,
        /// What was found.
        value: f64,
        /// Smallest allowed value.
        min: f64,
        /// Largest allowed value.
        max: f64,
    },
    /// A duration is not a whole number of nanoseconds.
    #[error("{name} is {value_ms} ms, which is not a whole number of nanoseconds; the nearest is {nearest_ms} ms")]
    NotWholeNanoseconds {
        /// Field name.
        name: &'static str,
        /// What was found.
        value_ms: f64,
        /// Nearest allowed value.
        nearest_ms: f64,
    },
    /// A duration is not a whole number of steps.
    #[error(
        "{name} is {value_ms} ms, which is not a whole number of steps of {dt_ms} ms; the nearest is {nearest_ms} ms"
    )]
    NotWholeSteps {
        /// Field name.
        name: &'static str,
        /// What was found.
        value_ms: f64,
        /// Step width.
        dt_ms: f64,
        /// Nearest allowed value.
        nearest_ms: f64,
    },
    /// A grid without steps, or one that does not fit 63 bits of nanoseconds.
    #[error("a time grid of {num_steps} steps of {dt_ns} ns is empty or longer than 2^63 ns")]
    EmptyGrid {
        /// Step width.
        dt_ns: u64,
        /// Number of steps.
        num_steps: u32,
    },
    /// The lowest rate exceeds the highest.
    #[error("min_firing_rate_hz is {min_hz}, above max_firing_rate_hz = {max_hz}; swap them")]
    RateOrder {
        /// Lowest rate.
        min_hz: f64,
        /// Highest rate.
        max_hz: f64,
    },
    /// The probability of a spike in a step would exceed one.
    #[error(
        "{rate_hz} Hz at dt_ms = {dt_ms} is a probability of {probability} per step; the largest admissible \
         rate is {max_rate_hz} Hz (or shorten dt_ms to {max_dt_ms}, or ask for the exact probability)"
    )]
    ProbabilityAboveOne {
        /// Asked rate.
        rate_hz: f64,
        /// Step width.
        dt_ms: f64,
        /// rate · dt.
        probability: f64,
        /// Largest rate at this step width.
        max_rate_hz: f64,
        /// Longest step at this rate.
        max_dt_ms: f64,
    },
    /// A compensated refractory period leaves no room for the asked rate.
    #[error(
        "{rate_hz} Hz cannot be realised with {refractory_ms} ms refractory period and steps of {dt_ms} ms: \
         rate x (refractory + dt) = {occupancy} exceeds 1; the largest admissible rate is {max_rate_hz} Hz"
    )]
    RateUnreachable {
        /// Asked rate.
        rate_hz: f64,
        /// Absolute refractory period.
        refractory_ms: f64,
        /// Step width.
        dt_ms: f64,
        /// rate · (τ + dt).
        occupancy: f64,
        /// Largest rate that can be realised.
        max_rate_hz: f64,
    },
    /// A code is asked of an encoder that does not make it.
    #[error("{scheme} is not made by this encoder; use {use_instead}")]
    NoEncoder {
        /// The scheme asked for.
        scheme: CodingScheme,
        /// What makes it.
        use_instead: &'static str,
    },
    /// More channels than the window has steps for, one spike each.
    #[error(
        "{channels} channels at {isi_steps} steps each do not fit a window of {num_steps} steps; use at most \
         {max_channels} channels or a window of at least {min_steps} steps"
    )]
    TooManyChannels {
        /// Channels of a sample.
        channels: usize,
        /// Steps between spikes.
        isi_steps: u32,
        /// Steps in the window.
        num_steps: u32,
        /// Largest number of channels.
        max_channels: u64,
        /// Shortest window.
        min_steps: u64,
    },
    /// A pattern of spikes that is longer than the window.
    #[error(
        "{what} takes {needed_steps} steps, the window has {num_steps}; lengthen time_window_ms or shorten {option}"
    )]
    PatternTooLong {
        /// What does not fit.
        what: &'static str,
        /// Steps that it takes.
        needed_steps: u64,
        /// Steps in the window.
        num_steps: u32,
        /// The option that shortens it.
        option: &'static str,
    },
    /// A signal whose samples do not fill the time grid.
    #[error(
        "a signal of {samples} samples at {events_per_sample} steps each does not fill a window of {num_steps} steps; \
         set time_window_ms to {window_ms}"
    )]
    SignalGrid {
        /// Samples of the signal.
        samples: usize,
        /// Steps of the spike grid in each.
        events_per_sample: u32,
        /// Steps in the window.
        num_steps: u32,
        /// The window that fits.
        window_ms: f64,
    },
    /// A refractory period in a code whose reconstruction would miss what it suppresses.
    #[error(
        "refractory_period_ms is {refractory_ms}, allowed for {scheme} is 0: its reconstruction would miss every spike \
         that is suppressed; set it to 0, or use contrast_send_on_delta or contrast_step_forward, which send it later"
    )]
    RefractoryLosesSpikes {
        /// The scheme.
        scheme: CodingScheme,
        /// What was found.
        refractory_ms: f64,
    },
    /// The configuration names another scheme than its options belong to.
    #[error("the configuration is of {config}, its code options are of {options}")]
    SchemeMismatch {
        /// Scheme of the configuration.
        config: CodingScheme,
        /// Scheme of the options.
        options: CodingScheme,
    },
    /// The tuning curves of a record do not fit its configuration.
    #[error(
        "the record holds {found} usable tuning curves, population_size is {expected}; each needs a finite centre and \
         a positive width (Encoding::new makes them)"
    )]
    TuningMismatch {
        /// Neurons for each channel.
        expected: u32,
        /// Curves with a finite centre and a positive width.
        found: usize,
    },
    /// A way of spiking that the encoder of a population does not make.
    #[error("a population with {found} spikes is not made by this encoder; set spikes to {allowed}")]
    PopulationSpikes {
        /// The option found.
        found: &'static str,
        /// The options that work.
        allowed: &'static str,
    },
    /// An option that the chosen code does not have.
    #[error("{option} does not apply to {scheme}; it belongs to {belongs_to}")]
    OptionOfAnotherCode {
        /// The option.
        option: &'static str,
        /// The chosen scheme.
        scheme: CodingScheme,
        /// The schemes that have it.
        belongs_to: &'static str,
    },
}

/// A name that is not one of the allowed ones.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown {what} {found:?}; allowed are {allowed}")]
pub struct NameError {
    /// What kind of name it is.
    pub what: &'static str,
    /// The name found.
    pub found: String,
    /// The allowed names.
    pub allowed: &'static str,
}
