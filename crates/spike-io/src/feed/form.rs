//! What sets the targets apart, as data.

/// How a target wants spikes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Form {
    /// The arrays.
    pub(super) layout: Layout,
    /// The earliest step at which the target takes a spike.
    pub(super) first_step: u32,
    /// The step width must be a multiple of this.
    pub(super) dt_multiple_ns: u64,
    /// Most steps that the target can count.
    pub(super) max_steps: u32,
    /// Whether samples can follow each other in time.
    pub(super) takes_sequences: bool,
}

/// The arrays of a feed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Layout {
    /// `indices` and `times`; the unit of time in nanoseconds.
    Times { unit_ns: f64 },
    /// One array with a cell for each neuron and step.
    Dense(Dense),
}

/// An array with a cell for each neuron and step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Dense {
    /// Name in the archive.
    pub(super) name: &'static str,
    pub(super) axes: Axes,
    pub(super) cell: Cell,
}

/// The order of axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axes {
    /// (time, sample, neuron).
    TimeSampleNeuron,
    /// (time, row), where a row is a neuron of a sample.
    TimeRow,
    /// (sample, neuron, time), without the axis of samples where there is one row of neurons only.
    SampleNeuronTime,
}

impl Axes {
    /// Whether all rows of a step lie side by side.
    pub(super) fn time_first(self) -> bool {
        self != Self::SampleNeuronTime
    }
}

/// What stands in a cell with a spike; 0 stands in all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// 1 as a 4-byte integer.
    I32,
    /// 1 as a 4-byte real number.
    F32,
    /// 1 as an 8-byte real number.
    F64,
    /// 1/dt as an 8-byte real number, dt in seconds.
    PerSecond,
}
