//! The Rust blocks of the README and the guides, as tests of the documentation.

#![doc = include_str!("../../../README.md")]
#![doc = include_str!("../../../docs/encoding.md")]
#![doc = include_str!("../../../docs/decoding.md")]
#![doc = include_str!("../../../docs/conversion.md")]
