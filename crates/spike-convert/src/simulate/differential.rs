//! Functions of sums: what leaves in t steps is t times the function of the mean of what came.

use crate::analog::Kernel;
use crate::graph::{Graph, NodeId};
use spike_sim::Real;

/// What a function remembers of a sample.
#[derive(Debug, Clone)]
pub(super) struct Differential<F> {
    /// Sums of each operand, in the order of the graph.
    pub(super) sums: Vec<Vec<F>>,
    /// What has left so far.
    left: Vec<F>,
    /// Means of the operands, at the places of their nodes.
    means: Vec<Vec<f32>>,
    value: Vec<f32>,
    scratch: Vec<f32>,
}

impl<F: Real> Differential<F> {
    pub(super) fn new(graph: &Graph, id: NodeId) -> Self {
        let node = graph.node(id);
        let mut means = vec![Vec::new(); id.index()];
        let mut sums = Vec::new();
        for operand in node.operands() {
            let number = graph.node(*operand).num_values();
            means[operand.index()] = vec![0.0; number];
            sums.push(vec![F::default(); number]);
        }
        let number = node.num_values();
        Self { sums, left: vec![F::default(); number], means, value: vec![0.0; number], scratch: Vec::new() }
    }

    pub(super) fn reset(&mut self) {
        self.sums.iter_mut().for_each(|sums| sums.fill(F::default()));
        self.left.fill(F::default());
    }

    /// Adds y(t) = t·f(X/t) − Σ y to `targets`, after the operands of step t, counted from 1, have been added.
    pub(super) fn step(&mut self, graph: &Graph, id: NodeId, kernel: &Kernel, t: u32, targets: &mut [F]) {
        let node = graph.node(id);
        let steps = f64::from(t);
        for (sums, operand) in self.sums.iter().zip(node.operands()) {
            let means = &mut self.means[operand.index()];
            means.iter_mut().zip(sums).for_each(|(mean, sum)| *mean = (sum.to_f64() / steps) as f32);
        }
        kernel.run(graph, node, &self.means, &mut self.value, &mut self.scratch);
        for ((target, left), &value) in targets.iter_mut().zip(&mut self.left).zip(&self.value) {
            let due = F::from_f64(f64::from(value) * steps);
            *target += due - *left;
            *left = due;
        }
    }
}
