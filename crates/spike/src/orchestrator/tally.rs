//! Counts over the samples that reached the consumer.

use crate::orchestrator::parcel::InFlight;
use crate::orchestrator::population::PopulationStage;
use crate::orchestrator::readout::ReadoutStage;
use crate::orchestrator::report::{ReadoutReport, SpikeReport};
use spike_core::TimeGrid;
use spike_decode::Score;
use spike_metrics::{SynapticOperations, spike_operations};

/// Running sums over samples in order, so that they do not depend on parcels or threads.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) num_samples: u64,
    pub(super) clipped: u64,
    /// Spikes of every row of every stage that has spikes.
    rows: Vec<Vec<u64>>,
    taken: Vec<u64>,
    high_water: Vec<usize>,
    readouts: Vec<ReadoutTally>,
}

#[derive(Debug, Default)]
struct ReadoutTally {
    score: Score,
    num_labelled: u64,
    num_correct: u64,
}

impl Tally {
    /// `rows` are the numbers of rows of the encoder and of each population.
    pub(super) fn new(rows: &[usize], readouts: &[ReadoutStage]) -> Self {
        Self {
            num_samples: 0,
            clipped: 0,
            rows: rows.iter().map(|&rows| vec![0; rows]).collect(),
            taken: vec![0; rows.len().saturating_sub(1)],
            high_water: vec![0; rows.len().saturating_sub(1)],
            readouts: readouts.iter().map(|_| ReadoutTally::default()).collect(),
        }
    }

    pub(super) fn add(&mut self, sample: &InFlight, readouts: &[ReadoutStage]) {
        self.num_samples += 1;
        self.clipped += sample.clipped;
        for (sums, train) in self.rows.iter_mut().zip(&sample.spikes) {
            for (sum, row) in sums.iter_mut().zip(train.view().neurons()) {
                *sum += row.len() as u64;
            }
        }
        let totals = self.taken.iter_mut().zip(&mut self.high_water);
        for ((taken, high_water), used) in totals.zip(&sample.queues) {
            *taken += used.taken;
            *high_water = (*high_water).max(used.high_water);
        }
        for ((tally, readout), value) in self.readouts.iter_mut().zip(readouts).zip(&sample.readouts) {
            if readout.is_reconstruction() {
                tally.score.add(&sample.sample.values, value.numbers());
            } else if readout.is_class()
                && let Some(label) = sample.sample.label
            {
                tally.num_labelled += 1;
                tally.num_correct += u64::from(value.class() == Some(label));
            }
        }
    }

    pub(super) fn input(&self, grid: TimeGrid) -> SpikeReport {
        SpikeReport {
            num_neurons: self.rows[0].len(),
            spikes_in: 0,
            spikes_out: self.spikes(0),
            dropped: 0,
            mean_rate_hz: self.rate_hz(0, grid),
            queue_high_water: 0,
            queue_capacity: 0,
            synaptic_operations: SynapticOperations::default(),
        }
    }

    pub(super) fn population(&self, index: usize, stage: &PopulationStage, grid: TimeGrid) -> SpikeReport {
        let spikes_in = stage.sources().iter().map(|&source| self.spikes(source)).sum::<u64>();
        let stage_index = index + 1;
        SpikeReport {
            num_neurons: self.rows[stage_index].len(),
            spikes_in,
            spikes_out: self.spikes(stage_index),
            dropped: spikes_in.saturating_sub(self.taken[index]),
            mean_rate_hz: self.rate_hz(stage_index, grid),
            queue_high_water: self.high_water[index],
            queue_capacity: stage.queue_capacity(),
            synaptic_operations: self.operations(stage_index, stage, grid),
        }
    }

    pub(super) fn readouts(&self, stages: &[ReadoutStage]) -> Vec<ReadoutReport> {
        let report = |(tally, stage): (&ReadoutTally, &ReadoutStage)| ReadoutReport {
            name: stage.name.clone(),
            mse: tally.score.mse(),
            r2: tally.score.r2(),
            num_labelled: tally.num_labelled,
            num_correct: tally.num_correct,
        };
        self.readouts.iter().zip(stages).map(report).collect()
    }

    fn operations(&self, own: usize, stage: &PopulationStage, grid: TimeGrid) -> SynapticOperations {
        let num_steps = self.num_samples.saturating_mul(u64::from(grid.num_steps()));
        let mut counts = Vec::new();
        for &source in stage.sources() {
            counts.extend_from_slice(&self.rows[source]);
        }
        let mut sum = SynapticOperations::default();
        let tables = [(Some(stage.connections()), &counts, stage.learns()), (stage.lateral(), &self.rows[own], false)];
        for (connections, counts, learns) in tables {
            let Some(connections) = connections else { continue };
            let mut fan_out = vec![0u64; counts.len()];
            for synapse in connections.synapses() {
                fan_out[synapse.source as usize] += u64::from(learns || synapse.weight != 0.0);
            }
            let operations = spike_operations(counts, &fan_out, connections.num_synapses() as u64, num_steps);
            sum += operations.expect("the rows of the sources are those of the connections");
        }
        sum
    }

    fn spikes(&self, stage: usize) -> u64 {
        self.rows[stage].iter().sum()
    }

    fn rate_hz(&self, stage: usize, grid: TimeGrid) -> f64 {
        let seconds = self.rows[stage].len() as f64 * self.num_samples as f64 * grid.duration_s();
        if seconds == 0.0 { 0.0 } else { self.spikes(stage) as f64 / seconds }
    }
}
