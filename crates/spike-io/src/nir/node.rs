//! The types of nodes and their parameters, named as in the format; seconds have a suffix.

use super::NirArray;
use std::collections::BTreeMap;

/// What else is said of a node or a graph, by name.
pub type NirMetadata = BTreeMap<String, NirValue>;

/// A value of the metadata.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NirValue {
    /// A text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// Real numbers; a shape of no axes is one number.
    Reals(NirArray),
    /// Whole numbers with their shape.
    Ints {
        /// Lengths of the axes.
        shape: Vec<usize>,
        /// The numbers, row-major.
        values: Vec<i64>,
    },
    /// Texts with their shape.
    Texts {
        /// Lengths of the axes.
        shape: Vec<usize>,
        /// The texts, row-major.
        values: Vec<String>,
    },
}

/// A node.
#[derive(Debug, Clone, PartialEq)]
pub struct NirNode {
    /// What it computes.
    pub kind: NirKind,
    /// What else is said of it.
    pub metadata: NirMetadata,
}

impl From<NirKind> for NirNode {
    fn from(kind: NirKind) -> Self {
        Self { kind, metadata: NirMetadata::new() }
    }
}

/// What a node computes. I is its input, v its state, z its spikes; parameters of neurons have the shape of the
/// population.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NirKind {
    /// Where data enter.
    Input {
        /// Shape of a sample.
        shape: Vec<usize>,
    },
    /// Where data leave.
    Output {
        /// Shape of a sample.
        shape: Vec<usize>,
    },
    /// y = W·x + b.
    Affine {
        /// W, shape (outputs, inputs).
        weight: NirArray,
        /// b, shape (outputs).
        bias: NirArray,
    },
    /// y = W·x.
    Linear {
        /// W, shape (outputs, inputs).
        weight: NirArray,
    },
    /// y = s·x, place by place.
    Scale {
        /// s.
        scale: NirArray,
    },
    /// Convolution over one axis.
    Conv1d(NirConv<1>),
    /// Convolution over two axes.
    Conv2d(NirConv<2>),
    /// Sums over windows.
    SumPool2d(NirPool),
    /// Means over windows.
    AvgPool2d(NirPool),
    /// Several axes become one.
    Flatten {
        /// Shape of the input, if said.
        input_shape: Option<Vec<usize>>,
        /// First axis that is merged; negative counts from the end.
        start_dim: i64,
        /// Last axis that is merged; negative counts from the end.
        end_dim: i64,
    },
    /// Integrate and fire: dv/dt = R·I, z where v > v_threshold, then v = v_reset.
    If {
        /// R.
        r: NirArray,
        /// Where a spike is sent.
        v_threshold: NirArray,
        /// Where v starts again.
        v_reset: NirArray,
    },
    /// Leaky integrator: τ·dv/dt = (v_leak − v) + R·I.
    Li {
        /// τ in seconds.
        tau_s: NirArray,
        /// R.
        r: NirArray,
        /// Where v rests.
        v_leak: NirArray,
    },
    /// Leaky integrate and fire: as [`Li`](Self::Li), z where v > v_threshold, then v = v_reset.
    Lif {
        /// τ in seconds.
        tau_s: NirArray,
        /// R.
        r: NirArray,
        /// Where v rests.
        v_leak: NirArray,
        /// Where a spike is sent.
        v_threshold: NirArray,
        /// Where v starts again.
        v_reset: NirArray,
    },
    /// Leaky integrator of a current: τ_syn·dI/dt = −I + w_in·S, τ_mem·dv/dt = (v_leak − v) + R·I.
    CubaLi {
        /// τ_syn in seconds.
        tau_syn_s: NirArray,
        /// τ_mem in seconds.
        tau_mem_s: NirArray,
        /// R.
        r: NirArray,
        /// Where v rests.
        v_leak: NirArray,
        /// Weight of the input.
        w_in: NirArray,
    },
    /// As [`CubaLi`](Self::CubaLi), z where v > v_threshold, then v = v_reset.
    CubaLif {
        /// τ_syn in seconds.
        tau_syn_s: NirArray,
        /// τ_mem in seconds.
        tau_mem_s: NirArray,
        /// R.
        r: NirArray,
        /// Where v rests.
        v_leak: NirArray,
        /// Where a spike is sent.
        v_threshold: NirArray,
        /// Where v starts again.
        v_reset: NirArray,
        /// Weight of the input.
        w_in: NirArray,
    },
    /// Integrator: dv/dt = R·I.
    I {
        /// R.
        r: NirArray,
    },
    /// z where the input is above the threshold.
    Threshold {
        /// The threshold.
        threshold: NirArray,
    },
    /// y(t) = x(t − delay).
    Delay {
        /// The delay in seconds.
        delay_s: NirArray,
    },
}

impl NirKind {
    pub(super) const NAMES: &'static str = "Input, Output, Affine, Linear, Scale, Conv1d, Conv2d, SumPool2d, \
        AvgPool2d, Flatten, IF, LI, LIF, CubaLI, CubaLIF, I, Threshold, Delay";

    /// The name of the type in the format.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Input { .. } => "Input",
            Self::Output { .. } => "Output",
            Self::Affine { .. } => "Affine",
            Self::Linear { .. } => "Linear",
            Self::Scale { .. } => "Scale",
            Self::Conv1d(_) => "Conv1d",
            Self::Conv2d(_) => "Conv2d",
            Self::SumPool2d(_) => "SumPool2d",
            Self::AvgPool2d(_) => "AvgPool2d",
            Self::Flatten { .. } => "Flatten",
            Self::If { .. } => "IF",
            Self::Li { .. } => "LI",
            Self::Lif { .. } => "LIF",
            Self::CubaLi { .. } => "CubaLI",
            Self::CubaLif { .. } => "CubaLIF",
            Self::I { .. } => "I",
            Self::Threshold { .. } => "Threshold",
            Self::Delay { .. } => "Delay",
        }
    }

    /// The arrays of the node by their names in the format.
    pub(super) fn arrays(&self) -> Vec<(&'static str, &NirArray)> {
        match self {
            Self::Affine { weight, bias } => vec![("weight", weight), ("bias", bias)],
            Self::Linear { weight } => vec![("weight", weight)],
            Self::Scale { scale } => vec![("scale", scale)],
            Self::Conv1d(conv) => vec![("weight", &conv.weight), ("bias", &conv.bias)],
            Self::Conv2d(conv) => vec![("weight", &conv.weight), ("bias", &conv.bias)],
            Self::I { r } => vec![("r", r)],
            Self::Threshold { threshold } => vec![("threshold", threshold)],
            Self::Delay { delay_s } => vec![("delay", delay_s)],
            Self::If { r, v_threshold, v_reset } => {
                vec![("r", r), ("v_threshold", v_threshold), ("v_reset", v_reset)]
            }
            Self::Li { tau_s, r, v_leak } => vec![("tau", tau_s), ("r", r), ("v_leak", v_leak)],
            Self::Lif { tau_s, r, v_leak, v_threshold, v_reset } => {
                vec![("tau", tau_s), ("r", r), ("v_leak", v_leak), ("v_threshold", v_threshold), ("v_reset", v_reset)]
            }
            Self::CubaLi { tau_syn_s, tau_mem_s, r, v_leak, w_in } => {
                vec![("tau_syn", tau_syn_s), ("tau_mem", tau_mem_s), ("r", r), ("v_leak", v_leak), ("w_in", w_in)]
            }
            Self::CubaLif { tau_syn_s, tau_mem_s, r, v_leak, v_threshold, v_reset, w_in } => vec![
                ("tau_syn", tau_syn_s),
                ("tau_mem", tau_mem_s),
                ("r", r),
                ("v_leak", v_leak),
                ("v_threshold", v_threshold),
                ("v_reset", v_reset),
                ("w_in", w_in),
            ],
            Self::Input { .. } | Self::Output { .. } | Self::Flatten { .. } => Vec::new(),
            Self::SumPool2d(_) | Self::AvgPool2d(_) => Vec::new(),
        }
    }

    /// Whether all arrays must have the shape of the population.
    pub(super) fn is_population(&self) -> bool {
        matches!(
            self,
            Self::If { .. } | Self::Li { .. } | Self::Lif { .. } | Self::CubaLi { .. } | Self::CubaLif { .. }
        )
    }
}

/// A convolution over D axes.
#[derive(Debug, Clone, PartialEq)]
pub struct NirConv<const D: usize> {
    /// Lengths of the D axes of the input, if said.
    pub input_shape: Option<[usize; D]>,
    /// Weights, shape (outputs, inputs / groups, kernel…).
    pub weight: NirArray,
    /// Steps between windows.
    pub stride: [usize; D],
    /// Zeros around the input.
    pub padding: NirPadding<D>,
    /// Steps between places of the kernel.
    pub dilation: [usize; D],
    /// Groups of channels that do not meet.
    pub groups: usize,
    /// One number for each output channel; a file without it has zeros.
    pub bias: NirArray,
}

/// Zeros around the input of a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NirPadding<const D: usize> {
    /// As many as keep the length at stride 1.
    Same,
    /// None.
    Valid,
    /// So many on either side of each axis.
    Each([usize; D]),
}

/// Windows over two axes: (height, width).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NirPool {
    /// Size of a window.
    pub kernel_size: [usize; 2],
    /// Steps between windows.
    pub stride: [usize; 2],
    /// Zeros on either side.
    pub padding: [usize; 2],
}
