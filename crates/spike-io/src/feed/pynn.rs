//! PyNN: `SpikeSourceArray(spike_times=[Sequence(..), ..])`, one sorted list a neuron, in milliseconds.
//!
//! PyNN's source on NEST is a generator behind a relay with a delay of one step, which must not go back to time 0:
//! the first spike comes at step 2 at the earliest. Where there is an earlier one, all spikes are moved, which the
//! report says, so that one feed fits every back end. An empty list is a silent neuron.
//!
//! PyNN's back end for Brian2 rounds times to 0.1 ms and takes no population of one neuron; [`super::brian2`] has
//! neither limit.
//!
//! # References
//! Davison et al. (2009), "PyNN: a common interface for neuronal network simulators", Frontiers in Neuroinformatics
//! 2:11, DOI 10.3389/neuro.11.011.2008; the rules are those of PyNN 0.13.0 on NEST 3.10.0.

use super::form::{Form, Layout};

pub(super) const FORM: Form = Form {
    layout: Layout::Times { unit_ns: 1e6 },
    first_step: 2,
    dt_multiple_ns: 1000,
    max_steps: i32::MAX as u32,
    takes_sequences: true,
};
