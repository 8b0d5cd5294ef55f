//! Arrays and texts into an HDF5 file; a shape of no axes is a single value.

use super::Hdf5Error;
use hdf5_pure::{
    EnumTypeBuilder, FileBuilder, FormatError, GroupBuilder, make_f32_type, make_f64_type, make_i8_type, make_i32_type,
    make_i64_type,
};

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

pub(crate) fn put_ints_i32(group: &mut GroupBuilder, name: &str, shape: &[usize], values: &[i32]) {
    let dataset = group.create_dataset(name).with_shape(&axes(shape));
    if values.is_empty() {
        dataset.with_dtype(make_i32_type())
    } else {
        dataset.with_i32_data(values)
    };
}

fn unwritable(error: &FormatError) -> Hdf5Error {
    Hdf5Error::Unwritable { reason: error.to_string() }
}

/// A truth value as h5py stores it: an enumeration of FALSE and TRUE.
pub(crate) fn put_bool(group: &mut GroupBuilder, name: &str, value: bool) -> Result<(), Hdf5Error> {
    let truth = EnumTypeBuilder::with_base(make_i8_type()).value("FALSE", 0).value("TRUE", 1).build();
    let truth = truth.map_err(|error| unwritable(&error))?;
    group.create_dataset(name).with_enum_u8_data(truth, &[u8::from(value)]).with_shape(&[]);
    Ok(())
}

/// A text of a fixed width, as the only element of an array.
pub(crate) fn put_fixed_text(group: &mut GroupBuilder, name: &str, text: &str, width: u32) -> Result<(), Hdf5Error> {
    let dataset = group.create_dataset(name);
    dataset.with_ascii_strings_sized(&[text], width).map_err(|error| unwritable(&error))?.with_shape(&[1]);
    Ok(())
}

/// The bytes of a file.
pub(crate) fn finish(builder: FileBuilder) -> Result<Vec<u8>, Hdf5Error> {
    builder.finish().map_err(|error| match error {
        hdf5_pure::Error::Io(error) => Hdf5Error::Io(error),
        other => Hdf5Error::Unwritable { reason: other.to_string() },
    })
}
