//! Layers of neurons in real numbers, in units of their thresholds.

use crate::network::{Pattern, Wiring};
use spike_convert::NodeId;

/// Neurons and the synapses that drive them.
#[derive(Debug, Clone)]
pub(super) struct FloatLayer {
    pub(super) name: String,
    /// The node whose result the neurons stand for.
    pub(super) node: NodeId,
    /// The node whose result drives the synapses.
    pub(super) driver: NodeId,
    pub(super) source: LayerSource,
    /// The row of synapses of each source, where they differ.
    pub(super) route: Option<Vec<Option<u32>>>,
    /// (row, column, channel), or the number of neurons.
    pub(super) shape: Vec<usize>,
    pub(super) pattern: Pattern,
    /// What a spike adds, in thresholds of the target; for neurons that do not fire, in units of the read-out.
    pub(super) weights: Vec<f64>,
    /// For each value of the driver, in the order of the graph: its row and the spikes a step that a value of 1 is.
    pub(super) rows: Vec<(u32, f64)>,
    /// What is added in every step; empty if nothing.
    pub(super) bias: Vec<f64>,
    /// Potential at the start, in thresholds.
    pub(super) start: Vec<f64>,
    /// Whether the neurons fire or only add up.
    pub(super) fires: bool,
    pub(super) pool: Option<PoolCircuit>,
    /// Steps from an input spike to the spikes of these neurons.
    pub(super) depth: u32,
}

/// Where the spikes of a layer come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LayerSource {
    Input,
    Neurons(usize),
    Pool(usize),
}

/// A maximum pool over the neurons of a layer.
#[derive(Debug, Clone)]
pub(super) struct PoolCircuit {
    pub(super) name: String,
    /// The window of each neuron.
    pub(super) windows: Vec<Option<u32>>,
    /// (row, column, channel) of the windows.
    pub(super) shape: Vec<usize>,
}

impl PoolCircuit {
    pub(super) fn num_windows(&self) -> usize {
        self.shape.iter().product()
    }

    /// The neurons that inhibit each other: those of a window, and each neuron outside of them alone.
    pub(super) fn rivals(&self) -> Vec<Option<u32>> {
        let alone = self.num_windows() as u32..;
        self.windows.iter().zip(alone).map(|(window, alone)| Some(window.unwrap_or(alone))).collect()
    }

    /// Neurons of the largest window.
    pub(super) fn largest_window(&self) -> usize {
        let mut numbers = vec![0; self.num_windows()];
        self.windows.iter().flatten().for_each(|window| numbers[*window as usize] += 1);
        numbers.into_iter().max().unwrap_or(0)
    }
}

impl FloatLayer {
    pub(super) fn num_neurons(&self) -> usize {
        self.shape.iter().product()
    }

    pub(super) fn num_rows(&self) -> usize {
        match &self.pattern {
            Pattern::Convolution(image) => image.input.iter().product(),
            _ => self.weights.len() / self.num_neurons().max(1),
        }
    }

    pub(super) fn row_wiring(&self) -> Wiring {
        Wiring::new(&self.pattern, self.num_rows(), self.num_neurons(), None)
    }

    /// Spikes a step of each row for the activations of the driver.
    pub(super) fn rates(&self, activations: &[f32]) -> Vec<f64> {
        let mut rates = vec![0.0; self.num_rows()];
        for (&(row, per_unit), &activation) in self.rows.iter().zip(activations) {
            rates[row as usize] += f64::from(activation) * per_unit;
        }
        rates
    }

    /// Largest current of one step and largest sum of weights of one sign, when every source spikes in every step.
    pub(super) fn worst_drive(&self) -> f64 {
        let n = self.num_neurons();
        let (mut up, mut down) = (vec![0.0; n], vec![0.0; n]);
        let rows = self.num_rows();
        let wiring = Wiring::new(&self.pattern, rows, n, self.route.as_deref());
        for source in 0..self.route.as_ref().map_or(rows, Vec::len) {
            wiring.of(source, |weights, targets| {
                for (target, &weight) in targets.zip(&self.weights[weights]) {
                    if weight < 0.0 { down[target] -= weight } else { up[target] += weight }
                }
            });
        }
        let bias = self.bias.iter().fold(0.0, |most: f64, bias| most.max(bias.abs()));
        let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        most(&up) + most(&down) + bias
    }
}
