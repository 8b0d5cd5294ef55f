//! Operators whose result is known at import: constants, shapes, and the whole numbers that are computed from them.

use super::importer::{Importer, UNKNOWN_BATCH};
use super::movement::{as_shape, expanded};
use super::operation::Operation;
use super::tensor;
use super::value::{Const, Data, Value};
use crate::import::ImportError;
use crate::index;
use crate::layer::BinaryOp;
use crate::shape::broadcast;

type Results = Result<Vec<Value>, ImportError>;

fn only(constant: Const) -> Results {
    Ok(vec![Value::Const(constant)])
}

pub(super) fn constant(_: &mut Importer, op: &Operation<'_>) -> Results {
    if let Some(value) = op.tensor("value") {
        return only(tensor::read(op.label(), value)?);
    }
    if let Some(value) = op.int("value_int") {
        return only(Const { shape: Vec::new(), data: Data::Int(vec![value]) });
    }
    if let Some(values) = op.int_list("value_ints") {
        return only(Const::int_list(values.to_vec()));
    }
    if let Some(value) = op.real("value_float") {
        return only(Const { shape: Vec::new(), data: Data::Real(vec![value]) });
    }
    match op.real_list("value_floats") {
        Some(values) => only(Const { shape: vec![values.len()], data: Data::Real(values.to_vec()) }),
        None => Err(op.refuse("it holds no numbers".to_owned(), "only dense arrays of numbers are allowed")),
    }
}

fn lengths(value: &Value) -> Vec<i64> {
    let shape = match value {
        Value::Const(constant) => &constant.shape,
        Value::Signal(signal) => &signal.shape,
    };
    shape.iter().map(|&length| length as i64).collect()
}

pub(super) fn shape(_: &mut Importer, op: &Operation<'_>) -> Results {
    let lengths = lengths(op.operand(0)?);
    let rank = lengths.len() as i64;
    // Both bounds are cut to the axes that exist.
    let bound = |at: i64| if at < 0 { at.saturating_add(rank) } else { at }.clamp(0, rank) as usize;
    let (start, end) = (bound(op.int("start").unwrap_or(0)), bound(op.int("end").unwrap_or(rank)));
    only(Const::int_list(lengths[start..end.max(start)].to_vec()))
}

pub(super) fn size(_: &mut Importer, op: &Operation<'_>) -> Results {
    let product = lengths(op.operand(0)?).into_iter().try_fold(1i64, i64::checked_mul);
    let product = product.ok_or_else(|| op.refuse("the size overflows".to_owned(), "check the export"))?;
    only(Const { shape: Vec::new(), data: Data::Int(vec![product]) })
}

pub(super) fn constant_of_shape(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let value = match op.tensor("value") {
        Some(value) => tensor::read(op.label(), value)?,
        None => Const { shape: vec![1], data: Data::Real(vec![0.0]) },
    };
    if value.num_values() != 1 {
        return Err(op.refuse(format!("it has {} values", value.num_values()), "it must have one"));
    }
    let target = as_shape(op, op.ints(0)?)?;
    let scalar = Value::Const(Const { shape: Vec::new(), ..value });
    if target.contains(&0) {
        let Value::Const(scalar) = scalar else { return Ok(vec![scalar]) };
        return only(scalar.select(target, &[]));
    }
    expanded(importer, op, &scalar, &target)
}

pub(super) fn range(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let bound = |position| match op.ints(position)? {
        &[value] => Ok(value),
        _ => Err(op.refuse(format!("operand {position} is no single whole number"), "check the export")),
    };
    let (start, limit, step) = (bound(0)?, bound(1)?, bound(2)?);
    let distance = if 0 < step { limit.saturating_sub(start) } else { start.saturating_sub(limit) };
    if step == 0 {
        return Err(op.refuse("the step is 0".to_owned(), "check the export"));
    }
    let number = if 0 < distance { (distance - 1) / step.saturating_abs() + 1 } else { 0 };
    importer.spend(op, &as_shape(op, &[number])?)?;
    only(Const::int_list((0..number).map(|k| start + k * step).collect()))
}

pub(super) fn cast(_: &mut Importer, op: &Operation<'_>) -> Results {
    const REAL: [i64; 4] = [1, 10, 11, 16];
    let to = op.int("to").unwrap_or(0);
    op.disregard(&["saturate"]);
    let is_real = REAL.contains(&to);
    let constant = match op.operand(0)? {
        Value::Signal(_) if is_real => return Ok(vec![op.operand(0)?.clone()]),
        Value::Signal(_) => return Err(op.refuse("a result is cast to whole numbers".to_owned(), "do without it")),
        Value::Const(constant) => constant,
    };
    let data = match &constant.data {
        Data::Int(values) if is_real => {
            if values.iter().any(|&value| is_batch(value)) {
                return Err(
                    op.refuse("the size of the batch is used as a number".to_owned(), "export a fixed batch of 1")
                );
            }
            Data::Real(values.iter().map(|&value| value as f32).collect())
        }
        Data::Int(values) if to == 9 => Data::Int(values.iter().map(|&value| i64::from(value != 0)).collect()),
        Data::Real(values) if to == 9 => Data::Int(values.iter().map(|&value| i64::from(value != 0.0)).collect()),
        Data::Real(values) if !is_real => Data::Int(values.iter().map(|&value| value as i64).collect()),
        same => same.clone(),
    };
    only(Const { shape: constant.shape.clone(), data })
}

/// Whether a number stands for a batch of unknown size.
fn is_batch(value: i64) -> bool {
    value != 0 && value % UNKNOWN_BATCH as i64 == 0
}

/// Combines whole numbers; none if the operands are anything else.
pub(super) fn int_binary(importer: &mut Importer, op: &Operation<'_>, kind: BinaryOp) -> Option<Results> {
    let f = |a: i64, b: i64| match kind {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div => a.checked_div(b),
    };
    int_map(importer, op, f)
}

pub(super) fn equal(importer: &mut Importer, op: &Operation<'_>) -> Results {
    int_map(importer, op, |a, b| Some(i64::from(a == b))).unwrap_or_else(|| {
        Err(op.refuse("it compares what is not whole numbers known now".to_owned(), "do without it"))
    })
}

fn int_map(importer: &mut Importer, op: &Operation<'_>, f: impl Fn(i64, i64) -> Option<i64>) -> Option<Results> {
    let (Some(Value::Const(a)), Some(Value::Const(b))) = (op.optional(0), op.optional(1)) else { return None };
    let (left, right) = (a.ints()?, b.ints()?);
    Some((|| {
        let shape = broadcast(&a.shape, &b.shape)
            .ok_or_else(|| op.refuse(format!("shapes {:?} and {:?} differ", a.shape, b.shape), "check the export"))?;
        importer.spend(op, &shape)?;
        let places = index::broadcast(&a.shape, &shape).into_iter().zip(index::broadcast(&b.shape, &shape));
        let values: Option<Vec<i64>> = places.map(|(i, j)| f(left[i as usize], right[j as usize])).collect();
        let values = values
            .ok_or_else(|| op.refuse("whole numbers overflow or are divided by 0".to_owned(), "check the export"))?;
        only(Const { shape, data: Data::Int(values) })
    })())
}

pub(super) fn choose(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let (condition, a, b) = (op.constant(0)?, op.constant(1)?, op.constant(2)?);
    let shape = broadcast(&a.shape, &b.shape).and_then(|shape| broadcast(&shape, &condition.shape));
    let shape = shape.ok_or_else(|| op.refuse("the shapes of its operands differ".to_owned(), "check the export"))?;
    importer.spend(op, &shape)?;
    let [at_condition, at_a, at_b] = [condition, a, b].map(|constant| index::broadcast(&constant.shape, &shape));
    let from_a: Vec<bool> =
        at_condition.iter().map(|&at| op.ints(0).map(|c| c[at as usize] != 0)).collect::<Result<_, _>>()?;
    fn pick<T: Copy>(from_a: &[bool], a: (&[T], &[u32]), b: (&[T], &[u32])) -> Vec<T> {
        let value = |(i, &first): (usize, &bool)| if first { a.0[a.1[i] as usize] } else { b.0[b.1[i] as usize] };
        from_a.iter().enumerate().map(value).collect()
    }
    let data = match (&a.data, &b.data) {
        (Data::Int(a), Data::Int(b)) => Data::Int(pick(&from_a, (a, &at_a), (b, &at_b))),
        (Data::Real(a), Data::Real(b)) => Data::Real(pick(&from_a, (a, &at_a), (b, &at_b))),
        _ => return Err(op.refuse("whole numbers meet real ones".to_owned(), "cast them before")),
    };
    only(Const { shape, data })
}
