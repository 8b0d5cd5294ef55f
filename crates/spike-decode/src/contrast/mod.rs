//! Signals from the spikes of contrast codes and of Ben's Spiker, and the thresholds with which they are best.

pub(crate) mod optimise;
pub(crate) mod reconstruct;
