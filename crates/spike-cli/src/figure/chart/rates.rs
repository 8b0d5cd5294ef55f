//! Mean firing rates of neurons.

use super::bins::Bins;
use super::{Heading, single_panel};
use crate::figure::Figure;
use crate::figure::axes::{Axis, Foot, Panel};
use crate::figure::scale::Range;
use crate::figure::theme;

/// Above this many neurons single bars would be hairlines.
const MOST_BARS: usize = 200;
const RATE_BINS: usize = 60;

/// The mean rate of each neuron as bars, or their distribution when there are more than 200.
pub(crate) fn rate_bars(heading: Heading<'_>, rates_hz: &[f64]) -> Figure {
    let (mut figure, area) = single_panel(heading, 900.0, 280.0);
    if rates_hz.len() <= MOST_BARS {
        let panel = Panel {
            area,
            x: Axis::numbered("neuron", rates_hz.len() as u32),
            y: Axis::measured("mean rate (Hz)", Range::from_zero(rates_hz.iter().copied())),
        };
        panel.draw_grid(&mut figure);
        let gap = if rates_hz.len() > 100 { 0.0 } else { 0.12 };
        for (neuron, &rate_hz) in rates_hz.iter().enumerate() {
            let left = neuron as f64;
            if rate_hz > 0.0 {
                let bar = panel.span((left + gap, left + 1.0 - gap), (0.0, rate_hz));
                figure.rect(bar, theme::BLUE);
            }
        }
        if rates_hz.is_empty() {
            panel.draw_note(&mut figure, "no neurons");
        }
        panel.draw_axes(&mut figure, Foot::Labelled);
    } else {
        let top = rates_hz.iter().copied().filter(|rate| rate.is_finite()).fold(0.0, f64::max);
        let bins = Bins::new(top, RATE_BINS, 0.0);
        let counts = bins.counts(rates_hz.iter().copied());
        let y = Axis { whole: true, ..Axis::measured("neurons", Range::from_zero(counts.iter().copied())) };
        let edges = bins.edges();
        let end = edges.last().copied().unwrap_or(1.0);
        let panel = Panel { area, x: Axis::measured("mean rate (Hz)", Range::new(0.0, end)), y };
        panel.draw_grid(&mut figure);
        panel.draw_bars(&mut figure, &edges, &counts, theme::BLUE);
        panel.draw_axes(&mut figure, Foot::Labelled);
    }
    figure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Primitive, svg};

    const HEADING: Heading<'_> = Heading { title: "Rates", subtitle: "" };

    fn bars(figure: &Figure) -> usize {
        figure.primitives().iter().filter(|item| matches!(item, Primitive::Rect { .. })).count()
    }

    #[test]
    fn one_bar_for_each_active_neuron() {
        assert_eq!(bars(&rate_bars(HEADING, &[1.0, 0.0, 3.0])), 2);
    }

    #[test]
    fn many_neurons_become_a_distribution() {
        let rates: Vec<f64> = (0..201).map(|neuron| if neuron < 100 { 0.0 } else { 60.0 }).collect();
        assert_eq!(bars(&rate_bars(HEADING, &rates)), 2);
    }

    #[test]
    fn degenerate_rates_are_drawn() {
        for rates in [vec![], vec![5.0], vec![f64::NAN; 3], vec![0.0; 300], vec![f64::INFINITY; 300]] {
            let figure = rate_bars(HEADING, &rates);
            svg::render(&figure).expect("it renders");
        }
    }
}
