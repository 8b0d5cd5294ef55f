//! Synchrony of spike trains, one measure a file.

pub(crate) mod correlation;
pub(crate) mod spike_contrast;
pub(crate) mod spike_sync;
pub(crate) mod sttc;
