//! One NIR node as layers.

use super::file::NirFile;
use crate::graph::{Graph, NodeId};
use crate::import::ImportError;
use crate::layer::{BinaryOp, Conv, Dense, Layer, Pool, Window};
use crate::tensor::Tensor;

/// Appends the layers of a node and returns the last.
pub(super) fn add(
    graph: &mut Graph,
    file: &NirFile,
    name: &str,
    kind: &str,
    input: NodeId,
) -> Result<NodeId, ImportError> {
    let shape = graph.node(input).shape().to_vec();
    let mut push = |layer: Layer, operands: &[NodeId]| graph.push(name, layer, operands).map_err(ImportError::Graph);
    match kind {
        "Output" => Ok(input),
        "Affine" | "Linear" => {
            let bias = if kind == "Affine" { Some(file.needed(name, "bias")?) } else { None };
            push(Layer::Dense(Dense { weight: file.needed(name, "weight")?, bias }), &[input])
        }
        "Scale" => {
            let scale = push(Layer::Constant(file.needed(name, "scale")?), &[])?;
            push(Layer::Binary(BinaryOp::Mul), &[input, scale])
        }
        "Conv1d" | "Conv2d" => {
            let conv = conv(file, name, kind, &shape)?;
            push(Layer::Conv(conv), &[input])
        }
        "AvgPool2d" | "SumPool2d" => {
            let kernel = pair(file, name, "kernel_size", None)?;
            let pad = pair(file, name, "padding", Some([0, 0]))?;
            let stride = pair(file, name, "stride", Some(kernel))?;
            let window = Window { stride, pad_begin: pad, pad_end: pad, ..Window::of_kernel(kernel) };
            let layer = Layer::AveragePool { pool: Pool { window, ceil: false }, count_padding: true };
            let mean = push(layer, &[input])?;
            if kind == "AvgPool2d" {
                return Ok(mean);
            }
            let area = push(Layer::Constant(Tensor::scalar((kernel[0] * kernel[1]) as f32)), &[])?;
            push(Layer::Binary(BinaryOp::Mul), &[mean, area])
        }
        "Flatten" => {
            let axis = |part: &str, default: i64| -> Result<usize, ImportError> {
                let given = file.ints(name, part)?.and_then(|values| values.first().copied()).unwrap_or(default);
                let counted = if given < 0 { given.saturating_add(shape.len() as i64) } else { given };
                usize::try_from(counted).ok().filter(|&axis| axis < shape.len()).ok_or_else(|| {
                    refuse(name, kind, format!("{part} is {given} for shape {shape:?}"), "write axes that exist")
                })
            };
            let (start, end) = (axis("start_dim", 1)?, axis("end_dim", -1)?);
            if end < start {
                return Err(refuse(name, kind, format!("it ends at {end} before {start}"), "write axes in order"));
            }
            let flat = shape[start..=end].iter().product();
            push(Layer::Reshape([&shape[..start], &[flat], &shape[end + 1..]].concat()), &[input])
        }
        "IF" => {
            let gain = gain(file, name, kind)?;
            let mut current = input;
            if gain.values().iter().any(|&value| value != 1.0) {
                let gain = push(Layer::Constant(gain), &[])?;
                current = push(Layer::Binary(BinaryOp::Mul), &[input, gain])?;
            }
            push(Layer::Clip { min: 0.0, max: 1.0 }, &[current])
        }
        _ => Err(ImportError::UnsupportedOperator {
            node: name.to_owned(),
            operator: kind.to_owned(),
            remedy: match kind {
                "LIF" | "LI" | "CubaLIF" | "CubaLI" | "I" => {
                    "only neurons without leak (IF) have an analog counterpart"
                }
                "Threshold" | "Delay" => "a network that depends on single steps has no analog counterpart",
                "NIRGraph" => "write the nodes of the inner graph into the outer one",
                _ => "allowed are Affine, Linear, Scale, Conv1d, Conv2d, AvgPool2d, SumPool2d, Flatten and IF",
            }
            .to_owned(),
        }),
    }
}

fn refuse(node: &str, kind: &str, problem: String, remedy: &str) -> ImportError {
    ImportError::UnsupportedUse { node: node.to_owned(), operator: kind.to_owned(), problem, remedy: remedy.to_owned() }
}

/// Spikes per step for an input of 1: r / v_threshold.
fn gain(file: &NirFile, name: &str, kind: &str) -> Result<Tensor, ImportError> {
    let (r, threshold) = (file.needed(name, "r")?, file.needed(name, "v_threshold")?);
    if r.shape() != threshold.shape() {
        let problem = format!("r has shape {:?}, v_threshold {:?}", r.shape(), threshold.shape());
        return Err(refuse(name, kind, problem, "give one of each for every neuron"));
    }
    if let Some(value) = threshold.values().iter().find(|&&value| !(0.0 < value && value.is_finite())) {
        return Err(refuse(name, kind, format!("a threshold is {value}"), "thresholds must be positive"));
    }
    if let Some(reset) = file.tensor(name, "v_reset")?
        && reset.values().iter().any(|&value| value != 0.0)
    {
        return Err(refuse(
            name,
            kind,
            "v_reset is not 0".to_owned(),
            "reset by subtraction has a rate in closed form",
        ));
    }
    let values = r.values().iter().zip(threshold.values()).map(|(r, threshold)| r / threshold).collect();
    Tensor::new(r.shape().to_vec(), values).map_err(ImportError::Graph)
}

/// Two numbers, or one for both.
fn pair(file: &NirFile, node: &str, name: &str, default: Option<[usize; 2]>) -> Result<[usize; 2], ImportError> {
    match (file.ints(node, name)?, default) {
        (None, Some(default)) => Ok(default),
        (None, None) => file.shape(node, name).map(|_| [0, 0]),
        (Some(_), _) => match *file.shape(node, name)? {
            [both] => Ok([both, both]),
            [first, second] => Ok([first, second]),
            ref other => {
                Err(ImportError::Malformed { format: "NIR", problem: format!("{name} of {node:?} is {other:?}") })
            }
        },
    }
}

fn conv(file: &NirFile, name: &str, kind: &str, shape: &[usize]) -> Result<Conv, ImportError> {
    let weight = file.needed(name, "weight")?;
    let spatial = weight.shape().get(2..).unwrap_or_default().to_vec();
    // A signal of one dimension is an image of height 1.
    let image = |both: [usize; 2], missing: usize| if spatial.len() == 1 { [missing, both[1]] } else { both };
    let kernel = match *spatial {
        [length] if shape.len() == 2 => [1, length],
        [height, width] if shape.len() == 3 => [height, width],
        _ => return Err(refuse(name, kind, format!("weights {:?} meet {shape:?}", weight.shape()), "check the file")),
    };
    let stride = image(pair(file, name, "stride", Some([1, 1]))?, 1);
    let dilation = image(pair(file, name, "dilation", Some([1, 1]))?, 1);
    let (pad_begin, pad_end) = match file.text(name, "padding")?.as_deref() {
        Some("valid") => ([0, 0], [0, 0]),
        Some("same") => {
            let total = [0, 1].map(|axis| dilation[axis].saturating_mul(kernel[axis].saturating_sub(1)));
            (total.map(|total| total / 2), total.map(|total| total - total / 2))
        }
        Some(other) => return Err(refuse(name, kind, format!("padding is {other:?}"), "use same, valid or numbers")),
        None => {
            let pad = image(pair(file, name, "padding", Some([0, 0]))?, 0);
            (pad, pad)
        }
    };
    let groups = file.shape(name, "groups")?;
    let &[groups] = groups.as_slice() else {
        return Err(refuse(name, kind, format!("groups is {groups:?}"), "give one number"));
    };
    let bias = file.tensor(name, "bias")?;
    Ok(Conv { weight, bias, window: Window { kernel, stride, dilation, pad_begin, pad_end }, groups })
}
