//! Layers of the Lava dialect in a row.

use super::{Connection, CubaLif};
use crate::Dialect;
use crate::emulator::Emulator;
use crate::error::{ModelError, check_len};
use crate::rules::{Exact, Rules};

/// A connection and the neurons that it drives.
#[derive(Debug, Clone)]
pub struct LavaLayer {
    /// The synapses.
    pub connection: Connection,
    /// The neurons.
    pub neurons: CubaLif,
}

/// A feed-forward network of the Lava dialect.
///
/// In each step every layer runs once, in order: its connection sends what it computed in the step before and takes
/// in the spikes of the layer above, which fired in this step. A spike thus takes one step a connection.
///
/// # Examples
/// ```
/// use spike_hw::Emulator;
/// use spike_hw::lava::{
///     Connection, CubaLif, CubaLifConfig, Dense, DenseConfig, LavaLayer, LavaNetwork, WeightFormat,
/// };
/// let dense = Dense::new(&DenseConfig {
///     num_inputs: 1,
///     num_outputs: 1,
///     weights: vec![200],
///     format: WeightFormat::default(),
///     num_message_bits: 0,
/// })?;
/// let neurons = CubaLif::new(&CubaLifConfig::uniform(1, 4095, 0, 150))?;
/// let mut network = LavaNetwork::new(vec![LavaLayer { connection: Connection::Dense(dense), neurons }])?;
/// assert_eq!(network.step(&[1])?, [0]);
/// assert_eq!(network.step(&[0])?, [1]);
/// # Ok::<(), spike_hw::ModelError>(())
/// ```
#[derive(Debug, Clone)]
pub struct LavaNetwork {
    layers: Vec<LavaLayer>,
    spikes: Vec<i32>,
}

impl LavaNetwork {
    /// A network at rest.
    ///
    /// # Errors
    /// [`ModelError`] if there is no layer or two that follow each other differ in size.
    pub fn new(layers: Vec<LavaLayer>) -> Result<Self, ModelError> {
        if layers.is_empty() {
            return Err(ModelError::Empty { what: "the list of layers" });
        }
        for layer in &layers {
            check_len("the output of a connection", layer.connection.num_outputs(), layer.neurons.num_neurons())?;
        }
        for [above, below] in layers.array_windows() {
            check_len("the input of a connection", below.connection.num_inputs(), above.neurons.num_neurons())?;
        }
        Ok(Self { layers, spikes: Vec::new() })
    }

    /// The layers with their state.
    #[must_use]
    pub fn layers(&self) -> &[LavaLayer] {
        &self.layers
    }

    pub(crate) fn step_with<R: Rules>(&mut self, rules: R, spikes: &[i32]) -> &[i32] {
        self.spikes.clear();
        self.spikes.extend_from_slice(spikes);
        for layer in &mut self.layers {
            let input = layer.connection.step_with(rules, &self.spikes);
            let fired = layer.neurons.step_with(rules, input);
            self.spikes.clear();
            self.spikes.extend_from_slice(fired);
        }
        &self.spikes
    }
}

impl Emulator for LavaNetwork {
    fn dialect(&self) -> Dialect {
        Dialect::Lava
    }

    fn num_inputs(&self) -> usize {
        self.layers[0].connection.num_inputs()
    }

    fn num_outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].neurons.num_neurons()
    }

    fn step(&mut self, spikes: &[i32]) -> Result<&[i32], ModelError> {
        check_len("the spikes", spikes.len(), self.num_inputs())?;
        Ok(self.step_with(Exact, spikes))
    }

    fn reset(&mut self) {
        for layer in &mut self.layers {
            layer.connection.reset();
            layer.neurons.reset();
        }
    }
}
