//! Libraries on PyTorch (snnTorch, SpikingJelly, Norse): a tensor of 4-byte reals, (time, sample, neuron).
//!
//! Time is the first axis in all three; the axis of samples stays where there is one sample only.
//!
//! # References
//! Eshraghian et al. (2023), "Training spiking neural networks using lessons from deep learning", Proceedings of the
//! IEEE 111(9):1016, DOI 10.1109/JPROC.2023.3308088 (snnTorch); Fang et al. (2023), "SpikingJelly", Science Advances
//! 9(40):eadi1480, DOI 10.1126/sciadv.adi1480.

use super::form::{Axes, Cell, Dense, Form, Layout};

pub(super) const FORM: Form = Form {
    layout: Layout::Dense(Dense { name: "spikes", axes: Axes::TimeSampleNeuron, cell: Cell::F32 }),
    first_step: 0,
    dt_multiple_ns: 1,
    max_steps: u32::MAX,
    takes_sequences: false,
};
