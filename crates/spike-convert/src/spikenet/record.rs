//! The structure of a network as it is written: everything but the numbers.

use crate::layer::{BinaryOp, Function, GeluForm, Layer, Pool, Window};
use crate::spiking::ConversionOptions;
use serde::{Deserialize, Serialize};

/// The whole description.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NetworkRecord {
    pub(super) version: u64,
    pub(super) options: ConversionOptions,
    pub(super) nodes: Vec<NodeRecord>,
    /// Number of the node that is the output.
    pub(super) output: usize,
}

/// One node; its tensors are called `{tensors}.{part}`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NodeRecord {
    pub(super) name: String,
    pub(super) tensors: String,
    pub(super) layer: LayerRecord,
    pub(super) operands: Vec<usize>,
    pub(super) shape: Vec<usize>,
    /// Whether neurons make spikes of the result.
    pub(super) spikes: bool,
}

/// What a node computes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum LayerRecord {
    Input,
    Constant,
    Dense,
    Conv { window: WindowRecord, groups: usize },
    BatchNorm,
    Relu,
    Clip,
    MaxPool { window: WindowRecord, ceil: bool },
    AveragePool { window: WindowRecord, ceil: bool, count_padding: bool },
    Mean { axes: Vec<usize>, keep_axes: bool },
    Reshape { shape: Vec<usize> },
    Select { shape: Vec<usize> },
    Concat { axis: usize },
    Add,
    Sub,
    Mul,
    Div,
    MatMul,
    LayerNorm { num_axes: usize },
    Softmax { axis: usize },
    GeluErf,
    GeluTanh,
    LeakyRelu,
    Pow,
    Sqrt,
    Sigmoid,
    Tanh,
    Erf,
    Exp,
    Floor,
    Neg,
    Abs,
}

/// A window of a convolution or a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WindowRecord {
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    pad_begin: [usize; 2],
    pad_end: [usize; 2],
}

impl From<Window> for WindowRecord {
    fn from(Window { kernel, stride, dilation, pad_begin, pad_end }: Window) -> Self {
        Self { kernel, stride, dilation, pad_begin, pad_end }
    }
}

impl From<WindowRecord> for Window {
    fn from(WindowRecord { kernel, stride, dilation, pad_begin, pad_end }: WindowRecord) -> Self {
        Self { kernel, stride, dilation, pad_begin, pad_end }
    }
}

impl From<&Layer> for LayerRecord {
    fn from(layer: &Layer) -> Self {
        match layer {
            Layer::Input => Self::Input,
            Layer::Constant(_) => Self::Constant,
            Layer::Dense(_) => Self::Dense,
            Layer::Conv(conv) => Self::Conv { window: conv.window.into(), groups: conv.groups },
            Layer::BatchNorm(_) => Self::BatchNorm,
            Layer::Relu => Self::Relu,
            Layer::Clip { .. } => Self::Clip,
            &Layer::MaxPool(Pool { window, ceil }) => Self::MaxPool { window: window.into(), ceil },
            &Layer::AveragePool { pool: Pool { window, ceil }, count_padding } => {
                Self::AveragePool { window: window.into(), ceil, count_padding }
            }
            Layer::Mean { axes, keep_axes } => Self::Mean { axes: axes.clone(), keep_axes: *keep_axes },
            Layer::Reshape(shape) => Self::Reshape { shape: shape.clone() },
            Layer::Select(select) => Self::Select { shape: select.shape.clone() },
            &Layer::Concat { axis } => Self::Concat { axis },
            Layer::Binary(BinaryOp::Add) => Self::Add,
            Layer::Binary(BinaryOp::Sub) => Self::Sub,
            Layer::Binary(BinaryOp::Mul) => Self::Mul,
            Layer::Binary(BinaryOp::Div) => Self::Div,
            Layer::MatMul => Self::MatMul,
            Layer::LayerNorm(norm) => Self::LayerNorm { num_axes: norm.num_axes },
            &Layer::Softmax { axis } => Self::Softmax { axis },
            Layer::Gelu(GeluForm::Erf) => Self::GeluErf,
            Layer::Gelu(GeluForm::Tanh) => Self::GeluTanh,
            Layer::Function(function) => match function {
                Function::LeakyRelu { .. } => Self::LeakyRelu,
                Function::Pow { .. } => Self::Pow,
                Function::Sqrt => Self::Sqrt,
                Function::Sigmoid => Self::Sigmoid,
                Function::Tanh => Self::Tanh,
                Function::Erf => Self::Erf,
                Function::Exp => Self::Exp,
                Function::Floor => Self::Floor,
                Function::Neg => Self::Neg,
                Function::Abs => Self::Abs,
            },
        }
    }
}
