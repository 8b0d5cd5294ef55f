//! Colour pixels that `embedded-graphics` draws on, several to each pixel of the finished picture.

use std::convert::Infallible;

use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;

use super::theme::Color;

/// How many drawn pixels make a finished one in each direction, for smooth edges.
const SMOOTHING: usize = 2;

/// A drawing surface.
#[derive(Debug)]
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Canvas {
    /// A surface for a finished picture of `width` by `height` pixels.
    pub(super) fn new(width: usize, height: usize, ground: Color) -> Self {
        let (width, height) = (width * SMOOTHING, height * SMOOTHING);
        Self { width, height, pixels: vec![[ground.r, ground.g, ground.b]; width * height] }
    }

    /// Drawn pixels for each finished one.
    pub(super) fn smoothing() -> f64 {
        SMOOTHING as f64
    }

    /// Moves the pixel towards `color` by `cover`; outside the surface nothing happens.
    pub(super) fn blend(&mut self, x: i64, y: i64, color: Color, cover: f64) {
        if let Some(pixel) = self.pixel(x, y) {
            let [r, g, b] = *pixel;
            let mixed = Color::new(r, g, b).towards(color, cover);
            *pixel = [mixed.r, mixed.g, mixed.b];
        }
    }

    fn pixel(&mut self, x: i64, y: i64) -> Option<&mut [u8; 3]> {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        if x < self.width && y < self.height { self.pixels.get_mut(y * self.width + x) } else { None }
    }

    /// The finished picture, row-major RGB.
    pub(super) fn finished(&self) -> Vec<u8> {
        let (width, height) = (self.width / SMOOTHING, self.height / SMOOTHING);
        let mut out = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            for x in 0..width {
                let mut sums = [0_usize; 3];
                for row in y * SMOOTHING..(y + 1) * SMOOTHING {
                    let start = row * self.width + x * SMOOTHING;
                    for pixel in &self.pixels[start..start + SMOOTHING] {
                        for (sum, part) in sums.iter_mut().zip(pixel) {
                            *sum += usize::from(*part);
                        }
                    }
                }
                let cells = SMOOTHING * SMOOTHING;
                out.extend(sums.map(|sum| ((sum + cells / 2) / cells) as u8));
            }
        }
        out
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> embedded_graphics::geometry::Size {
        embedded_graphics::geometry::Size::new(self.width as u32, self.height as u32)
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Self::Error>
    where
        I: IntoIterator<Item = Pixel<Self::Color>>,
    {
        for Pixel(at, color) in pixels {
            if let Some(pixel) = self.pixel(at.x.into(), at.y.into()) {
                *pixel = [color.r(), color.g(), color.b()];
            }
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Self::Color) -> Result<(), Self::Error> {
        let visible = area.intersection(&self.bounding_box());
        let (left, top) = (visible.top_left.x.max(0) as usize, visible.top_left.y.max(0) as usize);
        let wide = visible.size.width as usize;
        for row in top..top + visible.size.height as usize {
            let start = row * self.width + left;
            self.pixels[start..start + wide].fill([color.r(), color.g(), color.b()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::theme;

    #[test]
    fn a_finished_pixel_is_the_mean_of_what_was_drawn() {
        let mut canvas = Canvas::new(2, 1, theme::GROUND);
        let half = Rectangle::new(Point::new(0, 0), embedded_graphics::geometry::Size::new(1, 9));
        let Ok(()) = canvas.fill_solid(&half, Rgb888::BLACK);
        assert_eq!(canvas.finished(), [128, 128, 128, 255, 255, 255]);
    }

    #[test]
    fn outside_is_ignored() {
        let mut canvas = Canvas::new(1, 1, theme::GROUND);
        canvas.blend(-1, 0, theme::INK, 1.0);
        canvas.blend(0, 99, theme::INK, 1.0);
        let Ok(()) = canvas.draw_iter([Pixel(Point::new(7, -3), Rgb888::BLACK)]);
        assert_eq!(canvas.finished(), [255; 3]);
    }
}
