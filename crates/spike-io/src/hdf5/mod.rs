//! HDF5 as the formats built on it need it: named arrays and texts in groups, none larger than the file explains.

mod error;
mod read;
mod write;

pub use error::Hdf5Error;
pub(crate) use read::{Hdf5Group, Values};
pub(crate) use write::{
    finish, put_bool, put_fixed_text, put_ints, put_ints_i32, put_reals_f32, put_reals_f64, put_text, put_texts,
};
