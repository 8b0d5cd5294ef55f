//! Convolutional synapses.

use crate::error::{ModelError, check_len, check_range};
use crate::fixed::wrap_signed;
use crate::rules::{Exact, Rule, Rules};

/// Parameters of a [`Conv`] connection; sizes and steps are (x, y).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvConfig {
    /// Width, height and channels of the input.
    pub input_shape: [usize; 3],
    /// Number of output channels.
    pub out_channels: usize,
    /// Width and height of the kernel.
    pub kernel_size: [usize; 2],
    /// Weights in the order (output channel, x, y, input channel of the group).
    pub weights: Vec<i32>,
    /// Distance of two outputs.
    pub stride: [usize; 2],
    /// Zeros on each side.
    pub padding: [usize; 2],
    /// Distance of two taps of the kernel.
    pub dilation: [usize; 2],
    /// Groups of channels that do not mix.
    pub groups: usize,
    /// Bits of the payload of a spike, 0 for binary spikes.
    pub num_message_bits: u8,
}

impl ConvConfig {
    /// A kernel without stride, padding, dilation and groups.
    #[must_use]
    pub fn plain(input_shape: [usize; 3], out_channels: usize, kernel_size: [usize; 2], weights: Vec<i32>) -> Self {
        Self {
            input_shape,
            out_channels,
            kernel_size,
            weights,
            stride: [1, 1],
            padding: [0, 0],
            dilation: [1, 1],
            groups: 1,
            num_message_bits: 0,
        }
    }

    /// Width, height and channels of the output.
    ///
    /// # Errors
    /// [`ModelError`] if a size is zero, the kernel is larger than the padded input, or groups do not divide.
    pub fn output_shape(&self) -> Result<[usize; 3], ModelError> {
        let axis = |i: usize| {
            let sizes = [self.input_shape[i], self.kernel_size[i], self.stride[i], self.dilation[i]];
            check_range("size, kernel, stride or dilation", &sizes.map(|s| s as i64), 1, 1 << 16)?;
            check_range("padding", &[self.padding[i] as i64], 0, 1 << 16)?;
            let [size, kernel, stride, dilation] = sizes;
            let (span, input) = (dilation * (kernel - 1) + 1, size + 2 * self.padding[i]);
            if input < span {
                return Err(ModelError::KernelTooLarge { kernel, dilation, span, input, more: span - input });
            }
            Ok((input - span) / stride + 1)
        };
        let channels = [("input", self.input_shape[2]), ("output", self.out_channels)];
        for (what, channels) in channels {
            check_range("number of channels", &[channels as i64], 1, 1 << 16)?;
            if self.groups == 0 || channels % self.groups != 0 {
                return Err(ModelError::Groups { what, channels, groups: self.groups });
            }
        }
        Ok([axis(0)?, axis(1)?, self.out_channels])
    }
}

/// Convolutional synapses of Lava, bit for bit with `PyConvModelFixed`.
///
/// ```text
/// a(t)[x, y, k] = wrap₂₄ Σ_{i, j, c} W[k, i, j, c]·s(t − 1)[x·Sx + Dx·(Kx − 1 − i) − Px, y·Sy + Dy·(Ky − 1 − j) − Py, c]
/// ```
///
/// The kernel is flipped (a convolution, not a correlation). Unlike [`Dense`](super::Dense), that model neither
/// truncates weights nor applies an exponent; it wraps the sum at 24 bits. As every connection it delays by one
/// step. Sums beyond 32 bits, which depend on the platform there, are exact here before the wrap.
///
/// # Shapes
/// Input and output are (x, y, channel), the channel fastest.
///
/// # Errors
/// [`ModelError`] for shapes that do not fit together.
///
/// # Examples
/// ```
/// use spike_hw::lava::{Conv, ConvConfig};
/// let mut conv = Conv::new(&ConvConfig::plain([3, 1, 1], 1, [2, 1], vec![1, 10]))?;
/// conv.step(&[1, 0, 0])?;
/// assert_eq!(conv.step(&[0, 0, 0])?, [10, 0]);
/// # Ok::<(), spike_hw::ModelError>(())
/// ```
///
/// # References
/// Lava 0.10.0 (lava-nc), `lava/proc/conv/models.py`, `lava/proc/conv/utils.py`.
#[derive(Debug, Clone)]
pub struct Conv {
    config: ConvConfig,
    output_shape: [usize; 3],
    /// Kernel in the order (group, x, y, input channel, output channel), so that a tap adds a contiguous row.
    taps: Vec<i32>,
    sums: Vec<i64>,
    sent: Vec<i32>,
    next: Vec<i32>,
}

impl Conv {
    /// A connection at rest.
    ///
    /// # Errors
    /// [`ModelError`] if shapes do not fit together or there is not one weight for each tap.
    pub fn new(config: &ConvConfig) -> Result<Self, ModelError> {
        let output_shape = config.output_shape()?;
        check_range("num_message_bits", &[config.num_message_bits], 0, 32)?;
        let [kx, ky] = config.kernel_size;
        let (ins, outs) = (config.input_shape[2] / config.groups, config.out_channels / config.groups);
        check_len("the kernel", config.weights.len(), config.out_channels * kx * ky * ins)?;
        let mut taps = vec![0; config.weights.len()];
        for (at, &weight) in config.weights.iter().enumerate() {
            let (c, rest) = (at % ins, at / ins);
            let (tap, k) = (rest % (kx * ky), rest / (kx * ky));
            let (group, k) = (k / outs, k % outs);
            taps[((group * kx * ky + tap) * ins + c) * outs + k] = weight;
        }
        let len = output_shape.iter().product();
        Ok(Self {
            config: config.clone(),
            output_shape,
            taps,
            sums: vec![0; len],
            sent: vec![0; len],
            next: vec![0; len],
        })
    }

    /// One step: sends what the last step computed and takes in the spikes of this one.
    ///
    /// # Errors
    /// [`ModelError::Length`] if the number of spikes is not the number of inputs.
    pub fn step(&mut self, spikes: &[i32]) -> Result<&[i32], ModelError> {
        check_len("the spikes", spikes.len(), self.num_inputs())?;
        Ok(self.step_with(Exact, spikes))
    }

    pub(crate) fn step_with<R: Rules>(&mut self, rules: R, spikes: &[i32]) -> &[i32] {
        std::mem::swap(&mut self.sent, &mut self.next);
        self.sums.fill(0);
        let [_, height, channels] = self.config.input_shape;
        for (at, &spike) in spikes.iter().enumerate().filter(|(_, spike)| **spike != 0) {
            let factor = if self.config.num_message_bits > 0 { i64::from(spike) } else { 1 };
            let pixel = at / channels;
            self.scatter(rules, [pixel / height, pixel % height], at % channels, factor);
        }
        for (next, &sum) in self.next.iter_mut().zip(&self.sums) {
            // The low 32 bits hold all that a wrap at 24 bits looks at.
            let sum = sum as i32;
            *next = if rules.keeps(Rule::LavaConvolutionWraps) { wrap_signed(sum, 23) } else { sum };
        }
        if rules.keeps(Rule::LavaConnectionDelays) { &self.sent } else { &self.next }
    }

    /// Adds the spike of one input to all outputs that see it.
    fn scatter<R: Rules>(&mut self, rules: R, position: [usize; 2], channel: usize, factor: i64) {
        let ConvConfig { kernel_size: [kx, ky], groups, .. } = self.config;
        let (ins, outs) = (self.config.input_shape[2] / groups, self.config.out_channels / groups);
        let (group, c) = (channel / ins, channel % ins);
        for i in 0..kx {
            let Some(x) = self.target(rules, 0, position[0], i) else { continue };
            for j in 0..ky {
                let Some(y) = self.target(rules, 1, position[1], j) else { continue };
                let to = (x * self.output_shape[1] + y) * self.config.out_channels + group * outs;
                let from = (((group * kx + i) * ky + j) * ins + c) * outs;
                for (sum, &weight) in self.sums[to..to + outs].iter_mut().zip(&self.taps[from..from + outs]) {
                    *sum = sum.wrapping_add(i64::from(weight) * factor);
                }
            }
        }
    }

    /// The output along an axis that tap `tap` joins with the input at `position`.
    #[inline(always)]
    fn target<R: Rules>(&self, rules: R, axis: usize, position: usize, tap: usize) -> Option<usize> {
        let ConvConfig { stride, padding, dilation, kernel_size, .. } = &self.config;
        let tap = if rules.keeps(Rule::LavaKernelFlips) { kernel_size[axis] - 1 - tap } else { tap };
        let offset = (position + padding[axis]).checked_sub(dilation[axis] * tap)?;
        let target = offset / stride[axis];
        (offset % stride[axis] == 0 && target < self.output_shape[axis]).then_some(target)
    }

    /// Forgets what was not sent yet.
    pub fn reset(&mut self) {
        self.sent.fill(0);
        self.next.fill(0);
    }

    /// Width, height and channels of the output.
    #[must_use]
    pub fn output_shape(&self) -> [usize; 3] {
        self.output_shape
    }

    /// Number of inputs.
    #[must_use]
    pub fn num_inputs(&self) -> usize {
        self.config.input_shape.iter().product()
    }

    /// Number of outputs.
    #[must_use]
    pub fn num_outputs(&self) -> usize {
        self.sent.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_checked() {
        let good = ConvConfig::plain([4, 4, 2], 2, [3, 3], vec![1; 36]);
        assert!(Conv::new(&good).is_ok_and(|mut c| c.step(&[1]).is_err()));
        for bad in [
            ConvConfig { kernel_size: [5, 3], ..good.clone() },
            ConvConfig { stride: [0, 1], ..good.clone() },
            ConvConfig { groups: 3, ..good.clone() },
            ConvConfig { groups: 0, ..good.clone() },
            ConvConfig { groups: 2, ..good.clone() },
            ConvConfig { dilation: [1, 2], ..good.clone() },
            ConvConfig { out_channels: 0, ..good.clone() },
            ConvConfig { num_message_bits: 40, ..good.clone() },
        ] {
            assert!(Conv::new(&bad).is_err(), "{bad:?}");
        }
        assert!(Conv::new(&ConvConfig { dilation: [1, 2], padding: [0, 1], ..good }).is_ok());
    }
}
