//! Linear layers with a few connections for each value: moves, means, scales, sums.

use crate::graph::{Graph, Node};
use crate::index;
use crate::layer::{BinaryOp, Function, Layer, Pool};
use crate::shape::image;
use spike_sim::Real;

/// Connections of each source value, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Mapping<F> {
    /// Where the connections of each source begin, and the end of the last.
    offsets: Vec<u32>,
    targets: Vec<u32>,
    weights: Vec<F>,
}

/// A connection from a value of an operand to a value of the result, in the order of the graph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Link {
    pub(crate) source: u32,
    pub(crate) target: u32,
    pub(crate) weight: f64,
}

impl<F: Real> Mapping<F> {
    /// Connections between stored values.
    pub(crate) fn new(num_sources: usize, mut links: Vec<Link>) -> Self {
        links.sort_by_key(|link| (link.source, link.target));
        let mut offsets = vec![0u32; num_sources + 1];
        links.iter().for_each(|link| offsets[link.source as usize + 1] += 1);
        for i in 0..num_sources {
            offsets[i + 1] += offsets[i];
        }
        let weights = links.iter().map(|link| F::from_f64(link.weight)).collect();
        Self { offsets, targets: links.iter().map(|link| link.target).collect(), weights }
    }

    #[inline(always)]
    pub(crate) fn of(&self, source: u32) -> (&[u32], &[F]) {
        let range = self.offsets[source as usize] as usize..self.offsets[source as usize + 1] as usize;
        (&self.targets[range.clone()], &self.weights[range])
    }

    /// target += amplitude·weight for each event.
    pub(crate) fn scatter(&self, sources: &[u32], amplitudes: &[F], values: &mut [F]) {
        for (&source, &amplitude) in sources.iter().zip(amplitudes) {
            let (targets, weights) = self.of(source);
            for (&target, &weight) in targets.iter().zip(weights) {
                values[target as usize] += amplitude * weight;
            }
        }
    }

    /// One event of the result for each connection of an event.
    pub(crate) fn pass(&self, sources: &[u32], amplitudes: &[F], result: (&mut Vec<u32>, &mut Vec<F>)) {
        for (&source, &amplitude) in sources.iter().zip(amplitudes) {
            let (targets, weights) = self.of(source);
            result.0.extend_from_slice(targets);
            result.1.extend(weights.iter().map(|&weight| amplitude * weight));
        }
    }
}

/// The connections of operand `number` of a linear node with few connections; `None` if its layer has many.
///
/// A constant second operand of a product becomes the weights.
pub(crate) fn links(graph: &Graph, node: &Node, number: usize) -> Option<Vec<Link>> {
    let operand = graph.node(node.operands()[number]);
    let (input, output) = (operand.shape(), node.shape());
    let moved = |index: &[u32], weight: &dyn Fn(usize) -> f64| {
        let links = index.iter().zip(0u32..).enumerate();
        links.map(|(i, (&source, target))| Link { source, target, weight: weight(i) }).collect()
    };
    let same: Vec<u32> = (0..node.num_values() as u32).collect();
    Some(match node.layer() {
        Layer::Reshape(_) | Layer::Relu | Layer::Clip { .. } => moved(&same, &|_| 1.0),
        Layer::Function(Function::Neg) => moved(&same, &|_| -1.0),
        Layer::Select(select) => moved(&select.index, &|_| 1.0),
        Layer::BatchNorm(norm) => {
            let maps = norm.scale_and_shift();
            let stride: usize = output[1..].iter().product();
            moved(&same, &|i| maps[i / stride].0)
        }
        Layer::Binary(op) => {
            let index = index::broadcast(input, output);
            match op {
                BinaryOp::Add => moved(&index, &|_| 1.0),
                BinaryOp::Sub => moved(&index, &|_| if number == 0 { 1.0 } else { -1.0 }),
                BinaryOp::Mul | BinaryOp::Div => {
                    let other = graph.node(node.operands()[1 - number]);
                    let Layer::Constant(tensor) = other.layer() else { return None };
                    let at = index::broadcast(other.shape(), output);
                    let value = |i: usize| f64::from(tensor.values()[at[i] as usize]);
                    match op {
                        BinaryOp::Mul => moved(&index, &value),
                        _ => moved(&index, &|i| 1.0 / value(i)),
                    }
                }
            }
        }
        Layer::Concat { axis } => concat(graph, node, number, *axis),
        Layer::Mean { axes, .. } => {
            let mut kept = input.to_vec();
            axes.iter().for_each(|&axis| kept[axis] = 1);
            let number: usize = axes.iter().map(|&axis| input[axis]).product();
            let targets = index::broadcast(&kept, input);
            let weight = 1.0 / number as f64;
            targets.iter().zip(0u32..).map(|(&target, source)| Link { source, target, weight }).collect()
        }
        Layer::AveragePool { pool, count_padding } => average(pool, *count_padding, input, output),
        _ => return None,
    })
}

fn concat(graph: &Graph, node: &Node, number: usize, axis: usize) -> Vec<Link> {
    let operand = graph.node(node.operands()[number]);
    let before: usize = node.operands()[..number].iter().map(|id| graph.node(*id).shape()[axis]).sum();
    let inner: usize = node.shape()[axis + 1..].iter().product();
    let (mine, all) = (operand.shape()[axis] * inner, node.shape()[axis] * inner);
    let target = |i: usize| (i / mine * all + before * inner + i % mine) as u32;
    (0..operand.num_values()).map(|i| Link { source: i as u32, target: target(i), weight: 1.0 }).collect()
}

/// The values of the operand that each window sees.
pub(crate) fn windows(pool: &Pool, input: &[usize], output: &[usize]) -> Vec<Vec<u32>> {
    let [channels, height, width] = image(input).unwrap_or_default();
    let [_, rows, columns] = image(output).unwrap_or_default();
    let mut windows = Vec::with_capacity(channels * rows * columns);
    for channel in 0..channels {
        for row in 0..rows {
            for column in 0..columns {
                let mut members = Vec::new();
                for (_, y) in pool.window.places(0, row, height) {
                    let places = pool.window.places(1, column, width);
                    members.extend(places.map(|(_, x)| ((channel * height + y) * width + x) as u32));
                }
                windows.push(members);
            }
        }
    }
    windows
}

fn average(pool: &Pool, count_padding: bool, input: &[usize], output: &[usize]) -> Vec<Link> {
    let mut links = Vec::new();
    let [_, height, width] = image(input).unwrap_or_default();
    let [_, rows, columns] = image(output).unwrap_or_default();
    for (target, members) in windows(pool, input, output).into_iter().enumerate() {
        let divisor = if count_padding {
            let (row, column) = (target / columns % rows, target % columns);
            pool.window.num_with_padding(0, row, height) * pool.window.num_with_padding(1, column, width)
        } else {
            members.len()
        };
        let weight = 1.0 / divisor as f64;
        links.extend(members.into_iter().map(|source| Link { source, target: target as u32, weight }));
    }
    links
}
