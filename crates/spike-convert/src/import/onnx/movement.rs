//! Operators that move values without computing: they work on constants of any type and on results alike.

use super::importer::{Importer, UNKNOWN_BATCH};
use super::operation::Operation;
use super::value::{Batch, Const, Data, Signal, Value, batch_after_reshape};
use crate::import::ImportError;
use crate::index;
use crate::layer::Layer;
use crate::shape::broadcast;
use crate::tensor::num_values;

type Results = Result<Vec<Value>, ImportError>;

/// Shape and batch of a value.
fn form(value: &Value) -> (&[usize], Option<Batch>) {
    match value {
        Value::Const(constant) => (&constant.shape, None),
        Value::Signal(signal) => (&signal.shape, signal.batch),
    }
}

/// A shape with the batch taken out of its axis, which stays: what is in memory for one sample.
fn in_memory(shape: &[usize], batch: Option<Batch>, batch_size: usize) -> Vec<usize> {
    let mut shape = shape.to_vec();
    if let Some(batch) = batch {
        shape[batch.axis] /= batch_size;
    }
    shape
}

/// Picks values by their places in memory; `shape` is that of the result, batch included.
fn pick(
    importer: &mut Importer,
    op: &Operation<'_>,
    value: &Value,
    terms: &[Vec<usize>],
    shape: Vec<usize>,
    batch: Option<Batch>,
) -> Result<Value, ImportError> {
    let lengths: Vec<usize> = terms.iter().map(Vec::len).collect();
    importer.spend(op, &lengths)?;
    let index = index::separable(terms);
    match value {
        Value::Const(constant) => Ok(Value::Const(constant.select(shape, &index))),
        Value::Signal(signal) => importer.select(op, signal, index, shape, batch),
    }
}

/// The terms of all axes of an array, each taken whole.
fn all_terms(shape: &[usize]) -> Vec<Vec<usize>> {
    shape.iter().zip(index::strides(shape)).map(|(&length, stride)| index::whole(length, stride)).collect()
}

pub(super) fn reshaped(importer: &mut Importer, op: &Operation<'_>, value: &Value, shape: Vec<usize>) -> Results {
    let (from, batch) = form(value);
    if num_values(from) != num_values(&shape) {
        return Err(op.refuse(format!("shape {from:?} cannot become {shape:?}"), "check the export"));
    }
    let size = importer.batch_size;
    let batch = batch
        .map(|batch| batch_after_reshape(from, batch, &shape, size).ok_or_else(|| op.batch_mixed()))
        .transpose()?;
    Ok(vec![match value {
        Value::Const(constant) => Value::Const(Const { shape, data: constant.data.clone() }),
        Value::Signal(signal) => {
            let node = importer.shaped(op, signal.node, super::value::sample_shape(&shape, batch, size))?;
            Value::Signal(Signal { node, shape, batch })
        }
    }])
}

pub(super) fn identity(_: &mut Importer, op: &Operation<'_>) -> Results {
    Ok(vec![op.operand(0)?.clone()])
}

/// Dropout does nothing once training is over.
pub(super) fn dropout(importer: &mut Importer, op: &Operation<'_>) -> Results {
    op.disregard(&["ratio", "seed"]);
    let training = op.optional_constant(2)?.and_then(Const::ints).is_some_and(|mode| mode != [0]);
    if training {
        return Err(op.refuse("it is exported in training mode".to_owned(), "call model.eval() before the export"));
    }
    identity(importer, op)
}

pub(super) fn reshape(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let value = op.operand(0)?;
    let (from, _) = form(value);
    let keep_zero = op.int("allowzero").unwrap_or(0) != 0;
    let target = op.ints(1)?;
    let impossible = || op.refuse(format!("shape {from:?} cannot become {target:?}"), "check the export");
    let mut shape = Vec::with_capacity(target.len());
    let mut open = None;
    for (axis, &length) in target.iter().enumerate() {
        shape.push(match length {
            -1 if open.is_none() => {
                open = Some(axis);
                1
            }
            0 if !keep_zero => *from.get(axis).ok_or_else(impossible)?,
            length => usize::try_from(length).map_err(|_| impossible())?,
        });
    }
    if let Some(axis) = open {
        let total = num_values(from).ok_or_else(impossible)?;
        let rest = num_values(&shape).filter(|&rest| rest != 0 && total.is_multiple_of(rest)).ok_or_else(impossible)?;
        shape[axis] = total / rest;
    }
    reshaped(importer, op, value, shape)
}

pub(super) fn flatten(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let value = op.operand(0)?;
    let (from, _) = form(value);
    let axis = match op.int("axis").unwrap_or(1) {
        axis if axis == from.len() as i64 => from.len(),
        axis => op.axis(axis, from.len())?,
    };
    let shape = vec![from[..axis].iter().product(), from[axis..].iter().product()];
    reshaped(importer, op, value, shape)
}

/// The axes that an operator names in an attribute, or since opset 13 in an operand.
pub(super) fn axes(op: &Operation<'_>, position: usize) -> Result<Option<Vec<i64>>, ImportError> {
    if let Some(axes) = op.int_list("axes") {
        return Ok(Some(axes.to_vec()));
    }
    op.optional(position).map(|_| op.ints(position).map(<[i64]>::to_vec)).transpose()
}

pub(super) fn squeeze(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let value = op.operand(0)?;
    let (from, batch) = form(value);
    let removed: Vec<usize> = match axes(op, 1)? {
        Some(axes) => axes.iter().map(|&axis| op.axis(axis, from.len())).collect::<Result<_, _>>()?,
        // A batch of unknown size is not 1 long here, and one of size 1 is not meant to vanish.
        None => (0..from.len()).filter(|&at| from[at] == 1 && batch.is_none_or(|batch| batch.axis != at)).collect(),
    };
    let mut shape = Vec::new();
    for (axis, &length) in from.iter().enumerate() {
        if !removed.contains(&axis) {
            shape.push(length);
        } else if length != 1 {
            return Err(op.refuse(format!("axis {axis} of {from:?} is not 1 long"), "check the export"));
        }
    }
    reshaped(importer, op, value, shape)
}

pub(super) fn unsqueeze(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let value = op.operand(0)?;
    let (from, _) = form(value);
    let axes = axes(op, 1)?.ok_or_else(|| op.refuse("it names no axes".to_owned(), "check the export"))?;
    let rank = from.len() + axes.len();
    let added: Vec<usize> = axes.iter().map(|&axis| op.axis(axis, rank)).collect::<Result<_, _>>()?;
    let mut rest = from.iter();
    let shape: Option<Vec<usize>> =
        (0..rank).map(|axis| if added.contains(&axis) { Some(1) } else { rest.next().copied() }).collect();
    let shape = shape.ok_or_else(|| op.refuse(format!("axes {axes:?} are named twice"), "check the export"))?;
    reshaped(importer, op, value, shape)
}

pub(super) fn transpose(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let value = op.operand(0)?;
    let (from, batch) = form(value);
    let order: Vec<usize> = match op.int_list("perm") {
        Some(order) => order.iter().map(|&axis| op.axis(axis, from.len())).collect::<Result<_, _>>()?,
        None => (0..from.len()).rev().collect(),
    };
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..from.len()) {
        return Err(op.refuse(format!("{order:?} is not an order of {} axes", from.len()), "check the export"));
    }
    let terms = all_terms(&in_memory(from, batch, importer.batch_size));
    let terms: Vec<_> = order.iter().map(|&axis| terms[axis].clone()).collect();
    let shape = order.iter().map(|&axis| from[axis]).collect();
    let batch = batch.and_then(|batch| {
        let axis = order.iter().position(|&axis| axis == batch.axis)?;
        Some(Batch { axis, ..batch })
    });
    Ok(vec![pick(importer, op, value, &terms, shape, batch)?])
}

pub(super) fn slice(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let (starts, ends, axes, steps) = if let Some(starts) = op.int_list("starts") {
        (starts, op.int_list("ends").unwrap_or_default(), op.int_list("axes"), None)
    } else {
        let optional = |position| op.optional(position).map(|_| op.ints(position)).transpose();
        (op.ints(1)?, op.ints(2)?, optional(3)?, optional(4)?)
    };
    let value = op.operand(0)?;
    let (from, batch) = form(value);
    let mut terms = all_terms(&in_memory(from, batch, importer.batch_size));
    let mut shape = from.to_vec();
    let lengths = [ends.len(), axes.map_or(starts.len(), <[i64]>::len), steps.map_or(starts.len(), <[i64]>::len)];
    if lengths != [starts.len(); 3] {
        return Err(op.refuse("starts, ends, axes and steps differ in number".to_owned(), "check the export"));
    }
    for i in 0..starts.len() {
        let axis = op.axis(axes.map_or(i as i64, |axes| axes[i]), from.len())?;
        let step = steps.map_or(1, |steps| steps[i]);
        if step == 0 {
            return Err(op.refuse("a step is 0".to_owned(), "check the export"));
        }
        let length = from[axis] as i64;
        let count_from_end = |at: i64| if at < 0 { at.saturating_add(length) } else { at };
        // The bounds of the ONNX operator: a slice beyond the end is cut, not refused.
        let (first, last) = if 0 < step { (0, length) } else { (-1, length - 1) };
        let start = count_from_end(starts[i]).clamp(first.max(0), last.max(0));
        let end = if ends[i] < -length { first } else { count_from_end(ends[i]).clamp(first, last.max(first)) };
        if batch.is_some_and(|batch| batch.axis == axis) {
            if (start, step) != (0, 1) || end < length {
                return Err(op.batch_mixed());
            }
            continue;
        }
        let (distance, stride) = if 0 < step { (end - start, step) } else { (start - end, step.saturating_abs()) };
        let number = if 0 < distance { (distance - 1) / stride + 1 } else { 0 };
        terms[axis] = (0..number).map(|k| terms[axis][(start + k * step) as usize]).collect();
        shape[axis] = terms[axis].len();
    }
    Ok(vec![pick(importer, op, value, &terms, shape, batch)?])
}

pub(super) fn gather(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let value = op.operand(0)?;
    let (from, batch) = form(value);
    let axis = op.axis(op.int("axis").unwrap_or(0), from.len())?;
    if batch.is_some_and(|batch| batch.axis == axis) {
        return Err(op.batch_mixed());
    }
    let places = op.ints(1)?;
    let rank = op.constant(1)?.shape.len();
    let mut terms = all_terms(&in_memory(from, batch, importer.batch_size));
    let picked = places.iter().map(|&place| op.axis(place, from[axis]).map(|place| terms[axis][place]));
    terms[axis] = picked.collect::<Result<_, _>>()?;
    let shape = [&from[..axis], &op.constant(1)?.shape, &from[axis + 1..]].concat();
    let batch = batch.map(|batch| {
        let shifted = if axis < batch.axis { batch.axis + rank - 1 } else { batch.axis };
        Batch { axis: shifted, ..batch }
    });
    Ok(vec![pick(importer, op, value, &terms, shape, batch)?])
}

pub(super) fn split(importer: &mut Importer, op: &Operation<'_>) -> Results {
    op.disregard(&["num_outputs"]);
    let value = op.operand(0)?;
    let (from, batch) = form(value);
    let axis = op.axis(op.int("axis").unwrap_or(0), from.len())?;
    if batch.is_some_and(|batch| batch.axis == axis) {
        return Err(op.batch_mixed());
    }
    let listed = match op.int_list("split") {
        Some(lengths) => Some(lengths),
        None => op.optional(1).map(|_| op.ints(1)).transpose()?,
    };
    let lengths: Vec<usize> = match listed {
        Some(lengths) => lengths.iter().map(|&length| usize::try_from(length).unwrap_or(usize::MAX)).collect(),
        None => {
            // Equal parts; the last is shorter if the axis does not divide.
            let part = from[axis].div_ceil(op.num_outputs().max(1));
            (0..op.num_outputs()).map(|i| part.min(from[axis].saturating_sub(i * part))).collect()
        }
    };
    if lengths.iter().try_fold(0usize, |sum, &length| sum.checked_add(length)) != Some(from[axis]) {
        return Err(op.refuse(format!("parts {lengths:?} are not axis {axis} of {from:?}"), "check the export"));
    }
    let whole = all_terms(&in_memory(from, batch, importer.batch_size));
    let mut start = 0;
    let mut parts = Vec::with_capacity(lengths.len());
    for length in lengths {
        let (mut terms, mut shape) = (whole.clone(), from.to_vec());
        terms[axis] = whole[axis][start..start + length].to_vec();
        shape[axis] = length;
        start += length;
        parts.push(pick(importer, op, value, &terms, shape, batch)?);
    }
    Ok(parts)
}

/// Repeats axes of length 1 up to a shape, which may hold the batch.
pub(super) fn expanded(importer: &mut Importer, op: &Operation<'_>, value: &Value, target: &[usize]) -> Results {
    let (from, batch) = form(value);
    let shape = broadcast(from, target)
        .ok_or_else(|| op.refuse(format!("shape {from:?} cannot become {target:?}"), "check the export"))?;
    let missing = shape.len() - from.len();
    let size = importer.batch_size;
    // A batch of unknown size in the shape of a constant: the constant is then the same for all samples.
    let in_shape =
        || shape.iter().position(|&length| size == UNKNOWN_BATCH && 0 < length && length.is_multiple_of(size));
    let batch = match batch {
        Some(batch) => Some(Batch { axis: batch.axis + missing, ..batch }),
        None => in_shape().map(|axis| Batch { axis, outer: 1 }),
    };
    let memory = in_memory(from, form(value).1, size);
    let strides = index::strides(&memory);
    let mut terms = Vec::with_capacity(shape.len());
    for (axis, length) in in_memory(&shape, batch, size).into_iter().enumerate() {
        terms.push(match axis.checked_sub(missing) {
            Some(own) if memory[own] == length => index::whole(length, strides[own]),
            Some(own) if memory[own] != 1 => return Err(op.batch_mixed()),
            _ => {
                importer.spend(op, &[length])?;
                vec![0; length]
            }
        });
    }
    Ok(vec![match (value, batch) {
        (Value::Const(constant), Some(_)) => {
            let lengths: Vec<usize> = terms.iter().map(Vec::len).collect();
            importer.spend(op, &lengths)?;
            let repeated = constant.select(lengths, &index::separable(&terms));
            let sample = super::value::sample_shape(&shape, batch, size);
            let node = importer.constant_node(op, &repeated, sample)?;
            Value::Signal(Signal { node, shape, batch })
        }
        _ => pick(importer, op, value, &terms, shape, batch)?,
    }])
}

/// A list of whole numbers as a shape.
pub(super) fn as_shape(op: &Operation<'_>, lengths: &[i64]) -> Result<Vec<usize>, ImportError> {
    let shape: Option<Vec<usize>> = lengths.iter().map(|&length| usize::try_from(length).ok()).collect();
    shape.ok_or_else(|| op.refuse(format!("{lengths:?} is not a shape"), "check the export"))
}

pub(super) fn expand(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let target = as_shape(op, op.ints(1)?)?;
    expanded(importer, op, op.operand(0)?, &target)
}

pub(super) fn concat(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let values = op.operands().iter().copied().collect::<Option<Vec<_>>>();
    let values = values.filter(|values| !values.is_empty());
    let values = values.ok_or_else(|| op.refuse("an operand is missing".to_owned(), "check the export"))?;
    let rank = form(values[0]).0.len();
    let axis = op.axis(op.int("axis").unwrap_or(1), rank)?;
    let mut shape = form(values[0]).0.to_vec();
    for value in &values[1..] {
        let other = form(value).0;
        let fits = other.len() == rank && (0..rank).all(|at| at == axis || other[at] == shape[at] || other[at] == 1);
        if !fits {
            return Err(op.refuse(format!("shapes {shape:?} and {other:?} differ"), "check the export"));
        }
        shape[axis] = shape[axis].saturating_add(other[axis]);
    }
    if let Some(constants) =
        values.iter().map(|value| if let Value::Const(c) = value { Some(c) } else { None }).collect::<Option<Vec<_>>>()
    {
        importer.spend(op, &shape)?;
        return concat_constants(op, &constants, axis, shape);
    }
    let signal = values.iter().find_map(|value| match value {
        Value::Signal(signal) if signal.batch.is_some() => Some(signal),
        _ => None,
    });
    let (batch, sample_axis) = match signal {
        Some(signal) => {
            let sample_axis = signal.sample_axis(axis, importer.batch_size).ok_or_else(|| op.batch_mixed())?;
            (signal.batch.map(|batch| (batch, signal.shape[batch.axis])), sample_axis)
        }
        None => (None, axis),
    };
    let mut nodes = Vec::with_capacity(values.len());
    for value in values {
        nodes.push(importer.aligned(
            op,
            value,
            rank,
            batch.map(|(batch, _)| batch),
            batch.map_or(1, |(_, length)| length),
        )?);
    }
    Ok(vec![importer.push(op, Layer::Concat { axis: sample_axis }, &nodes, shape, batch.map(|(batch, _)| batch))?])
}

fn concat_constants(op: &Operation<'_>, constants: &[&Const], axis: usize, shape: Vec<usize>) -> Results {
    fn join<'a, T: Copy + 'a>(parts: &[(usize, &'a [T])], rounds: usize) -> Vec<T> {
        let mut joined = Vec::new();
        for round in 0..rounds {
            for (row, values) in parts {
                joined.extend_from_slice(&values[round * row..(round + 1) * row]);
            }
        }
        joined
    }
    let rounds = shape[..axis].iter().product();
    let row = |constant: &Const| constant.shape[axis..].iter().product::<usize>();
    let ints: Option<Vec<_>> = constants.iter().map(|c| Some((row(c), c.ints()?))).collect();
    let reals: Option<Vec<_>> = constants.iter().map(|c| Some((row(c), c.reals()?))).collect();
    let data = match (ints, reals) {
        (Some(parts), _) => Data::Int(join(&parts, rounds)),
        (_, Some(parts)) => Data::Real(join(&parts, rounds)),
        _ => return Err(op.refuse("whole numbers meet real ones".to_owned(), "cast them before")),
    };
    Ok(vec![Value::Const(Const { shape, data })])
}
