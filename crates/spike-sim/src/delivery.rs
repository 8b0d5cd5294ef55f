//! From the emission of spikes to their arrival: what is due at a step.

use crate::connections::Connections;
use crate::queue::{EventQueue, QueueError, QueuedSpike};

/// The spikes under way between sources and neurons.
#[derive(Debug, Clone, Default)]
pub(crate) struct Delivery {
    /// Groups of connections under way; nothing if no connection has a delay.
    waiting: Option<EventQueue<u32>>,
    drained: Vec<QueuedSpike<u32>>,
    due: Vec<u32>,
}

impl Delivery {
    pub(crate) fn new(connections: &Connections) -> Result<Self, QueueError> {
        let waiting = match connections.max_delay_steps() {
            0 => None,
            horizon => {
                // A source emits once in a step, so that no more can be under way.
                let most = connections.groups().iter().map(|group| group.delay_steps as usize + 1).sum();
                Some(EventQueue::ring(horizon, most)?)
            }
        };
        Ok(Self { waiting, drained: Vec::new(), due: Vec::new() })
    }

    /// Nothing under way, for connections that had a delivery before.
    pub(crate) fn again(connections: &Connections) -> Self {
        Self::new(connections).expect("the same connections had a delivery before")
    }

    /// The groups of connections that arrive at `step`, at which `sources` emit. Steps must increase, and
    /// none of [`next_step`](Self::next_step) may be passed over.
    pub(crate) fn arrivals(&mut self, connections: &Connections, step: u64, sources: &[u32]) -> &[u32] {
        self.due.clear();
        match &mut self.waiting {
            None => self.due.extend(sources.iter().flat_map(|&source| connections.groups_of(source))),
            Some(waiting) => {
                self.drained.clear();
                // Steps without arrival may have been passed over; the ring has to know.
                if let Some(before) = step.checked_sub(1) {
                    waiting.drain_until(before, &mut self.drained);
                }
                emit(waiting, connections, step, sources);
                waiting.drain_until(step, &mut self.drained);
                self.due.extend(self.drained.iter().map(|spike| spike.payload));
            }
        }
        &self.due
    }

    /// Takes spikes of `step` under way after [`arrivals`](Self::arrivals) of the same step; every connection needs a
    /// delay.
    pub(crate) fn emit(&mut self, connections: &Connections, step: u64, sources: &[u32]) {
        if let Some(waiting) = &mut self.waiting {
            emit(waiting, connections, step, sources);
        }
    }

    /// The groups found by the last call of [`arrivals`](Self::arrivals).
    pub(crate) fn due(&self) -> &[u32] {
        &self.due
    }

    /// The next step at which something that is under way arrives.
    pub(crate) fn next_step(&self) -> Option<u64> {
        self.waiting.as_ref().and_then(EventQueue::next_step)
    }
}

fn emit(waiting: &mut EventQueue<u32>, connections: &Connections, step: u64, sources: &[u32]) {
    for &source in sources {
        for group in connections.groups_of(source) {
            let due = step + u64::from(connections.groups()[group as usize].delay_steps);
            waiting.push(due, source, group).expect("capacity and horizon are those of the connections");
        }
    }
}
