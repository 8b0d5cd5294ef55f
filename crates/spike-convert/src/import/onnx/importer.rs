//! From ONNX nodes to layers: the state of an import, and what all operators share.

use super::operation::Operation;
use super::value::{Batch, Const, Data, Signal, Value, sample_shape};
use crate::analog::AnalogNetwork;
use crate::graph::{Graph, MAX_NODE_VALUES, NodeId};
use crate::import::ImportError;
use crate::layer::{Layer, Select};
use crate::tensor::{Tensor, num_values};

/// The size that a batch of unknown size has during import: a prime beyond the length of any other axis, so that a
/// length or a computed shape that is a multiple of it has the batch in it.
pub(super) const UNKNOWN_BATCH: usize = 2_147_483_629;

const _: () = assert!(MAX_NODE_VALUES < UNKNOWN_BATCH);

/// A graph that grows operator by operator.
pub(super) struct Importer {
    pub(super) graph: Graph,
    pub(super) opset: i64,
    pub(super) batch_size: usize,
    /// Size of the file and values that import may still create.
    num_bytes: usize,
    budget: usize,
}

impl Importer {
    pub(super) fn new(graph: Graph, opset: i64, batch_size: usize, num_bytes: usize) -> Self {
        // Generous for every real file: reordering the images of a small network takes far less.
        let budget = num_bytes.saturating_mul(64).saturating_add(1 << 22);
        Self { graph, opset, batch_size, num_bytes, budget }
    }

    /// Takes a number of values from what the size of the file allows.
    pub(super) fn spend(&mut self, op: &Operation<'_>, shape: &[usize]) -> Result<usize, ImportError> {
        let expansion = || ImportError::Expansion { node: op.label().to_owned(), num_bytes: self.num_bytes };
        let number = num_values(shape).filter(|&number| number <= MAX_NODE_VALUES).ok_or_else(expansion)?;
        self.budget = self.budget.checked_sub(number).ok_or_else(expansion)?;
        Ok(number)
    }

    /// Appends a layer whose result has the given shape, batch included.
    pub(super) fn push(
        &mut self,
        op: &Operation<'_>,
        layer: Layer,
        operands: &[NodeId],
        shape: Vec<usize>,
        batch: Option<Batch>,
    ) -> Result<Value, ImportError> {
        let node = self.graph.push(op.label(), layer, operands).map_err(|error| op.invalid(error))?;
        let node = self.shaped(op, node, sample_shape(&shape, batch, self.batch_size))?;
        Ok(Value::Signal(Signal { node, shape, batch }))
    }

    /// The same values under a shape of one sample, by a node of its own only if that is another shape.
    pub(super) fn shaped(
        &mut self,
        op: &Operation<'_>,
        node: NodeId,
        shape: Vec<usize>,
    ) -> Result<NodeId, ImportError> {
        if self.graph.node(node).shape() == shape {
            return Ok(node);
        }
        self.graph.push(op.label(), Layer::Reshape(shape), &[node]).map_err(|error| op.invalid(error))
    }

    /// Picks values of an operand by their places in one sample; `shape` is that of the result, batch included.
    pub(super) fn select(
        &mut self,
        op: &Operation<'_>,
        from: &Signal,
        index: Vec<u32>,
        shape: Vec<usize>,
        batch: Option<Batch>,
    ) -> Result<Value, ImportError> {
        let sample = sample_shape(&shape, batch, self.batch_size);
        let in_place = index.iter().copied().eq(0..self.graph.node(from.node).num_values() as u32);
        if in_place {
            let node = self.shaped(op, from.node, sample)?;
            return Ok(Value::Signal(Signal { node, shape, batch }));
        }
        self.push(op, Layer::Select(Select { shape: sample, index }), &[from.node], shape, batch)
    }

    /// A constant as a node of the graph, without a batch.
    pub(super) fn constant_node(
        &mut self,
        op: &Operation<'_>,
        constant: &Const,
        shape: Vec<usize>,
    ) -> Result<NodeId, ImportError> {
        let Some(values) = constant.reals() else {
            return Err(op.refuse("whole numbers meet real ones".to_owned(), "cast them to float32 before"));
        };
        self.spend(op, &shape)?;
        let tensor = Tensor::new(shape, values.to_vec()).map_err(|error| op.invalid(error))?;
        self.graph.push(op.label(), Layer::Constant(tensor), &[]).map_err(|error| op.invalid(error))
    }

    /// An operand as a node that can be aligned at the last axis with arrays of `rank` axes and the given batch.
    pub(super) fn aligned(
        &mut self,
        op: &Operation<'_>,
        value: &Value,
        rank: usize,
        batch: Option<Batch>,
        batch_length: usize,
    ) -> Result<NodeId, ImportError> {
        let (shape, own) = match value {
            Value::Const(constant) => (&constant.shape, None),
            Value::Signal(signal) => (&signal.shape, signal.batch),
        };
        let missing = rank - shape.len();
        let mut padded = [vec![1; missing], shape.clone()].concat();
        match (batch, own) {
            (Some(batch), Some(own)) => {
                let same = own.axis + missing == batch.axis && own.outer == batch.outer;
                if !same || padded[batch.axis] != batch_length {
                    return Err(op.batch_mixed());
                }
            }
            (Some(batch), None) => {
                if padded[batch.axis] != 1 {
                    let Value::Const(constant) = value else { return Err(op.batch_mixed()) };
                    let sample = of_one_sample(constant, &padded, batch, batch_length, self.batch_size);
                    let sample = sample.ok_or_else(|| op.batch_mixed())?;
                    let shape = sample_shape(&padded, Some(batch), self.batch_size);
                    return self.constant_node(op, &sample, shape);
                }
                if batch_length == self.batch_size {
                    padded.remove(batch.axis);
                }
            }
            (None, _) => {}
        }
        match value {
            Value::Signal(signal) if own.is_some() || batch.is_none() => Ok(signal.node),
            Value::Signal(signal) => self.shaped(op, signal.node, padded),
            Value::Const(constant) => self.constant_node(op, constant, padded),
        }
    }

    /// The batch of two operands once their shapes have `rank` axes, with the length of its axis.
    pub(super) fn common_batch(&self, values: [&Value; 2], rank: usize) -> Option<(Batch, usize)> {
        values.into_iter().find_map(|value| match value {
            Value::Signal(Signal { shape, batch: Some(batch), .. }) => {
                let axis = batch.axis + rank - shape.len();
                Some((Batch { axis, outer: batch.outer }, shape[batch.axis]))
            }
            _ => None,
        })
    }

    /// Computes an operation of constants alone, by the same code that executes the network.
    pub(super) fn fold(
        &mut self,
        op: &Operation<'_>,
        build: impl Fn(&mut Self, &Operation<'_>) -> Result<Vec<Value>, ImportError>,
    ) -> Result<Vec<Value>, ImportError> {
        let graph = Graph::new("constants", vec![1]).map_err(|error| op.invalid(error))?;
        let mut scratch = Self { graph, budget: self.budget, ..*self };
        let Value::Const(first) = op.operand(0)? else {
            return Err(op.refuse("it is no constant".to_owned(), "check the export"));
        };
        let node = scratch.constant_node(op, first, first.shape.clone())?;
        let first = Value::Signal(Signal { node, shape: first.shape.clone(), batch: None });
        let mut operands = op.operands().to_vec();
        operands[0] = Some(&first);
        let results = build(&mut scratch, &op.with_operands(operands))?;
        self.budget = scratch.budget;
        let mut folded = Vec::with_capacity(results.len());
        for result in results {
            let Value::Signal(signal) = result else {
                folded.push(result);
                continue;
            };
            self.spend(op, &signal.shape)?;
            scratch.graph.set_output(signal.node).map_err(|error| op.invalid(error))?;
            let values = AnalogNetwork::new(scratch.graph.clone()).run(&[0.0]).map_err(|error| {
                op.refuse(format!("its constant operands give no number ({error})"), "check the weights")
            })?;
            folded.push(Value::Const(Const { shape: signal.shape, data: Data::Real(values) }));
        }
        Ok(folded)
    }
}

/// The part of a constant that belongs to one sample, if the constant was repeated for all samples of a fixed batch.
fn of_one_sample(
    constant: &Const,
    shape: &[usize],
    batch: Batch,
    batch_length: usize,
    batch_size: usize,
) -> Option<Const> {
    let outer = shape[..batch.axis].iter().product::<usize>() * batch.outer;
    let whole = shape[batch.axis] == batch_length && batch_length.is_multiple_of(batch.outer * batch_size);
    let values = constant.reals().filter(|values| whole && !values.is_empty())?;
    let inner = values.len() / (outer * batch_size);
    let mut sample = Vec::with_capacity(outer * inner);
    for repeated in values.chunks_exact(batch_size * inner) {
        let (first, others) = repeated.split_at(inner);
        if others.chunks_exact(inner).any(|other| other != first) {
            return None;
        }
        sample.extend_from_slice(first);
    }
    Some(Const { shape: vec![sample.len()], data: Data::Real(sample) })
}
