//! The report of a partition.

use serde::Serialize;
use std::fmt;

/// Something of which a core or a board has a limited amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Neurons of a core.
    Neurons,
    /// Axons that enter a core.
    InAxons,
    /// Axons that leave a core.
    OutAxons,
    /// Bits of a core for synapses.
    SynapticMemory,
    /// Distinct sets of neuron parameters of a core.
    NeuronConfigurations,
    /// Distinct thresholds of a core.
    Thresholds,
    /// Distinct synapse formats of a core.
    SynapseFormats,
    /// Bits of a weight.
    WeightBits,
    /// Steps of a delay.
    Delay,
    /// Cores of the board.
    Cores,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Neurons => "neurons a core",
            Self::InAxons => "input axons a core",
            Self::OutAxons => "output axons a core",
            Self::SynapticMemory => "bits of synaptic memory a core",
            Self::NeuronConfigurations => "neuron configurations a core",
            Self::Thresholds => "thresholds a core",
            Self::SynapseFormats => "synapse formats a core",
            Self::WeightBits => "bits a weight",
            Self::Delay => "steps of delay",
            Self::Cores => "cores of the board",
        })
    }
}

/// How much of a resource the fullest core of a layer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// The resource.
    pub resource: Resource,
    /// What it takes, at most.
    pub used: u64,
    /// What there is.
    pub available: u64,
    /// Cores that this resource alone would ask for.
    pub cores: u64,
}

/// The cores of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerFit {
    /// Name of the layer.
    pub name: String,
    /// Cores that it takes.
    pub cores: u64,
    /// Neurons of its fullest core.
    pub neurons_per_core: u64,
    /// The resources that have a known limit.
    pub usage: Vec<Usage>,
}

impl LayerFit {
    /// The resource that asks for the most cores; `None` if one core is enough.
    #[must_use]
    pub fn bottleneck(&self) -> Option<Resource> {
        let most = self.usage.iter().max_by_key(|usage| usage.cores)?;
        (most.cores > 1).then_some(most.resource)
    }
}

/// What would make a layer or a network fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Fewer synapses a neuron, by pruning or by an intermediate layer.
    FanIn {
        /// Most that fit.
        to: u64,
    },
    /// Fewer bits a weight.
    WeightBits {
        /// Most that fit.
        to: u64,
    },
    /// Shorter delays.
    Delay {
        /// Longest that fits, in steps.
        to: u64,
    },
    /// Fewer distinct parameters.
    Share {
        /// Of what.
        what: Resource,
        /// Most that fit.
        to: u64,
    },
    /// A next layer on fewer cores.
    NextLayerCores {
        /// Most that fit.
        to: u64,
    },
    /// More boards.
    Boards {
        /// Number of boards that are enough.
        number: u64,
    },
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FanIn { to } => {
                write!(f, "reduce the synapses a neuron to {to}, by pruning or through a layer in between")
            }
            Self::WeightBits { to } => write!(f, "quantise the weights to {to} bits"),
            Self::Delay { to } => write!(f, "shorten the delays to {to} steps, or put relay neurons in between"),
            Self::Share { what, to } => write!(f, "use at most {to} distinct {what}"),
            Self::NextLayerCores { to } => {
                write!(f, "put the next layer on at most {to} cores, or let each neuron reach that few")
            }
            Self::Boards { number } => write!(f, "use {number} boards"),
        }
    }
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Misfit {
    /// Name of the layer; `None` for the network as a whole.
    pub layer: Option<String>,
    /// What is short.
    pub resource: Resource,
    /// What is needed, even with one neuron a core.
    pub needed: u64,
    /// What there is.
    pub available: u64,
    /// What would make it fit.
    pub remedy: Remedy,
}

impl Misfit {
    /// By how much it does not fit.
    #[must_use]
    pub fn excess(&self) -> u64 {
        self.needed - self.available
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layer, resource, needed, available, remedy } = self;
        let who = layer.as_deref().unwrap_or("the network");
        write!(f, "{who} needs {needed} {resource}, {} more than the {available} there are: {remedy}", self.excess())
    }
}

/// How a network lies on a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FitReport {
    /// Name of the board.
    pub board: String,
    /// The layers in order.
    pub layers: Vec<LayerFit>,
    /// Cores of all layers.
    pub cores: u64,
    /// Chips that hold them, if the number of cores of a chip is known.
    pub chips: Option<u64>,
    /// What does not fit.
    pub misfits: Vec<Misfit>,
    /// Resources whose limit is not published, which were therefore not checked.
    pub unchecked: Vec<Resource>,
}

impl FitReport {
    /// Whether everything fits that could be checked.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.misfits.is_empty()
    }
}

impl fmt::Display for FitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for layer in &self.layers {
            write!(f, "{}: {} cores, up to {} neurons each", layer.name, layer.cores, layer.neurons_per_core)?;
            if let Some(resource) = layer.bottleneck() {
                write!(f, ", bound by {resource}")?;
            }
            writeln!(f)?;
            for Usage { resource, used, available, .. } in &layer.usage {
                writeln!(f, "  {used} of {available} {resource}")?;
            }
        }
        write!(f, "{}: {} cores", self.board, self.cores)?;
        if let Some(chips) = self.chips {
            write!(f, ", {chips} chips")?;
        }
        writeln!(f)?;
        for misfit in &self.misfits {
            writeln!(f, "does not fit: {misfit}")?;
        }
        for resource in &self.unchecked {
            writeln!(f, "not checked, since no figure is published: {resource}")?;
        }
        Ok(())
    }
}
