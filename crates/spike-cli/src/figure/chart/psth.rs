//! Peri-stimulus time histogram: the mean rate over trials in the course of a window.

use super::bins::Bins;
use super::{Heading, single_panel, time_unit};
use crate::figure::Figure;
use crate::figure::axes::{Axis, Foot, Panel};
use crate::figure::scale::Range;
use crate::figure::theme;

/// The mean rate in Hz of one of `num_trials` trains, in at most `bins` cells of whole `step_ms`.
///
/// A trial is one neuron in one sample; `times_ms` holds the spikes of all of them.
pub(crate) fn psth(
    heading: Heading<'_>,
    times_ms: &[f64],
    num_trials: u64,
    duration_ms: f64,
    bins: usize,
    step_ms: f64,
) -> Figure {
    let (mut figure, area) = single_panel(heading, 900.0, 280.0);
    let (label, factor) = time_unit(duration_ms);
    let cells = Bins::new(duration_ms, bins, step_ms);
    let rates_hz = cells.densities(times_ms.iter().copied(), num_trials as f64 * 1e-3);
    let edges: Vec<f64> = cells.edges().into_iter().map(|edge| edge * factor).collect();
    let panel = Panel {
        area,
        x: Axis::measured(label, Range::new(0.0, duration_ms * factor)),
        y: Axis::measured("rate (Hz)", Range::from_zero(rates_hz.iter().copied())),
    };
    panel.draw_grid(&mut figure);
    panel.draw_bars(&mut figure, &edges, &rates_hz, theme::BLUE);
    panel.draw_axes(&mut figure, Foot::Labelled);
    if times_ms.is_empty() {
        panel.draw_note(&mut figure, "no spikes");
    }
    figure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Primitive, svg};

    const HEADING: Heading<'_> = Heading { title: "PSTH", subtitle: "" };

    #[test]
    fn the_rate_is_per_trial() {
        // 4 spikes of 2 trials in the first 10 ms are 200 Hz, so that the marks end at 200.
        let figure = psth(HEADING, &[1.0, 2.0, 3.0, 4.0], 2, 20.0, 2, 0.0);
        let found =
            figure.primitives().iter().any(|item| matches!(item, Primitive::Text(text) if text.content == "200"));
        assert!(found);
    }

    #[test]
    fn degenerate_windows_are_drawn() {
        for duration_ms in [0.0, f64::NAN, -1.0, 1e300, f64::INFINITY] {
            for times_ms in [vec![], vec![f64::NAN], vec![0.5]] {
                let figure = psth(HEADING, &times_ms, 0, duration_ms, 10, 0.1);
                svg::render(&figure).expect("it renders");
            }
        }
    }
}
