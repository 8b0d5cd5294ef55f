//! Zip archives of NumPy arrays.

mod reader;
mod writer;

pub use writer::{ArrayValues, NpzCompression, NpzWriter};

pub(crate) use reader::open;
