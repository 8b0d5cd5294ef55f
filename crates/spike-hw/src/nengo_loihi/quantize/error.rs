//! Why parameters have no registers that hold them.

use thiserror::Error;

/// Parameters that the quantiser of nengo-loihi refuses.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum DiscretizeError {
    /// A list of the wrong length.
    #[error("{what} has {found} entries, expected are {expected}")]
    Length {
        /// The list.
        what: &'static str,
        /// Entries found.
        found: usize,
        /// Entries expected.
        expected: usize,
    },
    /// A number that is not finite or outside its range.
    #[error("{what} {index} is {found:?}, allowed is {min:?} to {max:?}")]
    OutOfRange {
        /// The quantity.
        what: &'static str,
        /// Its position.
        index: usize,
        /// What was found.
        found: f64,
        /// Smallest allowed value.
        min: f64,
        /// Largest allowed value.
        max: f64,
    },
    /// A scaled decay that never decays.
    #[error(
        "{what} of compartment {index} becomes the register 0, which never decays and has no scale; \
         use a shorter time constant, or do not scale by it"
    )]
    NoDecay {
        /// Current or voltage.
        what: &'static str,
        /// The compartment.
        index: usize,
    },
    /// No exponent of the weights keeps threshold and bias in their registers.
    #[error(
        "no weight exponent from 0 to -7 keeps threshold and bias in range: at -7 the largest threshold is \
         {threshold} (allowed {max_threshold}), the largest bias {bias} (allowed {max_bias}); \
         lower them, or raise the largest weight"
    )]
    NoWeightExponent {
        /// Largest scaled threshold.
        threshold: f64,
        /// Largest threshold that fits.
        max_threshold: f64,
        /// Largest scaled bias.
        bias: f64,
        /// Largest bias that fits.
        max_bias: f64,
    },
    /// No scale of the bias keeps the threshold in its register.
    #[error(
        "without weights, no scale of the bias {bias:?} keeps the threshold in range; raise the bias or lower the threshold"
    )]
    NoBiasScale {
        /// Largest bias.
        bias: f64,
    },
    /// A threshold that becomes zero or leaves its register.
    #[error("the threshold of compartment {index} becomes {mantissa}, allowed is 1 to 131071; {advice}")]
    Threshold {
        /// The compartment.
        index: usize,
        /// Its mantissa.
        mantissa: i64,
        /// What helps.
        advice: &'static str,
    },
    /// A bias that leaves its register.
    #[error(
        "the bias of compartment {index} becomes {bias}, allowed is up to 524160; lower the bias or raise the weights"
    )]
    Bias {
        /// The compartment.
        index: usize,
        /// The scaled bias.
        bias: f64,
    },
    /// Compartments of one block that would need different scales.
    #[error(
        "compartment {index} needs the voltage scale {found}, compartment 0 has {first}; \
         give all compartments of a block the same decays"
    )]
    ScaleDiffers {
        /// The compartment.
        index: usize,
        /// Its scale.
        found: f64,
        /// Scale of the first.
        first: f64,
    },
}

/// Checks that each number is finite and in range.
pub(super) fn check(what: &'static str, values: &[f32], min: f64, max: f64) -> Result<(), DiscretizeError> {
    for (index, &value) in values.iter().enumerate() {
        let found = f64::from(value);
        if !(min <= found && found <= max) {
            return Err(DiscretizeError::OutOfRange { what, index, found, min, max });
        }
    }
    Ok(())
}

/// Checks the length of a list.
pub(super) fn check_len(what: &'static str, found: usize, expected: usize) -> Result<(), DiscretizeError> {
    if found == expected { Ok(()) } else { Err(DiscretizeError::Length { what, found, expected }) }
}
