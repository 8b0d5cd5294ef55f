//! Exact mode: spike counts that are those of the quantised network, whatever the order in which spikes arrive.

use crate::error::ConvertError;
use crate::graph::NodeId;
use crate::layer::{BinaryOp, Layer};
use crate::plan::InputClass;
use crate::simulate::{Simulation, SimulationState};
use crate::spiking::{Form, MaxPooling, SpikingNetwork, is_rectifier};
use spike_sim::IfReset;

/// A network whose neurons settle on the counts of its L-level quantisation.
///
/// The input and the biases act for L steps, then for as many silent steps as spikes still move. Ternary neurons that
/// start at θ/2 and keep their count in 0..=L settle at n = clip(⌊Σz/λ + ½⌋, 0, L), where Σz is all that they received:
/// the activation λ·n/L of the network with L levels. Simulated in 64-bit numbers, so that the order of arrival does
/// not change a sum by what a count could notice.
///
/// # Errors
/// [`ConvertError::NotExact`] for a layer other than dense layers, convolutions, rectifiers, pools and sums, or with
/// calibrated charges; [`ConvertError::Options`] for L below 1; running as [`Simulation`].
///
/// # Examples
/// ```
/// use spike_convert::{ConversionOptions, Dense, ExactNetwork, Graph, Layer, SpikingNetwork, Tensor};
/// let mut graph = Graph::new("x", vec![2])?;
/// let weight = Tensor::new(vec![1, 2], vec![1.0, -0.5])?;
/// let dense = graph.push("fc", Layer::Dense(Dense { weight, bias: None }), &[graph.input()])?;
/// let relu = graph.push("relu", Layer::Relu, &[dense])?;
/// graph.set_output(relu)?;
/// let network = SpikingNetwork::convert(&graph, &[1.0, 0.0], &ConversionOptions::default())?;
/// let exact = ExactNetwork::new(&network, 16)?;
/// let mut state = exact.state();
/// exact.run(&mut state, &[0.9, 0.3])?;
/// // 16·0.75/λ with λ of about 1, rounded.
/// assert_eq!(exact.counts(&state, relu).expect("the rectifier has neurons"), [12]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// You, Xu, Nie, Deng, Guo, Wang, He (2024), SpikeZIP-TF: conversion is all you need for transformer-based SNN, ICML,
/// arXiv 2406.03470 (ternary spikes with a memory of counts, maximum pooling of cumulative counts).
#[derive(Debug)]
pub struct ExactNetwork {
    simulation: Simulation<f64>,
    num_levels: u32,
    max_silent_steps: u32,
}

/// How a sample went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// Steps after the input in which a neuron still fired.
    pub silent_steps: u32,
    /// Whether all neurons came to rest within the bound.
    pub settled: bool,
}

impl ExactNetwork {
    /// Compiles a network for L levels.
    ///
    /// # Errors
    /// As for the type.
    pub fn new(network: &SpikingNetwork, num_levels: u32) -> Result<Self, ConvertError> {
        let levels = i32::try_from(num_levels).ok().filter(|levels| *levels > 0);
        let Some(levels) = levels else {
            let found = num_levels.to_string();
            return Err(ConvertError::Options { field: "levels", found, allowed: "1 to 2147483647" });
        };
        for (id, node) in network.graph().enumerate() {
            let known = matches!(
                node.layer(),
                Layer::Input
                    | Layer::Constant(_)
                    | Layer::Dense(_)
                    | Layer::Conv(_)
                    | Layer::BatchNorm(_)
                    | Layer::MaxPool(_)
                    | Layer::AveragePool { .. }
                    | Layer::Mean { .. }
                    | Layer::Reshape(_)
                    | Layer::Select(_)
                    | Layer::Concat { .. }
                    | Layer::Binary(BinaryOp::Add | BinaryOp::Sub)
            );
            let charged = network.site(id).is_some_and(|site| !site.charges.is_empty());
            if charged || !(known || is_rectifier(node.layer())) {
                return Err(ConvertError::NotExact { node: node.name.clone(), layer: node.layer().name() });
            }
        }
        let options = crate::ConversionOptions {
            initial_share: 0.5,
            reset: IfReset::Subtract,
            form: Form::Amplitude,
            max_pooling: MaxPooling::Cumulative,
            ..*network.options()
        };
        let network = network.with_options(&options)?;
        let simulation = Simulation::compiled(&network, InputClass::Steady, Some(levels))?;
        // A count moves at most L up and down again for each layer before it.
        let depth = network.sites().count() as u32 + 1;
        Ok(Self { simulation, num_levels, max_silent_steps: num_levels.saturating_mul(depth).saturating_mul(4) })
    }

    /// Memory for one sample at a time.
    #[must_use]
    pub fn state(&self) -> SimulationState<f64> {
        self.simulation.state()
    }

    /// Runs a sample: L driven steps, then silent ones until no neuron moves.
    ///
    /// # Errors
    /// As for the type.
    pub fn run(&self, state: &mut SimulationState<f64>, sample: &[f32]) -> Result<Settled, ConvertError> {
        self.simulation.begin(state, sample)?;
        for _ in 0..self.num_levels {
            self.simulation.advance(state, true);
        }
        for silent_steps in 0..self.max_silent_steps {
            self.simulation.advance(state, false);
            if state.is_silent(self.simulation.plan()) {
                return Ok(Settled { silent_steps, settled: true });
            }
        }
        Ok(Settled { silent_steps: self.max_silent_steps, settled: false })
    }

    /// Net spikes of the neurons of a node in the order of the graph; `None` if it has none.
    #[must_use]
    pub fn counts(&self, state: &SimulationState<f64>, node: NodeId) -> Option<Vec<i32>> {
        self.simulation.counts(state, node)
    }

    /// The results of the quantised network: the read-out divided by L, in the order of the graph.
    #[must_use]
    pub fn results(&self, state: &SimulationState<f64>) -> Vec<f64> {
        let levels = f64::from(self.num_levels);
        self.simulation.ordered_readout(state).into_iter().map(|sum| sum / levels).collect()
    }
}
