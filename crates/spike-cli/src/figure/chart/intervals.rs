//! Distribution of the intervals between the spikes of a neuron.

use super::bins::Bins;
use super::{Heading, single_panel};
use crate::figure::axes::{Axis, Foot, Panel};
use crate::figure::scale::Range;
use crate::figure::theme;
use crate::figure::{Anchor, Figure, Point, Size};

/// The share of intervals that must fit on the axis; a long tail would squeeze the rest.
const SHOWN: f64 = 0.995;

/// A histogram of inter-spike intervals with at most `bins` cells, each a whole number of `step_ms`.
///
/// The longest intervals (0.5 %) may lie beyond the axis and are then counted in a note.
pub(crate) fn isi_histogram(heading: Heading<'_>, isi_ms: &[f64], bins: usize, step_ms: f64) -> Figure {
    let (mut figure, area) = single_panel(heading, 900.0, 280.0);
    let mut sorted: Vec<f64> = isi_ms.iter().copied().filter(|isi| isi.is_finite() && *isi >= 0.0).collect();
    sorted.sort_by(f64::total_cmp);
    let index = (SHOWN * sorted.len() as f64).ceil() as usize;
    let longest = sorted.get(index.saturating_sub(1)).copied().unwrap_or(0.0);
    let step = if step_ms.is_finite() && step_ms > 0.0 { step_ms } else { 0.0 };
    let cells = Bins::new(longest + step, bins, step);
    let counts = cells.counts(sorted.iter().copied());
    let edges = cells.edges();
    let end = edges.last().copied().unwrap_or(1.0);
    let y = Axis { whole: true, ..Axis::measured("intervals", Range::from_zero(counts.iter().copied())) };
    let x = Axis::measured("inter-spike interval (ms)", Range::new(0.0, end));
    let panel = Panel { area, x, y };
    panel.draw_grid(&mut figure);
    panel.draw_bars(&mut figure, &edges, &counts, theme::BLUE);
    panel.draw_axes(&mut figure, Foot::Labelled);
    if sorted.is_empty() {
        panel.draw_note(&mut figure, "no intervals: no neuron spiked twice");
    }
    let beyond = sorted.len() - counts.iter().sum::<f64>() as usize;
    if beyond > 0 {
        let plural = if beyond == 1 { "interval" } else { "intervals" };
        let at = Point::new(area.right(), area.top + 4.0);
        let note = format!("{beyond} longer {plural} not shown");
        figure.text(at, Size::Small, Anchor::End, theme::MUTED, note);
    }
    figure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Primitive, svg};

    const HEADING: Heading<'_> = Heading { title: "ISI", subtitle: "" };

    fn texts(figure: &Figure) -> Vec<&str> {
        figure
            .primitives()
            .iter()
            .filter_map(|item| match item {
                Primitive::Text(text) => Some(text.content.as_str()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_long_tail_is_counted_not_drawn() {
        let mut isi_ms = vec![2.0; 999];
        isi_ms.push(5000.0);
        assert!(texts(&isi_histogram(HEADING, &isi_ms, 50, 0.1)).contains(&"1 longer interval not shown"));
    }

    #[test]
    fn degenerate_intervals_are_drawn() {
        for isi_ms in [vec![], vec![0.0], vec![3.0], vec![f64::NAN, -1.0, f64::INFINITY]] {
            for bins in [0, 1, 40] {
                let figure = isi_histogram(HEADING, &isi_ms, bins, 0.0);
                svg::render(&figure).expect("it renders");
            }
        }
    }
}
