//! Ready-made figures from plain numbers.

mod accuracy;
mod bins;
mod demo;
mod images;
mod intervals;
mod psth;
mod raster;
mod rates;
mod tuning;

pub(crate) use accuracy::accuracy;
pub(crate) use demo::{Demo, Shown, demo};
pub(crate) use images::{Picture, images};
pub(crate) use intervals::isi_histogram;
pub(crate) use psth::psth;
pub(crate) use raster::{Spikes, raster};
pub(crate) use rates::rate_bars;
pub(crate) use tuning::{TuningCurve, tuning};

use super::axes::{BOTTOM_MARGIN_PX, LEFT_MARGIN_PX, RIGHT_MARGIN_PX};
use super::{Area, Figure, heading};

/// Title and subtitle of a figure; either may be empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heading<'a> {
    /// What is shown.
    pub(crate) title: &'a str,
    /// How it was made.
    pub(crate) subtitle: &'a str,
}

/// Windows at least this long are shown in seconds.
const SECONDS_FROM_MS: f64 = 10_000.0;

/// The label of a time axis up to `duration_ms`, and how many of its units make a millisecond.
pub(super) fn time_unit(duration_ms: f64) -> (&'static str, f64) {
    if duration_ms >= SECONDS_FROM_MS { ("time (s)", 1e-3) } else { ("time (ms)", 1.0) }
}

/// A page with a heading and one panel area of the given height.
fn single_panel(heading: Heading<'_>, width_px: f64, height_px: f64) -> (Figure, Area) {
    let top = heading::height_px(heading.title, heading.subtitle);
    let mut figure = Figure::new(width_px, top + height_px + BOTTOM_MARGIN_PX);
    heading::draw(&mut figure, heading.title, heading.subtitle);
    let width = figure.width_px() - LEFT_MARGIN_PX - RIGHT_MARGIN_PX;
    (figure, Area::new(LEFT_MARGIN_PX, top, width, height_px))
}
