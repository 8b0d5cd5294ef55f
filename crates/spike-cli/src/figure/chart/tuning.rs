//! Tuning curves: the rate of each neuron of a population against the value.

use super::{Heading, single_panel};
use crate::figure::axes::{Axis, Foot, Panel};
use crate::figure::scale::Range;
use crate::figure::theme::{self, SERIES};
use crate::figure::{Anchor, Area, Figure, Point, Primitive, Size};

/// One neuron: what its curve promises and what was measured, as (value, rate in Hz).
#[derive(Debug, Clone, Default)]
pub(crate) struct TuningCurve {
    /// The line; empty where the code promises no rate.
    pub(crate) expected: Vec<(f64, f64)>,
    /// The dots.
    pub(crate) measured: Vec<(f64, f64)>,
}

const DOT_PX: f64 = 4.0;

/// Lines of expected and dots of measured rates over the range of the values.
pub(crate) fn tuning(heading: Heading<'_>, label: &str, range: (f64, f64), curves: &[TuningCurve]) -> Figure {
    let (mut figure, area) = single_panel(heading, 900.0, 280.0);
    let all = || curves.iter().flat_map(|curve| curve.expected.iter().chain(&curve.measured));
    let panel = Panel {
        area,
        x: Axis::measured(label, Range::new(range.0, range.1)),
        y: Axis::measured("mean rate (Hz)", Range::from_zero(all().map(|&(_, rate_hz)| rate_hz))),
    };
    panel.draw_grid(&mut figure);
    for (curve, color) in curves.iter().zip(SERIES.iter().copied().cycle()) {
        if curve.expected.len() > 1 {
            let points = curve.expected.iter().map(|&(x, rate_hz)| panel.at(x, rate_hz)).collect();
            figure.push(Primitive::Polyline { points, width: 1.5, color: color.towards(theme::GROUND, 0.3) });
        }
        for &(x, rate_hz) in &curve.measured {
            let Point { x, y } = panel.at(x, rate_hz);
            figure.rect(Area::new(x - DOT_PX / 2.0, y - DOT_PX / 2.0, DOT_PX, DOT_PX), color);
        }
    }
    panel.draw_axes(&mut figure, Foot::Labelled);
    if all().next().is_none() {
        panel.draw_note(&mut figure, "no values");
    } else {
        let at = Point::new(area.right(), area.top - 6.0);
        figure.text(at, Size::Small, Anchor::End, theme::MUTED, "lines: expected, dots: measured");
    }
    figure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::svg;

    const HEADING: Heading<'_> = Heading { title: "Tuning", subtitle: "" };

    #[test]
    fn every_measured_rate_is_a_dot_and_every_curve_a_line() {
        let curve = TuningCurve { expected: vec![(0.0, 0.0), (1.0, 50.0)], measured: vec![(0.5, 20.0), (0.7, 40.0)] };
        let figure = tuning(HEADING, "value", (0.0, 1.0), &[curve.clone(), curve]);
        let count = |wanted: fn(&Primitive) -> bool| figure.primitives().iter().filter(|item| wanted(item)).count();
        assert_eq!(count(|item| matches!(item, Primitive::Polyline { .. })), 2);
        assert_eq!(count(|item| matches!(item, Primitive::Rect { area, .. } if area.width == DOT_PX)), 4);
    }

    #[test]
    fn degenerate_curves_are_drawn() {
        let one = TuningCurve { expected: vec![(f64::NAN, 1.0)], measured: vec![(0.0, f64::INFINITY)] };
        for curves in [vec![], vec![TuningCurve::default()], vec![one]] {
            for range in [(0.0, 0.0), (f64::NAN, 1.0), (-1.0, 3.0)] {
                svg::render(&tuning(HEADING, "value", range, &curves)).expect("it renders");
            }
        }
    }
}
