//! Lava: `source.RingBuffer(data)`, time last, one integer or real number a neuron and step.
//!
//! The buffer sends `data[..., (t - 1) % T]` at time step t = 1, 2, ..: our step k goes out at t = k + 1, and a run
//! longer than T repeats the data. Several samples side by side have an axis of their own in front; a single one has
//! none.
//!
//! # References
//! Lava 0.10.0, `lava.proc.io.source.RingBuffer`, <https://lava-nc.org>.

use super::form::{Axes, Cell, Dense, Form, Layout};

pub(super) const FORM: Form = Form {
    layout: Layout::Dense(Dense { name: "data", axes: Axes::SampleNeuronTime, cell: Cell::I32 }),
    first_step: 0,
    dt_multiple_ns: 1,
    max_steps: u32::MAX,
    takes_sequences: true,
};
