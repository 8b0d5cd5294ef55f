//! The extension module of the Python package `spike_encoder`: arrays and compressed rows in, arrays and rows out.
//!
//! The frozen dataclasses and the protocol of the specification are Python, in `python/spike_encoder`; what is here
//! holds no rule of its own: every operation is one of the facade `spike`, without the global interpreter lock.
//!
//! | class | what it wraps |
//! |---|---|
//! | [`Encoder`](encoder::Encoder) | [`spike::NeuromorphicEncoder`] |
//! | [`Train`](train::Train) | [`spike::SpikeTrain`], with its views as arrays |
//! | [`SampleEncoder`](samples::SampleEncoder) | [`spike_encode::Encoder`] for samples with global indices |
//! | [`Network`](network::Network), [`Spiking`](network::Spiking) | [`spike_convert::AnalogNetwork`], [`spike::Conversion`] |
//!
//! # What this crate does not do
//! It has no Rust interface and needs an interpreter to run; it builds without one.

mod array;
mod config;
mod decoder;
mod encoder;
mod failure;
mod layout;
mod network;
mod samples;
mod train;

/// Spikes and codes for the package `spike_encoder`, which is the interface to use.
#[pyo3::pymodule]
mod _core {
    #[pymodule_export]
    use super::decoder::{decode, decode_channels};
    #[pymodule_export]
    use super::encoder::Encoder;
    #[pymodule_export]
    use super::network::{Network, Spiking};
    #[pymodule_export]
    use super::samples::SampleEncoder;
    #[pymodule_export]
    use super::train::Train;
}
