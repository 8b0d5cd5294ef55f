//! Spike rasters: time to the right, neurons upwards, the population rate beneath.

use super::bins::Bins;
use super::{Heading, time_unit};
use crate::figure::axes::{Axis, BOTTOM_MARGIN_PX, Foot, LEFT_MARGIN_PX, Panel, RIGHT_MARGIN_PX};
use crate::figure::scale::Range;
use crate::figure::theme::{self, Color};
use crate::figure::{Area, Figure, Primitive, Raster, heading};

/// Above this many spikes single strokes would hide each other.
const MOST_STROKES: usize = 200_000;
const RATE_BINS: usize = 100;
const RATE_HEIGHT_PX: f64 = 78.0;
const GAP_PX: f64 = 20.0;
const MAX_HEIGHT_PX: f64 = 330.0;

/// Spikes of several neurons in a window that starts at time zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spikes<'a> {
    /// Time in ms and neuron of every spike, in any order; what is outside is not drawn.
    pub(crate) events: &'a [(f64, u32)],
    /// Number of neurons.
    pub(crate) num_rows: u32,
    /// Length of the window.
    pub(crate) duration_ms: f64,
    /// Length of a time step; zero when times are continuous.
    pub(crate) step_ms: f64,
}

impl Spikes<'_> {
    /// Whether a spike is in the window and belongs to a neuron that is shown.
    pub(crate) fn holds(&self, (time_ms, row): (f64, u32)) -> bool {
        0.0 <= time_ms && time_ms <= self.duration_ms && row < self.num_rows
    }
}

/// A raster with the population rate (mean over the neurons, in Hz) beneath.
pub(crate) fn raster(heading: Heading<'_>, spikes: Spikes<'_>) -> Figure {
    let height = height_px(spikes.num_rows);
    let top = heading::height_px(heading.title, heading.subtitle);
    let mut figure = Figure::new(900.0, top + body_height_px(height));
    heading::draw(&mut figure, heading.title, heading.subtitle);
    let body = raster_body(spikes, figure.width_px(), height, theme::BLUE);
    figure.place(&body, 0.0, top);
    figure
}

/// The height of the neuron panel that suits a number of neurons.
pub(super) fn height_px(num_rows: u32) -> f64 {
    (f64::from(num_rows) * 26.0).clamp(96.0, MAX_HEIGHT_PX)
}

/// The height of a [`raster_body`] whose neuron panel is `raster_px` high.
pub(super) fn body_height_px(raster_px: f64) -> f64 {
    raster_px + GAP_PX + RATE_HEIGHT_PX + BOTTOM_MARGIN_PX
}

/// Both panels without a heading.
pub(super) fn raster_body(spikes: Spikes<'_>, width_px: f64, raster_px: f64, color: Color) -> Figure {
    let mut figure = Figure::new(width_px, body_height_px(raster_px));
    let width = (width_px - LEFT_MARGIN_PX - RIGHT_MARGIN_PX).max(1.0);
    let (label, factor) = time_unit(spikes.duration_ms);
    let x = Axis::measured(label, Range::new(0.0, spikes.duration_ms * factor));
    let neurons = Panel {
        area: Area::new(LEFT_MARGIN_PX, 0.0, width, raster_px),
        x,
        y: Axis::numbered("neuron", spikes.num_rows),
    };
    let shown: Vec<(f64, u32)> = spikes.events.iter().copied().filter(|&spike| spikes.holds(spike)).collect();
    if shown.is_empty() {
        let note = if spikes.num_rows == 0 { "no neurons" } else { "no spikes" };
        neurons.draw_note(&mut figure, note);
    } else if shown.len() > MOST_STROKES {
        figure.push(density(&neurons, spikes, &shown, color));
    } else {
        figure.push(strokes(&neurons, spikes, &shown, factor, color));
    }
    neurons.draw_axes(&mut figure, Foot::Bare);

    let bins = Bins::new(spikes.duration_ms, RATE_BINS, spikes.step_ms);
    let neuron_seconds = f64::from(spikes.num_rows) * 1e-3;
    let rates_hz = bins.densities(shown.iter().map(|spike| spike.0), neuron_seconds);
    let edges: Vec<f64> = bins.edges().into_iter().map(|edge| edge * factor).collect();
    let rate = Panel {
        area: Area::new(LEFT_MARGIN_PX, raster_px + GAP_PX, width, RATE_HEIGHT_PX),
        x,
        y: Axis::measured("rate (Hz)", Range::from_zero(rates_hz.iter().copied())),
    };
    rate.draw_grid(&mut figure);
    rate.draw_bars(&mut figure, &edges, &rates_hz, color);
    rate.draw_axes(&mut figure, Foot::Labelled);
    figure
}

fn strokes(panel: &Panel<'_>, spikes: Spikes<'_>, shown: &[(f64, u32)], factor: f64, color: Color) -> Primitive {
    let row_px = panel.area.height / f64::from(spikes.num_rows);
    let half_px = (row_px * 0.8).max(1.5) / 2.0;
    let strokes = shown
        .iter()
        .map(|&(time_ms, row)| {
            let at = panel.at(time_ms * factor, f64::from(row) + 0.5);
            let (y0, y1) = (at.y - half_px, at.y + half_px);
            (at.x, y0.max(panel.area.top), y1.min(panel.area.bottom()))
        })
        .collect();
    let crowding = shown.len() as f64 * 2.0 * half_px / (panel.area.width * panel.area.height);
    let width = if crowding < 0.02 {
        1.5
    } else if crowding < 0.15 {
        1.0
    } else {
        0.6
    };
    Primitive::Ticks { strokes, width, color }
}

/// Shades for the number of spikes in each cell, where strokes would merge into one block.
fn density(panel: &Panel<'_>, spikes: Spikes<'_>, shown: &[(f64, u32)], color: Color) -> Primitive {
    let columns = Bins::new(spikes.duration_ms, panel.area.width as usize, spikes.step_ms);
    let rows = Bins::new(f64::from(spikes.num_rows), panel.area.height as usize, 1.0);
    let mut counts = vec![0_u32; rows.len() * columns.len()];
    for &(time_ms, row) in shown {
        if let (Some(column), Some(row)) = (columns.index(time_ms), rows.index(f64::from(row))) {
            counts[(rows.len() - 1 - row) * columns.len() + column] += 1;
        }
    }
    let full = f64::from(darkest(&counts));
    let shades =
        counts.into_iter().map(|count| ((f64::from(count) / full).sqrt().min(1.0) * 255.0).round() as u8).collect();
    // The last column and the topmost row may reach beyond the data, as all cells are equal.
    let width = panel.area.width * columns.full_end() / spikes.duration_ms;
    let height = panel.area.height * rows.full_end() / f64::from(spikes.num_rows);
    let area = Area::new(panel.area.left, panel.area.bottom() - height, width, height);
    let raster = Raster::new(rows.len(), columns.len(), shades, theme::GROUND, color);
    Primitive::Image { area, raster }
}

/// The count drawn in full colour: few cells exceed it, so that outliers do not bleach the rest.
fn darkest(counts: &[u32]) -> u32 {
    let mut inked: Vec<u32> = counts.iter().copied().filter(|&count| count > 0).collect();
    let index = inked.len().saturating_sub(1) * 99 / 100;
    if inked.is_empty() { 1 } else { *inked.select_nth_unstable(index).1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::svg;
    use proptest::prelude::*;

    fn spikes(events: &[(f64, u32)]) -> Spikes<'_> {
        Spikes { events, num_rows: 4, duration_ms: 100.0, step_ms: 0.1 }
    }

    fn ticks(figure: &Figure) -> Vec<(f64, f64, f64)> {
        figure
            .primitives()
            .iter()
            .filter_map(|item| match item {
                Primitive::Ticks { strokes, .. } => Some(strokes.clone()),
                _ => None,
            })
            .flatten()
            .collect()
    }

    #[test]
    fn a_spike_is_a_stroke_in_the_row_of_its_neuron() {
        let body = raster_body(spikes(&[(0.0, 0), (50.0, 3), (50.0, 4), (101.0, 0)]), 296.0, 100.0, theme::BLUE);
        let found = ticks(&body);
        assert_eq!(found, [(68.0, 77.5, 97.5), (168.0, 2.5, 22.5)]);
    }

    #[test]
    fn many_spikes_become_shades() {
        let events: Vec<(f64, u32)> = (0..200_001).map(|index| (f64::from(index % 1000) * 0.1, 3)).collect();
        let body = raster_body(spikes(&events), 900.0, 330.0, theme::BLUE);
        assert!(ticks(&body).is_empty());
        let Some(Primitive::Image { raster, .. }) = body.primitives().first() else {
            unreachable!("an image comes first");
        };
        assert_eq!((raster.rows(), raster.cols()), (4, 500));
        assert_eq!((raster.color(0, 0), raster.color(1, 0)), (theme::BLUE, theme::GROUND));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn nothing_panics(
            events in prop::collection::vec((any::<f64>(), 0_u32..6), 0..20),
            num_rows in prop::sample::select(vec![0, 1, 5, u32::MAX]),
            duration_ms: f64,
            step_ms: f64,
        ) {
            let heading = Heading { title: "t", subtitle: "" };
            let figure = raster(heading, Spikes { events: &events, num_rows, duration_ms, step_ms });
            svg::render(&figure).expect("it renders");
        }
    }
}
