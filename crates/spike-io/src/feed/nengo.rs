//! Nengo: `nengo.processes.PresentInput(inputs, presentation_time=dt)`, one row a step.
//!
//! In Nengo a spike is a pulse of area 1: its height is 1/dt for one step of dt seconds. The first row is shown in
//! the first step, so that row k of a probe is our step k.
//!
//! # References
//! Bekolay et al. (2014), "Nengo: a Python tool for building large-scale functional brain models", Frontiers in
//! Neuroinformatics 7:48, DOI 10.3389/fninf.2013.00048; the rules are those of Nengo 4.1.0.

use super::form::{Axes, Cell, Dense, Form, Layout};

pub(super) const FORM: Form = Form {
    layout: Layout::Dense(Dense { name: "inputs", axes: Axes::TimeRow, cell: Cell::PerSecond }),
    first_step: 0,
    dt_multiple_ns: 1,
    max_steps: u32::MAX,
    takes_sequences: true,
};
