//! Pictures for a terminal: half blocks in shades of grey, or shading characters without colour.

use std::fmt::Write as _;

use super::chart::Picture;

const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];
const GAP: usize = 4;

/// Pictures side by side with label above and caption beneath, two rows of pixels to a line.
///
/// Pixels are merged in blocks where the pictures would be wider than `columns` characters.
pub(crate) fn terminal_images(pictures: &[Picture<'_>], columns: usize, color: bool) -> String {
    let gaps = GAP * pictures.len().saturating_sub(1);
    let room = columns.saturating_sub(gaps).max(pictures.len());
    let wide: usize = pictures.iter().fold(0, |sum, picture| sum.saturating_add(picture.cols));
    let block = wide.div_ceil(room).max(1);
    let columns: Vec<Column> = pictures.iter().map(|picture| Column::new(picture, block, color)).collect();
    let height = columns.iter().map(|column| column.lines.len()).max().unwrap_or(0);
    let mut out = String::new();
    push_line(&mut out, columns.iter().map(|column| (column.width, column.label.as_str())));
    for index in 0..height {
        push_line(
            &mut out,
            columns.iter().map(|column| (column.width, column.lines.get(index).map_or("", String::as_str))),
        );
    }
    push_line(&mut out, columns.iter().map(|column| (column.width, column.caption.as_str())));
    out
}

/// Appends texts at fixed offsets, unless all are empty.
fn push_line<'a>(out: &mut String, texts: impl Iterator<Item = (usize, &'a str)>) {
    let mut line = String::new();
    let mut missing = 0;
    let mut empty = true;
    for (index, (width, text)) in texts.enumerate() {
        if index > 0 {
            missing += GAP;
        }
        if text.is_empty() {
            missing += width;
            continue;
        }
        empty = false;
        line.extend(std::iter::repeat_n(' ', missing));
        line.push_str(text);
        missing = width.saturating_sub(visible(text));
    }
    if !empty {
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// The number of characters that a terminal shows, without escape sequences.
fn visible(text: &str) -> usize {
    let mut escaped = false;
    text.chars()
        .filter(|&character| {
            let shown = !escaped && character != '\u{1b}';
            escaped = (escaped || character == '\u{1b}') && character != 'm';
            shown
        })
        .count()
}

/// A picture and its text, turned into lines of equal width.
#[derive(Debug)]
struct Column {
    label: String,
    lines: Vec<String>,
    caption: String,
    width: usize,
}

impl Column {
    fn new(picture: &Picture<'_>, block: usize, color: bool) -> Self {
        let rows = merged(picture, block);
        let picture_width = rows.first().map_or(0, Vec::len);
        let text_width = picture.label.chars().count().max(picture.caption.chars().count());
        let lines = rows
            .chunks(2)
            .map(|pair| {
                let lower = pair.get(1);
                if color { half_blocks(&pair[0], lower) } else { shades(&pair[0], lower) }
            })
            .collect();
        Self {
            label: picture.label.to_owned(),
            lines,
            caption: picture.caption.to_owned(),
            width: picture_width.max(text_width),
        }
    }
}

/// The picture with `block` by `block` pixels merged to their mean.
fn merged(picture: &Picture<'_>, block: usize) -> Vec<Vec<f64>> {
    if picture.cols == 0 {
        return Vec::new();
    }
    let rows: Vec<&[f64]> = picture.values.chunks(picture.cols).take(picture.rows).collect();
    rows.chunks(block)
        .map(|band| {
            let cols = band.first().map_or(0, |row| row.len());
            (0..cols)
                .step_by(block)
                .map(|start| {
                    let cells = band.iter().filter_map(|row| row.get(start..(start + block).min(row.len())));
                    let values: Vec<f64> = cells.flatten().map(|&value| known(value)).collect();
                    values.iter().sum::<f64>() / values.len().max(1) as f64
                })
                .collect()
        })
        .collect()
}

fn known(value: f64) -> f64 {
    if value.is_nan() { 0.5 } else { value.clamp(0.0, 1.0) }
}

fn shades(upper: &[f64], lower: Option<&Vec<f64>>) -> String {
    upper
        .iter()
        .enumerate()
        .map(|(col, &above)| {
            let below = lower.and_then(|row| row.get(col)).copied().unwrap_or(above);
            SHADES[((above + below) / 2.0 * 4.0).round() as usize]
        })
        .collect()
}

fn half_blocks(upper: &[f64], lower: Option<&Vec<f64>>) -> String {
    let mut out = String::new();
    let mut last = None;
    for (col, &above) in upper.iter().enumerate() {
        let below = lower.and_then(|row| row.get(col)).copied();
        let colors = (gray(above), below.map(gray));
        if last != Some(colors) {
            // Writing to a string cannot fail.
            let _ = match colors {
                (above, Some(below)) => write!(out, "\u{1b}[38;5;{above};48;5;{below}m"),
                (above, None) => write!(out, "\u{1b}[38;5;{above};49m"),
            };
            last = Some(colors);
        }
        out.push('▀');
    }
    out.push_str("\u{1b}[0m");
    out
}

/// The nearest grey of the 256-colour palette: black, 24 greys from 232 on, white.
fn gray(value: f64) -> u8 {
    match (value * 25.0).round() as u8 {
        0 => 16,
        25.. => 231,
        level => 231 + level,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn picture<'a>(rows: usize, cols: usize, values: &'a [f64], label: &'a str) -> Picture<'a> {
        Picture { label, caption: "", rows, cols, values }
    }

    #[test]
    fn shading_characters_go_from_empty_to_full() {
        let values = [0.0, 0.25, 0.5, 0.75, 1.0, 0.0, 0.25, f64::NAN, 0.75, 1.0];
        assert_eq!(terminal_images(&[picture(2, 5, &values, "")], 80, false), " ░▒▓█\n");
    }

    #[test]
    fn pictures_stand_side_by_side() {
        let (one, two) = (picture(2, 2, &[1.0; 4], "one"), picture(4, 1, &[1.0; 4], "two"));
        assert_eq!(terminal_images(&[one, two], 80, false), "one    two\n██     █\n       █\n");
    }

    #[test]
    fn wide_pictures_are_merged() {
        let values: Vec<f64> = (0..16).map(|index| f64::from(index % 4 / 2)).collect();
        assert_eq!(terminal_images(&[picture(4, 4, &values, "")], 2, false), " █\n");
    }

    #[test]
    fn half_blocks_carry_two_pixels() {
        let text = terminal_images(&[picture(2, 2, &[0.0, 0.0, 1.0, 1.0], "")], 80, true);
        assert_eq!(text, "\u{1b}[38;5;16;48;5;231m▀▀\u{1b}[0m\n");
        assert_eq!(visible(text.trim_end()), 2);
        assert_eq!([gray(0.04), gray(0.5), gray(0.96), gray(1.0)], [232, 244, 255, 231]);
    }

    proptest! {
        #[test]
        fn nothing_panics(
            values in prop::collection::vec(any::<f64>(), 0..40),
            rows in prop::sample::select(vec![0, 1, 3, usize::MAX]),
            cols in prop::sample::select(vec![0, 1, 7, usize::MAX]),
            columns in 0_usize..100,
            color: bool,
        ) {
            let shown = picture(rows, cols, &values, "p");
            terminal_images(&[shown, shown], columns, color);
        }
    }
}
