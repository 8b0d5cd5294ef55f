//! Layers, neurons and their numbers, named as in the format.

use super::NetxError;
use std::collections::BTreeMap;

/// A layer.
#[derive(Debug, Clone, PartialEq)]
pub struct NetxLayer {
    /// Shape of the output: (channel, height, width), or (neuron).
    pub shape: Vec<usize>,
    /// What it computes.
    pub kind: NetxKind,
    /// Its neurons; a layer without neurons passes currents on.
    pub neuron: Option<NetxNeuron>,
}

/// What a layer computes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NetxKind {
    /// Where data enter: values times `weight` plus `bias` drive the neurons, if there are any.
    Input {
        /// Factor of the input.
        weight: Option<NetxArray>,
        /// Added to the input.
        bias: Option<NetxArray>,
    },
    /// (channel, height, width) becomes (neuron).
    Flatten,
    /// Means over groups of neurons.
    Average,
    /// Outputs of several layers side by side, by their indices; all lie before this one.
    Concat {
        /// The layers beside the previous one.
        layers: Vec<usize>,
    },
    /// Every input meets every neuron.
    Dense {
        /// Inputs.
        in_features: usize,
        /// Neurons.
        out_features: usize,
        /// Weights, shape (neurons, inputs).
        weight: NetxArray,
        /// Delays in steps.
        delay: Option<NetxArray>,
        /// One number for each neuron.
        bias: Option<NetxArray>,
    },
    /// Sums over windows of each channel.
    Pool {
        /// The windows.
        window: NetxWindow,
        /// Weights.
        weight: NetxArray,
        /// Delays in steps.
        delay: Option<NetxArray>,
    },
    /// A convolution over two axes.
    Conv {
        /// Input channels.
        in_channels: usize,
        /// Output channels.
        out_channels: usize,
        /// The windows.
        window: NetxWindow,
        /// Groups of channels that do not meet.
        groups: usize,
        /// Weights, shape (output channels, input channels / groups, height, width).
        weight: NetxArray,
        /// Delays in steps.
        delay: Option<NetxArray>,
        /// One number for each output channel.
        bias: Option<NetxArray>,
    },
}

impl NetxKind {
    /// The name of the type in the format.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Input { .. } => "input",
            Self::Flatten => "flatten",
            Self::Average => "average",
            Self::Concat { .. } => "concat",
            Self::Dense { .. } => "dense",
            Self::Pool { .. } => "pool",
            Self::Conv { .. } => "conv",
        }
    }
}

/// Windows over (height, width).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetxWindow {
    /// Size of a window.
    pub kernel_size: [usize; 2],
    /// Steps between windows.
    pub stride: [usize; 2],
    /// Zeros on either side.
    pub padding: [usize; 2],
    /// Steps between places of the kernel.
    pub dilation: [usize; 2],
}

/// Whole numbers with their shape, row-major; a shape of no axes is a single number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetxArray {
    shape: Vec<usize>,
    values: Vec<i32>,
}

impl NetxArray {
    /// An array; `None` if the number of values is not that of the shape.
    #[must_use]
    pub fn new(shape: &[usize], values: Vec<i32>) -> Option<Self> {
        let places = shape.iter().try_fold(1usize, |n, &length| n.checked_mul(length));
        (places == Some(values.len())).then(|| Self { shape: shape.to_vec(), values })
    }

    /// Lengths of the axes.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The numbers.
    #[must_use]
    pub fn values(&self) -> &[i32] {
        &self.values
    }
}

/// The neurons of a layer: a model and its parameters by their names in the format.
///
/// `CUBA` (formerly `LOIHI`) has iDecay, vDecay, vThMant, refDelay and gradedSpike; a current decays by iDecay / 4096
/// a step, a voltage by vDecay / 4096, and the threshold is vThMant · 64.
#[derive(Debug, Clone, PartialEq)]
pub struct NetxNeuron {
    /// The model.
    pub model: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, NetxValue>,
}

impl NetxNeuron {
    /// Leaky integrate-and-fire neurons with a current, without refractory time.
    #[must_use]
    pub fn cuba(i_decay: i64, v_decay: i64, v_th_mant: i64) -> Self {
        let numbers = [("iDecay", i_decay), ("vDecay", v_decay), ("vThMant", v_th_mant), ("refDelay", 1)];
        let mut parameters: BTreeMap<String, NetxValue> =
            numbers.into_iter().map(|(name, value)| (name.to_owned(), NetxValue::Int(value))).collect();
        parameters.insert("gradedSpike".to_owned(), NetxValue::Bool(false));
        Self { model: "CUBA".to_owned(), parameters }
    }

    /// A parameter that is one whole number.
    #[must_use]
    pub fn int(&self, name: &str) -> Option<i64> {
        match self.parameters.get(name)? {
            NetxValue::Int(value) => Some(*value),
            _ => None,
        }
    }
}

/// A parameter of neurons.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NetxValue {
    /// A whole number for all neurons.
    Int(i64),
    /// A real number for all neurons.
    Real(f64),
    /// A truth value.
    Bool(bool),
    /// A text.
    Text(String),
    /// A whole number for each neuron.
    Ints(Vec<i64>),
}

/// Checks the numbers of a layer against each other.
pub(super) fn check(layer: usize, found: &NetxLayer) -> Result<(), NetxError> {
    let refuse = |field, found: String, expected: String| Err(NetxError::Layer { layer, field, found, expected });
    let shape = |field, array: &NetxArray, expected: &[usize]| {
        let fits = array.shape() == expected;
        if fits { Ok(()) } else { refuse(field, format!("of shape {:?}", array.shape()), format!("{expected:?}")) }
    };
    match &found.kind {
        NetxKind::Dense { in_features, out_features, weight, .. } => {
            let neurons = found.shape.iter().try_fold(1usize, |n, &length| n.checked_mul(length));
            if neurons != Some(*out_features) {
                return refuse("shape", format!("{:?}", found.shape), format!("{out_features} neurons"));
            }
            shape("weight", weight, &[*out_features, *in_features])
        }
        NetxKind::Conv { in_channels, out_channels, window, groups, weight, .. } => {
            if *groups == 0 || in_channels % groups != 0 {
                return refuse("groups", groups.to_string(), format!("a divisor of {in_channels}"));
            }
            let [height, width] = window.kernel_size;
            shape("weight", weight, &[*out_channels, in_channels / groups, height, width])
        }
        NetxKind::Concat { layers } => match layers.iter().find(|&&source| source >= layer) {
            Some(source) => refuse("layers", source.to_string(), format!("an index below {layer}")),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}
