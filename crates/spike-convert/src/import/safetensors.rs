//! Weights in a safetensors file, with a list of layers.

use super::half::{bfloat_to_f32, half_to_f32};
use super::layer_list::{Extent, LayerKind, LayerList, ListedLayer};
use super::{ImportError, weights};
use crate::graph::{Graph, NodeId};
use crate::index;
use crate::layer::{BatchNorm, BinaryOp, Conv, Dense, GeluForm, Layer, LayerNorm, Pool, Select, Window};
use crate::tensor::Tensor;
use safetensors::{Dtype, SafeTensors};
use std::collections::{BTreeSet, HashMap};

/// Reads a network from the bytes of a safetensors file and its list of layers.
///
/// # Errors
/// [`ImportError`] if the file is damaged, the list names what does not exist, a tensor is not used, or the layers
/// do not fit together.
pub fn read_safetensors(bytes: &[u8], list: &LayerList) -> Result<Graph, ImportError> {
    // PyTorch counts the batches of training for each batch normalisation; inference does not use the number.
    const COUNTER: &str = ".num_batches_tracked";
    let malformed = |problem: String| ImportError::Malformed { format: "safetensors", problem };
    let file = SafeTensors::deserialize(bytes).map_err(|error| malformed(error.to_string()))?;
    let graph = Graph::new("input", list.input_shape.clone()).map_err(ImportError::Graph)?;
    let mut builder = Builder { graph, file, names: HashMap::new(), used: BTreeSet::new() };
    let mut last = builder.graph.input();
    builder.names.insert("input", last);
    for listed in &list.layers {
        let inputs = match &listed.inputs {
            None => vec![last],
            Some(names) => names.iter().map(|name| builder.result(listed, name)).collect::<Result<_, _>>()?,
        };
        last = builder.add(listed, &inputs)?;
        if builder.names.insert(&listed.name, last).is_some() {
            return Err(ImportError::LayerList {
                layer: listed.name.clone(),
                problem: "its name is used twice".to_owned(),
            });
        }
    }
    let unused = builder.file.names().into_iter().find(|&name| {
        !builder.used.contains(name) && !name.ends_with(COUNTER) && !list.unused.iter().any(|unused| unused == name)
    });
    if let Some(name) = unused {
        let problem = "no layer uses it; add its layer to the list, or name it under \"unused\"".to_owned();
        return Err(ImportError::Tensor { tensor: name.to_owned(), problem });
    }
    builder.graph.set_output(last).map_err(ImportError::Graph)?;
    weights::check(&builder.graph)?;
    Ok(builder.graph)
}

struct Builder<'a> {
    graph: Graph,
    file: SafeTensors<'a>,
    names: HashMap<&'a str, NodeId>,
    used: BTreeSet<String>,
}

impl<'a> Builder<'a> {
    fn result(&self, user: &ListedLayer, name: &str) -> Result<NodeId, ImportError> {
        self.names.get(name).copied().ok_or_else(|| ImportError::LayerList {
            layer: user.name.clone(),
            problem: format!("no layer before it is called {name:?}"),
        })
    }

    /// A tensor by its name, or by the name that it has by default.
    fn tensor(&mut self, named: Option<&str>, layer: &str, part: &str) -> Result<Option<Tensor>, ImportError> {
        let name = named.map_or_else(|| format!("{layer}.{part}"), str::to_owned);
        let Ok(view) = self.file.tensor(&name) else {
            let problem = "the file does not hold it; check its name in the layer list".to_owned();
            return if named.is_some() { Err(ImportError::Tensor { tensor: name, problem }) } else { Ok(None) };
        };
        let bytes = view.data();
        let refused = ImportError::Tensor {
            tensor: name.clone(),
            problem: format!("its type is {:?}; allowed are F32, F64, F16 and BF16", view.dtype()),
        };
        let values: Vec<f32> = match view.dtype() {
            Dtype::F32 => bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect(),
            Dtype::F64 => bytes.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes) as f32).collect(),
            Dtype::F16 => bytes.as_chunks().0.iter().map(|&bytes| half_to_f32(u16::from_le_bytes(bytes))).collect(),
            Dtype::BF16 => bytes.as_chunks().0.iter().map(|&bytes| bfloat_to_f32(u16::from_le_bytes(bytes))).collect(),
            _ => return Err(refused),
        };
        let tensor = Tensor::new(view.shape().to_vec(), values).map_err(ImportError::Graph)?;
        self.used.insert(name);
        Ok(Some(tensor))
    }

    fn needed(&mut self, named: &Option<String>, layer: &str, part: &str) -> Result<Tensor, ImportError> {
        self.tensor(named.as_deref(), layer, part)?.ok_or_else(|| ImportError::Tensor {
            tensor: format!("{layer}.{part}"),
            problem: format!("the file does not hold it; name the tensor in {part:?} of the layer"),
        })
    }

    fn push(&mut self, listed: &ListedLayer, layer: Layer, inputs: &[NodeId]) -> Result<NodeId, ImportError> {
        self.graph.push(listed.name.clone(), layer, inputs).map_err(ImportError::Graph)
    }

    fn add(&mut self, listed: &'a ListedLayer, inputs: &[NodeId]) -> Result<NodeId, ImportError> {
        let name = listed.name.as_str();
        let shape = match inputs.first() {
            Some(&input) => self.graph.node(input).shape().to_vec(),
            None => {
                return Err(ImportError::LayerList { layer: name.to_owned(), problem: "it takes no input".to_owned() });
            }
        };
        let values = |tensor: Tensor| tensor.into_values();
        let layer = match &listed.layer {
            LayerKind::Dense { weight, bias } => Layer::Dense(Dense {
                weight: self.needed(weight, name, "weight")?,
                bias: self.tensor(bias.as_deref(), name, "bias")?,
            }),
            LayerKind::Conv { weight, bias, stride, padding, dilation, groups } => {
                let weight = self.needed(weight, name, "weight")?;
                let kernel = weight.shape().get(2..).unwrap_or_default().to_vec();
                Layer::Conv(Conv {
                    window: window(listed, &kernel, stride.as_ref(), padding.as_ref(), dilation.as_ref())?,
                    bias: self.tensor(bias.as_deref(), name, "bias")?,
                    groups: groups.unwrap_or(1),
                    weight,
                })
            }
            LayerKind::BatchNorm { weight, bias, running_mean, running_var, epsilon } => Layer::BatchNorm(BatchNorm {
                scale: self.needed(weight, name, "weight").map(values)?,
                shift: self.needed(bias, name, "bias").map(values)?,
                mean: self.needed(running_mean, name, "running_mean").map(values)?,
                variance: self.needed(running_var, name, "running_var").map(values)?,
                epsilon: epsilon.unwrap_or(1e-5),
            }),
            LayerKind::LayerNorm { weight, bias, epsilon } => {
                let scale = self.needed(weight, name, "weight")?;
                Layer::LayerNorm(LayerNorm {
                    num_axes: scale.shape().len(),
                    scale: Some(scale.into_values()),
                    shift: self.tensor(bias.as_deref(), name, "bias")?.map(values),
                    epsilon: epsilon.unwrap_or(1e-5),
                })
            }
            LayerKind::Relu => Layer::Relu,
            LayerKind::Gelu => Layer::Gelu(GeluForm::Erf),
            &LayerKind::Clip { min, max } => Layer::Clip { min, max },
            LayerKind::MaxPool { kernel, stride, padding } => {
                Layer::MaxPool(pool(listed, &shape, kernel, stride.as_ref(), padding.as_ref())?)
            }
            LayerKind::AveragePool { kernel, stride, padding } => Layer::AveragePool {
                pool: pool(listed, &shape, kernel, stride.as_ref(), padding.as_ref())?,
                count_padding: true,
            },
            LayerKind::GlobalAveragePool => Layer::Mean { axes: (1..shape.len()).collect(), keep_axes: false },
            LayerKind::Mean { axes } => Layer::Mean { axes: axes.clone(), keep_axes: false },
            LayerKind::Flatten => Layer::Reshape(vec![shape.iter().product()]),
            LayerKind::Reshape { shape } => Layer::Reshape(shape.clone()),
            LayerKind::Transpose { order } => Layer::Select(transposition(listed, &shape, order)?),
            LayerKind::Add => Layer::Binary(BinaryOp::Add),
            LayerKind::Mul => Layer::Binary(BinaryOp::Mul),
            LayerKind::MatMul => Layer::MatMul,
            &LayerKind::Concat { axis } => Layer::Concat { axis },
            LayerKind::AddTensor { tensor } => {
                let tensor = self.needed(&Some(tensor.clone()), name, "tensor")?;
                let rank = tensor.shape().len();
                let own = if rank == shape.len() + 1 && tensor.shape()[0] == 1 {
                    let rest = tensor.shape()[1..].to_vec();
                    tensor.into_reshaped(rest).map_err(ImportError::Graph)?
                } else {
                    tensor
                };
                let constant = self.push(listed, Layer::Constant(own), &[])?;
                return self.push(listed, Layer::Binary(BinaryOp::Add), &[inputs[0], constant]);
            }
            &LayerKind::Scale { factor } => {
                let constant = self.push(listed, Layer::Constant(Tensor::scalar(factor)), &[])?;
                return self.push(listed, Layer::Binary(BinaryOp::Mul), &[inputs[0], constant]);
            }
            &LayerKind::Softmax { axis } => Layer::Softmax { axis },
            LayerKind::Dropout => return Ok(inputs[0]),
        };
        self.push(listed, layer, inputs)
    }
}

fn transposition(listed: &ListedLayer, shape: &[usize], order: &[usize]) -> Result<Select, ImportError> {
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..shape.len()) {
        let problem = format!("{order:?} is not an order of the {} axes of {shape:?}", shape.len());
        return Err(ImportError::LayerList { layer: listed.name.clone(), problem });
    }
    Ok(Select { shape: order.iter().map(|&axis| shape[axis]).collect(), index: index::transpose(shape, order) })
}

fn pool(
    listed: &ListedLayer,
    shape: &[usize],
    kernel: &Extent,
    stride: Option<&Extent>,
    padding: Option<&Extent>,
) -> Result<Pool, ImportError> {
    let axes = shape.len().saturating_sub(1);
    let kernel = each(listed, Some(kernel), axes, 1)?;
    let whole = Extent::Each(kernel.clone());
    let window = window(listed, &kernel, Some(stride.unwrap_or(&whole)), padding, None)?;
    Ok(Pool { window, ceil: false })
}

fn window(
    listed: &ListedLayer,
    kernel: &[usize],
    stride: Option<&Extent>,
    padding: Option<&Extent>,
    dilation: Option<&Extent>,
) -> Result<Window, ImportError> {
    let problem = || format!("{} spatial axes; only 1 and 2 can be converted", kernel.len());
    let two = |values: Vec<usize>, missing: usize| match *values {
        [height, width] => Ok([height, width]),
        [length] => Ok([missing, length]),
        _ => Err(ImportError::LayerList { layer: listed.name.clone(), problem: problem() }),
    };
    let pad = two(each(listed, padding, kernel.len(), 0)?, 0)?;
    Ok(Window {
        kernel: two(kernel.to_vec(), 1)?,
        stride: two(each(listed, stride, kernel.len(), 1)?, 1)?,
        dilation: two(each(listed, dilation, kernel.len(), 1)?, 1)?,
        pad_begin: pad,
        pad_end: pad,
    })
}

/// One number for each axis.
fn each(listed: &ListedLayer, extent: Option<&Extent>, axes: usize, default: usize) -> Result<Vec<usize>, ImportError> {
    match extent {
        None => Ok(vec![default; axes]),
        Some(&Extent::Same(value)) => Ok(vec![value; axes]),
        Some(Extent::Each(values)) if values.len() == axes => Ok(values.clone()),
        Some(Extent::Each(values)) => Err(ImportError::LayerList {
            layer: listed.name.clone(),
            problem: format!("{values:?} does not fit {axes} spatial axes"),
        }),
    }
}
