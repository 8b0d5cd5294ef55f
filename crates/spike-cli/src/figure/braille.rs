//! Spike rasters for a terminal, eight Braille dots to a character.

use super::chart::{Spikes, time_unit};
use super::scale::{self, Range};

/// Dots across a character cell.
const CELL_WIDTH: usize = 2;
/// Dots down a character cell.
const CELL_HEIGHT: usize = 4;
/// Bits of the Braille block (U+2800), by row and column of the dot.
const DOTS: [[u8; CELL_WIDTH]; CELL_HEIGHT] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// Dots in the order in which a cell fills up, spread evenly.
const FILLING: [u8; 8] = [0x02, 0x20, 0x40, 0x08, 0x04, 0x10, 0x01, 0x80];
/// The share of lit dots above which cells are shaded by their number of spikes.
const CROWDED: f64 = 0.6;

const INK: &str = "\u{1b}[36m";
const FAINT: &str = "\u{1b}[2m";
const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

/// The room in a terminal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    /// Characters in a line, axis included.
    pub(crate) columns: usize,
    /// Lines for the spikes; title and time axis come on top of that.
    pub(crate) lines: usize,
    /// Whether ANSI colours are wanted.
    pub(crate) color: bool,
}

/// A raster with title, neuron axis and time axis; every line ends with a line feed.
///
/// Neuron 0 is at the bottom. Neurons share a dot when there are more of them than dots, and where
/// spikes would fill the whole picture, the number of dots in a cell shows how many it has.
pub(crate) fn braille_raster(title: &str, spikes: Spikes<'_>, screen: Screen) -> String {
    let lines = screen.lines.clamp(1, 400);
    let rows = spikes.num_rows.max(1) as usize;
    let row_dots = (lines * CELL_HEIGHT / rows).min(CELL_HEIGHT);
    let lines = if row_dots > 0 { (rows * row_dots).div_ceil(CELL_HEIGHT) } else { lines };
    let labels = neuron_labels(spikes.num_rows, row_dots, lines);
    let gutter = labels.iter().map(String::len).max().unwrap_or(0).max(3);
    let columns = screen.columns.clamp(gutter + 12, 1000) - gutter - 2;
    let cells = dots(spikes, row_dots, lines, columns);

    let paint = |text: &str, code: &str| {
        if screen.color && !text.is_empty() { format!("{code}{text}{PLAIN}") } else { text.to_owned() }
    };
    let mut out = String::new();
    if !title.is_empty() {
        let title: String = title.chars().take(gutter + 2 + columns).collect();
        out.push_str(&paint(&title, BOLD));
        out.push('\n');
    }
    for (line, label) in cells.chunks(columns).zip(&labels) {
        let spine = if label.is_empty() { '│' } else { '┤' };
        let text: String = line.iter().map(|&bits| braille(bits)).collect();
        out.push_str(&paint(&format!("{label:>gutter$} {spine}"), FAINT));
        out.push_str(&paint(text.trim_end(), INK));
        out.push('\n');
    }
    for line in time_axis(spikes.duration_ms, columns) {
        let line = format!("{:gutter$} {line}", "");
        out.push_str(&paint(line.trim_end(), FAINT));
        out.push('\n');
    }
    out
}

fn braille(bits: u8) -> char {
    match char::from_u32(0x2800 + u32::from(bits)) {
        Some(cell) if bits != 0 => cell,
        // Some fonts draw the empty Braille cell as rings, a space is empty in all of them.
        _ => ' ',
    }
}

/// The cells from top to bottom; `row_dots` of zero means that neurons share dots.
fn dots(spikes: Spikes<'_>, row_dots: usize, lines: usize, columns: usize) -> Vec<u8> {
    let (height, width) = (lines * CELL_HEIGHT, columns * CELL_WIDTH);
    let mut cells = vec![0; lines * columns];
    let mut counts = vec![0_u32; lines * columns];
    for &(time_ms, row) in spikes.events.iter().filter(|&&spike| spikes.holds(spike)) {
        // A step computed in floating point can lie a hair below the dot where it belongs.
        let share = time_ms / spikes.duration_ms * width as f64 + 1e-6;
        let x = (share as usize).min(width - 1);
        let lowest = lowest_dot(row, spikes.num_rows, row_dots, height);
        // Strokes of neighbouring neurons stay apart if there is room.
        let stroke = row_dots.saturating_sub(1).max(1);
        for dot in lowest..(lowest + stroke).min(height) {
            let y = height - 1 - dot;
            let cell = y / CELL_HEIGHT * columns + x / CELL_WIDTH;
            cells[cell] |= DOTS[y % CELL_HEIGHT][x % CELL_WIDTH];
            counts[cell] = counts[cell].saturating_add(1);
        }
    }
    let lit: usize = cells.iter().map(|bits: &u8| bits.count_ones() as usize).sum();
    if lit as f64 > CROWDED * (width * height) as f64 { shaded(&counts) } else { cells }
}

/// Dots for the number of spikes in each cell, on a square-root scale as in the figures.
fn shaded(counts: &[u32]) -> Vec<u8> {
    let most = f64::from(counts.iter().copied().max().unwrap_or(0).max(1));
    let dots = |count: u32| ((f64::from(count) / most).sqrt() * 8.0).round() as usize;
    counts.iter().map(|&count| FILLING.iter().take(dots(count)).fold(0, |bits, dot| bits | dot)).collect()
}

/// The lowest dot of a neuron, counted from the bottom.
fn lowest_dot(row: u32, num_rows: u32, row_dots: usize, height: usize) -> usize {
    if row_dots > 0 {
        row as usize * row_dots
    } else {
        (u64::from(row) * height as u64 / u64::from(num_rows.max(1))) as usize
    }
}

/// One label for each line from top to bottom, most of them empty.
fn neuron_labels(num_rows: u32, row_dots: usize, lines: usize) -> Vec<String> {
    let mut labels = vec![String::new(); lines];
    let top = num_rows.saturating_sub(1);
    let marks = scale::marks(Range::new(0.0, f64::from(top)), (lines / 3).max(2), true);
    for mark in marks {
        if mark.value <= f64::from(top) {
            let dot = lowest_dot(mark.value as u32, num_rows, row_dots, lines * CELL_HEIGHT);
            if let Some(label) = labels.iter_mut().rev().nth(dot / CELL_HEIGHT)
                && label.is_empty()
            {
                *label = mark.text;
            }
        }
    }
    labels
}

/// The rule with its tick marks, and the numbers beneath.
fn time_axis(duration_ms: f64, columns: usize) -> [String; 2] {
    let (label, factor) = time_unit(duration_ms);
    let range = Range::new(0.0, duration_ms * factor);
    let unit = if label.contains("ms") { " ms" } else { " s" };
    let mut rule = vec!['─'; columns + 1];
    rule[0] = '└';
    let mut numbers = vec![' '; columns + 1];
    let marks = scale::marks(range, (columns / 12).max(2), false);
    let mut free = 0;
    for (index, mark) in marks.iter().enumerate() {
        let column = 1 + ((range.share(mark.value) * columns as f64) as usize).min(columns - 1);
        rule[column] = '┬';
        let unit = if index + 1 == marks.len() { unit } else { "" };
        let text = format!("{}{unit}", mark.text);
        let length = text.chars().count();
        let start = column.saturating_sub(mark.text.len() / 2).min((columns + 1).saturating_sub(length));
        if start >= free {
            for (place, character) in numbers.iter_mut().skip(start).zip(text.chars()) {
                *place = character;
            }
            free = start + length + 1;
        }
    }
    [rule.into_iter().collect(), numbers.into_iter().collect()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spikes(events: &[(f64, u32)], num_rows: u32) -> Spikes<'_> {
        Spikes { events, num_rows, duration_ms: 100.0, step_ms: 1.0 }
    }

    #[test]
    fn dots_have_the_bits_of_the_braille_block() {
        // One column of cells is two dots wide: times below 50 ms go to the left dot.
        let one = |time_ms: f64, row: u32| dots(spikes(&[(time_ms, row)], 4), 1, 1, 1)[0];
        assert_eq!([one(0.0, 3), one(0.0, 2), one(0.0, 1), one(0.0, 0)], [0x01, 0x02, 0x04, 0x40]);
        assert_eq!([one(50.0, 3), one(50.0, 2), one(99.0, 1), one(100.0, 0)], [0x08, 0x10, 0x20, 0x80]);
        assert_eq!((braille(0x01), braille(0xff), braille(0)), ('⠁', '⣿', ' '));
    }

    #[test]
    fn few_neurons_get_strokes_and_many_share_dots() {
        assert_eq!(dots(spikes(&[(0.0, 0), (0.0, 1)], 2), 4, 2, 1), [0x46, 0x46]);
        assert_eq!(dots(spikes(&[(0.0, 0), (0.0, 7)], 8), 0, 1, 1), [0x41]);
    }

    #[test]
    fn crowded_cells_are_shaded() {
        assert_eq!(shaded(&[0, 1, 16, 64]), [0x00, 0x02, 0x6a, 0xff]);
        let events: Vec<(f64, u32)> = (0..8).map(|i| (f64::from(i % 2) * 50.0, i / 2)).collect();
        assert_eq!(dots(spikes(&events, 4), 1, 1, 1), [0xff]);
    }

    #[test]
    fn a_small_raster_is_exactly_this() {
        let events = [(0.0, 0), (30.0, 1), (60.0, 2), (99.0, 2)];
        let screen = Screen { columns: 25, lines: 8, color: false };
        let text = braille_raster("three neurons", spikes(&events, 3), screen);
        let expected = "\
three neurons
  2 ┤            ⡆      ⢰
  1 ┤      ⡆
  0 ┤⡆
    └┬─────────┬────────┬
     0        50   100 ms
";
        assert_eq!(text.lines().map(|line| line.chars().count()).max(), Some(25));
        assert_eq!(text, expected);
    }

    #[test]
    fn colours_are_optional() {
        let screen = |color| Screen { columns: 30, lines: 4, color };
        let plain = braille_raster("t", spikes(&[(1.0, 0)], 1), screen(false));
        let colored = braille_raster("t", spikes(&[(1.0, 0)], 1), screen(true));
        assert!(!plain.contains('\u{1b}') && colored.contains(INK));
        let mut stripped = colored;
        for code in [INK, FAINT, BOLD, PLAIN] {
            stripped = stripped.replace(code, "");
        }
        assert_eq!(stripped, plain);
    }

    proptest! {
        #[test]
        fn nothing_panics_and_lines_fit(
            events in prop::collection::vec((any::<f64>(), any::<u32>()), 0..20),
            num_rows: u32,
            duration_ms: f64,
            columns in 0_usize..200,
            lines in 0_usize..50,
        ) {
            let spikes = Spikes { events: &events, num_rows, duration_ms, step_ms: 0.0 };
            let text = braille_raster("title", spikes, Screen { columns, lines, color: false });
            let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            prop_assert!(longest <= columns.max(20));
            prop_assert!(text.lines().count() <= lines.max(1) + 3);
        }
    }
}
