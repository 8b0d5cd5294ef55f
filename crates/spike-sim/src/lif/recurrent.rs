//! Connections of a population with itself: lateral inhibition, and networks with memory.

use crate::connections::Connections;
use crate::delivery::Delivery;
use crate::error::SimError;
use crate::lif::Schedule;
use std::sync::Arc;

/// Static connections between the neurons of a population, and their spikes under way.
#[derive(Debug, Clone)]
pub(super) struct Recurrent {
    connections: Arc<Connections>,
    delivery: Delivery,
}

impl Recurrent {
    pub(super) fn new(connections: Connections, num_neurons: usize, schedule: Schedule) -> Result<Self, SimError> {
        for found in [connections.num_sources(), connections.num_targets()] {
            if found != num_neurons {
                let (what, expected) = ("neurons in recurrent connections", num_neurons);
                return Err(SimError::Size { what, expected, found });
            }
        }
        // A spike is known after the test: where input arrives before it, the next step is the earliest.
        let min_steps = u32::from(schedule.input_before_test());
        if let Some(group) = connections.groups().iter().find(|group| group.delay_steps < min_steps) {
            let (source_id, delay_steps) = (group.source, group.delay_steps);
            return Err(SimError::DelayTooShort { source_id, delay_steps, min_steps, schedule });
        }
        let delivery = Delivery::new(&connections).map_err(SimError::Queue)?;
        Ok(Self { connections: Arc::new(connections), delivery })
    }

    /// The same connections without spikes under way.
    pub(super) fn at_start(&self) -> Self {
        Self { connections: Arc::clone(&self.connections), delivery: Delivery::again(&self.connections) }
    }

    pub(super) fn connections(&self) -> &Connections {
        &self.connections
    }

    /// What arrives at `step` of spikes that were emitted earlier, and of `fired`, which were emitted now.
    pub(super) fn arrive(&mut self, step: u64, fired: &[u32]) {
        self.delivery.arrivals(&self.connections, step, fired);
    }

    /// Takes the spikes of `step` under way, after what arrives in it.
    pub(super) fn emit(&mut self, step: u64, fired: &[u32]) {
        self.delivery.emit(&self.connections, step, fired);
    }

    /// Connections and groups that arrived.
    pub(super) fn due(&self) -> (&Connections, &[u32]) {
        (&self.connections, self.delivery.due())
    }
}
