//! Operators that treat every value alone or combine two.

use super::constant::int_binary;
use super::importer::Importer;
use super::operation::Operation;
use super::value::{Const, Value};
use crate::import::ImportError;
use crate::layer::{BinaryOp, Function, GeluForm, Layer};
use crate::shape::broadcast;

type Results = Result<Vec<Value>, ImportError>;

pub(super) fn binary(importer: &mut Importer, op: &Operation<'_>, kind: BinaryOp) -> Results {
    if let Some(results) = int_binary(importer, op, kind) {
        return results;
    }
    let (a, b) = (op.operand(0)?, op.operand(1)?);
    if let (Value::Const(_), Value::Const(_)) = (a, b) {
        return importer.fold(op, |scratch, op| {
            combine(scratch, op, kind, op.operand(0)?, op.operand(1)?).map(|value| vec![value])
        });
    }
    Ok(vec![combine(importer, op, kind, a, b)?])
}

fn combine(
    importer: &mut Importer,
    op: &Operation<'_>,
    kind: BinaryOp,
    a: &Value,
    b: &Value,
) -> Result<Value, ImportError> {
    let shapes = [a, b].map(|value| match value {
        Value::Const(constant) => constant.shape.as_slice(),
        Value::Signal(signal) => signal.shape.as_slice(),
    });
    let rank = shapes[0].len().max(shapes[1].len());
    let common = importer.common_batch([a, b], rank);
    let (batch, length) = common.map_or((None, 1), |(batch, length)| (Some(batch), length));
    let nodes = [importer.aligned(op, a, rank, batch, length)?, importer.aligned(op, b, rank, batch, length)?];
    let mut shape = broadcast(shapes[0], shapes[1])
        .ok_or_else(|| op.refuse(format!("shapes {shapes:?} do not fit"), "check the export"))?;
    if let Some(batch) = batch {
        shape[batch.axis] = length;
    }
    importer.push(op, Layer::Binary(kind), &nodes, shape, batch)
}

/// The sum of any number of operands.
pub(super) fn sum(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let mut total = op.operand(0)?.clone();
    for position in 1..op.operands().len() {
        total = combine(importer, op, BinaryOp::Add, &total, op.operand(position)?)?;
    }
    Ok(vec![total])
}

/// A layer that keeps the shape.
pub(super) fn map(importer: &mut Importer, op: &Operation<'_>, layer: Layer) -> Results {
    let x = op.signal(0)?;
    Ok(vec![importer.push(op, layer, &[x.node], x.shape.clone(), x.batch)?])
}

pub(super) fn function(importer: &mut Importer, op: &Operation<'_>, function: Function) -> Results {
    map(importer, op, Layer::Function(function))
}

pub(super) fn leaky_relu(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let slope = op.real("alpha").unwrap_or(0.01);
    function(importer, op, Function::LeakyRelu { slope })
}

pub(super) fn pow(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let exponent = op.constant(1)?;
    let value = match (exponent.reals(), exponent.ints()) {
        (Some(&[value]), _) => value,
        (_, Some(&[value])) => value as f32,
        _ => return Err(op.refuse("it has more than one exponent".to_owned(), "use one exponent for all values")),
    };
    function(importer, op, Function::Pow { exponent: value })
}

pub(super) fn gelu(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let form = match op.text("approximate").as_deref() {
        None | Some("none") => GeluForm::Erf,
        Some("tanh") => GeluForm::Tanh,
        Some(other) => return Err(op.refuse(format!("approximate is {other:?}"), "use none or tanh")),
    };
    map(importer, op, Layer::Gelu(form))
}

fn bound(op: &Operation<'_>, position: usize, otherwise: f32) -> Result<f32, ImportError> {
    match op.optional_constant(position)? {
        None => Ok(otherwise),
        Some(bound) => {
            bound.scalar().ok_or_else(|| op.refuse("a bound is no single number".to_owned(), "use one bound"))
        }
    }
}

pub(super) fn clip(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let (min, max) = (op.real("min").unwrap_or(f32::NEG_INFINITY), op.real("max").unwrap_or(f32::INFINITY));
    let (min, max) = (bound(op, 1, min)?, bound(op, 2, max)?);
    map(importer, op, if (min, max) == (0.0, f32::INFINITY) { Layer::Relu } else { Layer::Clip { min, max } })
}

/// The larger or smaller of a result and a number.
pub(super) fn limit(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let operands = (op.operands().len() == 2).then(|| (op.optional(0), op.optional(1)));
    let (signal, constant) = match operands {
        Some((Some(Value::Signal(signal)), Some(Value::Const(constant))))
        | Some((Some(Value::Const(constant)), Some(Value::Signal(signal)))) => (signal, constant),
        _ => return Err(op.refuse("it does not compare a result with a number".to_owned(), "use Clip or Relu")),
    };
    let bound =
        constant.scalar().ok_or_else(|| op.refuse("the bound is no single number".to_owned(), "use one bound"))?;
    let layer = match op.operator() {
        "Max" if bound == 0.0 => Layer::Relu,
        "Max" => Layer::Clip { min: bound, max: f32::INFINITY },
        _ => Layer::Clip { min: f32::NEG_INFINITY, max: bound },
    };
    // The bound may have more axes than the result, all of length 1; the result keeps its own.
    let Const { shape, .. } = constant;
    if signal.shape.len() < shape.len() {
        return Err(op.refuse(format!("the bound has shape {shape:?}"), "use a scalar bound"));
    }
    Ok(vec![importer.push(op, layer, &[signal.node], signal.shape.clone(), signal.batch)?])
}
