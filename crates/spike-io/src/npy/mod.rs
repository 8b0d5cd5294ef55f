//! NumPy arrays: versions 1 to 3 are read, both byte orders, C and Fortran order.
//!
//! C order streams; an array in Fortran order is held in memory, up to a limit.
//!
//! # References
//!
//! NumPy, "NEP 1 — A simple file format for NumPy arrays", and `numpy.lib.format`.

mod fortran;
mod header;
mod writer;

pub use writer::{NpyWriter, write_npy_f64};

pub(crate) use writer::checked_count;

pub(crate) use header::header_bytes;

use crate::dense::{DenseConfig, DenseSource};
use crate::error::ReadError;
use crate::shape::SampleShape;
use crate::source::SampleSource;
use crate::stream::Location;

pub(crate) fn open(location: Location) -> Result<Box<dyn SampleSource>, ReadError> {
    let mut stream = location.open()?;
    let header = header::read(&mut stream)?;
    let config = DenseConfig { what: "npy data", layout: header.layout, shape: SampleShape::from_axes(&header.axes)? };
    let source = DenseSource::new(config, location, stream)?;
    // With one axis both orders are the same.
    if header.fortran_order && header.axes.len() > 1 {
        return Ok(Box::new(fortran::FortranSource::new(source)?));
    }
    Ok(Box::new(source))
}
