//! Statistics of single trains and of counts, one family a file.

pub(crate) mod binned;
pub(crate) mod correlogram;
pub(crate) mod fano;
pub(crate) mod isi;
pub(crate) mod rate;
pub(crate) mod variability;
