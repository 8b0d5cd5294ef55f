//! What a run did: counts that depend on the samples alone, and times that depend on the machine.

use serde::Serialize;
use spike_core::Seed;
use spike_metrics::{EnergyBreakdown, SynapticOperations};
use std::fmt;
use std::time::Duration;

/// What a run did.
///
/// Everything but [`PipelineReport::wall_ms`], the times of stages and the marks of lanes is a function of the
/// pipeline, the samples and the options of the run; the mark of a queue depends on its kind and capacity too.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PipelineReport {
    /// Seed of the encoder.
    pub seed: Seed,
    /// Samples that reached the consumer.
    pub num_samples: u64,
    /// Whether the consumer ended the run.
    pub stopped_early: bool,
    /// Whether populations learnt.
    pub learning: bool,
    /// Window of one sample.
    pub window_ms: f64,
    /// Time from start to end.
    pub wall_ms: f64,
    /// Values outside of the range of the normaliser, which were clipped.
    pub clipped_values: u64,
    /// Threads on which the stages ran.
    pub threads: usize,
    /// The stages in their order.
    pub stages: Vec<StageReport>,
    /// The bounded channels between threads.
    pub lanes: Vec<LaneReport>,
    /// The read-outs.
    pub readouts: Vec<ReadoutReport>,
    /// Synaptic operations of all populations; a synapse that learns counts also where its weight is 0.
    pub synaptic_operations: SynapticOperations,
    /// Name of the table of costs.
    pub energy_device: String,
    /// Estimate of the energy: synaptic operations and updates of neurons, of all populations and samples.
    pub energy: EnergyBreakdown,
}

/// What one stage did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageReport {
    /// Its name.
    pub name: String,
    /// Spikes and neurons; none for stages that have no neurons.
    pub spikes: Option<SpikeReport>,
    /// Time of work.
    pub busy_ms: f64,
    /// Time of waiting for the stage before it, where that is on another thread.
    pub wait_input_ms: f64,
    /// Time of waiting for room behind it, where the next stage is on another thread: back-pressure.
    pub wait_room_ms: f64,
}

/// The spikes of one stage in all samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SpikeReport {
    /// Neurons.
    pub num_neurons: usize,
    /// Spikes of the stages that it reads from; 0 for the encoder.
    pub spikes_in: u64,
    /// Spikes of its own.
    pub spikes_out: u64,
    /// Spikes that came in and were not taken from its queue. The queue refuses and never drops: this is 0.
    pub dropped: u64,
    /// Spikes of a neuron by time.
    pub mean_rate_hz: f64,
    /// Most spikes in its queue, and its capacity; 0 for the encoder.
    pub queue_high_water: usize,
    /// Capacity of its queue.
    pub queue_capacity: usize,
    /// Synaptic operations of its connections.
    pub synaptic_operations: SynapticOperations,
}

/// A bounded channel between two threads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LaneReport {
    /// The stage before it.
    pub from: String,
    /// The stage behind it.
    pub to: String,
    /// Most parcels that waited in it.
    pub high_water: usize,
    /// Parcels for which it has room.
    pub capacity: usize,
}

/// What a read-out gave, against what is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReadoutReport {
    /// Its name.
    pub name: String,
    /// Mean squared error against the samples, in their units squared; for read-outs of values.
    pub mse: Option<f64>,
    /// R² against the samples; none for constant data.
    pub r2: Option<f64>,
    /// Samples with a label, for read-outs of classes.
    pub num_labelled: u64,
    /// Samples whose class was their label.
    pub num_correct: u64,
}

impl ReadoutReport {
    /// Share of labelled samples that got their label; none without such samples.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        (self.num_labelled > 0).then(|| self.num_correct as f64 / self.num_labelled as f64)
    }
}

impl PipelineReport {
    /// The stage of this name.
    #[must_use]
    pub fn stage(&self, name: &str) -> Option<&StageReport> {
        self.stages.iter().find(|stage| stage.name == name)
    }

    /// The read-out of this name.
    #[must_use]
    pub fn readout(&self, name: &str) -> Option<&ReadoutReport> {
        self.readouts.iter().find(|readout| readout.name == name)
    }

    /// The same with all that depends on the machine and on the division into threads set to 0: what two runs of the
    /// same samples share.
    #[must_use]
    pub fn without_times(&self) -> Self {
        let stages = self.stages.iter().map(|stage| StageReport {
            busy_ms: 0.0,
            wait_input_ms: 0.0,
            wait_room_ms: 0.0,
            ..stage.clone()
        });
        Self { wall_ms: 0.0, threads: 0, lanes: Vec::new(), stages: stages.collect(), ..self.clone() }
    }
}

pub(super) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

impl fmt::Display for PipelineReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { num_samples, window_ms, wall_ms, threads, seed, .. } = self;
        let stopped = if self.stopped_early { ", stopped by the consumer" } else { "" };
        let learning = if self.learning { "learning" } else { "not learning" };
        writeln!(
            f,
            "{num_samples} samples of {window_ms} ms in {wall_ms:.1} ms on {threads} threads, seed {seed}, {learning}{stopped}"
        )?;
        writeln!(
            f,
            "{:<12} {:>8} {:>11} {:>11} {:>8} {:>8} {:>11} {:>9} {:>9} {:>9}",
            "stage",
            "neurons",
            "spikes in",
            "spikes out",
            "dropped",
            "rate Hz",
            "queue",
            "busy ms",
            "input ms",
            "room ms"
        )?;
        for stage in &self.stages {
            write!(f, "{:<12} ", stage.name)?;
            match &stage.spikes {
                Some(s) => {
                    let queue = match s.queue_capacity {
                        0 => "-".to_owned(),
                        capacity => format!("{}/{capacity}", s.queue_high_water),
                    };
                    write!(
                        f,
                        "{:>8} {:>11} {:>11} {:>8} {:>8.2} {queue:>11} ",
                        s.num_neurons, s.spikes_in, s.spikes_out, s.dropped, s.mean_rate_hz
                    )?;
                }
                None => write!(f, "{:>8} {:>11} {:>11} {:>8} {:>8} {:>11} ", "-", "-", "-", "-", "-", "-")?,
            }
            writeln!(f, "{:>9.1} {:>9.1} {:>9.1}", stage.busy_ms, stage.wait_input_ms, stage.wait_room_ms)?;
        }
        for LaneReport { from, to, high_water, capacity } in &self.lanes {
            writeln!(f, "lane {from} → {to}: at most {high_water} of {capacity} parcels waited")?;
        }
        for readout in &self.readouts {
            write!(f, "read-out {}", readout.name)?;
            if let Some(mse) = readout.mse {
                write!(f, ": mse {mse:.6}")?;
            }
            if let Some(r2) = readout.r2 {
                write!(f, ", R² {r2:.4}")?;
            }
            if let Some(accuracy) = readout.accuracy() {
                write!(f, ": {:.2} % of {} labels", accuracy * 100.0, readout.num_labelled)?;
            }
            writeln!(f)?;
        }
        let SynapticOperations { dense, .. } = self.synaptic_operations;
        write!(f, "{} of {dense} synaptic operations; ", self.synaptic_operations.effective())?;
        let known = self.energy.known_nj() / 1e6;
        match self.energy.total_nj() {
            Some(_) => write!(f, "{known:.4} mJ by the table {}", self.energy_device)?,
            None => write!(f, "at least {known:.4} mJ by the table {}, which lacks some costs", self.energy_device)?,
        }
        if self.clipped_values > 0 {
            write!(f, "\n{} values were clipped to the range of the normaliser", self.clipped_values)?;
        }
        Ok(())
    }
}
