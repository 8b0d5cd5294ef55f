//! Brian2: `SpikeGeneratorGroup(N, indices, times * second)`.
//!
//! Brian2 puts a time into the step that contains it, with a slack of a thousandth of a step, and refuses two spikes
//! of a neuron in a step. Its steps are 32-bit integers with a sign.
//!
//! # References
//! Stimberg, Brette, Goodman (2019), "Brian 2, an intuitive and efficient neural simulator", eLife 8:e47314,
//! DOI 10.7554/eLife.47314; the rules are those of Brian2 2.9.0.

use super::form::{Form, Layout};

pub(super) const FORM: Form = Form {
    layout: Layout::Times { unit_ns: 1e9 },
    first_step: 0,
    dt_multiple_ns: 1,
    max_steps: i32::MAX as u32,
    takes_sequences: true,
};
