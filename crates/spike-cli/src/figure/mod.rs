//! Figures as plain data: a list of drawing primitives that every back end understands.
//!
//! Charts build a [`Figure`] from numbers, [`svg`] and [`bitmap`] turn it into a file, and
//! [`braille`] and [`shade`] draw directly for a terminal.

pub(crate) mod axes;
mod base64;
pub(crate) mod bitmap;
pub(crate) mod braille;
mod canvas;
pub(crate) mod chart;
mod geometry;
mod heading;
mod lettering;
mod pixels;
mod scale;
pub(crate) mod shade;
pub(crate) mod svg;
pub(crate) mod theme;

pub(crate) use geometry::{Area, Point};
pub(crate) use pixels::Raster;
use theme::Color;

/// Largest width and height of a figure, which bounds the memory of the bitmap back end.
pub(crate) const MAX_SIDE_PX: f64 = 4096.0;

/// Why a figure could not be turned into a file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FigureError {
    /// The PNG encoder refused the pixels.
    #[error("cannot encode {width} x {height} pixels as PNG")]
    Png {
        /// Columns of the refused picture.
        width: u32,
        /// Rows of the refused picture.
        height: u32,
        /// What the encoder reported.
        source: png::EncodingError,
    },
}

/// The three text sizes of the house theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// Tick labels and notes.
    Small,
    /// Axis labels, captions and subtitles.
    Medium,
    /// Titles, set in bold.
    Large,
}

/// Which part of a text sits at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// The text begins at the position.
    Start,
    /// The text is centred on the position.
    Middle,
    /// The text ends at the position.
    End,
}

/// One line of text; its baseline passes through `at`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    /// Position of the anchor on the baseline.
    pub(crate) at: Point,
    /// Size, and with it the weight.
    pub(crate) size: Size,
    /// Which part of the text sits at `at`.
    pub(crate) anchor: Anchor,
    /// Turned by a quarter counter-clockwise, to be read from bottom to top.
    pub(crate) rotated: bool,
    /// Ink.
    pub(crate) color: Color,
    /// The characters, not escaped.
    pub(crate) content: String,
}

/// A drawing instruction.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Primitive {
    /// A straight line.
    Line {
        /// One end.
        from: Point,
        /// The other end.
        to: Point,
        /// Thickness in pixels.
        width: f64,
        /// Ink.
        color: Color,
    },
    /// Connected straight lines.
    Polyline {
        /// The corners in drawing order.
        points: Vec<Point>,
        /// Thickness in pixels.
        width: f64,
        /// Ink.
        color: Color,
    },
    /// A filled rectangle.
    Rect {
        /// Where.
        area: Area,
        /// Ink.
        fill: Color,
    },
    /// A line of text.
    Text(Text),
    /// Many vertical strokes of one colour, such as spikes.
    Ticks {
        /// `(x, y0, y1)` of every stroke.
        strokes: Vec<(f64, f64, f64)>,
        /// Thickness in pixels.
        width: f64,
        /// Ink.
        color: Color,
    },
    /// A grid of shades, each cell a flat rectangle.
    Image {
        /// Where the whole grid goes.
        area: Area,
        /// The shades.
        raster: Raster,
    },
}

/// Drawing instructions on a page of fixed size; later ones cover earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figure {
    width_px: f64,
    height_px: f64,
    primitives: Vec<Primitive>,
}

impl Figure {
    /// An empty page; sides are whole pixels from 1 to [`MAX_SIDE_PX`].
    #[must_use]
    pub(crate) fn new(width_px: f64, height_px: f64) -> Self {
        // A side that is not a number is not larger than one.
        let side = |px: f64| {
            if px > 1.0 { px.min(MAX_SIDE_PX).ceil() } else { 1.0 }
        };
        Self { width_px: side(width_px), height_px: side(height_px), primitives: Vec::new() }
    }

    /// Width of the page in pixels.
    pub(crate) fn width_px(&self) -> f64 {
        self.width_px
    }

    /// Height of the page in pixels.
    pub(crate) fn height_px(&self) -> f64 {
        self.height_px
    }

    /// The instructions in drawing order.
    pub(crate) fn primitives(&self) -> &[Primitive] {
        &self.primitives
    }

    /// Adds an instruction on top.
    pub(crate) fn push(&mut self, primitive: Primitive) {
        self.primitives.push(primitive);
    }

    /// Adds a straight line on top.
    pub(crate) fn line(&mut self, from: Point, to: Point, width: f64, color: Color) {
        self.push(Primitive::Line { from, to, width, color });
    }

    /// Adds a filled rectangle on top.
    pub(crate) fn rect(&mut self, area: Area, fill: Color) {
        self.push(Primitive::Rect { area, fill });
    }

    /// Adds an upright line of text on top.
    pub(crate) fn text(&mut self, at: Point, size: Size, anchor: Anchor, color: Color, content: impl Into<String>) {
        let content = content.into();
        self.push(Primitive::Text(Text { at, size, anchor, rotated: false, color, content }));
    }

    /// Copies everything from `other` on top, with its upper left corner at `(dx, dy)`.
    pub(crate) fn place(&mut self, other: &Figure, dx: f64, dy: f64) {
        self.primitives.extend(other.primitives.iter().map(|item| shifted(item, dx, dy)));
    }
}

fn shifted(primitive: &Primitive, dx: f64, dy: f64) -> Primitive {
    let mut moved = primitive.clone();
    match &mut moved {
        Primitive::Line { from, to, .. } => {
            *from = from.shifted(dx, dy);
            *to = to.shifted(dx, dy);
        }
        Primitive::Polyline { points, .. } => {
            for point in points {
                *point = point.shifted(dx, dy);
            }
        }
        Primitive::Rect { area, .. } | Primitive::Image { area, .. } => {
            *area = area.shifted(dx, dy);
        }
        Primitive::Text(text) => text.at = text.at.shifted(dx, dy),
        Primitive::Ticks { strokes, .. } => {
            for (x, y0, y1) in strokes {
                (*x, *y0, *y1) = (*x + dx, *y0 + dy, *y1 + dy);
            }
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placing_moves_every_kind_of_primitive() {
        let mut part = Figure::new(10.0, 10.0);
        part.line(Point::new(0.0, 1.0), Point::new(2.0, 3.0), 1.0, theme::INK);
        part.rect(Area::new(1.0, 2.0, 3.0, 4.0), theme::INK);
        part.push(Primitive::Ticks { strokes: vec![(1.0, 2.0, 3.0)], width: 1.0, color: theme::INK });
        let mut page = Figure::new(50.0, 50.0);
        page.place(&part, 10.0, 20.0);
        assert_eq!(
            page.primitives(),
            &[
                Primitive::Line {
                    from: Point::new(10.0, 21.0),
                    to: Point::new(12.0, 23.0),
                    width: 1.0,
                    color: theme::INK
                },
                Primitive::Rect { area: Area::new(11.0, 22.0, 3.0, 4.0), fill: theme::INK },
                Primitive::Ticks { strokes: vec![(11.0, 22.0, 23.0)], width: 1.0, color: theme::INK },
            ]
        );
    }

    #[test]
    fn the_page_stays_within_its_bounds() {
        for wild in [f64::NAN, -3.0, 0.0, f64::INFINITY] {
            let page = Figure::new(wild, wild);
            assert!(1.0 <= page.width_px() && page.width_px() <= MAX_SIDE_PX);
        }
        assert_eq!(Figure::new(99.2, 5.0).width_px(), 100.0);
    }
}
