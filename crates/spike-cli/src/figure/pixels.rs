//! A grid of shades between two colours, and its PNG form.

use super::FigureError;
use super::theme::{self, Color};

/// The shade that stands for a value that is not a number.
const NEUTRAL: u8 = 128;

/// Rows of shades, drawn on a ramp from one colour to another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Raster {
    rows: usize,
    cols: usize,
    shades: Vec<u8>,
    low: Color,
    high: Color,
}

impl Raster {
    /// A grid from row-major shades on the ramp from `low` (0) to `high` (255).
    ///
    /// Missing cells are neutral, surplus ones are ignored.
    pub(crate) fn new(rows: usize, cols: usize, mut shades: Vec<u8>, low: Color, high: Color) -> Self {
        shades.resize(rows.saturating_mul(cols), NEUTRAL);
        Self { rows, cols, shades, low, high }
    }

    /// A grey picture from row-major values: 0 is black, 1 is white, not a number is mid-grey.
    pub(crate) fn gray(rows: usize, cols: usize, values: &[f64]) -> Self {
        let cells = rows.saturating_mul(cols).min(values.len());
        let shades = values[..cells].iter().map(|&value| shade(value)).collect();
        // A shape that promises more cells than there are values must not allocate them.
        let rows = if cols == 0 { 0 } else { rows.min(cells.div_ceil(cols)) };
        Self::new(rows, cols.min(cells), shades, theme::BLACK, theme::GROUND)
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub(crate) fn cols(&self) -> usize {
        self.cols
    }

    /// Whether there is nothing to draw.
    pub(crate) fn is_empty(&self) -> bool {
        self.shades.is_empty()
    }

    /// The colour of a cell.
    pub(crate) fn color(&self, row: usize, col: usize) -> Color {
        let shade = self.shades.get(row * self.cols + col).copied().unwrap_or(NEUTRAL);
        self.ramp(shade)
    }

    fn ramp(&self, shade: u8) -> Color {
        self.low.towards(self.high, f64::from(shade) / 255.0)
    }

    /// The grid as a PNG with a palette, every cell `magnify` by `magnify` pixels.
    pub(super) fn to_png(&self, magnify: usize) -> Result<Vec<u8>, FigureError> {
        let magnify = magnify.max(1);
        let (width, height) = ((self.cols * magnify) as u32, (self.rows * magnify) as u32);
        let failed = |source| FigureError::Png { width, height, source };
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        let palette: Vec<u8> = (0..=255)
            .flat_map(|shade| {
                let color = self.ramp(shade);
                [color.r, color.g, color.b]
            })
            .collect();
        encoder.set_palette(palette);
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&self.magnified(magnify)).map_err(failed)?;
        writer.finish().map_err(failed)?;
        Ok(out)
    }

    fn magnified(&self, magnify: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.shades.len() * magnify * magnify);
        for row in self.shades.chunks(self.cols.max(1)) {
            let line: Vec<u8> = row.iter().flat_map(|&shade| std::iter::repeat_n(shade, magnify)).collect();
            for _ in 0..magnify {
                out.extend_from_slice(&line);
            }
        }
        out
    }
}

fn shade(value: f64) -> u8 {
    if value.is_nan() { NEUTRAL } else { (value.clamp(0.0, 1.0) * 255.0).round() as u8 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_grey_and_not_a_number_is_neutral() {
        let raster = Raster::gray(1, 4, &[0.0, 1.0, f64::NAN, -5.0]);
        let greys: Vec<u8> = (0..4).map(|col| raster.color(0, col).g).collect();
        assert_eq!(greys, [0, 255, 128, 0]);
    }

    #[test]
    fn a_shape_that_does_not_match_is_harmless() {
        assert!(Raster::gray(0, 0, &[1.0]).is_empty());
        assert!(Raster::gray(usize::MAX, usize::MAX, &[]).is_empty());
        let short = Raster::gray(5, 2, &[1.0, 1.0, 1.0]);
        assert_eq!((short.rows(), short.cols()), (2, 2));
        assert_eq!(short.color(1, 1).g, 128);
    }

    #[test]
    fn the_png_decodes_to_magnified_cells() {
        let bytes = Raster::gray(1, 2, &[0.0, 1.0]).to_png(2).expect("it renders");
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().expect("a header");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("a picture");
        assert_eq!((info.width, info.height), (4, 2));
        let line = [[0_u8; 6], [255; 6]].concat();
        assert_eq!(pixels, [line.clone(), line].concat());
    }
}
