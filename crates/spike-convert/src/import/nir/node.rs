//! One NIR node as layers.

use crate::graph::{Graph, NodeId};
use crate::import::ImportError;
use crate::layer::{BinaryOp, Conv, Dense, Layer, Pool, Window};
use crate::tensor::Tensor;
use spike_io::nir::{NirArray, NirConv, NirKind, NirPadding, NirPool};

/// Appends the layers of a node and returns the last.
pub(super) fn add(graph: &mut Graph, name: &str, kind: &NirKind, input: NodeId) -> Result<NodeId, ImportError> {
    let shape = graph.node(input).shape().to_vec();
    let mut push = |layer: Layer, operands: &[NodeId]| graph.push(name, layer, operands).map_err(ImportError::Graph);
    match kind {
        NirKind::Output { .. } => Ok(input),
        NirKind::Affine { weight, bias } => {
            push(Layer::Dense(Dense { weight: tensor(weight)?, bias: Some(tensor(bias)?) }), &[input])
        }
        NirKind::Linear { weight } => push(Layer::Dense(Dense { weight: tensor(weight)?, bias: None }), &[input]),
        NirKind::Scale { scale } => {
            let scale = push(Layer::Constant(tensor(scale)?), &[])?;
            push(Layer::Binary(BinaryOp::Mul), &[input, scale])
        }
        NirKind::Conv1d(given) => push(Layer::Conv(conv(given, name, kind.name(), &shape)?), &[input]),
        NirKind::Conv2d(given) => push(Layer::Conv(conv(given, name, kind.name(), &shape)?), &[input]),
        NirKind::AvgPool2d(pool) => push(mean(pool), &[input]),
        NirKind::SumPool2d(pool) => {
            let mean = push(mean(pool), &[input])?;
            let area = pool.kernel_size[0] as f32 * pool.kernel_size[1] as f32;
            let area = push(Layer::Constant(Tensor::scalar(area)), &[])?;
            push(Layer::Binary(BinaryOp::Mul), &[mean, area])
        }
        NirKind::Flatten { start_dim, end_dim, .. } => {
            let axis = |part: &str, given: i64| -> Result<usize, ImportError> {
                let counted = if given < 0 { given.saturating_add(shape.len() as i64) } else { given };
                usize::try_from(counted).ok().filter(|&axis| axis < shape.len()).ok_or_else(|| {
                    let problem = format!("{part} is {given} for shape {shape:?}");
                    refuse(name, kind.name(), problem, "write axes that exist")
                })
            };
            let (start, end) = (axis("start_dim", *start_dim)?, axis("end_dim", *end_dim)?);
            if end < start {
                let problem = format!("it ends at {end} before {start}");
                return Err(refuse(name, kind.name(), problem, "write axes in order"));
            }
            let flat = shape[start..=end].iter().product();
            push(Layer::Reshape([&shape[..start], &[flat], &shape[end + 1..]].concat()), &[input])
        }
        NirKind::If { r, v_threshold, v_reset } => {
            let gain = gain(name, kind.name(), [r, v_threshold, v_reset])?;
            let mut current = input;
            if gain.values().iter().any(|&value| value != 1.0) {
                let gain = push(Layer::Constant(gain), &[])?;
                current = push(Layer::Binary(BinaryOp::Mul), &[input, gain])?;
            }
            push(Layer::Clip { min: 0.0, max: 1.0 }, &[current])
        }
        _ => Err(ImportError::UnsupportedOperator {
            node: name.to_owned(),
            operator: kind.name().to_owned(),
            remedy: match kind {
                NirKind::Threshold { .. } | NirKind::Delay { .. } => {
                    "a network that depends on single steps has no analog counterpart"
                }
                NirKind::Input { .. } => "the input has no edge into it",
                _ => "only neurons without leak (IF) have an analog counterpart",
            }
            .to_owned(),
        }),
    }
}

fn tensor(array: &NirArray) -> Result<Tensor, ImportError> {
    Tensor::new(array.shape().to_vec(), array.to_f32()).map_err(ImportError::Graph)
}

/// The means over the windows of a pool, zeros around the image included.
fn mean(pool: &NirPool) -> Layer {
    let (stride, pad) = (pool.stride, pool.padding);
    let window = Window { stride, pad_begin: pad, pad_end: pad, ..Window::of_kernel(pool.kernel_size) };
    Layer::AveragePool { pool: Pool { window, ceil: false }, count_padding: true }
}

fn refuse(node: &str, kind: &str, problem: String, remedy: &str) -> ImportError {
    ImportError::UnsupportedUse { node: node.to_owned(), operator: kind.to_owned(), problem, remedy: remedy.to_owned() }
}

/// Spikes per step for an input of 1: r / v_threshold.
fn gain(name: &str, kind: &str, [r, threshold, reset]: [&NirArray; 3]) -> Result<Tensor, ImportError> {
    let (r, threshold) = (tensor(r)?, tensor(threshold)?);
    if let Some(value) = threshold.values().iter().find(|&&value| !(0.0 < value && value.is_finite())) {
        return Err(refuse(name, kind, format!("a threshold is {value}"), "thresholds must be positive"));
    }
    if reset.to_f64().iter().any(|&value| value != 0.0) {
        let problem = "v_reset is not 0".to_owned();
        return Err(refuse(name, kind, problem, "reset by subtraction has a rate in closed form"));
    }
    let values = r.values().iter().zip(threshold.values()).map(|(r, threshold)| r / threshold).collect();
    Tensor::new(r.shape().to_vec(), values).map_err(ImportError::Graph)
}

/// A convolution over the last axes; a signal of one dimension is an image of height 1.
fn conv<const D: usize>(given: &NirConv<D>, name: &str, kind: &str, shape: &[usize]) -> Result<Conv, ImportError> {
    let image = |each: [usize; D], missing: usize| match each[..] {
        [width] => [missing, width],
        [height, width, ..] => [height, width],
        [] => [missing; 2],
    };
    let weight = tensor(&given.weight)?;
    let kernel = match *weight.shape() {
        [_, _, length] if shape.len() == 2 => [1, length],
        [_, _, height, width] if shape.len() == 3 => [height, width],
        _ => return Err(refuse(name, kind, format!("weights {:?} meet {shape:?}", weight.shape()), "check the file")),
    };
    let (stride, dilation) = (image(given.stride, 1), image(given.dilation, 1));
    let (pad_begin, pad_end) = match given.padding {
        NirPadding::Valid => ([0, 0], [0, 0]),
        NirPadding::Same => {
            let total = [0, 1].map(|axis| dilation[axis].saturating_mul(kernel[axis].saturating_sub(1)));
            (total.map(|total| total / 2), total.map(|total| total - total / 2))
        }
        NirPadding::Each(pad) => (image(pad, 0), image(pad, 0)),
    };
    let window = Window { kernel, stride, dilation, pad_begin, pad_end };
    Ok(Conv { weight, bias: Some(tensor(&given.bias)?), window, groups: given.groups })
}
