//! Signals from the spikes of contrast codes and of Ben's Spiker, the thresholds with which they are best, and frames
//! from camera events.

pub(crate) mod events;
pub(crate) mod optimise;
pub(crate) mod reconstruct;
