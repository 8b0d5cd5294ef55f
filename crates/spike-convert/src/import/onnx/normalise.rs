//! Normalisation operators: batch normalisation, layer normalisation, softmax.

use super::importer::Importer;
use super::operation::Operation;
use super::value::Value;
use crate::import::ImportError;
use crate::index;
use crate::layer::{BatchNorm, Layer, LayerNorm};
use crate::shape::broadcast;

type Results = Result<Vec<Value>, ImportError>;

pub(super) fn batch_norm(importer: &mut Importer, op: &Operation<'_>) -> Results {
    op.disregard(&["momentum"]);
    let x = op.signal(0)?;
    if op.int("training_mode").unwrap_or(0) != 0 {
        return Err(op.refuse("it is exported in training mode".to_owned(), "call model.eval() before the export"));
    }
    if op.int("spatial").unwrap_or(1) != 1 {
        return Err(op.refuse("spatial is 0".to_owned(), "normalise by channel"));
    }
    if !x.is_batch_first(importer.batch_size) {
        return Err(op.batch_mixed());
    }
    let norm = BatchNorm {
        scale: op.reals(1)?.to_vec(),
        shift: op.reals(2)?.to_vec(),
        mean: op.reals(3)?.to_vec(),
        variance: op.reals(4)?.to_vec(),
        epsilon: f64::from(op.real("epsilon").unwrap_or(1e-5)),
    };
    Ok(vec![importer.push(op, Layer::BatchNorm(norm), &[x.node], x.shape.clone(), x.batch)?])
}

pub(super) fn layer_norm(importer: &mut Importer, op: &Operation<'_>) -> Results {
    op.disregard(&["stash_type"]);
    let x = op.signal(0)?;
    let axis = op.axis(op.int("axis").unwrap_or(-1), x.shape.len())?;
    if x.batch.is_some_and(|batch| axis <= batch.axis) {
        return Err(op.batch_mixed());
    }
    let normalised = &x.shape[axis..];
    let values = |position: usize| -> Result<Option<Vec<f32>>, ImportError> {
        let Some(constant) = op.optional_constant(position)? else { return Ok(None) };
        let values = op.reals(position)?;
        if broadcast(&constant.shape, normalised).as_deref() != Some(normalised) {
            let shape = &constant.shape;
            return Err(op.refuse(format!("operand {position} has shape {shape:?}"), "it must fit the normalised axes"));
        }
        Ok(Some(index::broadcast(&constant.shape, normalised).iter().map(|&at| values[at as usize]).collect()))
    };
    let norm = LayerNorm {
        num_axes: normalised.len(),
        scale: values(1)?,
        shift: values(2)?,
        epsilon: f64::from(op.real("epsilon").unwrap_or(1e-5)),
    };
    Ok(vec![importer.push(op, Layer::LayerNorm(norm), &[x.node], x.shape.clone(), x.batch)?])
}

/// Before opset 13 all axes from the named one on sum to 1 together, afterwards the named one alone.
pub(super) fn softmax(importer: &mut Importer, op: &Operation<'_>) -> Results {
    const ONE_AXIS_SINCE: i64 = 13;
    let x = op.signal(0)?;
    let rank = x.shape.len();
    let one_axis = ONE_AXIS_SINCE <= importer.opset;
    let axis = op.axis(op.int("axis").unwrap_or(if one_axis { -1 } else { 1 }), rank)?;
    let mixes =
        if one_axis { x.batch.is_some_and(|b| b.axis == axis) } else { x.batch.is_some_and(|b| axis <= b.axis) };
    if mixes {
        return Err(op.batch_mixed());
    }
    let sample_axis = x.sample_axis(axis, importer.batch_size).ok_or_else(|| op.batch_mixed())?;
    let mut node = x.node;
    let mut softmax_axis = sample_axis;
    if !one_axis && axis + 1 < rank {
        let sample = x.sample_shape(importer.batch_size);
        let (before, together) = sample.split_at(sample_axis);
        let flat = vec![before.iter().product(), together.iter().product()];
        node = importer.shaped(op, node, flat)?;
        softmax_axis = 1;
    }
    Ok(vec![importer.push(op, Layer::Softmax { axis: softmax_axis }, &[node], x.shape.clone(), x.batch)?])
}
