//! The two dialects of fixed-point arithmetic, by name.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A program whose integer arithmetic an emulator repeats bit for bit.
///
/// The two differ in overflow, refractory period, limits of the voltage and rounding of weights, so that a result
/// is always a result *of a dialect*. Neither is claimed to be the arithmetic of the silicon: no public data would
/// allow to check that.
///
/// ```
/// use spike_hw::Dialect;
/// assert_eq!(Dialect::Lava.to_string(), "lava");
/// assert_eq!(Dialect::NengoLoihi.reference(), "nengo-loihi 1.1.0, EmulatorInterface");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Dialect {
    /// The fixed-point process models of Lava.
    Lava,
    /// The emulator of nengo-loihi.
    NengoLoihi,
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Self; 2] = [Self::Lava, Self::NengoLoihi];

    /// The program and version that the dialect is compared with.
    #[must_use]
    pub fn reference(self) -> &'static str {
        match self {
            Self::Lava => "lava-nc 0.10.0, fixed_pt process models (PyLifModelBitAcc, PyDenseModelBitAcc)",
            Self::NengoLoihi => "nengo-loihi 1.1.0, EmulatorInterface",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lava => "lava",
            Self::NengoLoihi => "nengo_loihi",
        })
    }
}
