//! The look of all figures: light ground, thin axes, the colour-blind safe palette of Okabe and Ito.

use super::Size;

/// An opaque colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Color {
    /// Red.
    pub(crate) r: u8,
    /// Green.
    pub(crate) g: u8,
    /// Blue.
    pub(crate) b: u8,
}

impl Color {
    /// The colour with the given parts.
    pub(crate) const fn new(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b }
    }

    /// This colour moved towards `other` by `share`, from 0 (this) to 1 (other).
    #[must_use]
    pub(crate) fn towards(self, other: Self, share: f64) -> Self {
        let share = share.clamp(0.0, 1.0);
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self::new(mix(self.r, other.r), mix(self.g, other.g), mix(self.b, other.b))
    }

    /// `#rrggbb`.
    pub(crate) fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }
}

/// The page.
pub(crate) const GROUND: Color = Color::new(255, 255, 255);
/// Titles and axis labels.
pub(crate) const INK: Color = Color::new(34, 34, 34);
/// Subtitles, tick labels and captions.
pub(crate) const MUTED: Color = Color::new(96, 96, 96);
/// Axis lines and tick marks.
pub(crate) const AXIS: Color = Color::new(128, 128, 128);
/// Grid lines behind bars.
pub(crate) const GRID: Color = Color::new(230, 230, 230);
/// Black, the dark end of grey images.
pub(crate) const BLACK: Color = Color::new(0, 0, 0);

/// Okabe-Ito blue: the first series.
pub(crate) const BLUE: Color = Color::new(0, 114, 178);
/// Okabe-Ito vermillion: the second series.
pub(crate) const VERMILLION: Color = Color::new(213, 94, 0);
/// Okabe-Ito bluish green: the third series.
pub(crate) const GREEN: Color = Color::new(0, 158, 115);
/// Okabe-Ito reddish purple: the fourth series.
pub(crate) const PURPLE: Color = Color::new(204, 121, 167);

/// The colours of series, in the order in which they are handed out.
pub(crate) const SERIES: [Color; 4] = [BLUE, VERMILLION, GREEN, PURPLE];

impl Size {
    /// Font size in pixels.
    pub(crate) fn px(self) -> f64 {
        match self {
            Self::Small => 11.0,
            Self::Medium => 13.0,
            Self::Large => 17.0,
        }
    }

    /// A cautious estimate of the width of `content`, because SVG fonts differ between viewers.
    pub(crate) fn width_px(self, content: &str) -> f64 {
        0.58 * self.px() * content.chars().count() as f64
    }

    /// `content`, cut with an ellipsis where it would be wider than `width_px`.
    pub(crate) fn fitted(self, content: &str, width_px: f64) -> String {
        if self.width_px(content) <= width_px {
            return content.to_owned();
        }
        let keep = (width_px / (0.58 * self.px())).max(1.0) as usize - 1;
        let cut: String = content.chars().take(keep).collect();
        format!("{}…", cut.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_mix_and_print() {
        assert_eq!(BLACK.towards(GROUND, 0.5), Color::new(128, 128, 128));
        assert_eq!(BLUE.towards(GROUND, 7.0), GROUND);
        assert_eq!(BLUE.hex(), "#0072b2");
    }

    #[test]
    fn long_text_is_cut_with_an_ellipsis() {
        assert_eq!(Size::Small.fitted("short", 100.0), "short");
        let cut = Size::Small.fitted(&"long ".repeat(30), 100.0);
        assert!(cut.ends_with('…') && Size::Small.width_px(&cut) <= 100.0);
        assert_eq!(Size::Large.fitted("anything", 0.0), "…");
    }
}
