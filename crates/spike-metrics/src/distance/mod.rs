//! Distances of spike trains, one a file.

pub(crate) mod adaptive;
pub(crate) mod isi;
pub(crate) mod merge;
pub(crate) mod pairwise;
pub(crate) mod profile;
pub(crate) mod spike;
pub(crate) mod van_rossum;
pub(crate) mod victor_purpura;
