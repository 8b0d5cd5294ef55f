//! Codes that report changes.

mod dvs_band;
pub(crate) mod dvs_pixel;
pub(crate) mod frame_times;
