//! Errors of the simulator: what was found, what is allowed, how to fix it.

use crate::lif::{Refractoriness, Schedule};
use crate::queue::QueueError;
use spike_core::{ConfigError, SpikeError};
use thiserror::Error;

/// A network that cannot be built, or spikes that it cannot take.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SimError {
    /// A number of the configuration is out of its range, or a time is no whole number of steps.
    #[error(transparent)]
    Config(ConfigError),
    /// The neuron would fire for ever: a reset does not bring it below its threshold.
    #[error("the reset leaves the membrane at {reset:?}, not below the threshold {threshold:?}; lower the reset value")]
    ResetAboveThreshold {
        /// Where the reset leads to.
        reset: f64,
        /// The threshold.
        threshold: f64,
    },
    /// A step that is longer than the membrane or synapse remembers, under a schedule of Euler steps.
    #[error(
        "{name} is {tau_ms} ms, shorter than a step of {dt_ms} ms; the schedule {schedule} takes Euler steps: lengthen {name} or shorten dt_ms"
    )]
    EulerStep {
        /// The time constant.
        name: &'static str,
        /// Its value.
        tau_ms: f64,
        /// Step width.
        dt_ms: f64,
        /// The schedule.
        schedule: Schedule,
    },
    /// A behaviour in the refractory period that the program behind the schedule does not have.
    #[error("refractoriness {refractoriness} does not exist under the schedule {schedule} with this synapse; use held")]
    Refractoriness {
        /// What was asked for.
        refractoriness: Refractoriness,
        /// The schedule.
        schedule: Schedule,
    },
    /// A delay that the schedule cannot realise.
    #[error(
        "a connection of source {source_id} has a delay of {delay_steps} steps; the schedule {schedule} needs at least {min_steps}"
    )]
    DelayTooShort {
        /// Source of the connection.
        source_id: u32,
        /// Its delay.
        delay_steps: u32,
        /// Shortest delay.
        min_steps: u32,
        /// The schedule.
        schedule: Schedule,
    },
    /// A delay beyond the longest that is allowed.
    #[error("a connection of source {source_id} has a delay of {delay_steps} steps; the longest is {max_steps}")]
    DelayTooLong {
        /// Source of the connection.
        source_id: u32,
        /// Its delay.
        delay_steps: u32,
        /// Longest delay.
        max_steps: u32,
    },
    /// A connection that names a source or a target that does not exist.
    #[error(
        "connection {index} leads from {source_id} to {target}; there are {num_sources} sources and {num_targets} targets"
    )]
    OutsideNetwork {
        /// Index of the connection.
        index: usize,
        /// Its source.
        source_id: u32,
        /// Its target.
        target: u32,
        /// Number of sources.
        num_sources: u32,
        /// Number of targets.
        num_targets: u32,
    },
    /// A weight that is NaN or infinite.
    #[error("connection {index} has the weight {weight}; every weight must be finite")]
    WeightNotFinite {
        /// Index of the connection.
        index: usize,
        /// What was found.
        weight: f64,
    },
    /// More connections than an index can count.
    #[error("{found} connections; at most {max} are allowed in one table")]
    TooManyConnections {
        /// Number of connections.
        found: usize,
        /// Largest number.
        max: u32,
    },
    /// The number of values or rows differs from that of the network.
    #[error("{found} {what}, the network has {expected}")]
    Size {
        /// What is counted.
        what: &'static str,
        /// How many the network has.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A value that is NaN or infinite.
    #[error("{what} {index} is {value}; every one must be finite")]
    NotFinite {
        /// What it is.
        what: &'static str,
        /// Its index.
        index: usize,
        /// What was found.
        value: f64,
    },
    /// Spikes on a grid with another step width.
    #[error(
        "the spikes are on steps of {found_dt_ms} ms, the network on {expected_dt_ms} ms; encode with dt_ms = {expected_dt_ms}"
    )]
    StepWidth {
        /// Step width of the network.
        expected_dt_ms: f64,
        /// Step width of the spikes.
        found_dt_ms: f64,
    },
    /// Sources of one step that are not in increasing order.
    #[error("source {second} follows {first} in one step; the sources of a step must be strictly increasing")]
    SourceOrder {
        /// Earlier entry.
        first: u32,
        /// Later entry.
        second: u32,
    },
    /// Input in a step that holds the initial state.
    #[error("{inputs} inputs in step {step}; the schedule {schedule} starts from step {step}, the first input can arrive in step {}", step + 1)]
    BeforeStart {
        /// Number of inputs.
        inputs: usize,
        /// The step.
        step: u64,
        /// The schedule.
        schedule: Schedule,
    },
    /// Plasticity that has seen later steps than the population has reached.
    #[error(
        "the population is at step {step}, its plasticity at step {now}; build a new one when a population is reset"
    )]
    StepInThePast {
        /// Step of the population.
        step: u64,
        /// The next step of the plasticity.
        now: u64,
    },
    /// A part of a population that is not solved from event to event.
    #[error("{what} cannot be driven by events; use Drive::Clock")]
    NeedsClock {
        /// The part.
        what: &'static str,
    },
    /// A part that the population was made without.
    #[error("the population has no {what}; give it one when it is made")]
    Missing {
        /// The part.
        what: &'static str,
    },
    /// Plasticity that was built for other connections.
    #[error("plasticity was built for {expected} connections, it is used with {found}; build it for these")]
    OtherConnections {
        /// Connections at construction.
        expected: usize,
        /// Connections found.
        found: usize,
    },
    /// The queue of spikes under way refused one.
    #[error(transparent)]
    Queue(QueueError),
    /// The result breaks the rules of a spike container.
    #[error("the result is no spike train: {0}")]
    Rows(SpikeError),
}
