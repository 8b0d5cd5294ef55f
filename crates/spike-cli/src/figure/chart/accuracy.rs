//! Accuracy of a converted network against the number of steps.

use super::{Heading, single_panel};
use crate::figure::axes::{Axis, Foot, Panel};
use crate::figure::scale::Range;
use crate::figure::theme::{self, SERIES};
use crate::figure::{Anchor, Figure, Point, Primitive, Size};

/// `accuracies[t − 1]` after t steps, over log₂ t, with a line for the analog network.
pub(crate) fn accuracy(heading: Heading<'_>, accuracies: &[f64], analog: f64) -> Figure {
    let (mut figure, area) = single_panel(heading, 900.0, 320.0);
    let percent = |value: &f64| 100.0 * value;
    let points: Vec<(f64, f64)> = (1u32..).map(|t| f64::from(t).log2()).zip(accuracies.iter().map(percent)).collect();
    // Down to the next ten, so that a loss of a point is seen where nothing falls far.
    let lowest = accuracies.iter().chain([&analog]).map(percent).fold(90.0, f64::min);
    let lowest = (lowest / 10.0).floor() * 10.0;
    let last = points.last().map_or(1.0, |(x, _)| x.max(1.0));
    let panel = Panel {
        area,
        x: Axis::measured("log2 of steps T", Range::new(0.0, last)),
        y: Axis::measured("accuracy (%)", Range::new(lowest, 100.0)),
    };
    panel.draw_grid(&mut figure);
    let level = 100.0 * analog;
    let line = [0.0, last].map(|x| panel.at(x, level)).to_vec();
    figure.push(Primitive::Polyline { points: line, width: 1.0, color: theme::MUTED });
    if points.len() > 1 {
        let points = points.iter().map(|&(x, y)| panel.at(x, y)).collect();
        figure.push(Primitive::Polyline { points, width: 2.0, color: SERIES[0] });
    }
    panel.draw_axes(&mut figure, Foot::Labelled);
    let note = format!(
        "grey: analog network, {level:.2} %; at T = {}: {:.2} %",
        points.len(),
        points.last().map_or(0.0, |p| p.1)
    );
    figure.text(Point::new(area.right(), area.top - 6.0), Size::Small, Anchor::End, theme::MUTED, &note);
    figure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::svg;

    #[test]
    fn any_number_of_steps_is_drawn() {
        let heading = Heading { title: "Accuracy", subtitle: "" };
        for accuracies in [vec![], vec![0.5], vec![0.1, 0.9, 0.95], vec![1.0; 300], vec![f64::NAN; 3]] {
            let figure = accuracy(heading, &accuracies, 0.98);
            let lines = figure.primitives().iter().filter(|item| matches!(item, Primitive::Polyline { .. })).count();
            assert!(lines >= if accuracies.len() > 1 { 2 } else { 1 }, "{accuracies:?}");
            svg::render(&figure).expect("it renders");
        }
    }
}
