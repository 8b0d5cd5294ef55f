//! The declaration of a pipeline: plain data, that can be stored.

use crate::orchestrator::wiring::Wiring;
use serde::{Deserialize, Serialize};
use spike_core::{DecodingMethod, Encoding};
use spike_decode::{ActivityReadout, ClassAssignment};
use spike_metrics::EnergyTable;
use spike_sim::{Drive, HomeostasisOptions, IfOptions, LifOptions, StdpOptions};

/// The name of the first stage that has spikes: the encoder.
pub const INPUT: &str = "input";

/// A pipeline from samples to read-outs.
///
/// Fields that are missing in a stored declaration take their defaults; unknown fields are errors.
///
/// ```
/// use spike::{CodeOptions, CodingScheme, EncoderConfig, Normalizer, Seed};
/// use spike::{Encoding, NeuronModel, Pipeline, Population, Projection, Wiring};
/// let code = CodeOptions::default_of(CodingScheme::RatePoisson);
/// let config = EncoderConfig { dt_ms: 1.0, max_firing_rate_hz: 100.0, ..EncoderConfig::default() };
/// let encoding = Encoding::new(&config, code, Normalizer::identity(4), Seed(7), vec![4])?;
/// let mut pipeline = Pipeline::new(encoding);
/// pipeline.populations.push(Population {
///     inputs: vec![Projection::new("input", Wiring::OneToOne { weight: 1.1, delay_steps: 1 })],
///     ..Population::new("relay", 4)
/// });
/// # Ok::<(), spike::ConfigError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// How values become spikes: code, configuration, normaliser, seed and shape of a sample. For codes of time series
    /// it holds what [`Encoder::with_signals`](spike_encode::Encoder::with_signals) records of the samples.
    pub encoding: Encoding,
    /// Populations, each of which reads from stages before it.
    #[serde(default)]
    pub populations: Vec<Population>,
    /// What is read from the spikes.
    #[serde(default)]
    pub readouts: Vec<Readout>,
    /// Samples that are passed on together.
    #[serde(default = "one")]
    pub samples_per_parcel: usize,
    /// Parcels that can wait between two threads.
    #[serde(default = "two")]
    pub parcels_waiting: usize,
    /// Threads on which the stages run, at least 1, at most one for each stage.
    #[serde(default = "two")]
    pub threads: usize,
    /// Costs for the estimate of the energy.
    #[serde(default = "EnergyTable::loihi")]
    pub energy: EnergyTable,
}

fn one() -> usize {
    1
}

fn two() -> usize {
    2
}

impl Pipeline {
    /// A pipeline that encodes, on two threads, one sample in a parcel and two parcels waiting at most.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            populations: Vec::new(),
            readouts: Vec::new(),
            samples_per_parcel: one(),
            parcels_waiting: two(),
            threads: two(),
            energy: EnergyTable::loihi(),
        }
    }
}

/// A population of neurons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// Its name, by which other stages read from it.
    pub name: String,
    /// Number of neurons.
    pub num_neurons: u32,
    /// What a neuron is.
    #[serde(default)]
    pub model: NeuronModel,
    /// What it receives, in the order of the rows of its connections.
    pub inputs: Vec<Projection>,
    /// Static connections of the neurons with each other; leaky neurons by the clock only.
    #[serde(default)]
    pub lateral: Option<Wiring>,
    /// How its input connections learn.
    #[serde(default)]
    pub plasticity: Option<Plasticity>,
    /// What it starts a sample with.
    #[serde(default)]
    pub start: SampleStart,
    /// The queue of spikes before it.
    #[serde(default)]
    pub queue: QueueOptions,
}

impl Population {
    /// Leaky integrate-and-fire neurons by their defaults, without input yet.
    #[must_use]
    pub fn new(name: &str, num_neurons: u32) -> Self {
        Self {
            name: name.to_owned(),
            num_neurons,
            model: NeuronModel::default(),
            inputs: Vec::new(),
            lateral: None,
            plasticity: None,
            start: SampleStart::default(),
            queue: QueueOptions::default(),
        }
    }
}

/// What a neuron is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum NeuronModel {
    /// Leaky integrate-and-fire.
    Lif {
        /// The neuron and its schedule.
        #[serde(default)]
        options: LifOptions,
        /// How its threshold follows its activity while it learns.
        #[serde(default)]
        homeostasis: Option<HomeostasisOptions>,
        /// What moves it on.
        #[serde(default)]
        drive: Drive,
    },
    /// Integrate-and-fire without leak, as in converted networks.
    IntegrateFire {
        /// The neuron.
        #[serde(default)]
        options: IfOptions,
    },
}

impl Default for NeuronModel {
    fn default() -> Self {
        Self::Lif { options: LifOptions::default(), homeostasis: None, drive: Drive::Clock }
    }
}

/// Connections from one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Projection {
    /// Name of the stage: [`INPUT`] or a population before this one.
    pub from: String,
    /// Which neurons are connected, with weights and delays.
    pub wiring: Wiring,
}

impl Projection {
    /// Connections from the stage of this name.
    #[must_use]
    pub fn new(from: &str, wiring: Wiring) -> Self {
        Self { from: from.to_owned(), wiring }
    }
}

/// How the input connections of a population learn.
///
/// A population that learns makes the samples a sequence: what it does with a sample depends on all samples before.
/// It then takes them one after the other, whatever the number of threads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plasticity {
    /// Spike-timing-dependent plasticity of all input connections.
    #[serde(default)]
    pub stdp: StdpOptions,
    /// The sum to which the weights of every neuron are scaled, at first and after every sample that is learnt; none
    /// leaves them as they are.
    #[serde(default)]
    pub sum_of_weights: Option<f64>,
}

/// What a population starts a sample with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleStart {
    /// Its initial state, no spikes under way, no traces: samples are independent presentations. Weights and
    /// thresholds that were learnt stay.
    #[default]
    Initial,
    /// The state at the end of the sample before: samples are the windows of one stream.
    Continued,
}

/// The queue of spikes before a population: all its inputs merged in order of (step, row).
///
/// A full queue takes no more until the population has moved on; no spike is lost. Results do not depend on kind or
/// capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueueOptions {
    /// Ring or heap.
    pub kind: QueueKind,
    /// Spikes that it holds at most, at least 1.
    pub capacity_spikes: usize,
}

impl Default for QueueOptions {
    /// A ring of 32 steps for 1024 spikes.
    fn default() -> Self {
        Self { kind: QueueKind::default(), capacity_spikes: 1024 }
    }
}

/// How a queue keeps its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum QueueKind {
    /// A slot for each step: constant time for a spike.
    Ring {
        /// How many steps ahead it reaches.
        horizon_steps: u32,
    },
    /// A binary heap: any step, logarithmic time for a spike.
    Heap,
}

impl Default for QueueKind {
    fn default() -> Self {
        Self::Ring { horizon_steps: 32 }
    }
}

/// What is read from the spikes of one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Readout {
    /// Its name.
    pub name: String,
    /// Name of the stage.
    pub from: String,
    /// What is read.
    pub kind: ReadoutKind,
}

impl Readout {
    /// A read-out of the stage of this name.
    #[must_use]
    pub fn new(name: &str, from: &str, kind: ReadoutKind) -> Self {
        Self { name: name.to_owned(), from: from.to_owned(), kind }
    }
}

/// What is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ReadoutKind {
    /// The values that were encoded, by the decoder of the code: from the encoder itself, or from a population with a
    /// neuron for each of its rows. The report compares them with the samples.
    Values {
        /// The method; none takes the code's own.
        method: Option<DecodingMethod>,
    },
    /// Numbers from the activity of any neurons.
    Activity(ActivityReadout),
    /// A class. The report compares it with the labels of the samples.
    Classes(ClassAssignment),
}
