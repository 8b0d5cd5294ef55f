//! The first level of the quadrature, computed once for all spikes: ln p and ln(1 − p) of every neuron at every node.

use super::neurons::Neurons;
use super::quadrature::{GAUSS, KRONROD, NODE, NODES, Panel, TOLERANCE};
use crate::rate::renewal::Trials;
use spike_core::exp;

/// Logarithms at the nodes of all panels, node-major: node k of panel i of P stands at k·P + i, so that sums over
/// the nodes of a panel are sums of vectors.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    panels: Vec<Panel>,
    num_steps: f64,
    /// ln p of each neuron; −∞ where it cannot spike.
    ln_p: Vec<f64>,
    /// ln(1 − p) of each neuron, at least [`LN_LEAST`].
    ln_q: Vec<f64>,
    /// The logarithm of the prior times the likelihood of silence, T·Σ_j ln(1 − p_j).
    silent: Vec<f64>,
}

/// ln 2⁻⁵³: the probability not to spike of a certain neuron, which stands for 0. It keeps the differences from
/// silence finite, and no node of a panel lies where a probability is exactly 1.
const LN_LEAST: f64 = -36.736_800_569_677_1;

/// Working memory of a decoder.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Logarithm of the posterior density at every node, then the density itself.
    nodes: Vec<f64>,
    /// Sums over the nodes of each panel: Kronrod, Gauss, first and second moment.
    sums: [Vec<f64>; 4],
    pub(crate) trials: Vec<Trials>,
}

impl Scratch {
    /// Memory that holds the trials of one neuron.
    pub(crate) fn of(trials: Trials) -> Self {
        Self { trials: vec![trials], ..Self::default() }
    }
}

/// What the first level says of a posterior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum FirstLevel {
    /// Mean and variance: the panels are fine enough.
    Fine { mean: f64, variance: f64 },
    /// Some panel is too coarse.
    Coarse,
    /// Every value is impossible.
    Impossible,
}

impl Table {
    pub(crate) fn new(neurons: &Neurons, panels: Vec<Panel>) -> Self {
        let num_steps = f64::from(neurons.num_steps());
        let nodes = || (0..NODES).flat_map(|k| panels.iter().map(move |panel| panel.node(k)));
        let of = |f: &dyn Fn(f64) -> f64| -> Vec<f64> {
            (0..neurons.len()).flat_map(|j| nodes().map(move |x| f(neurons.p(j, x)))).collect()
        };
        let ln_p = of(&f64::ln);
        let ln_q = of(&|p| (-p).ln_1p().max(LN_LEAST));
        let mut silent: Vec<f64> = (0..NODES).flat_map(|_| panels.iter().map(|panel| panel.ln_prior)).collect();
        for row in ln_q.chunks_exact(silent.len().max(1)) {
            silent.iter_mut().zip(row).for_each(|(s, q)| *s += num_steps * q);
        }
        Self { panels, num_steps, ln_p, ln_q, silent }
    }

    pub(crate) fn panels(&self) -> &[Panel] {
        &self.panels
    }

    /// Mean and variance of the posterior given trials.
    pub(crate) fn moments(&self, arch: pulp::Arch, scratch: &mut Scratch) -> FirstLevel {
        arch.dispatch(Kernel { table: self, scratch, density: true })
    }

    /// Logarithm of the posterior density at every node.
    pub(crate) fn logarithms<'a>(&self, arch: pulp::Arch, scratch: &'a mut Scratch) -> &'a [f64] {
        arch.dispatch(Kernel { table: self, scratch, density: false });
        &scratch.nodes
    }

    /// Panel and node where the posterior density is highest.
    pub(crate) fn top(&self, arch: pulp::Arch, scratch: &mut Scratch) -> Option<(Panel, usize)> {
        let nodes = self.logarithms(arch, scratch);
        let (index, top) = nodes.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
        (*top > f64::NEG_INFINITY).then(|| (self.panels[index % self.panels.len()], index / self.panels.len()))
    }

    /// Mean and variance from the sums over the nodes of each panel.
    fn combine(&self, [kronrod, gauss, first, second]: &[Vec<f64>; 4]) -> FirstLevel {
        let parts = || self.panels.iter().zip(kronrod).map(|(panel, sum)| (panel, panel.half() * sum));
        let mass: f64 = parts().map(|(_, mass)| mass).sum();
        let coarse = |((panel, k), g): ((&Panel, &f64), &f64)| panel.half() * (k - g).abs() > TOLERANCE * mass;
        if self.panels.iter().zip(kronrod).zip(gauss).any(coarse) {
            return FirstLevel::Coarse;
        }
        let moved = |(panel, sum): (&Panel, &f64)| panel.half() * panel.half() * sum;
        let sum_x: f64 = parts().map(|(panel, mass)| panel.middle() * mass).sum::<f64>()
            + self.panels.iter().zip(first).map(moved).sum::<f64>();
        let mean = sum_x / mass;
        let mut spread = 0.0;
        for (i, panel) in self.panels.iter().enumerate() {
            let (half, off) = (panel.half(), panel.middle() - mean);
            spread += half * (off * off * kronrod[i] + half * (2.0 * off * first[i] + half * second[i]));
        }
        FirstLevel::Fine { mean, variance: (spread / mass).max(0.0) }
    }
}

struct Kernel<'a> {
    table: &'a Table,
    scratch: &'a mut Scratch,
    /// Whether densities and their sums are asked for, or the logarithms alone.
    density: bool,
}

impl pulp::WithSimd for Kernel<'_> {
    type Output = FirstLevel;

    // Monomorphised for each instruction set: the loops below are vectorised by the compiler, no intrinsics.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) -> FirstLevel {
        let Kernel { table, scratch, density } = self;
        let Scratch { nodes, sums, trials } = scratch;
        let len = table.silent.len();
        nodes.clear();
        nodes.extend_from_slice(&table.silent);
        for (trials, (ln_p, ln_q)) in
            trials.iter().zip(table.ln_p.chunks_exact(len.max(1)).zip(table.ln_q.chunks_exact(len.max(1))))
        {
            // A silent neuron is in the table already.
            if trials.spikes > 0 {
                let spikes = f64::from(trials.spikes);
                let fewer = f64::from(trials.misses) - table.num_steps;
                for ((node, p), q) in nodes.iter_mut().zip(ln_p).zip(ln_q) {
                    *node += spikes * p + fewer * q;
                }
            }
        }
        if !density {
            return FirstLevel::Coarse;
        }
        let top = highest(nodes);
        if top == f64::NEG_INFINITY {
            return FirstLevel::Impossible;
        }
        nodes.iter_mut().for_each(|node| *node = exp(*node - top));
        let panels = table.panels.len();
        for sum in sums.iter_mut() {
            sum.clear();
            sum.resize(panels, 0.0);
        }
        let [kronrod, gauss, first, second] = sums;
        for (k, row) in nodes.chunks_exact(panels.max(1)).enumerate() {
            let (u, w, g) = (NODE[k], KRONROD[k], GAUSS[k]);
            let (w1, w2) = (w * u, w * u * u);
            for ((((f, a), b), c), d) in
                row.iter().zip(kronrod.iter_mut()).zip(gauss.iter_mut()).zip(first.iter_mut()).zip(second.iter_mut())
            {
                *a += w * f;
                *b += g * f;
                *c += w1 * f;
                *d += w2 * f;
            }
        }
        table.combine(sums)
    }
}

/// The largest of many numbers, on several lanes at a time.
#[inline(always)]
fn highest(numbers: &[f64]) -> f64 {
    let (chunks, rest) = numbers.as_chunks::<16>();
    let mut lanes = [f64::NEG_INFINITY; 16];
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = if x > *lane { x } else { *lane };
        }
    }
    lanes.iter().chain(rest).copied().fold(f64::NEG_INFINITY, f64::max)
}
