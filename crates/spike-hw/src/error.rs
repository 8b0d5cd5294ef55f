//! What can be wrong with the description of an integer network.

use thiserror::Error;

/// A network that the emulated program would not accept, or that has no defined result there.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ModelError {
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
    /// A list for neurons that is neither one value nor one value a neuron.
    #[error("{what} has {found} entries, allowed are 1 (the same for all) and {neurons} (one a neuron)")]
    PerNeuron {
        /// The list.
        what: &'static str,
        /// Entries found.
        found: usize,
        /// Number of neurons.
        neurons: usize,
    },
    /// A number outside its register.
    #[error("{what} {index} is {found}, allowed is {min} to {max}")]
    OutOfRange {
        /// The quantity.
        what: &'static str,
        /// Its position.
        index: usize,
        /// What was found.
        found: i64,
        /// Smallest allowed value.
        min: i64,
        /// Largest allowed value.
        max: i64,
    },
    /// A part that has no element.
    #[error("{what} is empty")]
    Empty {
        /// The part.
        what: &'static str,
    },
    /// A convolution whose kernel is larger than its padded input.
    #[error(
        "a kernel of {kernel} with dilation {dilation} covers {span}, the padded input has {input}; pad by {more} more"
    )]
    KernelTooLarge {
        /// Size of the kernel.
        kernel: usize,
        /// Dilation.
        dilation: usize,
        /// What the dilated kernel covers.
        span: usize,
        /// Size of the padded input.
        input: usize,
        /// Padding that is missing, both sides together.
        more: usize,
    },
    /// Channels that the groups do not divide.
    #[error("{channels} {what} channels cannot be split into {groups} groups")]
    Groups {
        /// Input or output.
        what: &'static str,
        /// Channels.
        channels: usize,
        /// Groups.
        groups: usize,
    },
    /// A weight group that names one target twice, of which the emulated program would lose one.
    #[error("weight group {group} names target {target} twice for atom {atom}; add the two weights")]
    DuplicateTarget {
        /// The weight group.
        group: usize,
        /// The atom.
        atom: usize,
        /// The target.
        target: u32,
    },
    /// A weight that its format does not hold.
    #[error("weight {index} is {found}, which a synapse of these bits with exponent {exponent} does not hold")]
    NotHeld {
        /// Its position.
        index: usize,
        /// The weight.
        found: i64,
        /// The exponent.
        exponent: i32,
    },
    /// An index that leads nowhere.
    #[error("{what} {index} refers to {found}, which is not below {len}")]
    NoSuch {
        /// What refers.
        what: &'static str,
        /// Its position.
        index: usize,
        /// What it refers to.
        found: usize,
        /// Number of things that exist.
        len: usize,
    },
}

/// Checks that each number fits its register.
pub(crate) fn check_range<T: Copy + Into<i64>>(
    what: &'static str,
    values: &[T],
    min: i64,
    max: i64,
) -> Result<(), ModelError> {
    for (index, &value) in values.iter().enumerate() {
        let found = value.into();
        if !(min <= found && found <= max) {
            return Err(ModelError::OutOfRange { what, index, found, min, max });
        }
    }
    Ok(())
}

/// One value for each neuron, from one for all or one for each.
pub(crate) fn per_neuron<T: Copy>(what: &'static str, values: &[T], neurons: usize) -> Result<Vec<T>, ModelError> {
    match values {
        [one] => Ok(vec![*one; neurons]),
        each if each.len() == neurons => Ok(each.to_vec()),
        _ => Err(ModelError::PerNeuron { what, found: values.len(), neurons }),
    }
}

/// Checks the length of a list.
pub(crate) fn check_len(what: &'static str, found: usize, expected: usize) -> Result<(), ModelError> {
    if found == expected { Ok(()) } else { Err(ModelError::Length { what, found, expected }) }
}
