//! Operators with weights: Gemm, MatMul, Conv.

use super::importer::Importer;
use super::operation::Operation;
use super::value::{Const, Signal, Value};
use crate::graph::NodeId;
use crate::import::ImportError;
use crate::index;
use crate::layer::{Conv, Dense, Layer, Window};
use crate::shape::broadcast;
use crate::tensor::Tensor;

type Results = Result<Vec<Value>, ImportError>;

fn tensor(op: &Operation<'_>, shape: Vec<usize>, values: Vec<f32>) -> Result<Tensor, ImportError> {
    Tensor::new(shape, values).map_err(|error| op.invalid(error))
}

/// A matrix of weights as (out, in); `transposed` if it is stored so.
fn weights(
    op: &Operation<'_>,
    [rows, columns]: [usize; 2],
    values: &[f32],
    transposed: bool,
    factor: f32,
) -> Result<Tensor, ImportError> {
    if transposed {
        return tensor(op, vec![rows, columns], values.iter().map(|&w| factor * w).collect());
    }
    let index = index::transpose(&[rows, columns], &[1, 0]);
    tensor(op, vec![columns, rows], index.into_iter().map(|at| factor * values[at as usize]).collect())
}

/// A constant as one value for each output.
fn bias(op: &Operation<'_>, constant: &Const, num_outputs: usize, factor: f32) -> Result<Tensor, ImportError> {
    let values =
        constant.reals().filter(|_| broadcast(&constant.shape, &[1, num_outputs]) == Some(vec![1, num_outputs]));
    let Some(values) = values else {
        return Err(op.refuse(
            format!("its bias has shape {:?}", constant.shape),
            &format!("it must have one value for each of the {num_outputs} outputs"),
        ));
    };
    let values = if values.len() == 1 {
        vec![factor * values[0]; num_outputs]
    } else {
        values.iter().map(|b| factor * b).collect()
    };
    Ok(Tensor::vector(values))
}

pub(super) fn gemm(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let x = op.signal(0)?;
    let (alpha, beta) = (op.real("alpha").unwrap_or(1.0), op.real("beta").unwrap_or(1.0));
    if op.int("transA").unwrap_or(0) != 0 {
        return Err(op.refuse("transA is set".to_owned(), "transpose the operand before"));
    }
    let transposed = op.int("transB").unwrap_or(0) != 0;
    let weight = op.constant(1)?;
    let &[rows, columns] = weight.shape.as_slice() else {
        return Err(op.refuse(format!("its weights have shape {:?}", weight.shape), "they must be a matrix"));
    };
    let weight = weights(op, [rows, columns], op.reals(1)?, transposed, alpha)?;
    let num_outputs = weight.shape()[0];
    let bias = op.optional_constant(2)?.map(|c| bias(op, c, num_outputs, beta)).transpose()?;
    dense(importer, op, x, Dense { weight, bias })
}

/// A dense layer over the last axis.
fn dense(importer: &mut Importer, op: &Operation<'_>, x: &Signal, dense: Dense) -> Results {
    let Some((_, before)) = x.shape.split_last() else {
        return Err(op.refuse("its input has no axis".to_owned(), "check the export"));
    };
    if x.batch.is_some_and(|batch| batch.axis == before.len()) {
        return Err(op.batch_mixed());
    }
    let shape = [before, &[dense.num_outputs()]].concat();
    Ok(vec![importer.push(op, Layer::Dense(dense), &[x.node], shape, x.batch)?])
}

pub(super) fn matmul(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let (a, b) = (op.operand(0)?, op.operand(1)?);
    if let (Value::Signal(x), Value::Const(weight)) = (a, b)
        && let [.., rows, columns] = *weight.shape.as_slice()
        && weight.num_values() == rows * columns
        && weight.shape.len() <= x.shape.len().max(2)
    {
        let weight = weights(op, [rows, columns], op.reals(1)?, false, 1.0)?;
        return dense(importer, op, x, Dense { weight, bias: None });
    }
    if let (Value::Signal(x), Value::Const(weight)) = (a, b)
        && let [length] = *weight.shape.as_slice()
    {
        let weight = tensor(op, vec![1, length], op.reals(1)?.to_vec())?;
        if x.batch.is_some_and(|batch| batch.axis + 1 == x.shape.len()) {
            return Err(op.batch_mixed());
        }
        // A vector on the right is one output whose axis vanishes.
        let shape = x.shape[..x.shape.len().saturating_sub(1)].to_vec();
        return Ok(vec![importer.push(op, Layer::Dense(Dense { weight, bias: None }), &[x.node], shape, x.batch)?]);
    }
    let shapes = [a, b].map(|value| match value {
        Value::Const(constant) => constant.shape.as_slice(),
        Value::Signal(signal) => signal.shape.as_slice(),
    });
    let rank = shapes[0].len().max(shapes[1].len());
    let ([first @ .., rows, _], [second @ .., _, columns]) = (shapes[0], shapes[1]) else {
        return Err(op.refuse("an operand has fewer than 2 axes".to_owned(), "add an axis before"));
    };
    let common = importer.common_batch([a, b], rank);
    if common.is_some_and(|(batch, _)| rank - 2 <= batch.axis) {
        return Err(op.batch_mixed());
    }
    let (batch, length) = common.map_or((None, 1), |(batch, length)| (Some(batch), length));
    let nodes = [importer.aligned(op, a, rank, batch, length)?, importer.aligned(op, b, rank, batch, length)?];
    let shape = broadcast(first, second)
        .ok_or_else(|| op.refuse(format!("shapes {shapes:?} do not fit"), "check the export"))?;
    Ok(vec![importer.push(op, Layer::MatMul, &nodes, [shape.as_slice(), &[*rows, *columns]].concat(), batch)?])
}

/// An operand as images of one sample each: (channels, height, width) or (channels, length).
pub(super) fn image(
    importer: &mut Importer,
    op: &Operation<'_>,
    x: &Signal,
) -> Result<(NodeId, Vec<usize>), ImportError> {
    if !matches!(x.shape.len(), 3 | 4) {
        let shape = &x.shape;
        return Err(op.refuse(format!("its input has shape {shape:?}"), "only 1 and 2 spatial axes can be converted"));
    }
    let single = x.batch.is_none() && x.shape[0] == 1;
    if !single && !x.is_batch_first(importer.batch_size) {
        return Err(op.batch_mixed());
    }
    let shape = x.shape[1..].to_vec();
    Ok((importer.shaped(op, x.node, shape.clone())?, shape))
}

/// The window of a convolution or pooling layer over an image of the given spatial axes.
pub(super) fn window(op: &Operation<'_>, kernel: &[usize], size: &[usize]) -> Result<Window, ImportError> {
    let axes = kernel.len();
    let malformed = |name: &str| op.refuse(format!("{name} does not fit {axes} spatial axes"), "check the export");
    if axes != size.len() {
        return Err(malformed("kernel_shape"));
    }
    let list = |name: &'static str, length: usize, default: usize| match op.int_list(name) {
        Some(values) if values.len() == length => {
            values.iter().map(|&value| usize::try_from(value).map_err(|_| malformed(name))).collect()
        }
        Some(_) => Err(malformed(name)),
        None => Ok(vec![default; length]),
    };
    let (stride, dilation): (Vec<usize>, Vec<usize>) = (list("strides", axes, 1)?, list("dilations", axes, 1)?);
    let mut pads: Vec<usize> = list("pads", 2 * axes, 0)?;
    match op.text("auto_pad").as_deref() {
        None | Some("" | "NOTSET") => {}
        Some("VALID") => pads.fill(0),
        Some(mode @ ("SAME_UPPER" | "SAME_LOWER")) => {
            for axis in 0..axes {
                // As many positions as the stride allows, padding shared equally, the odd one at the named end.
                let extent = kernel[axis].saturating_sub(1).saturating_mul(dilation[axis]).saturating_add(1);
                let positions = size[axis].div_ceil(stride[axis].max(1));
                let needed = positions.saturating_sub(1).saturating_mul(stride[axis]).saturating_add(extent);
                let total = needed.saturating_sub(size[axis]);
                let small = total / 2;
                let begin = if mode == "SAME_UPPER" { small } else { total - small };
                (pads[axis], pads[axes + axis]) = (begin, total - begin);
            }
        }
        Some(mode) => return Err(op.refuse(format!("auto_pad is {mode:?}"), "export explicit pads")),
    }
    let two = |values: &[usize], missing: usize| match *values {
        [height, width] => Ok([height, width]),
        [length] => Ok([missing, length]),
        _ => Err(malformed("kernel_shape")),
    };
    Ok(Window {
        kernel: two(kernel, 1)?,
        stride: two(&stride, 1)?,
        dilation: two(&dilation, 1)?,
        pad_begin: two(&pads[..axes], 0)?,
        pad_end: two(&pads[axes..], 0)?,
    })
}

/// The shape of a result of window operators, batch included.
pub(super) fn windowed(importer: &mut Importer, op: &Operation<'_>, x: &Signal, layer: Layer, node: NodeId) -> Results {
    let node = importer.graph.push(op.label(), layer, &[node]).map_err(|error| op.invalid(error))?;
    let shape = [&x.shape[..1], importer.graph.node(node).shape()].concat();
    let sample = super::value::sample_shape(&shape, x.batch, importer.batch_size);
    let node = importer.shaped(op, node, sample)?;
    Ok(vec![Value::Signal(Signal { node, shape, batch: x.batch })])
}

pub(super) fn conv(importer: &mut Importer, op: &Operation<'_>) -> Results {
    let x = op.signal(0)?;
    let (node, image) = image(importer, op, x)?;
    let weight = tensor(op, op.constant(1)?.shape.clone(), op.reals(1)?.to_vec())?;
    let [num_outputs, _, kernel @ ..] = weight.shape() else {
        return Err(op.refuse(format!("its weights have shape {:?}", weight.shape()), "check the export"));
    };
    let named = op.int_list("kernel_shape");
    if named.is_some_and(|named| !named.iter().map(|&k| usize::try_from(k).ok()).eq(kernel.iter().map(|&k| Some(k)))) {
        return Err(op.refuse(format!("kernel_shape is {named:?}, its weights have {kernel:?}"), "check the export"));
    }
    let window = window(op, kernel, &image[1..])?;
    let groups = op.int("group").unwrap_or(1);
    let groups =
        usize::try_from(groups).map_err(|_| op.refuse(format!("it has {groups} groups"), "check the export"))?;
    let bias = op.optional_constant(2)?.map(|c| bias(op, c, *num_outputs, 1.0)).transpose()?;
    let conv = Conv { weight, bias, window, groups };
    windowed(importer, op, x, Layer::Conv(conv), node)
}
