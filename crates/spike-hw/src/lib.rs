//! Integer emulators, dumps and capacities of neuromorphic hardware.

mod dialect;
mod emulator;
mod error;
mod fixed;
pub mod lava;
pub mod nengo_loihi;
mod rules;

pub use dialect::Dialect;
pub use emulator::{EmulationError, Emulator, emulate};
pub use error::ModelError;
pub use fixed::{decay, wrap_signed};

#[cfg(test)]
mod golden;
