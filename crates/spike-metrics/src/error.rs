//! What can be wrong with the input of a metric.

/// Why a metric cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// Spike times do not increase strictly.
    #[error(
        "spike {index} is at {second_ms} ms and the one before it at {first_ms} ms; times must increase strictly: \
         sort them and remove duplicates"
    )]
    Unsorted {
        /// Index of the later of the two.
        index: usize,
        /// Time of the earlier.
        first_ms: f64,
        /// Time of the later.
        second_ms: f64,
    },
    /// A spike lies outside of the observed interval.
    #[error("a spike at {time_ms} ms lies outside of the interval from {start_ms} ms to {stop_ms} ms")]
    OutsideInterval {
        /// Time of the spike.
        time_ms: f64,
        /// Start of the interval.
        start_ms: f64,
        /// End of the interval.
        stop_ms: f64,
    },
    /// The interval has no length.
    #[error("the interval from {start_ms} ms to {stop_ms} ms is not one: the end must lie after the start")]
    EmptyInterval {
        /// Start of the interval.
        start_ms: f64,
        /// End of the interval.
        stop_ms: f64,
    },
    /// Two trains were observed in different intervals.
    #[error(
        "one train was observed from {first_start_ms} ms to {first_stop_ms} ms, the other from {second_start_ms} ms \
         to {second_stop_ms} ms; cut both to their common interval first"
    )]
    IntervalMismatch {
        /// Start of the first.
        first_start_ms: f64,
        /// End of the first.
        first_stop_ms: f64,
        /// Start of the second.
        second_start_ms: f64,
        /// End of the second.
        second_stop_ms: f64,
    },
    /// A number that must be finite is not.
    #[error("{name}[{index}] is {value}; it must be a finite number")]
    NotFinite {
        /// What the number belongs to.
        name: &'static str,
        /// Its index.
        index: usize,
        /// The number.
        value: f64,
    },
    /// A parameter is out of its range.
    #[error("{name} is {value}; allowed is {allowed}")]
    Parameter {
        /// Name of the parameter.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// Two inputs that belong together differ in size.
    #[error("{first_name} has {first} entries and {second_name} has {second}; they must be equal")]
    SizeMismatch {
        /// Name of the first input.
        first_name: &'static str,
        /// Its size.
        first: usize,
        /// Name of the second input.
        second_name: &'static str,
        /// Its size.
        second: usize,
    },
    /// There is too little data.
    #[error("{what}: {found} given, at least {needed} needed")]
    TooFew {
        /// What there is too little of.
        what: &'static str,
        /// How much there is.
        found: usize,
        /// How much is needed.
        needed: usize,
    },
}

/// Refuses a parameter that is outside of its range; NaN is outside of every range.
pub(crate) fn check(name: &'static str, value: f64, ok: bool, allowed: &'static str) -> Result<(), MetricsError> {
    if ok { Ok(()) } else { Err(MetricsError::Parameter { name, value, allowed }) }
}

/// Refuses two inputs of different size.
pub(crate) fn check_sizes(
    (first_name, first): (&'static str, usize),
    (second_name, second): (&'static str, usize),
) -> Result<(), MetricsError> {
    if first == second { Ok(()) } else { Err(MetricsError::SizeMismatch { first_name, first, second_name, second }) }
}

/// Refuses numbers that are not finite.
pub(crate) fn check_finite(name: &'static str, values: &[f64]) -> Result<(), MetricsError> {
    match values.iter().position(|v| !v.is_finite()) {
        Some(index) => Err(MetricsError::NotFinite { name, index, value: values[index] }),
        None => Ok(()),
    }
}

/// Refuses too little data.
pub(crate) fn check_count(what: &'static str, found: usize, needed: usize) -> Result<(), MetricsError> {
    if found >= needed { Ok(()) } else { Err(MetricsError::TooFew { what, found, needed }) }
}
