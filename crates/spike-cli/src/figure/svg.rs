//! Figures as SVG 1.1 text.

use std::fmt::Write as _;

use super::theme::{self, Color};
use super::{Anchor, Area, Figure, FigureError, Primitive, Raster, Size, Text, base64};

const FONTS: &str = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/// Keeps upright edges sharp, and bars that touch without a seam.
const CRISP: &str = r#" shape-rendering="crispEdges""#;

/// The figure as a complete SVG document.
///
/// # Errors
///
/// [`FigureError::Png`] if an embedded picture cannot be encoded.
pub(crate) fn render(figure: &Figure) -> Result<String, FigureError> {
    let (width, height) = (number(figure.width_px()), number(figure.height_px()));
    let mut lines = vec![
        r#"<?xml version="1.0" encoding="UTF-8"?>"#.to_owned(),
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="{FONTS}">"#
        ),
        format!(r#"<rect width="{width}" height="{height}" fill="{}"/>"#, theme::GROUND.hex()),
    ];
    for primitive in figure.primitives() {
        match primitive {
            Primitive::Line { from, to, width, color } => lines.push(format!(
                r#"<line x1="{}" y1="{}" x2="{}" y2="{}" {}{}/>"#,
                number(from.x),
                number(from.y),
                number(to.x),
                number(to.y),
                stroke(*width, *color),
                if from.x == to.x || from.y == to.y { CRISP } else { "" }
            )),
            Primitive::Polyline { points, width, color } => {
                let corners: Vec<String> =
                    points.iter().map(|at| format!("{},{}", number(at.x), number(at.y))).collect();
                lines.push(format!(
                    r#"<polyline points="{}" fill="none" stroke-linejoin="round" {}/>"#,
                    corners.join(" "),
                    stroke(*width, *color)
                ));
            }
            Primitive::Rect { area, fill } => {
                lines.push(format!(r#"<rect {} fill="{}"{CRISP}/>"#, place(area), fill.hex()));
            }
            Primitive::Text(text) => lines.push(text_element(text)),
            Primitive::Ticks { strokes, width, color } if !strokes.is_empty() => {
                lines.push(format!(r#"<path d="{}" {}/>"#, tick_path(strokes), stroke(*width, *color)));
            }
            Primitive::Image { area, raster } if !raster.is_empty() => {
                lines.push(image_element(area, raster)?);
            }
            Primitive::Ticks { .. } | Primitive::Image { .. } => {}
        }
    }
    lines.push("</svg>\n".to_owned());
    Ok(lines.join("\n"))
}

fn text_element(text: &Text) -> String {
    let (x, y) = (number(text.at.x), number(text.at.y));
    let anchor = match text.anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let turn = if text.rotated { format!(r#" transform="rotate(-90 {x} {y})""#) } else { String::new() };
    let weight = if text.size == Size::Large { r#" font-weight="bold""# } else { "" };
    format!(
        r#"<text x="{x}" y="{y}" font-size="{}"{weight} text-anchor="{anchor}" fill="{}"{turn}>{}</text>"#,
        number(text.size.px()),
        text.color.hex(),
        escaped(&text.content)
    )
}

/// All strokes as one path, since an element for each spike would make files ten times as large.
fn tick_path(strokes: &[(f64, f64, f64)]) -> String {
    let mut path = String::with_capacity(strokes.len() * 20);
    for (x, y0, y1) in strokes {
        // Writing to a string cannot fail.
        let _ = write!(path, "M{} {}V{}", number(*x), number(*y0), number(*y1));
    }
    path
}

fn image_element(area: &Area, raster: &Raster) -> Result<String, FigureError> {
    // Viewers that ignore the rendering hint would blur a small picture, so cells are enlarged first.
    let cells = raster.rows().max(raster.cols());
    let magnify = (2.0 * area.width.max(area.height) / cells as f64).ceil().clamp(1.0, 16.0) as usize;
    let picture = raster.to_png(if cells <= 256 { magnify } else { 1 })?;
    Ok(format!(
        r#"<image {} preserveAspectRatio="none" image-rendering="optimizeSpeed" style="image-rendering:pixelated" xlink:href="data:image/png;base64,{}"/>"#,
        place(area),
        base64::encode(&picture)
    ))
}

fn place(area: &Area) -> String {
    format!(
        r#"x="{}" y="{}" width="{}" height="{}""#,
        number(area.left),
        number(area.top),
        number(area.width.max(0.0)),
        number(area.height.max(0.0))
    )
}

fn stroke(width: f64, color: Color) -> String {
    format!(r#"stroke="{}" stroke-width="{}""#, color.hex(), number(width))
}

/// At most two decimals, none that say nothing.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0 has no way to write these, not even escaped.
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}');
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Point;

    #[test]
    fn numbers_are_short() {
        for (value, text) in
            [(1.0, "1"), (1.25, "1.25"), (0.1 + 0.2, "0.3"), (-0.001, "0"), (f64::NAN, "0"), (100.0, "100")]
        {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escaped(r#"<a & "b" > 'c'>"#), "&lt;a &amp; &quot;b&quot; &gt; &#39;c&#39;&gt;");
        assert_eq!(escaped("R² \u{1}"), "R² \u{fffd}");
    }

    #[test]
    fn a_small_figure_is_exactly_this() {
        let mut figure = Figure::new(20.0, 10.0);
        figure.line(Point::new(0.0, 1.0), Point::new(2.5, 1.0), 1.0, theme::INK);
        figure.push(Primitive::Ticks {
            strokes: vec![(1.0, 2.0, 3.0), (4.125, 5.0, 6.0)],
            width: 0.6,
            color: theme::BLUE,
        });
        figure.text(Point::new(3.0, 4.0), Size::Small, Anchor::End, theme::MUTED, "a<b");
        let text = render(&figure).expect("it renders");
        let lines: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                r##"<rect width="20" height="10" fill="#ffffff"/>"##,
                r##"<line x1="0" y1="1" x2="2.5" y2="1" stroke="#222222" stroke-width="1" shape-rendering="crispEdges"/>"##,
                r##"<path d="M1 2V3M4.12 5V6" stroke="#0072b2" stroke-width="0.6"/>"##,
                r##"<text x="3" y="4" font-size="11" text-anchor="end" fill="#606060">a&lt;b</text>"##,
                "</svg>",
            ]
        );
    }

    #[test]
    fn images_are_embedded_as_png() {
        let mut figure = Figure::new(20.0, 10.0);
        let raster = Raster::gray(1, 2, &[0.0, 1.0]);
        figure.push(Primitive::Image { area: Area::new(1.0, 2.0, 8.0, 4.0), raster });
        let text = render(&figure).expect("it renders");
        // The eight signature bytes of PNG in Base64.
        assert!(text.contains(r#"x="1" y="2" width="8" height="4""#));
        assert!(text.contains("data:image/png;base64,iVBORw0KGgo"));
    }
}
