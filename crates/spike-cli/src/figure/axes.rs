//! A panel with two linear axes.

use super::scale::{self, Mark, Range};
use super::theme::{self, Color};
use super::{Anchor, Area, Figure, Point, Primitive, Size, Text};

/// Room to the left of a panel for tick labels and the axis label.
pub(crate) const LEFT_MARGIN_PX: f64 = 68.0;
/// Room below a panel for tick labels and the axis label.
pub(crate) const BOTTOM_MARGIN_PX: f64 = 50.0;
/// Room to the right of a panel, so that the last tick label is not cut.
pub(crate) const RIGHT_MARGIN_PX: f64 = 28.0;

const TICK_PX: f64 = 4.0;

/// One axis of a panel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axis<'a> {
    /// Quantity and unit, such as `time (ms)`.
    pub(crate) label: &'a str,
    /// The values shown.
    pub(crate) range: Range,
    /// Marks only at whole numbers, for things that are counted or numbered.
    pub(crate) whole: bool,
    /// Where within the unit a mark stands; 0.5 is the middle of the row with that number.
    pub(crate) offset: f64,
}

impl<'a> Axis<'a> {
    /// An axis of a measured quantity.
    pub(crate) fn measured(label: &'a str, range: Range) -> Self {
        Self { label, range, whole: false, offset: 0.0 }
    }

    /// An axis of the numbers `0..count`, each with a unit of room and its mark in the middle.
    pub(crate) fn numbered(label: &'a str, count: u32) -> Self {
        Self { label, range: Range::new(0.0, f64::from(count)), whole: true, offset: 0.5 }
    }

    /// The least distance of marks on a vertical axis; numbered rows may stand closer.
    fn room_px(&self) -> f64 {
        if self.offset > 0.0 { 24.0 } else { 32.0 }
    }

    fn marks(&self, length_px: f64, room_px: f64) -> Vec<Mark> {
        let mut marks = scale::marks(self.range, (length_px / room_px) as usize, self.whole);
        marks.retain(|mark| mark.value + self.offset <= self.range.hi() * (1.0 + 1e-9) || self.offset == 0.0);
        marks
    }
}

/// What a panel shows along its lower edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foot {
    /// Tick marks, numbers and the label.
    Labelled,
    /// Tick marks only, when the panel below shares the axis.
    Bare,
}

/// A rectangle of the page with a coordinate system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panel<'a> {
    /// Where the data is drawn; labels go outside.
    pub(crate) area: Area,
    /// To the right.
    pub(crate) x: Axis<'a>,
    /// Upwards.
    pub(crate) y: Axis<'a>,
}

impl Panel<'_> {
    /// The page position of a pair of values; values outside are moved to the edge.
    pub(crate) fn at(&self, x: f64, y: f64) -> Point {
        Point::new(
            self.area.left + self.x.range.share(x) * self.area.width,
            self.area.bottom() - self.y.range.share(y) * self.area.height,
        )
    }

    /// The page area between two pairs of values.
    pub(crate) fn span(&self, x: (f64, f64), y: (f64, f64)) -> Area {
        let (upper_left, lower_right) = (self.at(x.0, y.1), self.at(x.1, y.0));
        Area::new(upper_left.x, upper_left.y, lower_right.x - upper_left.x, lower_right.y - upper_left.y)
    }

    /// Draws faint horizontal lines at the marks of the y axis; call it before the data.
    pub(crate) fn draw_grid(&self, figure: &mut Figure) {
        for mark in self.y.marks(self.area.height, self.y.room_px()) {
            let y = self.at(0.0, mark.value).y;
            let (from, to) = (Point::new(self.area.left, y), Point::new(self.area.right(), y));
            figure.line(from, to, 1.0, theme::GRID);
        }
    }

    /// Draws both axes with marks, numbers and labels; call it after the data.
    pub(crate) fn draw_axes(&self, figure: &mut Figure, foot: Foot) {
        let Area { left, top, .. } = self.area;
        let (right, bottom) = (self.area.right(), self.area.bottom());
        figure.line(Point::new(left, top), Point::new(left, bottom), 1.0, theme::AXIS);
        figure.line(Point::new(left, bottom), Point::new(right, bottom), 1.0, theme::AXIS);
        for mark in self.x.marks(self.area.width, 76.0) {
            let x = self.at(mark.value + self.x.offset, 0.0).x;
            figure.line(Point::new(x, bottom), Point::new(x, bottom + TICK_PX), 1.0, theme::AXIS);
            if foot == Foot::Labelled {
                let at = Point::new(x, bottom + TICK_PX + 12.0);
                figure.text(at, Size::Small, Anchor::Middle, theme::MUTED, mark.text);
            }
        }
        for mark in self.y.marks(self.area.height, self.y.room_px()) {
            let y = self.at(0.0, mark.value + self.y.offset).y;
            figure.line(Point::new(left - TICK_PX, y), Point::new(left, y), 1.0, theme::AXIS);
            let at = Point::new(left - TICK_PX - 4.0, y + 4.0);
            figure.text(at, Size::Small, Anchor::End, theme::MUTED, mark.text);
        }
        if foot == Foot::Labelled {
            let at = Point::new(left + self.area.width / 2.0, bottom + 38.0);
            let label = Size::Medium.fitted(self.x.label, self.area.width);
            figure.text(at, Size::Medium, Anchor::Middle, theme::INK, label);
        }
        figure.push(Primitive::Text(Text {
            at: Point::new(left - 48.0, top + self.area.height / 2.0),
            size: Size::Medium,
            anchor: Anchor::Middle,
            rotated: true,
            color: theme::INK,
            content: self.y.label.to_owned(),
        }));
    }

    /// Writes a note into the middle, for a panel that has nothing to show.
    pub(crate) fn draw_note(&self, figure: &mut Figure, note: &str) {
        let at = Point::new(self.area.left + self.area.width / 2.0, self.area.top + self.area.height / 2.0 + 4.0);
        figure.text(at, Size::Medium, Anchor::Middle, theme::MUTED, note);
    }

    /// Draws bars between `edges`, `heights[i]` from `edges[i]` to `edges[i + 1]`, with an outline.
    pub(crate) fn draw_bars(&self, figure: &mut Figure, edges: &[f64], heights: &[f64], color: Color) {
        let fill = color.towards(theme::GROUND, 0.72);
        let floor = self.y.range.lo();
        if !heights.iter().any(|&height| height > floor) {
            return;
        }
        let mut outline = Vec::with_capacity(2 * heights.len() + 2);
        let mut corner = |point: Point| {
            if outline.last() != Some(&point) {
                outline.push(point);
            }
        };
        corner(self.at(edges.first().copied().unwrap_or(0.0), floor));
        for (edge, &height) in edges.windows(2).zip(heights) {
            if height > floor {
                figure.rect(self.span((edge[0], edge[1]), (floor, height)), fill);
            }
            corner(self.at(edge[0], height));
            corner(self.at(edge[1], height));
        }
        corner(self.at(edges.last().copied().unwrap_or(0.0), floor));
        figure.push(Primitive::Polyline { points: outline, width: 1.25, color });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel() -> Panel<'static> {
        Panel {
            area: Area::new(100.0, 50.0, 200.0, 100.0),
            x: Axis::measured("time (ms)", Range::new(0.0, 10.0)),
            y: Axis::numbered("neuron", 4),
        }
    }

    #[test]
    fn values_land_on_the_page() {
        assert_eq!(panel().at(0.0, 0.0), Point::new(100.0, 150.0));
        assert_eq!(panel().at(10.0, 4.0), Point::new(300.0, 50.0));
        assert_eq!(panel().span((0.0, 5.0), (0.0, 2.0)), Area::new(100.0, 100.0, 100.0, 50.0));
    }

    #[test]
    fn a_numbered_axis_marks_the_middle_of_its_rows() {
        let mut figure = Figure::new(400.0, 200.0);
        panel().draw_axes(&mut figure, Foot::Labelled);
        let labels: Vec<(f64, &str)> = figure
            .primitives()
            .iter()
            .filter_map(|item| match item {
                Primitive::Text(text) if text.anchor == Anchor::End => Some((text.at.y - 4.0, text.content.as_str())),
                _ => None,
            })
            .collect();
        assert_eq!(labels, [(137.5, "0"), (112.5, "1"), (87.5, "2"), (62.5, "3")]);
    }

    #[test]
    fn bars_are_filled_and_outlined() {
        let mut figure = Figure::new(400.0, 200.0);
        panel().draw_bars(&mut figure, &[0.0, 5.0, 10.0], &[2.0, 0.0], theme::BLUE);
        let [Primitive::Rect { area, .. }, Primitive::Polyline { points, .. }] = figure.primitives() else {
            unreachable!("one bar and one outline, found {:?}", figure.primitives());
        };
        assert_eq!(*area, Area::new(100.0, 100.0, 100.0, 50.0));
        assert_eq!(points.len(), 5);
    }
}
