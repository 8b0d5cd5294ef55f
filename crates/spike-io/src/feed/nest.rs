//! NEST: one `spike_generator` a neuron, `spike_times` in milliseconds.
//!
//! NEST stamps a spike with the end of the step in which it falls, so that a spike at time 0 is refused. Where there
//! is one, all spikes come one step later, which the report says. Times must be sorted and lie on the grid, whose
//! step is a whole number of microseconds.
//!
//! # References
//! Gewaltig, Diesmann (2007), "NEST (NEural Simulation Tool)", Scholarpedia 2(4):1430,
//! DOI 10.4249/scholarpedia.1430; the rules are those of NEST 3.10.0.

use super::form::{Form, Layout};

pub(super) const FORM: Form = Form {
    layout: Layout::Times { unit_ns: 1e6 },
    first_step: 1,
    dt_multiple_ns: 1000,
    max_steps: i32::MAX as u32,
    takes_sequences: true,
};
