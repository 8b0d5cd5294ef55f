//! One page that tells the whole story: a picture, its spikes in several codes, and what comes back.

use super::Heading;
use super::images::{self, Picture};
use super::raster::{self, Spikes};
use crate::figure::axes;
use crate::figure::theme::SERIES;
use crate::figure::{Anchor, Figure, Point, Size, heading};

const COLUMN_PX: f64 = 480.0;
const SIDE_PX: f64 = 180.0;
const GAP_PX: f64 = 68.0;
const RASTER_PX: f64 = 220.0;

/// One code as shown on the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    /// The line above the raster, such as the name of the code and its number of spikes.
    pub(crate) label: &'a str,
    /// The encoded picture.
    pub(crate) spikes: Spikes<'a>,
    /// The decoded picture.
    pub(crate) decoded: Picture<'a>,
}

/// Everything on the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demo<'a> {
    /// Title and subtitle.
    pub(crate) heading: Heading<'a>,
    /// The picture before encoding.
    pub(crate) original: Picture<'a>,
    /// The codes, two to a line and at most four.
    pub(crate) codes: &'a [Shown<'a>],
}

/// Pictures in the top row (original, then decoded from each code), the rasters beneath, two to a line.
pub(crate) fn demo(demo: Demo<'_>) -> Figure {
    let codes = &demo.codes[..demo.codes.len().min(SERIES.len())];
    let top = heading::height_px(demo.heading.title, demo.heading.subtitle);
    let pictures: Vec<Picture<'_>> =
        std::iter::once(demo.original).chain(codes.iter().map(|code| code.decoded)).collect();
    let row = images::picture_line(&pictures, SIDE_PX, GAP_PX);
    let rasters_top = top + images::line_height_px(SIDE_PX) + 18.0;
    let line_px = 28.0 + raster::body_height_px(RASTER_PX);
    let lines = codes.len().div_ceil(2);
    let content_px = pictures.len() as f64 * (SIDE_PX + GAP_PX) - GAP_PX;
    let width = (2.0 * COLUMN_PX).max(content_px + 40.0);
    let mut figure = Figure::new(width, rasters_top + lines as f64 * line_px);
    heading::draw(&mut figure, demo.heading.title, demo.heading.subtitle);
    figure.place(&row, ((width - content_px) / 2.0).round(), top);
    let column_px = (width / 2.0).floor();
    for (index, (code, color)) in codes.iter().zip(SERIES).enumerate() {
        let left = (index % 2) as f64 * column_px;
        let y = rasters_top + (index / 2) as f64 * line_px;
        let at = Point::new(left + axes::LEFT_MARGIN_PX, y + 14.0);
        let room = column_px - axes::LEFT_MARGIN_PX - axes::RIGHT_MARGIN_PX;
        let label = Size::Medium.fitted(code.label, room);
        figure.text(at, Size::Medium, Anchor::Start, color, label);
        let body = raster::raster_body(code.spikes, column_px, RASTER_PX, color);
        figure.place(&body, left, y + 28.0);
    }
    figure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{bitmap, svg};

    #[test]
    fn any_number_of_codes_is_drawn() {
        let picture = Picture { label: "a", caption: "", rows: 1, cols: 1, values: &[0.5] };
        let spikes = Spikes { events: &[(1.0, 0)], num_rows: 1, duration_ms: 10.0, step_ms: 1.0 };
        let code = Shown { label: "code", spikes, decoded: picture };
        let heading = Heading { title: "Demo", subtitle: "" };
        for count in 0..6_usize {
            let codes = vec![code; count];
            let figure = demo(Demo { heading, original: picture, codes: &codes });
            assert_eq!(svg::render(&figure).expect("it renders").matches("<path").count(), count.min(4));
            if count == 1 {
                bitmap::render(&figure).expect("it renders");
            }
        }
    }
}
