//! What a user chooses about the integers.

use crate::Dialect;

/// Everything that decides the integer network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuantiseOptions {
    /// Whose arithmetic it runs in.
    pub dialect: Dialect,
    /// Bits of a weight with its sign: 1 to 8.
    pub weight_bits: u8,
    /// Steps in which the inputs of a sample spike; ranges are chosen for this number.
    pub num_steps: u32,
}

impl QuantiseOptions {
    /// Weights of 8 bits.
    #[must_use]
    pub fn new(dialect: Dialect, num_steps: u32) -> Self {
        Self { dialect, weight_bits: 8, num_steps }
    }
}
