//! The stage of one population: its queue, its neurons, its plasticity.

use crate::orchestrator::error::{OrchestratorError, StageError};
use crate::orchestrator::parcel::{InFlight, QueueUse};
use crate::orchestrator::pipeline::{NeuronModel, Population, QueueKind, QueueOptions, SampleStart};
use crate::orchestrator::wiring::joined;
use crate::par;
use spike_core::{SpikeTrain, TimeGrid};
use spike_sim::{Connections, Drive, EventQueue, IfLayer, LifPopulation, Merge, SimError, Stdp, SynapticScaling};

/// A population as it stands between two samples.
#[derive(Debug, Clone)]
pub(super) struct PopulationStage {
    /// Stages that it reads from, in the order of the rows of its connections.
    sources: Vec<usize>,
    neurons: Neurons,
    stdp: Option<Stdp>,
    scaling: Option<SynapticScaling>,
    start: SampleStart,
    queue: QueueOptions,
}

/// Neurons of one kind behind their connections.
#[derive(Debug, Clone)]
enum Neurons {
    Lif { population: Box<LifPopulation>, drive: Drive, adapts: bool },
    IntegrateFire(Box<IfLayer>),
}

impl Neurons {
    fn connections(&self) -> &Connections {
        match self {
            Self::Lif { population, .. } => population.connections(),
            Self::IntegrateFire(layer) => layer.connections(),
        }
    }

    fn step(&mut self, sources: &[u32], stdp: Option<&mut Stdp>) -> Result<&[u32], SimError> {
        match (self, stdp) {
            (Self::Lif { population, .. }, None) => population.step(sources),
            (Self::Lif { population, .. }, Some(stdp)) => population.step_plastic(sources, stdp),
            (Self::IntegrateFire(layer), None) => layer.step(sources),
            (Self::IntegrateFire(layer), Some(stdp)) => layer.step_plastic(sources, stdp),
        }
    }
}

impl PopulationStage {
    /// `sources` are the stages of the inputs and their numbers of rows.
    pub(super) fn new(
        declared: &Population,
        sources: &[(usize, usize)],
        grid: TimeGrid,
    ) -> Result<Self, OrchestratorError> {
        let failed = |source| OrchestratorError::Population { population: declared.name.clone(), source };
        Self::build(declared, sources, grid).map_err(failed)
    }

    fn build(declared: &Population, sources: &[(usize, usize)], grid: TimeGrid) -> Result<Self, SimError> {
        let n = declared.num_neurons;
        let parts = declared.inputs.iter().zip(sources);
        let parts = parts.map(|(input, &(_, rows))| input.wiring.connections(rows as u32, n));
        let mut connections = joined(parts.collect::<Result<_, _>>()?, n)?;
        let mut scaling = None;
        if let Some(plasticity) = &declared.plasticity
            && let Some(sum) = plasticity.sum_of_weights
        {
            let to_sum = SynapticScaling::new(sum, plasticity.stdp.max_weight)?;
            to_sum.apply(&mut connections);
            scaling = Some(to_sum);
        }
        let drive = match declared.model {
            NeuronModel::Lif { drive, .. } => drive,
            NeuronModel::IntegrateFire { .. } => Drive::Clock,
        };
        let stdp = match &declared.plasticity {
            // Traces cost less by events than by the clock where spikes are sparse, and give the same weights.
            Some(plasticity) => Some(Stdp::new(&plasticity.stdp, grid, Drive::Event, &connections)?),
            None => None,
        };
        let event_driven = |what, asked: bool| match drive {
            Drive::Event if asked => Err(SimError::NeedsClock { what }),
            _ => Ok(()),
        };
        event_driven("a population that learns", stdp.is_some())?;
        let neurons = match declared.model {
            NeuronModel::Lif { options, homeostasis, .. } => {
                event_driven("a population with lateral connections", declared.lateral.is_some())?;
                event_driven("a population with homeostasis", homeostasis.is_some())?;
                let mut population = LifPopulation::new(&options, grid, connections)?;
                if let Some(lateral) = &declared.lateral {
                    population = population.with_recurrent(lateral.connections(n, n)?)?;
                }
                if let Some(homeostasis) = &homeostasis {
                    population = population.with_homeostasis(homeostasis)?;
                }
                Neurons::Lif { population: Box::new(population), drive, adapts: homeostasis.is_some() }
            }
            NeuronModel::IntegrateFire { options } => {
                if declared.lateral.is_some() {
                    return Err(SimError::Missing { what: "lateral connections, which leaky neurons have" });
                }
                Neurons::IntegrateFire(Box::new(IfLayer::new(&options, grid, connections)?))
            }
        };
        let sources = sources.iter().map(|&(stage, _)| stage).collect();
        let stage = Self { sources, neurons, stdp, scaling, start: declared.start, queue: declared.queue };
        stage.new_queue().map_err(SimError::Queue)?;
        Ok(stage)
    }

    pub(super) fn sources(&self) -> &[usize] {
        &self.sources
    }

    pub(super) fn connections(&self) -> &Connections {
        self.neurons.connections()
    }

    pub(super) fn queue_capacity(&self) -> usize {
        self.queue.capacity_spikes
    }

    /// Whether its input connections can learn.
    pub(super) fn learns(&self) -> bool {
        self.stdp.is_some()
    }

    pub(super) fn lateral(&self) -> Option<&Connections> {
        match &self.neurons {
            Neurons::Lif { population, .. } => population.recurrent(),
            Neurons::IntegrateFire(_) => None,
        }
    }

    pub(super) fn threshold_offsets(&self) -> &[f64] {
        match &self.neurons {
            Neurons::Lif { population, .. } => population.threshold_offsets(),
            Neurons::IntegrateFire(_) => &[],
        }
    }

    pub(super) fn set_weights(&mut self, weights: &[f64]) -> Result<(), SimError> {
        let before = self.connections().weights().to_vec();
        self.replace_weights(weights)?;
        if let Some(stdp) = &self.stdp
            && let Err(refused) = stdp.clone().reset(self.connections())
        {
            self.replace_weights(&before)?;
            return Err(refused);
        }
        Ok(())
    }

    fn replace_weights(&mut self, weights: &[f64]) -> Result<(), SimError> {
        match &mut self.neurons {
            Neurons::Lif { population, .. } => population.set_weights(weights),
            Neurons::IntegrateFire(layer) => layer.set_weights(weights),
        }
    }

    pub(super) fn set_threshold_offsets(&mut self, offsets: &[f64]) -> Result<(), SimError> {
        match &mut self.neurons {
            Neurons::Lif { population, .. } => population.set_threshold_offsets(offsets),
            Neurons::IntegrateFire(_) => Err(SimError::Missing { what: "homeostasis" }),
        }
    }

    /// Whether a sample depends on those before it.
    pub(super) fn is_sequential(&self, learning: bool) -> bool {
        let adapts = matches!(self.neurons, Neurons::Lif { adapts: true, .. });
        self.start == SampleStart::Continued || learning && (self.stdp.is_some() || adapts)
    }

    /// Simulates the samples of a parcel. On an error those before `usize` are done.
    pub(super) fn process(&mut self, samples: &mut [InFlight], learning: bool) -> Result<(), (usize, StageError)> {
        if let Neurons::Lif { population, .. } = &mut self.neurons {
            population.hold_thresholds(!learning);
        }
        if self.is_sequential(learning) {
            for (place, sample) in samples.iter_mut().enumerate() {
                let done = self.run_sample(&sample.spikes, learning).map_err(|error| (place, error))?;
                keep(sample, done);
            }
            return Ok(());
        }
        let done = {
            let (start, samples) = (&*self, &*samples);
            par::map_indexed(samples.len(), |place| start.clone().run_sample(&samples[place].spikes, learning))
        };
        for (place, (sample, done)) in samples.iter_mut().zip(done).enumerate() {
            keep(sample, done.map_err(|error| (place, error))?);
        }
        Ok(())
    }

    fn new_queue(&self) -> Result<EventQueue, spike_sim::QueueError> {
        match self.queue.kind {
            QueueKind::Ring { horizon_steps } => EventQueue::ring(horizon_steps, self.queue.capacity_spikes),
            QueueKind::Heap => EventQueue::heap(self.queue.capacity_spikes),
        }
    }

    fn run_sample(&mut self, stages: &[SpikeTrain], learning: bool) -> Result<(SpikeTrain, QueueUse), StageError> {
        let mut queued = Queued {
            queue: self.new_queue().map_err(StageError::Queue)?,
            merge: Merge::new(),
            used: QueueUse::default(),
        };
        let mut first = 0;
        for &source in &self.sources {
            let rows = stages[source].view();
            queued.merge.add_train(first, rows, 0).map_err(StageError::Queue)?;
            first += rows.num_neurons() as u32;
        }
        let grid = stages[self.sources[0]].grid();
        let train = self.simulate(&mut queued, grid, learning)?;
        Ok((train, queued.used))
    }

    fn simulate(&mut self, queued: &mut Queued<'_>, grid: TimeGrid, learning: bool) -> Result<SpikeTrain, StageError> {
        if self.start == SampleStart::Initial {
            match &mut self.neurons {
                Neurons::Lif { population, .. } => population.reset(),
                Neurons::IntegrateFire(layer) => layer.reset(),
            }
        }
        let mut stdp = self.stdp.as_mut().filter(|_| learning);
        if self.start == SampleStart::Initial
            && let Some(stdp) = stdp.as_deref_mut()
        {
            stdp.reset(self.neurons.connections()).map_err(StageError::Sim)?;
        }
        let train = if let Neurons::Lif { population, drive: Drive::Event, .. } = &mut self.neurons {
            let rows = queued.whole_train(grid, population.connections().num_sources())?;
            population.receive_spikes(rows.view(), Drive::Event).map_err(StageError::Sim)?
        } else {
            queued.each_step(grid, &mut self.neurons, stdp)?
        };
        if let Some(scaling) = self.scaling.as_ref().filter(|_| learning) {
            match &mut self.neurons {
                Neurons::Lif { population, .. } => population.scale_weights(scaling),
                Neurons::IntegrateFire(layer) => layer.scale_weights(scaling),
            }
        }
        Ok(train)
    }
}

fn keep(sample: &mut InFlight, (train, used): (SpikeTrain, QueueUse)) {
    sample.spikes.push(train);
    sample.queues.push(used);
}

/// The spikes of one sample on their way to a population.
struct Queued<'a> {
    queue: EventQueue,
    merge: Merge<'a>,
    used: QueueUse,
}

impl Queued<'_> {
    /// The sources that spike at `step`, in increasing order. Steps must come one after the other.
    fn take(&mut self, step: u64, sources: &mut Vec<u32>) -> Result<(), StageError> {
        sources.clear();
        loop {
            self.queue.fill(&mut self.merge).map_err(StageError::Queue)?;
            self.used.high_water = self.used.high_water.max(self.queue.len());
            let before = sources.len();
            while self.queue.next_step() == Some(step) {
                sources.extend(self.queue.pop().map(|spike| spike.source));
            }
            // What did not fit before may belong to this step too.
            if sources.len() == before {
                break;
            }
        }
        self.used.taken += sources.len() as u64;
        // Nothing of this step is left; a ring learns here that time goes on.
        self.queue.drain_until(step, &mut Vec::new());
        Ok(())
    }

    /// Moves the neurons step by step with what has arrived.
    fn each_step(
        &mut self,
        grid: TimeGrid,
        neurons: &mut Neurons,
        mut stdp: Option<&mut Stdp>,
    ) -> Result<SpikeTrain, StageError> {
        let mut rows = vec![Vec::new(); neurons.connections().num_targets()];
        let mut sources = Vec::new();
        for step in 0..grid.num_steps() {
            self.take(u64::from(step), &mut sources)?;
            for &neuron in neurons.step(&sources, stdp.as_deref_mut()).map_err(StageError::Sim)? {
                rows[neuron as usize].push(step);
            }
        }
        train_of(grid, &rows)
    }

    /// All rows, for neurons that are not moved step by step.
    fn whole_train(&mut self, grid: TimeGrid, num_sources: usize) -> Result<SpikeTrain, StageError> {
        let mut rows = vec![Vec::new(); num_sources];
        let mut sources = Vec::new();
        for step in 0..grid.num_steps() {
            self.take(u64::from(step), &mut sources)?;
            for &source in &sources {
                rows[source as usize].push(step);
            }
        }
        train_of(grid, &rows)
    }
}

fn train_of(grid: TimeGrid, rows: &[Vec<u32>]) -> Result<SpikeTrain, StageError> {
    SpikeTrain::from_neurons(grid, rows).map_err(|error| StageError::Sim(SimError::Rows(error)))
}
