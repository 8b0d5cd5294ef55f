//! What a node of the network computes: one typed layer each, without a batch axis.

use crate::tensor::Tensor;

/// The operation of a node.
///
/// Shapes are those of one sample: there is no batch axis. Images are channel-first, (channels, height, width), as
/// in ONNX and PyTorch; a signal of one dimension is (channels, length); tokens are (tokens, features).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Layer {
    /// The input of the network; no operand, the shape is that of the node.
    Input,
    /// A value that does not depend on the input; no operand.
    Constant(Tensor),
    /// y = W·x + b over the last axis: (.., in) to (.., out).
    Dense(Dense),
    /// Convolution: (in, height, width) to (out, height, width), or (in, length) to (out, length).
    Conv(Conv),
    /// y = γ·(x − μ)/√(σ² + ε) + β for each channel, the first axis.
    BatchNorm(BatchNorm),
    /// y = max(x, 0).
    Relu,
    /// y = min(max(x, `min`), `max`).
    Clip {
        /// Smallest value; −∞ if there is none.
        min: f32,
        /// Largest value; +∞ if there is none.
        max: f32,
    },
    /// Largest value of each window; padding never wins.
    MaxPool(Pool),
    /// Mean value of each window.
    AveragePool {
        /// The windows.
        pool: Pool,
        /// Whether padding counts as zeros in the divisor.
        count_padding: bool,
    },
    /// Mean over the given axes, sorted ascending; a global average pool is the mean over the axes of the image.
    Mean {
        /// The axes that are averaged.
        axes: Vec<usize>,
        /// Whether they stay, one long.
        keep_axes: bool,
    },
    /// The same values in the same order under the shape of the node.
    Reshape(Vec<usize>),
    /// Value i of the output is value `index[i]` of the input: transposition, slicing, gathering, expansion.
    Select(Select),
    /// The operands one after the other along an axis.
    Concat {
        /// The axis that grows.
        axis: usize,
    },
    /// Two operands combined value by value; shapes are aligned at the last axis, axes of length 1 are repeated.
    Binary(BinaryOp),
    /// Matrix product of two operands over their last two axes; axes before them are aligned as in `Binary`.
    MatMul,
    /// Normalisation over the last axes.
    LayerNorm(LayerNorm),
    /// y_i = exp(x_i)/Σ_j exp(x_j) along an axis.
    Softmax {
        /// The axis that sums to 1.
        axis: usize,
    },
    /// y = x·Φ(x).
    Gelu(GeluForm),
    /// A function of each value alone that has no layer of its own.
    Function(Function),
}

/// y = W·x + b over the last axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    /// (out, in).
    pub weight: Tensor,
    /// (out), if there is a bias.
    pub bias: Option<Tensor>,
}

/// y\[o, p\] = b\[o\] + Σ_{c, k} W\[o, c, k\]·x\[g(o) + c, s·p + d·k − begin\], zero outside of x.
///
/// Group g of the output channels sees group g of the input channels.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv {
    /// (out, in / groups, kernel height, kernel width), or (out, in / groups, kernel length).
    pub weight: Tensor,
    /// (out), if there is a bias.
    pub bias: Option<Tensor>,
    /// How the kernel moves; `window.kernel` agrees with the weights.
    pub window: Window,
    /// Number of groups of channels.
    pub groups: usize,
}

/// A window that moves over an image. A signal of one dimension has height 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Height and width.
    pub kernel: [usize; 2],
    /// Distance of two windows.
    pub stride: [usize; 2],
    /// Distance of two values inside a window.
    pub dilation: [usize; 2],
    /// Padding above and left.
    pub pad_begin: [usize; 2],
    /// Padding below and right.
    pub pad_end: [usize; 2],
}

/// The windows of a pooling layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// How the window moves.
    pub window: Window,
    /// Whether a last window that goes beyond the padding counts.
    pub ceil: bool,
}

/// Statistics and affine map of a batch normalisation, one value for each channel.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNorm {
    /// γ.
    pub scale: Vec<f32>,
    /// β.
    pub shift: Vec<f32>,
    /// μ.
    pub mean: Vec<f32>,
    /// σ².
    pub variance: Vec<f32>,
    /// ε.
    pub epsilon: f64,
}

/// A choice of values; `index` has one entry for each value of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    /// Shape of the output.
    pub shape: Vec<usize>,
    /// For each value of the output, its place in the input, row-major.
    pub index: Vec<u32>,
}

/// y = γ·(x − mean)/√(variance + ε) + β over the last `num_axes` axes, with the biased variance.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNorm {
    /// How many of the last axes are normalised together.
    pub num_axes: usize,
    /// γ, one value for each normalised position, if it is not 1.
    pub scale: Option<Vec<f32>>,
    /// β, one value for each normalised position, if it is not 0.
    pub shift: Option<Vec<f32>>,
    /// ε.
    pub epsilon: f64,
}

/// Combination of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// a + b.
    Add,
    /// a − b.
    Sub,
    /// a·b.
    Mul,
    /// a / b.
    Div,
}

/// How Φ, the normal distribution function, is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GeluForm {
    /// x·½·(1 + erf(x/√2)).
    Erf,
    /// x·½·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
    Tanh,
}

/// A function of each value alone.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Function {
    /// x for x ≥ 0, `slope`·x below.
    LeakyRelu {
        /// Slope for negative values.
        slope: f32,
    },
    /// x to the power of `exponent`.
    Pow {
        /// The exponent; for negative x it must be whole.
        exponent: f32,
    },
    /// √x.
    Sqrt,
    /// 1/(1 + exp(−x)).
    Sigmoid,
    /// Hyperbolic tangent.
    Tanh,
    /// The error function.
    Erf,
    /// e to the power of x.
    Exp,
    /// Largest whole number that is not above x.
    Floor,
    /// −x.
    Neg,
    /// |x|.
    Abs,
}

impl Layer {
    /// The name of the operation, as errors and reports print it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Input => "Input",
            Self::Constant(_) => "Constant",
            Self::Dense(_) => "Dense",
            Self::Conv(_) => "Conv",
            Self::BatchNorm(_) => "BatchNorm",
            Self::Relu => "Relu",
            Self::Clip { .. } => "Clip",
            Self::MaxPool(_) => "MaxPool",
            Self::AveragePool { .. } => "AveragePool",
            Self::Mean { .. } => "Mean",
            Self::Reshape(_) => "Reshape",
            Self::Select(_) => "Select",
            Self::Concat { .. } => "Concat",
            Self::Binary(BinaryOp::Add) => "Add",
            Self::Binary(BinaryOp::Sub) => "Sub",
            Self::Binary(BinaryOp::Mul) => "Mul",
            Self::Binary(BinaryOp::Div) => "Div",
            Self::MatMul => "MatMul",
            Self::LayerNorm(_) => "LayerNorm",
            Self::Softmax { .. } => "Softmax",
            Self::Gelu(_) => "Gelu",
            Self::Function(function) => function.name(),
        }
    }

    /// How many operands the layer takes; `None` if any number from 1.
    #[must_use]
    pub fn num_operands(&self) -> Option<usize> {
        match self {
            Self::Input | Self::Constant(_) => Some(0),
            Self::Binary(_) | Self::MatMul => Some(2),
            Self::Concat { .. } => None,
            _ => Some(1),
        }
    }
}

impl Function {
    fn name(self) -> &'static str {
        match self {
            Self::LeakyRelu { .. } => "LeakyRelu",
            Self::Pow { .. } => "Pow",
            Self::Sqrt => "Sqrt",
            Self::Sigmoid => "Sigmoid",
            Self::Tanh => "Tanh",
            Self::Erf => "Erf",
            Self::Exp => "Exp",
            Self::Floor => "Floor",
            Self::Neg => "Neg",
            Self::Abs => "Abs",
        }
    }
}

impl Dense {
    /// Number of output features.
    #[must_use]
    pub fn num_outputs(&self) -> usize {
        self.weight.shape().first().copied().unwrap_or(0)
    }

    /// Number of input features.
    #[must_use]
    pub fn num_inputs(&self) -> usize {
        self.weight.shape().get(1).copied().unwrap_or(0)
    }
}

impl Conv {
    /// Number of output channels.
    #[must_use]
    pub fn num_outputs(&self) -> usize {
        self.weight.shape().first().copied().unwrap_or(0)
    }

    /// Number of input channels of one group.
    #[must_use]
    pub fn inputs_per_group(&self) -> usize {
        self.weight.shape().get(1).copied().unwrap_or(0)
    }
}

impl Window {
    /// A window of the given size that moves by one, without padding.
    #[must_use]
    pub fn of_kernel(kernel: [usize; 2]) -> Self {
        Self { kernel, stride: [1, 1], dilation: [1, 1], pad_begin: [0, 0], pad_end: [0, 0] }
    }

    /// Number of windows along axis 0 (height) or 1 (width) of an image of the given size, if at least one fits.
    ///
    /// With `ceil` a last window that is not complete counts, if it begins before the padding at the end.
    #[must_use]
    pub fn num_positions(&self, axis: usize, size: usize, ceil: bool) -> Option<usize> {
        let extent = self.dilation[axis].checked_mul(self.kernel[axis].checked_sub(1)?)?.checked_add(1)?;
        let padded = size.checked_add(self.pad_begin[axis])?.checked_add(self.pad_end[axis])?;
        let room = padded.checked_sub(extent)?;
        let stride = self.stride[axis];
        let floor = room.checked_div(stride)? + 1;
        let one_more = ceil && !room.is_multiple_of(stride) && floor * stride < size + self.pad_begin[axis];
        Some(floor + usize::from(one_more))
    }
}

impl Window {
    /// How many places of the window at a position lie in the image or its padding.
    pub(crate) fn num_with_padding(&self, axis: usize, position: usize, size: usize) -> usize {
        let end = size + self.pad_begin[axis] + self.pad_end[axis];
        let start = position * self.stride[axis];
        end.saturating_sub(start).div_ceil(self.dilation[axis]).min(self.kernel[axis])
    }

    /// The places along an axis that the window at a position sees, each with its place in the kernel.
    pub(crate) fn places(&self, axis: usize, position: usize, size: usize) -> impl Iterator<Item = (usize, usize)> {
        let (begin, dilation) = (self.pad_begin[axis], self.dilation[axis]);
        let start = position * self.stride[axis];
        // The first and the last value of the kernel that are inside the image.
        let first = begin.saturating_sub(start).div_ceil(dilation);
        let end = (begin + size).saturating_sub(start).div_ceil(dilation).min(self.kernel[axis]);
        (first..end).map(move |k| (k, start + k * dilation - begin))
    }
}

impl BatchNorm {
    /// The affine map of each channel: y = scale·x + shift.
    #[must_use]
    pub fn scale_and_shift(&self) -> Vec<(f64, f64)> {
        let statistics = self.mean.iter().zip(&self.variance);
        let affine = self.scale.iter().zip(&self.shift);
        statistics
            .zip(affine)
            .map(|((&mean, &variance), (&gamma, &beta))| {
                let scale = f64::from(gamma) / (f64::from(variance) + self.epsilon).sqrt();
                (scale, f64::from(beta) - f64::from(mean) * scale)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_counted_as_onnx_counts_them() {
        let plain = Window::of_kernel([3, 3]);
        assert_eq!(plain.num_positions(0, 28, false), Some(26));
        assert_eq!(plain.num_positions(0, 2, false), None);
        let padded = Window { pad_begin: [1, 0], pad_end: [1, 0], stride: [2, 1], ..plain };
        assert_eq!(padded.num_positions(0, 28, false), Some(14));
        let dilated = Window { dilation: [2, 2], ..plain };
        assert_eq!(dilated.num_positions(1, 28, false), Some(24));
        let halves = Window { stride: [2, 2], ..Window::of_kernel([2, 2]) };
        assert_eq!((halves.num_positions(0, 7, false), halves.num_positions(0, 7, true)), (Some(3), Some(4)));
        assert_eq!(halves.num_positions(0, 8, true), Some(4));
        // The window that would begin in the padding at the end does not count.
        let late = Window { stride: [3, 3], pad_end: [1, 1], ..Window::of_kernel([2, 2]) };
        assert_eq!((late.num_positions(0, 3, true), late.num_positions(0, 4, true)), (Some(1), Some(2)));
    }

    #[test]
    fn batch_norm_is_an_affine_map() {
        let layer = BatchNorm {
            scale: vec![3.0],
            shift: vec![1.0],
            mean: vec![2.0],
            variance: vec![4.0 - 0.25],
            epsilon: 0.25,
        };
        assert_eq!(layer.scale_and_shift(), [(1.5, -2.0)]);
    }
}
