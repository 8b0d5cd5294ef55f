//! One door to the networks of both dialects.

use crate::Dialect;
use crate::error::ModelError;
use spike_core::{SpikeError, SpikeTrain, SpikeView};
use thiserror::Error;

/// An integer network that runs step by step.
pub trait Emulator {
    /// Whose arithmetic it repeats.
    fn dialect(&self) -> Dialect;

    /// Number of inputs.
    fn num_inputs(&self) -> usize;

    /// Number of output neurons.
    fn num_outputs(&self) -> usize;

    /// One step with one number an input: 0 for silence, 1 for a spike, the payload for a graded spike. Returns the
    /// spikes, 1 or 0, of the output neurons in this step.
    ///
    /// # Errors
    /// [`ModelError::Length`] if the number of spikes is not [`num_inputs`](Self::num_inputs).
    fn step(&mut self, spikes: &[i32]) -> Result<&[i32], ModelError>;

    /// Back to rest.
    fn reset(&mut self);
}

/// Spikes that cannot be sent through a network.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EmulationError {
    /// The network refuses them.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The result is no spike train.
    #[error(transparent)]
    Spikes(#[from] SpikeError),
}

/// Resets the network, sends spikes through it and returns those of its output on the same grid.
///
/// A step of the grid is a step of the network, whose delays are part of the result: spikes that would leave it
/// after the end of the window are not seen.
///
/// # Errors
/// [`EmulationError`] if the number of neurons is not the number of inputs.
///
/// ```
/// use spike_core::{SpikeTrain, TimeGrid};
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
/// let input = SpikeTrain::from_neurons(TimeGrid::from_ms(8.0, 1.0)?, &[vec![0, 5]])?;
/// let output = spike_hw::emulate(&mut network, input.view())?;
/// assert_eq!(output.view().neuron(0), [1, 6]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn emulate(network: &mut dyn Emulator, input: SpikeView<'_>) -> Result<SpikeTrain, EmulationError> {
    network.reset();
    let mut rows = vec![Vec::new(); network.num_outputs()];
    let mut spikes = vec![0; input.num_neurons()];
    let events = input.events();
    let mut pending = events.as_slice();
    for step in 0..input.grid().num_steps() {
        let now = pending.partition_point(|event| event.step == step);
        let (due, later) = pending.split_at(now);
        due.iter().for_each(|event| spikes[event.neuron as usize] = 1);
        for (row, &fired) in rows.iter_mut().zip(network.step(&spikes)?) {
            if fired != 0 {
                row.push(step);
            }
        }
        due.iter().for_each(|event| spikes[event.neuron as usize] = 0);
        pending = later;
    }
    Ok(SpikeTrain::from_neurons(input.grid(), &rows)?)
}
