//! A spiking network compiled for simulation: units in order, with their connections, layouts and scales.

mod compile;
mod mapping;
mod pool;
mod rows;
mod scale;
mod synapses;

#[cfg(test)]
pub(crate) use mapping::Link;
pub(crate) use mapping::{Mapping, links, windows};
pub(crate) use pool::PoolUnit;
pub(crate) use rows::{RowRule, RowUnit};
pub(crate) use scale::unfoldable;
pub(crate) use synapses::Synapses;

use crate::error::ConvertError;
use crate::graph::NodeId;
use crate::spiking::SpikingNetwork;
use spike_sim::{IfNeuronsOptions, Real};

/// Everything that a simulation needs and does not change.
#[derive(Debug, Clone)]
pub(crate) struct Plan<F> {
    pub(crate) units: Vec<Unit<F>>,
    /// The units that the output depends on; others have become part of them.
    pub(crate) order: Vec<usize>,
    /// The unit whose results are read.
    pub(crate) output: usize,
    /// The unit of the input.
    pub(crate) input: usize,
}

/// One node of the network, together with linear nodes that only it uses.
#[derive(Debug, Clone)]
pub(crate) struct Unit<F> {
    pub(crate) node: NodeId,
    pub(crate) kind: UnitKind<F>,
    pub(crate) class: Class,
    pub(crate) num_values: usize,
    pub(crate) inputs: Vec<Input<F>>,
    /// What is added in every step, in the order of storage.
    pub(crate) bias: Option<Vec<F>>,
    pub(crate) site: Option<SiteUnit<F>>,
    /// Where each value of the graph is stored; `None` if in order.
    pub(crate) place: Option<Vec<u32>>,
    /// Whether others read the spikes as a list; pools over rows do not.
    pub(crate) listed: bool,
    /// Value of a result of 1 in units of the analog network, as stored; empty for 1.
    pub(crate) scale: Vec<f64>,
}

/// What a unit computes from its inputs.
#[derive(Debug, Clone)]
pub(crate) enum UnitKind<F> {
    /// The input of the network.
    Input,
    /// A value of the graph.
    Constant(Vec<F>),
    /// The sum of its inputs.
    Linear,
    /// Maximum of windows, from spike to spike.
    MaxPool(PoolUnit),
    /// Windows over rows of neurons, all at once.
    Rows(RowUnit<F>),
    /// A function of the mean of its inputs so far.
    Differential,
    /// One spike for the largest sum along an axis.
    WinnerTakeAll { axis: usize },
}

/// What a unit gives to those that use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// The same values in every step of a sample.
    Steady,
    /// Spikes, or values derived from single spikes.
    Events,
    /// A value for each neuron in every step.
    Current,
}

/// A connection of units.
#[derive(Debug, Clone)]
pub(crate) struct Input<F> {
    pub(crate) unit: usize,
    /// Operand of a function of several.
    pub(crate) operand: usize,
    pub(crate) edge: Edge<F>,
}

/// How values of a source become values of a target.
#[derive(Debug, Clone)]
pub(crate) enum Edge<F> {
    Identity,
    Synapses(Synapses<F>),
    Mapping(Mapping<F>),
}

/// Many short lists in one piece of memory.
#[derive(Debug, Clone)]
pub(crate) struct Lists {
    offsets: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    pub(crate) fn new(lists: &[Vec<u32>]) -> Self {
        let mut offsets = vec![0];
        let mut items = Vec::new();
        for list in lists {
            items.extend_from_slice(list);
            offsets.push(items.len() as u32);
        }
        Self { offsets, items }
    }

    /// Number of lists.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    #[inline(always)]
    pub(crate) fn get(&self, list: u32) -> &[u32] {
        &self.items[self.offsets[list as usize] as usize..self.offsets[list as usize + 1] as usize]
    }
}

/// Neurons of a unit.
#[derive(Debug, Clone)]
pub(crate) struct SiteUnit<F> {
    pub(crate) options: IfNeuronsOptions,
    pub(crate) thresholds: Vec<F>,
    /// What is added to the potential at the start; empty if nothing.
    pub(crate) charges: Vec<F>,
    /// What a spike of each neuron carries.
    pub(crate) amplitudes: Vec<F>,
}

impl<F: Real> Plan<F> {
    /// Compiles a network. `levels` bounds the counts of rectifiers and makes them ternary, for the exact mode.
    pub(crate) fn new(network: &SpikingNetwork, input: InputClass, levels: Option<i32>) -> Result<Self, ConvertError> {
        compile::compile(network, input, levels)
    }
}

/// What the input of the network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InputClass {
    /// A constant current.
    Steady,
    /// Spikes of an encoder.
    Events,
}
