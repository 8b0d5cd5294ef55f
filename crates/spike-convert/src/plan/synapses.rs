//! From an arriving spike to the currents that it causes: rows of weights that are added to runs of targets.

use crate::index;
use crate::layer::{Conv, Dense, Window};
use crate::shape::image;
use spike_sim::Real;

/// Weighted connections from the values of one node to those of another.
///
/// A source has a block of weights and a pattern; the pattern is a list of runs: so many weights of the block, from
/// here, are added to the targets from there.
#[derive(Debug, Clone)]
pub(crate) struct Synapses<F> {
    weights: Vec<F>,
    sources: Vec<Source>,
    runs: Vec<Run>,
    /// Where the runs of each pattern begin, and the end of the last.
    patterns: Vec<u32>,
    /// Number of weights of each source that are not 0.
    fan_out: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Source {
    /// First weight of its block.
    weights: u32,
    /// Number of its pattern.
    pattern: u32,
    /// What is added to the targets of the pattern.
    target: u32,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    weight: u32,
    target: u32,
    length: u32,
}

/// How a weight from source j to target i is scaled: by source\[j\] / target\[i\]; empty for 1.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scales<'a> {
    /// For each source channel (convolution) or source value (dense).
    pub(crate) source: &'a [f64],
    /// For each target channel or feature.
    pub(crate) target: &'a [f64],
}

impl Scales<'_> {
    fn of(&self, source: usize, target: usize) -> f64 {
        let at = |scales: &[f64], i: usize| scales.get(i).copied().unwrap_or(1.0);
        at(self.source, source) / at(self.target, target)
    }
}

impl<F: Real> Synapses<F> {
    /// Those of a dense layer over the last axis. `place[g]` is where value g of the operand is stored; results are
    /// stored in the order of the graph.
    pub(crate) fn dense(dense: &Dense, num_sources: usize, place: Option<&[u32]>, scales: Scales<'_>) -> Self {
        let (inputs, outputs) = (dense.num_inputs(), dense.num_outputs());
        let values = dense.weight.values();
        let mut weights = Vec::with_capacity(inputs * outputs);
        // Without rows over several tokens, each value has its own scale; with them, each feature.
        for input in 0..inputs {
            weights.extend(
                (0..outputs)
                    .map(|output| F::from_f64(f64::from(values[output * inputs + input]) * scales.of(input, output))),
            );
        }
        let mut sources = vec![Source { weights: 0, pattern: 0, target: 0 }; num_sources];
        for value in 0..num_sources {
            let stored = place.map_or(value, |place| place[value] as usize);
            let (row, input) = (value / inputs, value % inputs);
            sources[stored] = Source { weights: (input * outputs) as u32, pattern: 0, target: (row * outputs) as u32 };
        }
        let runs = vec![Run { weight: 0, target: 0, length: outputs as u32 }];
        Self::finished(weights, sources, runs, vec![0, 1])
    }

    /// Those of a convolution; results are stored channel-last.
    pub(crate) fn conv(
        conv: &Conv,
        input: &[usize],
        output: &[usize],
        place: Option<&[u32]>,
        scales: Scales<'_>,
    ) -> Self {
        let [channels, height, width] = image(input).unwrap_or_default();
        let [filters, rows, columns] = image(output).unwrap_or_default();
        let [kernel_height, kernel_width] = conv.window.kernel;
        let (per_group, group_filters) = (conv.inputs_per_group(), filters / conv.groups);
        let positions = kernel_height * kernel_width;
        // (channel, kernel row, kernel column backwards, filter of the group): with a stride of 1, neighbouring targets
        // take neighbouring weights.
        let shape = [filters, per_group, positions];
        let strides = index::strides(&shape);
        let mut weights = Vec::with_capacity(channels * positions * group_filters);
        for channel in 0..channels {
            let (group, inside) = (channel / per_group, channel % per_group);
            for slot in 0..positions {
                let k = slot / kernel_width * kernel_width + (kernel_width - 1 - slot % kernel_width);
                weights.extend((0..group_filters).map(|f| {
                    let filter = group * group_filters + f;
                    let at = filter * strides[0] + inside * strides[1] + k;
                    F::from_f64(f64::from(conv.weight.values()[at]) * scales.of(channel, filter))
                }));
            }
        }
        let (mut runs, mut patterns) = (Vec::new(), vec![0u32]);
        let reach = [reach(&conv.window, 0, height, rows), reach(&conv.window, 1, width, columns)];
        for y in 0..height {
            for x in 0..width {
                push_pattern(&reach[0][y], &reach[1][x], kernel_width, columns, (group_filters, filters), &mut runs);
                patterns.push(runs.len() as u32);
            }
        }
        let mut sources = vec![Source { weights: 0, pattern: 0, target: 0 }; channels * height * width];
        for channel in 0..channels {
            for position in 0..height * width {
                let value = channel * height * width + position;
                let stored = place.map_or(value, |place| place[value] as usize);
                sources[stored] = Source {
                    weights: (channel * positions * group_filters) as u32,
                    pattern: position as u32,
                    target: (channel / per_group * group_filters) as u32,
                };
            }
        }
        Self::finished(weights, sources, runs, patterns)
    }

    fn finished(weights: Vec<F>, sources: Vec<Source>, runs: Vec<Run>, patterns: Vec<u32>) -> Self {
        let mut synapses = Self { weights, sources, runs, patterns, fan_out: Vec::new() };
        let zero = F::default();
        let fan_out = synapses.sources.iter().map(|source| {
            let runs = synapses.runs_of(source).iter();
            runs.map(|run| synapses.weights_of(source, run).iter().filter(|w| **w != zero).count() as u32).sum()
        });
        synapses.fan_out = fan_out.collect();
        synapses
    }

    #[inline(always)]
    fn runs_of(&self, source: &Source) -> &[Run] {
        let pattern = source.pattern as usize;
        &self.runs[self.patterns[pattern] as usize..self.patterns[pattern + 1] as usize]
    }

    #[inline(always)]
    fn weights_of(&self, source: &Source, run: &Run) -> &[F] {
        let from = (source.weights + run.weight) as usize;
        &self.weights[from..from + run.length as usize]
    }

    /// Connections of one source whose weight is not 0.
    #[inline]
    pub(crate) fn fan_out(&self, source: u32) -> u32 {
        self.fan_out[source as usize]
    }

    /// target += amplitude·W\[source\] for each event.
    pub(crate) fn scatter(&self, arch: pulp::Arch, sources: &[u32], amplitudes: &[F], targets: &mut [F]) {
        arch.dispatch(Scatter { synapses: self, sources, amplitudes, targets });
    }
}

struct Scatter<'a, F> {
    synapses: &'a Synapses<F>,
    sources: &'a [u32],
    amplitudes: &'a [F],
    targets: &'a mut [F],
}

impl<F: Real> pulp::WithSimd for Scatter<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) {
        let Self { synapses, sources, amplitudes, targets } = self;
        let mut first = [0; GROUP];
        let mut at = 0;
        while at < sources.len() {
            let leader = &synapses.sources[sources[at] as usize];
            let mut number = 0;
            for &source in sources[at..].iter().take(GROUP) {
                let source = &synapses.sources[source as usize];
                if (source.pattern, source.target) != (leader.pattern, leader.target) {
                    break;
                }
                first[number] = source.weights as usize;
                number += 1;
            }
            for run in synapses.runs_of(leader) {
                let from = (leader.target + run.target) as usize;
                let targets = &mut targets[from..from + run.length as usize];
                let weights = &synapses.weights[run.weight as usize..];
                F::add_rows(simd, targets, weights, &first[..number], &amplitudes[at..at + number]);
            }
            at += number;
        }
    }
}

/// Events with the same targets that are added together: those of one place of an image follow each other.
const GROUP: usize = 32;

/// For each place of the input along an axis, the windows that see it, and at which place of the kernel.
fn reach(window: &Window, axis: usize, size: usize, num_positions: usize) -> Vec<Vec<(usize, usize)>> {
    let mut reach = vec![Vec::new(); size];
    for position in 0..num_positions {
        for (k, place) in window.places(axis, position, size) {
            reach[place].push((position, k));
        }
    }
    reach
}

/// The runs of one place of the input, those that touch joined.
fn push_pattern(
    rows: &[(usize, usize)],
    columns: &[(usize, usize)],
    kernel_width: usize,
    num_columns: usize,
    (group_filters, filters): (usize, usize),
    runs: &mut Vec<Run>,
) {
    let first = runs.len();
    for &(row, ky) in rows {
        for &(column, kx) in columns {
            let slot = ky * kernel_width + (kernel_width - 1 - kx);
            let run = Run {
                weight: (slot * group_filters) as u32,
                target: ((row * num_columns + column) * filters) as u32,
                length: group_filters as u32,
            };
            match runs[first..].last_mut() {
                Some(last) if last.weight + last.length == run.weight && last.target + last.length == run.target => {
                    last.length += run.length;
                }
                _ => runs.push(run),
            }
        }
    }
}
