//! Title and subtitle of a page.

use super::{Anchor, Figure, Point, Size, theme};

/// Draws a title and a subtitle, either may be empty, and gives the y where the content may begin.
pub(crate) fn draw(figure: &mut Figure, title: &str, subtitle: &str) -> f64 {
    let (left, room) = (20.0, figure.width_px() - 40.0);
    let mut y = 12.0;
    if !title.is_empty() {
        y += 20.0;
        let title = Size::Large.fitted(title, room);
        figure.text(Point::new(left, y), Size::Large, Anchor::Start, theme::INK, title);
    }
    if !subtitle.is_empty() {
        y += 20.0;
        let subtitle = Size::Medium.fitted(subtitle, room);
        figure.text(Point::new(left, y), Size::Medium, Anchor::Start, theme::MUTED, subtitle);
    }
    y + 20.0
}

/// The height that [`draw`] takes.
pub(crate) fn height_px(title: &str, subtitle: &str) -> f64 {
    let line = |text: &str| if text.is_empty() { 0.0 } else { 20.0 };
    32.0 + line(title) + line(subtitle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_takes_the_height_it_announces() {
        for (title, subtitle) in [("", ""), ("a", ""), ("a", "b")] {
            let mut figure = Figure::new(300.0, 300.0);
            let end = draw(&mut figure, title, subtitle);
            assert_eq!(end, height_px(title, subtitle));
        }
    }
}
