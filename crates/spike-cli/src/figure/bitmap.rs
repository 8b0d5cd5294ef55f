//! Figures as PNG, at twice the size of the page so that they stay crisp.

use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::{Primitive as _, *};
use embedded_graphics::primitives::{Line, PrimitiveStyle, Rectangle};

use super::canvas::Canvas;
use super::theme::{self, Color};
use super::{Area, Figure, FigureError, Point as At, Primitive, Raster, lettering};

/// Pixels of the picture for each pixel of the page.
const ENLARGEMENT: f64 = 2.0;
/// Longer and thicker lines would overflow the 32-bit arithmetic of `embedded-graphics`.
const MAX_PIECE_PX: f64 = 500.0;
const MAX_STROKE_PX: i32 = 64;

/// The figure as the bytes of a PNG file.
///
/// # Errors
///
/// [`FigureError::Png`] if the encoder fails.
pub(crate) fn render(figure: &Figure) -> Result<Vec<u8>, FigureError> {
    let side = |px: f64| (px * ENLARGEMENT) as usize;
    let (width, height) = (side(figure.width_px()), side(figure.height_px()));
    let mut canvas = Canvas::new(width, height, theme::GROUND);
    let pen = Pen { scale: ENLARGEMENT * Canvas::smoothing() };
    for primitive in figure.primitives() {
        pen.draw(&mut canvas, primitive);
    }
    encode(width as u32, height as u32, &canvas.finished())
}

fn encode(width: u32, height: u32, rgb: &[u8]) -> Result<Vec<u8>, FigureError> {
    let failed = |source| FigureError::Png { width, height, source };
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(rgb).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(out)
}

/// Turns page coordinates into those of the canvas.
#[derive(Debug, Clone, Copy)]
struct Pen {
    scale: f64,
}

impl Pen {
    fn draw(self, canvas: &mut Canvas, primitive: &Primitive) {
        match primitive {
            Primitive::Line { from, to, width, color } => {
                let half = width / 2.0;
                if from.x == to.x {
                    let (top, bottom) = (from.y.min(to.y), from.y.max(to.y));
                    self.fill(canvas, Area::new(from.x - half, top, *width, bottom - top), *color);
                } else if from.y == to.y {
                    let (left, right) = (from.x.min(to.x), from.x.max(to.x));
                    self.fill(canvas, Area::new(left, from.y - half, right - left, *width), *color);
                } else {
                    self.segment(canvas, *from, *to, *width, *color);
                }
            }
            Primitive::Polyline { points, width, color } => self.connect(canvas, points, *width, *color),
            Primitive::Rect { area, fill } => self.fill(canvas, *area, *fill),
            Primitive::Text(text) => lettering::draw(canvas, text, self.scale),
            Primitive::Ticks { strokes, width, color } => {
                for &(x, y0, y1) in strokes {
                    self.fill(canvas, Area::new(x - width / 2.0, y0, *width, y1 - y0), *color);
                }
            }
            Primitive::Image { area, raster } => self.shades(canvas, area, raster),
        }
    }

    fn fill(self, canvas: &mut Canvas, area: Area, color: Color) {
        let (left, right) = (self.grid(area.left), self.grid(area.right()));
        let (top, bottom) = (self.grid(area.top), self.grid(area.bottom()));
        // What is thinner than the grid must still be seen.
        let size = Size::new((right - left).max(1) as u32, (bottom - top).max(1) as u32);
        let Ok(()) = canvas.fill_solid(&Rectangle::new(Point::new(left, top), size), ink(color));
    }

    fn connect(self, canvas: &mut Canvas, points: &[At], width: f64, color: Color) {
        for pair in points.windows(2) {
            self.segment(canvas, pair[0], pair[1], width, color);
        }
    }

    fn segment(self, canvas: &mut Canvas, from: At, to: At, width: f64, color: Color) {
        if from.x == to.x || from.y == to.y {
            // Half a width beyond each end closes the corners.
            let (left, top) = (from.x.min(to.x) - width / 2.0, from.y.min(to.y) - width / 2.0);
            let (wide, high) = ((to.x - from.x).abs() + width, (to.y - from.y).abs() + width);
            self.fill(canvas, Area::new(left, top, wide, high), color);
            return;
        }
        let style = PrimitiveStyle::with_stroke(ink(color), self.grid(width).clamp(1, MAX_STROKE_PX) as u32);
        let length = (to.x - from.x).hypot(to.y - from.y) * self.scale;
        let pieces = (length / MAX_PIECE_PX).ceil().clamp(1.0, 1000.0) as usize;
        let at = |piece: usize| {
            let share = piece as f64 / pieces as f64;
            let (x, y) = (from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share);
            Point::new(self.grid(x), self.grid(y))
        };
        for piece in 0..pieces {
            let (start, end) = (at(piece), at(piece + 1));
            let far = MAX_PIECE_PX as i32 * 2;
            if (end.x - start.x).abs() <= far && (end.y - start.y).abs() <= far {
                let Ok(()) = Line::new(start, end).into_styled(style).draw(canvas);
            }
        }
    }

    fn shades(self, canvas: &mut Canvas, area: &Area, raster: &Raster) {
        let edge = |start: f64, length: f64, index: usize, count: usize| start + length * index as f64 / count as f64;
        for row in 0..raster.rows() {
            let top = edge(area.top, area.height, row, raster.rows());
            let bottom = edge(area.top, area.height, row + 1, raster.rows());
            for col in 0..raster.cols() {
                let left = edge(area.left, area.width, col, raster.cols());
                let right = edge(area.left, area.width, col + 1, raster.cols());
                let cell = Area::new(left, top, right - left, bottom - top);
                self.fill(canvas, cell, raster.color(row, col));
            }
        }
    }

    /// The nearest canvas coordinate; far-off values are kept where 32-bit arithmetic is safe.
    fn grid(self, value: f64) -> i32 {
        (value * self.scale).round().clamp(-100_000.0, 100_000.0) as i32
    }
}

fn ink(color: Color) -> Rgb888 {
    Rgb888::new(color.r, color.g, color.b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Anchor, Size as TextSize, Text};

    struct Decoded {
        width: usize,
        height: usize,
        rgb: Vec<u8>,
    }

    impl Decoded {
        fn at(&self, x: usize, y: usize) -> Color {
            let start = (y * self.width + x) * 3;
            Color::new(self.rgb[start], self.rgb[start + 1], self.rgb[start + 2])
        }

        fn inked(&self, x: std::ops::Range<usize>, y: std::ops::Range<usize>) -> usize {
            y.flat_map(|y| x.clone().map(move |x| (x, y))).filter(|&(x, y)| self.at(x, y) != theme::GROUND).count()
        }
    }

    fn decoded(figure: &Figure) -> Decoded {
        let bytes = render(figure).expect("it renders");
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a header");
        let mut rgb = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut rgb).expect("a picture");
        Decoded { width: info.width as usize, height: info.height as usize, rgb }
    }

    #[test]
    fn shapes_land_where_they_belong() {
        let mut figure = Figure::new(30.0, 20.0);
        figure.rect(Area::new(2.0, 3.0, 4.0, 5.0), theme::BLUE);
        figure.push(Primitive::Ticks { strokes: vec![(20.0, 5.0, 10.0)], width: 1.0, color: theme::VERMILLION });
        let picture = decoded(&figure);
        assert_eq!((picture.width, picture.height), (60, 40));
        assert_eq!(picture.at(4, 6), theme::BLUE);
        assert_eq!(picture.at(11, 15), theme::BLUE);
        assert_eq!(picture.at(12, 15), theme::GROUND);
        assert_eq!(picture.at(39, 12), theme::VERMILLION);
        assert_eq!(picture.at(40, 12), theme::VERMILLION);
        assert_eq!(picture.at(41, 12), theme::GROUND);
    }

    #[test]
    fn images_have_flat_cells() {
        let mut figure = Figure::new(8.0, 4.0);
        let raster = Raster::gray(1, 2, &[0.0, f64::NAN]);
        figure.push(Primitive::Image { area: Area::new(0.0, 0.0, 8.0, 4.0), raster });
        let picture = decoded(&figure);
        assert_eq!(picture.at(7, 0), theme::BLACK);
        assert_eq!(picture.at(8, 7), Color::new(128, 128, 128));
    }

    #[test]
    fn text_grows_away_from_its_anchor() {
        let mut figure = Figure::new(100.0, 100.0);
        figure.text(At::new(50.0, 20.0), TextSize::Medium, Anchor::Start, theme::INK, "Hx");
        let picture = decoded(&figure);
        assert!(picture.inked(100..130, 15..41) > 50);
        assert_eq!(picture.inked(0..99, 0..100), 0);

        let mut figure = Figure::new(100.0, 100.0);
        figure.push(Primitive::Text(Text {
            at: At::new(50.0, 50.0),
            size: TextSize::Medium,
            anchor: Anchor::Start,
            rotated: true,
            color: theme::INK,
            content: "Hx".to_owned(),
        }));
        let picture = decoded(&figure);
        assert!(picture.inked(75..101, 60..100) > 50);
        assert_eq!(picture.inked(0..200, 101..200), 0);
    }

    #[test]
    fn slanted_lines_are_drawn_whole() {
        let mut figure = Figure::new(400.0, 400.0);
        let points = vec![At::new(0.0, 0.0), At::new(400.0, 400.0)];
        figure.push(Primitive::Polyline { points, width: 2.0, color: theme::GREEN });
        let picture = decoded(&figure);
        assert!((1..799).all(|at| picture.at(at, at) == theme::GREEN));
        assert_eq!(picture.inked(500..800, 0..400), 0);
    }

    #[test]
    fn wild_coordinates_are_harmless() {
        let mut figure = Figure::new(10.0, 10.0);
        for wild in [f64::NAN, f64::INFINITY, -1e300, 1e300] {
            figure.rect(Area::new(wild, wild, wild, wild), theme::INK);
            figure.line(At::new(wild, 1.0), At::new(5.0, 2.0), wild, theme::INK);
            figure.push(Primitive::Ticks { strokes: vec![(wild, 0.0, wild)], width: wild, color: theme::INK });
            figure.text(At::new(wild, 5.0), TextSize::Large, Anchor::End, theme::INK, "x");
        }
        decoded(&figure);
    }
}
