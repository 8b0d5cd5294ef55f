//! Exact execution of a network in 32-bit numbers: what conversion is measured against.

mod function;
mod linear;
mod pool;
mod reduce;

use crate::error::RunError;
use crate::graph::{Graph, Node, NodeId};
use crate::index;
use crate::layer::{BinaryOp, Layer};
use crate::par::map_indexed;

/// Samples that one task computes; constant, so that the work is split the same way on any number of threads.
const SAMPLES_PER_TASK: usize = 16;

/// The network with real-valued activations, as it was trained.
///
/// Each node computes y = f(x) as [`Layer`] states it, in 32-bit numbers; sums run in a fixed order, and
/// exponentials come from `spike-core`, so that results are the same on every platform and number of threads.
///
/// Input: samples one after the other, each of the shape of the graph's input. Output: one result for each sample.
///
/// # Errors
/// [`RunError`] if the input is not whole samples or not finite, or if a node computes what is not finite.
///
/// # Examples
/// ```
/// use spike_convert::{AnalogNetwork, Graph, Layer};
/// let mut graph = Graph::new("x", vec![2])?;
/// let relu = graph.push("relu", Layer::Relu, &[graph.input()])?;
/// graph.set_output(relu)?;
/// let network = AnalogNetwork::new(graph);
/// assert_eq!(network.run(&[1.0, -1.0, -2.0, 2.0])?, [1.0, 0.0, 0.0, 2.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Operators as in ONNX, Open Neural Network Exchange, operator schemas, <https://onnx.ai/onnx/operators/>.
#[derive(Debug, Clone)]
pub struct AnalogNetwork {
    graph: Graph,
    kernels: Vec<Kernel>,
}

/// The results of all nodes for one sample.
#[derive(Debug, Clone)]
pub struct Activations {
    values: Vec<Vec<f32>>,
    scratch: Vec<f32>,
}

/// What a node needs beside its layer, prepared once.
#[derive(Debug, Clone)]
pub(crate) enum Kernel {
    /// The layer alone is enough.
    Plain,
    Dense(linear::DenseKernel),
    Conv(linear::ConvKernel),
    BatchNorm(Vec<(f32, f32)>),
    Pool(pool::PoolKernel),
    /// Where the values of both operands are; `None` if in place.
    Binary(Option<Vec<u32>>, Option<Vec<u32>>),
    MatMul(linear::MatMulKernel),
    /// To which output each input value adds.
    Mean(Vec<u32>),
}

impl AnalogNetwork {
    /// Prepares a graph for execution.
    #[must_use]
    pub fn new(graph: Graph) -> Self {
        let kernels = graph.nodes().iter().map(|node| Kernel::new(&graph, node)).collect();
        Self { graph, kernels }
    }

    /// The graph that is executed.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Memory for the results of all nodes for one sample, to be used again for any number of samples.
    #[must_use]
    pub fn activations(&self) -> Activations {
        let nodes = self.graph.nodes().iter();
        let values = nodes.map(|node| match node.layer() {
            Layer::Constant(tensor) => tensor.values().to_vec(),
            _ => vec![0.0; node.num_values()],
        });
        Activations { values: values.collect(), scratch: Vec::new() }
    }

    /// Computes all nodes for one sample.
    ///
    /// # Errors
    /// As for the type; the sample is counted as number 0.
    pub fn run_sample(&self, sample: &[f32], activations: &mut Activations) -> Result<(), RunError> {
        let expected = self.graph.node(self.graph.input()).num_values();
        if sample.len() != expected {
            let shape = self.graph.input_shape().to_vec();
            return Err(RunError::SampleLength { found: sample.len(), expected, shape });
        }
        if let Some(position) = sample.iter().position(|value| !value.is_finite()) {
            return Err(RunError::InputNotFinite { sample: 0, position, value: sample[position] });
        }
        for (id, node) in self.graph.enumerate() {
            let (before, after) = activations.values.split_at_mut(id.index());
            let Some(result) = after.first_mut() else { break };
            if matches!(node.layer(), Layer::Input) {
                result.copy_from_slice(sample);
            } else {
                self.kernels[id.index()].run(&self.graph, node, before, result, &mut activations.scratch);
            }
        }
        if activations.get(self.graph.output()).iter().all(|value| value.is_finite()) {
            return Ok(());
        }
        let node = self.graph.nodes().iter().zip(&activations.values);
        let first = node.into_iter().find(|(_, values)| values.iter().any(|value| !value.is_finite()));
        let node = first.map_or(String::new(), |(node, _)| node.name.clone());
        Err(RunError::ResultNotFinite { sample: 0, node })
    }

    /// The results of the network for a batch of samples, one after the other, on the threads of the current pool.
    ///
    /// # Errors
    /// As for the type.
    pub fn run(&self, samples: &[f32]) -> Result<Vec<f32>, RunError> {
        let size = self.graph.node(self.graph.input()).num_values();
        if !samples.len().is_multiple_of(size) {
            let shape = self.graph.input_shape().to_vec();
            return Err(RunError::SampleLength { found: samples.len(), expected: size, shape });
        }
        let task_len = size * SAMPLES_PER_TASK;
        let parts = map_indexed(samples.len().div_ceil(task_len), |task| {
            let mine = &samples[task * task_len..samples.len().min((task + 1) * task_len)];
            let mut activations = self.activations();
            let mut results = Vec::new();
            for (index, sample) in mine.chunks_exact(size).enumerate() {
                self.run_sample(sample, &mut activations)
                    .map_err(|error| error.in_sample(task * SAMPLES_PER_TASK + index))?;
                results.extend_from_slice(activations.get(self.graph.output()));
            }
            Ok(results)
        });
        let mut results = Vec::with_capacity(samples.len() / size * self.graph.node(self.graph.output()).num_values());
        for part in parts {
            results.extend(part?);
        }
        Ok(results)
    }
}

impl Activations {
    /// The result of a node for the sample computed last.
    ///
    /// # Panics
    /// If the node is one of another, larger graph.
    #[must_use]
    pub fn get(&self, node: NodeId) -> &[f32] {
        &self.values[node.index()]
    }
}

impl Kernel {
    pub(crate) fn new(graph: &Graph, node: &Node) -> Self {
        let shape = |operand: usize| graph.node(node.operands()[operand]).shape();
        match node.layer() {
            Layer::Dense(dense) => Self::Dense(linear::DenseKernel::new(dense)),
            Layer::Conv(conv) => Self::Conv(linear::ConvKernel::new(conv, shape(0), node.shape())),
            Layer::BatchNorm(norm) => {
                let narrow = norm.scale_and_shift().into_iter().map(|(scale, shift)| (scale as f32, shift as f32));
                Self::BatchNorm(narrow.collect())
            }
            Layer::MaxPool(pool) | Layer::AveragePool { pool, .. } => {
                Self::Pool(pool::PoolKernel::new(*pool, shape(0), node.shape()))
            }
            Layer::Binary(_) => {
                let places = |of: &[usize]| (of != node.shape()).then(|| index::broadcast(of, node.shape()));
                Self::Binary(places(shape(0)), places(shape(1)))
            }
            Layer::MatMul => Self::MatMul(linear::MatMulKernel::new(shape(0), shape(1), node.shape())),
            Layer::Mean { axes, .. } => {
                let mut kept = shape(0).to_vec();
                for &axis in axes {
                    kept[axis] = 1;
                }
                Self::Mean(index::broadcast(&kept, shape(0)))
            }
            _ => Self::Plain,
        }
    }

    pub(crate) fn run(&self, graph: &Graph, node: &Node, before: &[Vec<f32>], y: &mut [f32], scratch: &mut Vec<f32>) {
        let operand = |number: usize| {
            let id = node.operands()[number];
            (graph.node(id).shape(), before[id.index()].as_slice())
        };
        match (self, node.layer()) {
            (_, Layer::Input | Layer::Constant(_)) => {}
            (Self::Dense(kernel), _) => kernel.run(operand(0).1, y),
            (Self::Conv(kernel), _) => kernel.run(operand(0).1, y, scratch),
            (Self::BatchNorm(maps), _) => reduce::per_channel(maps, operand(0).1, y),
            (Self::Pool(kernel), Layer::AveragePool { count_padding, .. }) => {
                kernel.average(operand(0).1, y, *count_padding);
            }
            (Self::Pool(kernel), _) => kernel.max(operand(0).1, y),
            (Self::Binary(at_a, at_b), Layer::Binary(op)) => {
                combine(*op, (operand(0).1, at_a.as_deref()), (operand(1).1, at_b.as_deref()), y);
            }
            (Self::MatMul(kernel), _) => kernel.run(operand(0).1, operand(1).1, y),
            (Self::Mean(target), _) => reduce::mean(target, operand(0).1, y),
            (_, Layer::Select(select)) => {
                let x = operand(0).1;
                y.iter_mut().zip(&select.index).for_each(|(y, &from)| *y = x[from as usize]);
            }
            (_, Layer::Concat { axis }) => {
                let parts: Vec<_> = (0..node.operands().len()).map(operand).collect();
                reduce::concat(*axis, &parts, y);
            }
            (_, Layer::LayerNorm(norm)) => reduce::layer_norm(norm, operand(0), y),
            (_, Layer::Softmax { axis }) => reduce::softmax(*axis, operand(0), y),
            (_, Layer::Reshape(_)) => y.copy_from_slice(operand(0).1),
            (_, layer) => function::apply(layer, operand(0).1, y),
        }
    }
}

/// y = a ∘ b, value by value.
fn combine(op: BinaryOp, a: (&[f32], Option<&[u32]>), b: (&[f32], Option<&[u32]>), y: &mut [f32]) {
    let at = |operand: (&[f32], Option<&[u32]>), i: usize| match operand.1 {
        Some(index) => operand.0[index[i] as usize],
        None => operand.0[i],
    };
    for (i, y) in y.iter_mut().enumerate() {
        let (a, b) = (at(a, i), at(b, i));
        *y = match op {
            BinaryOp::Add => a + b,
            BinaryOp::Sub => a - b,
            BinaryOp::Mul => a * b,
            BinaryOp::Div => a / b,
        };
    }
}
