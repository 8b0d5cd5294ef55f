//! The JSON list of layers that says how the weights of a safetensors file are used.

use serde::Deserialize;

/// A network as a list of layers, each with the names of what it takes.
///
/// ```
/// let list: spike_convert::LayerList = serde_json::from_str(
///     r#"{
///         "input_shape": [1, 28, 28],
///         "layers": [
///             {"name": "conv1", "layer": {"conv": {"padding": 1}}},
///             {"name": "bn1", "layer": {"batch_norm": {}}},
///             {"name": "relu1", "layer": "relu"},
///             {"name": "pool1", "layer": {"max_pool": {"kernel": 2}}},
///             {"name": "flatten", "layer": "flatten"},
///             {"name": "fc", "layer": {"dense": {}}}
///         ]
///     }"#,
/// )?;
/// assert_eq!(list.layers.len(), 6);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// A layer takes the result of the one before it, or those that `inputs` names; `"input"` is the input of the
/// network. The last layer is the output. The weights of layer NAME are the tensors `NAME.weight` and `NAME.bias`
/// unless `weight` and `bias` name others; a bias that is not there is zero.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerList {
    /// Shape of one sample: (channels, height, width), (channels, length), (tokens, features) or (features).
    pub input_shape: Vec<usize>,
    /// The layers in order.
    pub layers: Vec<ListedLayer>,
    /// Tensors of the file that the network does not use; any other tensor that no layer uses is an error.
    #[serde(default)]
    pub unused: Vec<String>,
}

/// One layer of a list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedLayer {
    /// Its name, used once.
    pub name: String,
    /// What it does.
    pub layer: LayerKind,
    /// Names of the layers whose results it takes; the layer before if left out.
    #[serde(default)]
    pub inputs: Option<Vec<String>>,
}

/// What a layer of a list does. Shapes have no batch axis.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LayerKind {
    /// Weights (out, in) over the last axis.
    Dense {
        /// Name of the weights.
        weight: Option<String>,
        /// Name of the bias.
        bias: Option<String>,
    },
    /// Weights (out, in / groups, height, width) or (out, in / groups, length).
    Conv {
        /// Name of the weights.
        weight: Option<String>,
        /// Name of the bias.
        bias: Option<String>,
        /// Distance of two windows; 1 if left out.
        stride: Option<Extent>,
        /// Padding at both ends; 0 if left out.
        padding: Option<Extent>,
        /// Distance of two values of a window; 1 if left out.
        dilation: Option<Extent>,
        /// Groups of channels; 1 if left out.
        groups: Option<usize>,
    },
    /// Batch normalisation of the first axis, with `NAME.running_mean` and `NAME.running_var`.
    BatchNorm {
        /// Name of the scale.
        weight: Option<String>,
        /// Name of the shift.
        bias: Option<String>,
        /// Name of the mean.
        running_mean: Option<String>,
        /// Name of the variance.
        running_var: Option<String>,
        /// Added to the variance; 1e-5 if left out.
        epsilon: Option<f64>,
    },
    /// Normalisation over the last axes, as many as the scale has.
    LayerNorm {
        /// Name of the scale.
        weight: Option<String>,
        /// Name of the shift.
        bias: Option<String>,
        /// Added to the variance; 1e-5 if left out.
        epsilon: Option<f64>,
    },
    /// max(x, 0).
    Relu,
    /// x·Φ(x) with the error function.
    Gelu,
    /// Values limited to a range.
    Clip {
        /// Smallest value.
        min: f32,
        /// Largest value.
        max: f32,
    },
    /// Largest value of each window.
    MaxPool {
        /// Size of the window.
        kernel: Extent,
        /// Distance of two windows; the size of the window if left out.
        stride: Option<Extent>,
        /// Padding at both ends; 0 if left out.
        padding: Option<Extent>,
    },
    /// Mean of each window, padding counted as zeros.
    AveragePool {
        /// Size of the window.
        kernel: Extent,
        /// Distance of two windows; the size of the window if left out.
        stride: Option<Extent>,
        /// Padding at both ends; 0 if left out.
        padding: Option<Extent>,
    },
    /// Mean over all axes but the first.
    GlobalAveragePool,
    /// Mean over the named axes, which vanish.
    Mean {
        /// The axes.
        axes: Vec<usize>,
    },
    /// All values in one axis.
    Flatten,
    /// The same values under another shape.
    Reshape {
        /// The shape.
        shape: Vec<usize>,
    },
    /// Axes in another order.
    Transpose {
        /// Axis i of the result is axis `order[i]`.
        order: Vec<usize>,
    },
    /// Sum of two inputs.
    Add,
    /// Product of two inputs, value by value.
    Mul,
    /// Matrix product of two inputs over their last two axes.
    MatMul,
    /// Inputs one after the other.
    Concat {
        /// The axis that grows.
        axis: usize,
    },
    /// A stored array added, such as the positions of tokens.
    AddTensor {
        /// Name of the array; an axis of length 1 before all others is dropped.
        tensor: String,
    },
    /// Multiplication by a number.
    Scale {
        /// The number.
        factor: f32,
    },
    /// Values along an axis turned into shares of 1.
    Softmax {
        /// The axis.
        axis: usize,
    },
    /// Nothing, once training is over.
    Dropout,
}

/// A size for all spatial axes, or one for each.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Extent {
    /// The same for each axis.
    Same(usize),
    /// One number for each axis.
    Each(Vec<usize>),
}
