//! Arrays and texts into an HDF5 file; a shape of no axes is a single value.

use super::Hdf5Error;
use hdf5_pure::{FileBuilder, GroupBuilder, make_f32_type, make_f64_type, make_i64_type};

fn axes(shape: &[usize]) -> Vec<u64> {
    shape.iter().map(|&length| length as u64).collect()
}

pub(crate) fn put_text(group: &mut GroupBuilder, name: &str, text: &str) {
    group.create_dataset(name).with_vlen_strings(&[text]).with_shape(&[]);
}

pub(crate) fn put_texts(group: &mut GroupBuilder, name: &str, shape: &[usize], texts: &[&str]) {
    group.create_dataset(name).with_vlen_strings(texts).with_shape(&axes(shape));
}

pub(crate) fn put_ints(group: &mut GroupBuilder, name: &str, shape: &[usize], values: &[i64]) {
    let dataset = group.create_dataset(name).with_shape(&axes(shape));
    // An empty array has a type and no data.
    if values.is_empty() {
        dataset.with_dtype(make_i64_type())
    } else {
        dataset.with_i64_data(values)
    };
}

pub(crate) fn put_reals_f32(group: &mut GroupBuilder, name: &str, shape: &[usize], values: &[f32]) {
    let dataset = group.create_dataset(name).with_shape(&axes(shape));
    if values.is_empty() {
        dataset.with_dtype(make_f32_type())
    } else {
        dataset.with_f32_data(values)
    };
}

pub(crate) fn put_reals_f64(group: &mut GroupBuilder, name: &str, shape: &[usize], values: &[f64]) {
    let dataset = group.create_dataset(name).with_shape(&axes(shape));
    if values.is_empty() {
        dataset.with_dtype(make_f64_type())
    } else {
        dataset.with_f64_data(values)
    };
}

/// The bytes of a file.
pub(crate) fn finish(builder: FileBuilder) -> Result<Vec<u8>, Hdf5Error> {
    builder.finish().map_err(|error| match error {
        hdf5_pure::Error::Io(error) => Hdf5Error::Io(error),
        other => Hdf5Error::Unwritable { reason: other.to_string() },
    })
}
