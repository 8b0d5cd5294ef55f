//! What a unit gives to others in one step, as a list.

use crate::plan::Edge;
use spike_sim::{IfNeurons, Real};

/// The spikes of a step, or values derived from single spikes.
#[derive(Debug, Clone, Default)]
pub(super) struct Events<F> {
    /// Where each event is.
    pub(super) sources: Vec<u32>,
    /// What each event carries.
    pub(super) amplitudes: Vec<F>,
    /// How many spikes each event stands for; empty if one each.
    pub(super) merged: Vec<u32>,
}

impl<F: Real> Events<F> {
    pub(super) fn clear(&mut self) {
        self.sources.clear();
        self.amplitudes.clear();
        self.merged.clear();
    }

    pub(super) fn push(&mut self, source: u32, amplitude: F) {
        self.sources.push(source);
        self.amplitudes.push(amplitude);
    }

    /// Each event with its amplitude.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, F)> {
        self.sources.iter().copied().zip(self.amplitudes.iter().copied())
    }

    /// Adds the spikes of neurons.
    pub(super) fn append(&mut self, neurons: &IfNeurons<F>, amplitudes: &[F]) {
        neurons.append_spikes(amplitudes, &mut self.sources, &mut self.amplitudes);
    }

    /// Adds one event for each connection of an event of another unit.
    pub(super) fn pass(&mut self, from: &Self, edge: &Edge<F>) {
        let before = self.sources.len();
        match edge {
            Edge::Mapping(mapping) => {
                mapping.pass(&from.sources, &from.amplitudes, (&mut self.sources, &mut self.amplitudes));
            }
            _ => {
                self.sources.extend_from_slice(&from.sources);
                self.amplitudes.extend_from_slice(&from.amplitudes);
            }
        }
        if from.merged.is_empty() && self.merged.is_empty() {
            return;
        }
        self.merged.resize(before, 1);
        for (&source, &number) in from.sources.iter().zip(&from.merged) {
            let copies = if let Edge::Mapping(mapping) = edge { mapping.of(source).0.len() } else { 1 };
            self.merged.extend(std::iter::repeat_n(number, copies));
        }
        self.merged.resize(self.sources.len(), 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Link, Mapping};

    #[test]
    fn numbers_of_spikes_pass_with_their_events() {
        let mut plain = Events::default();
        plain.push(0, 1.0f32);
        plain.push(1, -2.0);
        let sums = Events { sources: vec![1], amplitudes: vec![3.0f32], merged: vec![4] };
        let link = |source, target| Link { source, target, weight: 0.5 };
        let twice = Edge::Mapping(Mapping::new(2, vec![link(0, 5), link(1, 6), link(1, 7)]));
        let mut events = Events::default();
        events.pass(&plain, &twice);
        assert_eq!((&events.sources[..], &events.amplitudes[..]), (&[5, 6, 7][..], &[0.5, -1.0, -1.0][..]));
        assert!(events.merged.is_empty());
        events.pass(&sums, &twice);
        events.pass(&plain, &Edge::Identity);
        assert_eq!(events.sources, [5, 6, 7, 6, 7, 0, 1]);
        assert_eq!(events.merged, [1, 1, 1, 4, 4, 1, 1]);
    }
}
