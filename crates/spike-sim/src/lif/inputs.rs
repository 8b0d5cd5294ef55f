//! What arriving spikes do to the state of a population.

use crate::connections::Connections;
use crate::lif::Refractoriness;
use crate::lif::dynamics::Dynamics;
use crate::lif::jumps::Jumps;
use crate::lif::sweep::State;

/// The state that arriving spikes change in one step.
#[derive(Debug)]
pub(super) struct Inputs<'a> {
    pub(super) dynamics: &'a Dynamics,
    pub(super) jumps: &'a Jumps,
    pub(super) state: &'a mut State,
    pub(super) kept: &'a mut [f64],
    pub(super) step: i64,
}

impl Inputs<'_> {
    /// Adds the weights of the groups that arrive.
    pub(super) fn deliver(&mut self, connections: &Connections, due: &[u32]) {
        if self.dynamics.schedule.input_before_test() {
            self.before_test(connections, due);
        } else {
            self.after_test(connections, due);
        }
    }

    fn after_test(&mut self, connections: &Connections, due: &[u32]) {
        let State { v, current, free_from, .. } = &mut *self.state;
        for &group in due {
            let (targets, weights) = connections.fan_out(group);
            if self.dynamics.exponential {
                for (&target, &weight) in targets.iter().zip(weights) {
                    current[target as usize] += weight;
                }
            } else if self.dynamics.moves_when_refractory() {
                for (&target, &weight) in targets.iter().zip(weights) {
                    v[target as usize] += weight;
                }
            } else {
                for (&target, &weight) in targets.iter().zip(weights) {
                    // A choice of the summand, not a branch: whether a neuron is free cannot be predicted.
                    let weight = if free_from[target as usize] <= self.step { weight } else { 0.0 };
                    v[target as usize] += weight;
                }
            }
        }
    }

    fn before_test(&mut self, connections: &Connections, due: &[u32]) {
        let State { input, free_from, .. } = &mut *self.state;
        let keeps = self.dynamics.refractoriness == Refractoriness::Accumulating;
        for &group in due {
            let (targets, weights) = connections.fan_out(group);
            for (&target, &weight) in targets.iter().zip(weights) {
                let target = target as usize;
                if keeps && self.step < free_from[target] {
                    let left = (free_from[target] - self.step) as u64;
                    self.kept[target] += weight * self.jumps.over(left).a;
                } else {
                    input[target] += weight;
                }
            }
        }
    }
}
