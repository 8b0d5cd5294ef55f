//! Pictures side by side, such as an original and what decoders made of it.

use super::Heading;
use crate::figure::theme;
use crate::figure::{Anchor, Area, Figure, Point, Primitive, Raster, Size, heading};

const SIDE_PX: f64 = 180.0;
const GAP_PX: f64 = 28.0;
const CAPTION_PX: f64 = 22.0;
const PER_LINE: usize = 6;
const MOST: usize = 36;

/// A grey picture with text around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Picture<'a> {
    /// Name, written above.
    pub(crate) label: &'a str,
    /// A line beneath, such as the error; may be empty.
    pub(crate) caption: &'a str,
    /// Rows of pixels.
    pub(crate) rows: usize,
    /// Columns of pixels.
    pub(crate) cols: usize,
    /// Row-major values from 0 (black) to 1 (white); not a number is drawn in mid-grey.
    pub(crate) values: &'a [f64],
}

/// A page of pictures, six to a line; beyond 36 the rest is counted in a note.
pub(crate) fn images(heading: Heading<'_>, pictures: &[Picture<'_>]) -> Figure {
    let shown = &pictures[..pictures.len().min(MOST)];
    let line_px = line_height_px(SIDE_PX) + GAP_PX;
    let per_line = shown.len().clamp(1, PER_LINE);
    let lines = shown.len().div_ceil(PER_LINE).max(1);
    let content_px = per_line as f64 * (SIDE_PX + GAP_PX) - GAP_PX;
    let top = heading::height_px(heading.title, heading.subtitle);
    let width = (content_px + 40.0).max(480.0);
    let mut figure = Figure::new(width, top + lines as f64 * line_px - 8.0);
    heading::draw(&mut figure, heading.title, heading.subtitle);
    for (index, line) in shown.chunks(PER_LINE).enumerate() {
        let row = picture_line(line, SIDE_PX, GAP_PX);
        figure.place(&row, 20.0, top + index as f64 * line_px);
    }
    if shown.len() < pictures.len() {
        let note = format!("and {} more, not shown", pictures.len() - shown.len());
        let at = Point::new(20.0, figure.height_px() - 10.0);
        figure.text(at, Size::Small, Anchor::Start, theme::MUTED, note);
    }
    if pictures.is_empty() {
        let at = Point::new(20.0, top + 20.0);
        figure.text(at, Size::Medium, Anchor::Start, theme::MUTED, "no images");
    }
    figure
}

/// The height of a [`picture_line`].
pub(super) fn line_height_px(side_px: f64) -> f64 {
    side_px + 2.0 * CAPTION_PX
}

/// Pictures in a row, each in a square of `side_px`, with their text.
pub(super) fn picture_line(pictures: &[Picture<'_>], side_px: f64, gap_px: f64) -> Figure {
    let width = pictures.len() as f64 * (side_px + gap_px);
    let mut figure = Figure::new(width, line_height_px(side_px));
    let room = side_px + gap_px - 6.0;
    let fits = |picture: &Picture<'_>| Size::Medium.width_px(picture.label) <= room;
    let size = if pictures.iter().all(fits) { Size::Medium } else { Size::Small };
    for (index, picture) in pictures.iter().enumerate() {
        let left = index as f64 * (side_px + gap_px);
        let middle = left + side_px / 2.0;
        let label = size.fitted(picture.label, room);
        figure.text(Point::new(middle, 14.0), size, Anchor::Middle, theme::INK, label);
        let square = Area::new(left, CAPTION_PX, side_px, side_px);
        draw_picture(&mut figure, picture, square);
        if !picture.caption.is_empty() {
            let caption = Size::Small.fitted(picture.caption, room);
            let at = Point::new(middle, square.bottom() + 16.0);
            figure.text(at, Size::Small, Anchor::Middle, theme::MUTED, caption);
        }
    }
    figure
}

fn draw_picture(figure: &mut Figure, picture: &Picture<'_>, square: Area) {
    let raster = Raster::gray(picture.rows, picture.cols, picture.values);
    if raster.is_empty() {
        figure.rect(square, theme::GRID);
        return;
    }
    let (rows, cols) = (raster.rows() as f64, raster.cols() as f64);
    let cell = square.width / rows.max(cols);
    let (width, height) = ((cols * cell).max(1.0), (rows * cell).max(1.0));
    let left = square.left + (square.width - width) / 2.0;
    let top = square.top + (square.height - height) / 2.0;
    figure.rect(Area::new(left - 1.0, top - 1.0, width + 2.0, height + 2.0), theme::AXIS);
    figure.push(Primitive::Image { area: Area::new(left, top, width, height), raster });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::svg;

    const HEADING: Heading<'_> = Heading { title: "Images", subtitle: "" };

    fn picture(rows: usize, cols: usize, values: &[f64]) -> Picture<'_> {
        Picture { label: "original", caption: "R² = 1", rows, cols, values }
    }

    #[test]
    fn a_wide_picture_keeps_its_shape() {
        let figure = picture_line(&[picture(1, 2, &[0.0, 1.0])], 100.0, 10.0);
        let found = figure.primitives().iter().find_map(|item| match item {
            Primitive::Image { area, .. } => Some(*area),
            _ => None,
        });
        assert_eq!(found, Some(Area::new(0.0, 47.0, 100.0, 50.0)));
    }

    #[test]
    fn degenerate_pictures_are_drawn() {
        let shapes: [(usize, usize, &[f64]); 4] =
            [(0, 0, &[]), (1, 1, &[f64::NAN]), (usize::MAX, usize::MAX, &[0.5]), (2, 2, &[1.0])];
        for (rows, cols, values) in shapes {
            let figure = images(HEADING, &[picture(rows, cols, values)]);
            svg::render(&figure).expect("it renders");
        }
        for count in [0, 7, 40] {
            let figure = images(HEADING, &vec![picture(1, 1, &[0.5]); count]);
            svg::render(&figure).expect("it renders");
        }
    }
}
