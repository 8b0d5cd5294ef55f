//! Synapses between two populations, or from the inputs.

use super::population::Population;
use crate::Dialect;
use crate::error::{ModelError, check_len, check_range};
use crate::lava::WeightFormat;

/// Where spikes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Consecutive inputs.
    Inputs {
        /// The first.
        first: usize,
        /// How many.
        number: usize,
    },
    /// A population, by its index.
    Population(usize),
}

/// The geometry of a convolution: sizes are (row, column).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image {
    /// Rows, columns and channels of the input.
    pub input: [usize; 3],
    /// Rows, columns and channels of the output.
    pub output: [usize; 3],
    /// Rows and columns of the kernel.
    pub kernel: [usize; 2],
    /// Distance of two outputs.
    pub stride: [usize; 2],
    /// Zeros before the first row and column.
    pub padding: [usize; 2],
    /// Distance of two taps.
    pub dilation: [usize; 2],
    /// Groups of channels that do not mix.
    pub groups: usize,
}

/// Which weight joins a row of synapses with a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// Every row reaches every target: `weights[row·targets + target]`.
    Dense,
    /// A correlation with zeros outside, rows and targets in the order (row, column, channel):
    /// `weights[((input channel·kernel rows + row)·kernel columns + column)·filters of a group + filter of the group]`.
    Convolution(Image),
    /// One weight for all: a row reaches the targets of its group.
    Groups {
        /// Group of each row, `None` for rows that reach nothing.
        rows: Vec<Option<u32>>,
        /// Group of each target, `None` for targets that nothing reaches.
        targets: Vec<Option<u32>>,
    },
}

/// Synapses with common bits, exponent and signs.
///
/// A spike of a source in step t adds its weights to the targets in step t + 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    /// Name in the report and in files.
    pub name: String,
    /// Where the spikes come from.
    pub source: Source,
    /// Index of the population that they go to.
    pub target: usize,
    /// The row of synapses of each source, `None` for a source that reaches nothing; without it source i has row i.
    pub route: Option<Vec<Option<u32>>>,
    /// Which weight joins which row and target.
    pub pattern: Pattern,
    /// Mantissas, as the synapse holds them.
    pub weights: Vec<i32>,
    /// Bits, exponent and signs.
    pub format: WeightFormat,
}

impl Projection {
    /// Number of rows of synapses.
    #[must_use]
    pub fn num_rows(&self, num_targets: usize) -> usize {
        match &self.pattern {
            Pattern::Dense => self.weights.len() / num_targets.max(1),
            Pattern::Convolution(image) => image.input.iter().product(),
            Pattern::Groups { rows, .. } => rows.len(),
        }
    }

    pub(super) fn check(&self, dialect: Dialect, num_sources: usize, target: &Population) -> Result<(), ModelError> {
        let num_targets = target.num_neurons();
        match &self.pattern {
            Pattern::Dense => {
                check_len("the matrix of weights", self.weights.len() % num_targets, 0)?;
            }
            Pattern::Convolution(image) => {
                image.check()?;
                check_len("the output of a convolution", image.output.iter().product(), num_targets)?;
                check_len("the kernel", self.weights.len(), image.num_weights())?;
            }
            Pattern::Groups { targets, .. } => {
                check_len("the groups of targets", targets.len(), num_targets)?;
                check_len("the weights of groups", self.weights.len(), 1)?;
            }
        }
        let rows = self.num_rows(num_targets);
        match &self.route {
            None => check_len("the rows of synapses", rows, num_sources)?,
            Some(route) => {
                check_len("the route of a projection", route.len(), num_sources)?;
                for (index, row) in route.iter().enumerate() {
                    if let Some(found) = row.map(|row| row as usize).filter(|row| rows <= *row) {
                        return Err(ModelError::NoSuch { what: "source", index, found, len: rows });
                    }
                }
            }
        }
        self.added_weights(dialect).map(|_| ())
    }

    /// What each weight adds to the sum of a step, in units of 2⁶ of the current, and the shift of the sum that is left.
    ///
    /// A positive exponent is part of the weights. A negative one shifts the sum in Lava, and was applied to each weight
    /// in nengo-loihi.
    pub(super) fn added_weights(&self, dialect: Dialect) -> Result<(Vec<i16>, u32), ModelError> {
        let exponent = self.format.weight_exp;
        let effective = self.format.effective(&self.weights)?;
        let lost = |index: usize| ModelError::NotHeld { index, found: self.weights[index].into(), exponent };
        if let Some(index) = (0..effective.len()).find(|&i| i32::from(effective[i]) != self.weights[i]) {
            return Err(lost(index));
        }
        if exponent >= 0 {
            return Ok((effective.iter().map(|w| w << exponent).collect(), 0));
        }
        if dialect == Dialect::Lava {
            return Ok((effective, exponent.unsigned_abs()));
        }
        check_range("weight_exp", &[exponent], -6, 7)?;
        let step = 1i16 << exponent.unsigned_abs();
        match effective.iter().position(|w| w % step != 0) {
            Some(index) => Err(lost(index)),
            None => Ok((effective.iter().map(|w| w / step).collect(), 0)),
        }
    }
}

impl Image {
    /// Number of weights of the kernel.
    #[must_use]
    pub fn num_weights(&self) -> usize {
        self.input[2] * self.kernel[0] * self.kernel[1] * (self.output[2] / self.groups.max(1))
    }

    fn check(&self) -> Result<(), ModelError> {
        let sizes = [self.input.as_slice(), &self.output, &self.kernel, &self.stride, &self.dilation].concat();
        let sizes: Vec<i64> = sizes.into_iter().map(|size| size as i64).collect();
        check_range("size, kernel, stride or dilation", &sizes, 1, 1 << 16)?;
        check_range("padding", &self.padding.map(|padding| padding as i64), 0, 1 << 16)?;
        for (what, channels) in [("input", self.input[2]), ("output", self.output[2])] {
            if self.groups == 0 || !channels.is_multiple_of(self.groups) {
                return Err(ModelError::Groups { what, channels, groups: self.groups });
            }
        }
        Ok(())
    }
}
