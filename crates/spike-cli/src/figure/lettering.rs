//! Text in bitmaps: the built-in bitmap font, smoothed, scaled and set proportionally.

use std::convert::Infallible;

use embedded_graphics::mono_font::{MonoTextStyle, iso_8859_1::FONT_10X20};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::*;
use embedded_graphics::text::{Baseline, Text as FontText};

use super::canvas::Canvas;
use super::{Anchor, Size as TextSize, Text};

const GLYPH_WIDTH: usize = 10;
const GLYPH_HEIGHT: usize = 20;
/// Rows of a glyph above the baseline.
const ASCENT: f64 = 16.0;
/// Height of a glyph in units of the font size, chosen so that capitals are as high as in Helvetica.
const GLYPH_EM: f64 = 1.1;
/// Empty columns between two letters.
const SPACING: f64 = 2.0;
/// Width of characters without ink.
const SPACE: f64 = 5.0;

/// A letter with four times the resolution of the font.
#[derive(Debug)]
struct Glyph {
    ink: Bits,
    /// First inked column and their number, in font pixels.
    first: f64,
    width: f64,
}

/// Draws a line of text; `scale` is the number of canvas pixels for a pixel of the page.
pub(super) fn draw(canvas: &mut Canvas, text: &Text, scale: f64) {
    let glyphs: Vec<Glyph> = substituted(&text.content).chars().map(glyph).collect();
    let unit = text.size.px() * GLYPH_EM / GLYPH_HEIGHT as f64 * scale;
    let advances: f64 = glyphs.iter().map(|glyph| glyph.width + SPACING).sum::<f64>() - SPACING;
    let mut along = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -advances.max(0.0) / 2.0,
        Anchor::End => -advances.max(0.0),
    } * unit;
    let bold = text.size == TextSize::Large;
    let origin = (text.at.x * scale, text.at.y * scale);
    for glyph in &glyphs {
        draw_glyph(canvas, text, glyph, origin, along, unit, bold);
        along += (glyph.width + SPACING) * unit;
    }
}

/// Draws a letter `along` canvas pixels after the origin, in the direction of reading.
fn draw_glyph(
    canvas: &mut Canvas,
    text: &Text,
    glyph: &Glyph,
    (origin_x, origin_y): (f64, f64),
    along: f64,
    unit: f64,
    bold: bool,
) {
    let reach = along.floor() as i64;
    let columns = ((glyph.width + 1.0) * unit).ceil() as i64 + 1;
    let (above, below) = ((ASCENT * unit).ceil() as i64, ((GLYPH_HEIGHT as f64 - ASCENT) * unit).ceil() as i64);
    for across in -above..below {
        for column in reach..reach + columns {
            let mut cover = 0.0;
            for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                let x = (column as f64 + dx - along) / unit;
                let y = (across as f64 + dy) / unit + ASCENT;
                let thick = bold && glyph.inked(x - 0.8, y);
                cover += if thick || glyph.inked(x, y) { 0.25 } else { 0.0 };
            }
            if cover > 0.0 {
                let (dx, dy) = if text.rotated { (across, -column - 1) } else { (column, across) };
                let (x, y) = (origin_x.round() as i64, origin_y.round() as i64);
                canvas.blend(x.saturating_add(dx), y.saturating_add(dy), text.color, cover);
            }
        }
    }
}

impl Glyph {
    /// Whether there is ink at a position in font pixels, counted from the first inked column.
    fn inked(&self, x: f64, y: f64) -> bool {
        x >= 0.0 && x < self.width && self.ink.get(((x + self.first) * 4.0).floor(), (y * 4.0).floor())
    }
}

fn glyph(character: char) -> Glyph {
    let mut bits = Bits::new(GLYPH_WIDTH, GLYPH_HEIGHT);
    let mut buffer = [0; 4];
    let style = MonoTextStyle::new(&FONT_10X20, BinaryColor::On);
    let letter = FontText::with_baseline(character.encode_utf8(&mut buffer), Point::zero(), style, Baseline::Top);
    let Ok(_) = letter.draw(&mut bits);
    let columns: Vec<usize> =
        (0..GLYPH_WIDTH).filter(|&x| (0..GLYPH_HEIGHT).any(|y| bits.get(x as f64, y as f64))).collect();
    let (first, width) = match (columns.first(), columns.last()) {
        (Some(&first), Some(&last)) => (first as f64, (last - first + 1) as f64),
        _ => (0.0, SPACE - SPACING),
    };
    Glyph { ink: bits.doubled().doubled(), first, width }
}

/// Replaces characters that the font lacks.
fn substituted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '–' | '—' | '−' | '‐' => out.push('-'),
            '…' => out.push_str("..."),
            '’' | '‘' => out.push('\''),
            '“' | '”' => out.push('"'),
            'μ' => out.push('µ'),
            '→' => out.push_str("->"),
            '←' => out.push_str("<-"),
            '≤' => out.push_str("<="),
            '≥' => out.push_str(">="),
            '≈' => out.push('~'),
            '•' => out.push('·'),
            '\t' | '\u{a0}' | '\u{2009}' | '\u{202f}' => out.push(' '),
            ' '..='~' | '\u{a1}'..='\u{ff}' => out.push(character),
            _ => out.push('?'),
        }
    }
    out
}

/// A black and white picture.
#[derive(Debug)]
struct Bits {
    width: usize,
    height: usize,
    on: Vec<bool>,
}

impl Bits {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, on: vec![false; width * height] }
    }

    fn get(&self, x: f64, y: f64) -> bool {
        let inside = 0.0 <= x && x < self.width as f64 && 0.0 <= y && y < self.height as f64;
        inside && self.on[y as usize * self.width + x as usize]
    }

    /// Twice the resolution with rounded corners: Scale2x, a pixel follows two equal neighbours.
    fn doubled(&self) -> Self {
        let mut out = Self::new(self.width * 2, self.height * 2);
        for y in 0..self.height {
            for x in 0..self.width {
                let near = |dx: f64, dy: f64| self.get(x as f64 + dx, y as f64 + dy);
                let (centre, up, down, left, right) =
                    (near(0.0, 0.0), near(0.0, -1.0), near(0.0, 1.0), near(-1.0, 0.0), near(1.0, 0.0));
                let corner = |a: bool, b: bool, far_a: bool, far_b: bool| {
                    if a == b && a != far_a && b != far_b { a } else { centre }
                };
                let quarters = [
                    (0, 0, corner(up, left, down, right)),
                    (1, 0, corner(up, right, down, left)),
                    (0, 1, corner(down, left, up, right)),
                    (1, 1, corner(down, right, up, left)),
                ];
                for (dx, dy, on) in quarters {
                    out.on[(2 * y + dy) * out.width + 2 * x + dx] = on;
                }
            }
        }
        out
    }
}

impl OriginDimensions for Bits {
    fn size(&self) -> Size {
        Size::new(self.width as u32, self.height as u32)
    }
}

impl DrawTarget for Bits {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Self::Error>
    where
        I: IntoIterator<Item = Pixel<Self::Color>>,
    {
        for Pixel(at, color) in pixels {
            let (Ok(x), Ok(y)) = (usize::try_from(at.x), usize::try_from(at.y)) else {
                continue;
            };
            if x < self.width && y < self.height {
                self.on[y * self.width + x] = color.is_on();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_on_the_baseline() {
        for letter in ['H', 'x', '0', '1'] {
            let glyph = glyph(letter);
            let lowest = (0..80).rev().find(|&y| (0..40).any(|x| glyph.ink.get(f64::from(x), f64::from(y))));
            assert_eq!(lowest, Some(63), "{letter}");
        }
    }

    #[test]
    fn letters_the_font_lacks_are_replaced() {
        assert_eq!(substituted("R² – 5 μs → 1…"), "R² - 5 µs -> 1...");
        assert_eq!(substituted("雪"), "?");
    }

    #[test]
    fn doubling_rounds_a_staircase() {
        let mut bits = Bits::new(2, 2);
        bits.on = vec![true, false, true, true];
        let on: String = bits.doubled().on.iter().map(|&on| if on { '#' } else { '.' }).collect();
        assert_eq!(on, "##..###.####.###");
    }
}
