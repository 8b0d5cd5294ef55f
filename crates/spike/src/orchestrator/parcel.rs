//! What travels through a pipeline.

use crate::orchestrator::readout::ReadoutValue;
use crate::orchestrator::samples::Sample;
use spike_core::SpikeTrain;

/// A few samples in order, with all that the stages have made of them so far.
pub(super) type Parcel = Vec<InFlight>;

/// One sample on its way.
#[derive(Debug)]
pub(super) struct InFlight {
    /// Global index.
    pub(super) index: u64,
    pub(super) sample: Sample,
    /// Values outside of the range of the normaliser.
    pub(super) clipped: u64,
    /// Spikes of the encoder, then of each population.
    pub(super) spikes: Vec<SpikeTrain>,
    /// What the queue of each population saw.
    pub(super) queues: Vec<QueueUse>,
    pub(super) readouts: Vec<ReadoutValue>,
}

impl InFlight {
    pub(super) fn new(index: u64, sample: Sample) -> Self {
        Self { index, sample, clipped: 0, spikes: Vec::new(), queues: Vec::new(), readouts: Vec::new() }
    }
}

/// What a queue saw of one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct QueueUse {
    /// Most spikes in it.
    pub(super) high_water: usize,
    /// Spikes that the population took from it.
    pub(super) taken: u64,
}
