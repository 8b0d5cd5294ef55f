//! The spiking network: choices, places of the neurons, thresholds.

mod network;
mod options;
mod prepare;

pub use network::{Groups, Site, SpikingNetwork};
pub use options::{Attention, ConversionOptions, Form, Granularity, MaxPooling, Normalisation, Readout, SpikeSigns};
pub use prepare::SiteKind;
pub(crate) use prepare::{is_linear, is_rectifier};
