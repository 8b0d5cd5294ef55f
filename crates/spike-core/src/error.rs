//! Errors of the core: what was found, what is allowed, how to fix it.

use crate::scheme::{CodingScheme, DecodingMethod};
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

/// Values that cannot be encoded.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The configuration is not valid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The input has no values.
    #[error("the input has {num_samples} samples of {num_channels} channels; at least one of each is needed")]
    Empty {
        /// Number of samples.
        num_samples: usize,
        /// Number of channels.
        num_channels: usize,
    },
    /// Data that are neither one sample nor a batch.
    #[error("the data have {found} axes; give an array of shape (channels) or (batch, channels)")]
    Axes {
        /// Number of axes.
        found: usize,
    },
    /// NaN or infinity.
    #[error("sample {sample}, channel {channel} is {value}; every value must be finite (remove or replace it)")]
    NotFinite {
        /// Sample index in the input.
        sample: u64,
        /// Channel index in the sample.
        channel: usize,
        /// What was found.
        value: f64,
    },
    /// A value outside [0, 1] without normalisation.
    #[error(
        "sample {sample}, channel {channel} is {value:?}, outside [0, 1]; scale the input or set normalize_input = true"
    )]
    OutsideUnit {
        /// Sample index in the input.
        sample: u64,
        /// Channel index in the sample.
        channel: usize,
        /// What was found.
        value: f64,
    },
    /// The normaliser was fitted on another number of channels.
    #[error("the normaliser was fitted on {fitted} channels, the input has {found}")]
    ChannelMismatch {
        /// Channels at the fit.
        fitted: usize,
        /// Channels found.
        found: usize,
    },
    /// The signal has another number of steps than the grid.
    #[error("the signal has {found} steps, the time grid {expected}; resample it or set time_window_ms")]
    SignalLength {
        /// Steps of the grid.
        expected: usize,
        /// Steps of the signal.
        found: usize,
    },
    /// The record of a time series lacks the values from which it is rebuilt, or has others.
    #[error(
        "sample {sample} begins with {found:?}, the record of the encoding says {recorded:?}; give the encoder the \
         initial values of every sample (with_initial_values or with_signals)"
    )]
    InitialValues {
        /// Sample index.
        sample: u64,
        /// First normalised values of the signal.
        found: Vec<f64>,
        /// What the record holds.
        recorded: Vec<f64>,
    },
    /// A frame of another size than the first, or of a size that camera events cannot address.
    #[error("frame {frame} is {found_width} x {found_height}, allowed is {allowed}; scale or crop it")]
    FrameSize {
        /// Index of the frame.
        frame: u64,
        /// Columns found.
        found_width: usize,
        /// Rows found.
        found_height: usize,
        /// What is allowed.
        allowed: String,
    },
    /// A frame that does not follow the one before it, or follows too late.
    #[error(
        "frame {frame} is at {time_us} us, the one before at {previous_us} us; frames must be 1 to 4294967295 us apart"
    )]
    FrameTime {
        /// Index of the frame.
        frame: u64,
        /// Its time.
        time_us: i64,
        /// Time of the frame before.
        previous_us: i64,
    },
    /// Frames and times differ in number.
    #[error("{frames} frames with {times} times; give one time for each of at least two frames")]
    FrameCount {
        /// Number of frames.
        frames: usize,
        /// Number of times.
        times: usize,
    },
    /// The record of a time series lacks the statistics from which it is rebuilt, or has others.
    #[error(
        "sample {sample} has the statistics {found:?}, the record of the encoding says {recorded:?}; give the encoder \
         the signals of every sample (with_signals)"
    )]
    SignalStatistics {
        /// Sample index.
        sample: u64,
        /// Statistics of the signal.
        found: Vec<f64>,
        /// What the record holds.
        recorded: Vec<f64>,
    },
    /// A code broke the rules of a spike container.
    #[error("the code wrote invalid rows: {0}")]
    Rows(#[from] SpikeError),
    /// A stream of data that changed between two passes.
    #[error(
        "the source gave {second} values on the second pass and {first} on the first; it must not change while it is read"
    )]
    SourceChanged {
        /// Values on the first pass.
        first: u64,
        /// Values on the second pass.
        second: u64,
    },
}

/// Spikes that cannot be decoded.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The spikes carry no record of their encoding.
    #[error("the spike train carries no encoding; {method} needs it (attach one with with_encoding)")]
    NoEncoding {
        /// The method asked for.
        method: DecodingMethod,
    },
    /// The method does not apply to the code.
    #[error("{method} does not decode {scheme}; use {}", own_name(*scheme))]
    WrongMethod {
        /// The method asked for.
        method: DecodingMethod,
        /// The scheme of the spikes, whose own method works.
        scheme: CodingScheme,
    },
    /// The configuration stored with the spikes is not valid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The spikes are on another time grid than their encoding.
    #[error(
        "the spikes are on a grid of {found_steps} steps of {found_dt_ms} ms, their encoding on {expected_steps} of {expected_dt_ms} ms"
    )]
    GridMismatch {
        /// Steps of the encoding.
        expected_steps: u32,
        /// Step width of the encoding.
        expected_dt_ms: f64,
        /// Steps of the spikes.
        found_steps: u32,
        /// Step width of the spikes.
        found_dt_ms: f64,
    },
    /// The number of neurons does not fit the normaliser.
    #[error("the spikes have {found} neurons, their encoding makes {expected}")]
    ChannelMismatch {
        /// Neurons of the encoding.
        expected: usize,
        /// Neurons found.
        found: usize,
    },
    /// Something that the method needs is not in the record of the encoding.
    #[error("{method} needs {what}, which the encoding of the spikes does not hold")]
    Missing {
        /// The method asked for.
        method: DecodingMethod,
        /// What is missing.
        what: &'static str,
    },
    /// A camera event that is not on the sensor.
    #[error("event {index} is at ({x}, {y}), outside a sensor of {width} x {height}")]
    EventOutside {
        /// Index of the event.
        index: u64,
        /// Its column.
        x: u16,
        /// Its row.
        y: u16,
        /// Columns of the sensor.
        width: usize,
        /// Rows of the sensor.
        height: usize,
    },
    /// A frame of another size than the sensor.
    #[error("the frame is {found_width} x {found_height}, the sensor {width} x {height}")]
    FrameSize {
        /// Columns of the frame.
        found_width: usize,
        /// Rows of the frame.
        found_height: usize,
        /// Columns of the sensor.
        width: usize,
        /// Rows of the sensor.
        height: usize,
    },
    /// A time before events that were already taken into account.
    #[error("{asked_us} us precedes {reached_us} us, up to which events are integrated; ask for times in order")]
    TimeOrder {
        /// Time asked for.
        asked_us: i64,
        /// Time reached.
        reached_us: i64,
    },
    /// The original has another shape than the decoded values.
    #[error("the original has {original} values, the decoded array {decoded}")]
    OriginalShape {
        /// Values in the original.
        original: usize,
        /// Values decoded.
        decoded: usize,
    },
}

/// What decodes a scheme, for messages.
fn own_name(scheme: CodingScheme) -> &'static str {
    scheme.own_method().map_or("the integration of its events", DecodingMethod::name)
}

/// Spikes that break the rules of a spike container.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SpikeError {
    /// The grid or the configuration is not valid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Steps are not strictly increasing.
    #[error("neuron {neuron}: step {second} follows {first}; the steps of a neuron must be strictly increasing")]
    Unsorted {
        /// Neuron row.
        neuron: usize,
        /// Earlier entry.
        first: u32,
        /// Later entry.
        second: u32,
    },
    /// A step lies outside the window.
    #[error("neuron {neuron}: step {step} lies outside the window of {num_steps} steps")]
    OutsideWindow {
        /// Neuron row.
        neuron: usize,
        /// The step.
        step: u32,
        /// Steps in the window.
        num_steps: u32,
    },
    /// Offsets do not describe the steps.
    #[error("{num_offsets} offsets ending at {last} do not describe {num_spikes} spikes of {num_rows} rows")]
    Offsets {
        /// Number of offsets.
        num_offsets: usize,
        /// Last offset.
        last: u64,
        /// Number of spikes.
        num_spikes: usize,
        /// Number of rows that they should describe.
        num_rows: usize,
    },
    /// Ids and rows differ in number.
    #[error("{ids} neuron ids for {rows} rows")]
    Ids {
        /// Number of ids.
        ids: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A dense view would not fit in memory that can be addressed.
    #[error("a dense view of {rows} x {columns} cells is too large; read it in parts")]
    TooLarge {
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
    },
    /// Events are not in order of time.
    #[error("event {index} at {time_us} us precedes the event before it")]
    EventOrder {
        /// Index of the event.
        index: usize,
        /// Its time.
        time_us: i64,
    },
}
