//! Traces that are computed when a spike asks for them.

use crate::lif::{Jumps, Map};

/// Traces with the step at which each was last changed: x(t) = x(t₀)·e^(−(t − t₀)/τ).
///
/// Constant time for each spike and none for a step without one.
#[derive(Debug, Clone)]
pub(super) struct LazyTraces {
    x: Vec<f64>,
    changed: Vec<u64>,
    powers: Jumps,
}

impl LazyTraces {
    pub(super) fn new(len: usize, decay: f64) -> Self {
        let step = Map { a: decay, ..Map::IDENTITY };
        Self { x: vec![0.0; len], changed: vec![0; len], powers: Jumps::new(step) }
    }

    pub(super) fn reset(&mut self) {
        self.x.fill(0.0);
        self.changed.fill(0);
    }

    pub(super) fn at(&self, index: usize, step: u64) -> f64 {
        self.x[index] * self.powers.over(step - self.changed[index]).a
    }

    pub(super) fn set(&mut self, index: usize, step: u64, x: f64) {
        self.x[index] = x;
        self.changed[index] = step;
    }

    pub(super) fn to_vec(&self, step: u64) -> Vec<f64> {
        (0..self.x.len()).map(|index| self.at(index, step)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_decays_by_its_distance() {
        let mut traces = LazyTraces::new(2, (-0.005f64).exp());
        traces.set(1, 100, 2.0);
        assert_eq!(traces.at(1, 100), 2.0);
        for n in [1u64, 17, 1023, 1024, 5000] {
            assert!((traces.at(1, 100 + n) / (2.0 * (-0.005 * n as f64).exp()) - 1.0).abs() < 1e-12, "{n}");
        }
        assert_eq!(traces.to_vec(100), [0.0, 2.0]);
    }
}
