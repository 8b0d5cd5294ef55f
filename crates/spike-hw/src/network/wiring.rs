//! From a spike to the targets that it reaches: runs of weights that are added to runs of targets.

use super::projection::{Image, Pattern};
use std::ops::Range;

/// The runs of every source.
///
/// A source has a first weight, a first target and a pattern; the pattern is a list of runs: so many weights from here
/// are added to the targets from there. All positions of a convolution share one pattern for all channels.
#[derive(Debug, Clone)]
pub(crate) struct Wiring {
    sources: Vec<Option<Row>>,
    runs: Vec<Run>,
    /// Where the runs of each pattern begin, and the end of the last.
    patterns: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    weights: u32,
    targets: u32,
    pattern: u32,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    weight: u32,
    target: u32,
    length: u32,
}

impl Wiring {
    /// The wiring of a pattern that was checked, for the given number of rows and targets.
    pub(crate) fn new(pattern: &Pattern, num_rows: usize, num_targets: usize, route: Option<&[Option<u32>]>) -> Self {
        let mut wiring = match pattern {
            Pattern::Dense => dense(num_rows, num_targets),
            Pattern::Convolution(image) => convolution(image),
            Pattern::Groups { rows, targets } => groups(rows, targets),
        };
        if let Some(route) = route {
            let rows = wiring.sources;
            wiring.sources = route.iter().map(|row| row.and_then(|row| rows[row as usize])).collect();
        }
        wiring
    }

    /// Calls `add` with the weights and the targets of each run of a source.
    #[inline(always)]
    pub(crate) fn of(&self, source: usize, mut add: impl FnMut(Range<usize>, Range<usize>)) {
        let Some(row) = self.sources[source] else { return };
        let pattern = row.pattern as usize;
        for run in &self.runs[self.patterns[pattern] as usize..self.patterns[pattern + 1] as usize] {
            let (weight, target) = ((row.weights + run.weight) as usize, (row.targets + run.target) as usize);
            let length = run.length as usize;
            add(weight..weight + length, target..target + length);
        }
    }

    /// Most synapses of a source.
    pub(crate) fn fan_out(&self) -> usize {
        let each = (0..self.sources.len()).map(|source| {
            let mut number = 0;
            self.of(source, |_, targets| number += targets.len());
            number
        });
        each.max().unwrap_or(0)
    }

    /// Number of synapses of each target.
    pub(crate) fn fan_in(&self, num_targets: usize) -> Vec<u32> {
        let mut numbers = vec![0; num_targets];
        for source in 0..self.sources.len() {
            self.of(source, |_, targets| numbers[targets].iter_mut().for_each(|number| *number += 1));
        }
        numbers
    }
}

fn dense(num_rows: usize, num_targets: usize) -> Wiring {
    let row = |row| Some(Row { weights: (row * num_targets) as u32, targets: 0, pattern: 0 });
    let run = Run { weight: 0, target: 0, length: num_targets as u32 };
    Wiring { sources: (0..num_rows).map(row).collect(), runs: vec![run], patterns: vec![0, 1] }
}

fn convolution(image: &Image) -> Wiring {
    let [rows, columns, channels] = image.input;
    let (ins, outs) = (channels / image.groups, image.output[2] / image.groups);
    let taps = image.kernel[0] * image.kernel[1];
    let mut runs = Vec::new();
    let mut patterns = vec![0];
    let mut sources = Vec::with_capacity(rows * columns * channels);
    for row in 0..rows {
        for column in 0..columns {
            for (output_row, tap_row) in reach(image, 0, row) {
                for (output_column, tap_column) in reach(image, 1, column) {
                    runs.push(Run {
                        weight: ((tap_row * image.kernel[1] + tap_column) * outs) as u32,
                        target: ((output_row * image.output[1] + output_column) * image.output[2]) as u32,
                        length: outs as u32,
                    });
                }
            }
            let pattern = patterns.len() as u32 - 1;
            patterns.push(runs.len() as u32);
            sources.extend((0..channels).map(|channel| {
                let targets = (channel / ins * outs) as u32;
                Some(Row { weights: (channel * taps * outs) as u32, targets, pattern })
            }));
        }
    }
    Wiring { sources, runs, patterns }
}

/// The outputs along an axis that see an input, each with the tap that joins them.
fn reach(image: &Image, axis: usize, position: usize) -> Vec<(usize, usize)> {
    let joined = (0..image.kernel[axis]).filter_map(|tap| {
        let offset = (position + image.padding[axis]).checked_sub(tap * image.dilation[axis])?;
        let output = offset / image.stride[axis];
        (offset.is_multiple_of(image.stride[axis]) && output < image.output[axis]).then_some((output, tap))
    });
    joined.collect()
}

fn groups(rows: &[Option<u32>], targets: &[Option<u32>]) -> Wiring {
    let number = rows.iter().chain(targets).flatten().max().map_or(0, |last| *last as usize + 1);
    let mut members = vec![Vec::new(); number];
    for (target, group) in (0..).zip(targets) {
        if let Some(group) = group {
            members[*group as usize].push(target);
        }
    }
    let mut runs = Vec::new();
    let mut patterns = vec![0];
    for members in members {
        runs.extend(members.into_iter().map(|target| Run { weight: 0, target, length: 1 }));
        patterns.push(runs.len() as u32);
    }
    let row = |group: &Option<u32>| group.map(|pattern| Row { weights: 0, targets: 0, pattern });
    Wiring { sources: rows.iter().map(row).collect(), runs, patterns }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weight index of each pair of source and target.
    fn pairs(wiring: &Wiring, source: usize) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        wiring.of(source, |weights, targets| pairs.extend(targets.zip(weights)));
        pairs
    }

    #[test]
    fn rows_follow_their_route() {
        let route = [Some(1), None, Some(0)];
        let wiring = Wiring::new(&Pattern::Dense, 2, 3, Some(&route));
        assert_eq!(pairs(&wiring, 0), [(0, 3), (1, 4), (2, 5)]);
        assert!(pairs(&wiring, 1).is_empty());
        assert_eq!(wiring.fan_in(3), [2, 2, 2]);
    }

    #[test]
    fn a_group_reaches_its_targets() {
        let pattern = Pattern::Groups { rows: vec![Some(0), Some(1), None], targets: vec![Some(1), Some(0), Some(1)] };
        let wiring = Wiring::new(&pattern, 3, 3, None);
        assert_eq!(pairs(&wiring, 0), [(1, 0)]);
        assert_eq!(pairs(&wiring, 1), [(0, 0), (2, 0)]);
        assert!(pairs(&wiring, 2).is_empty());
        assert_eq!(wiring.fan_out(), 2);
    }

    #[test]
    fn a_convolution_reaches_what_the_sum_says() {
        let image = Image {
            input: [5, 4, 2],
            output: [3, 4, 4],
            kernel: [3, 2],
            stride: [2, 1],
            padding: [1, 1],
            dilation: [1, 1],
            groups: 2,
        };
        let wiring = Wiring::new(&Pattern::Convolution(image), 40, 48, None);
        let (ins, outs) = (1, 2);
        for source in 0..40 {
            let (y, x, channel) = (source / 8, source / 2 % 4, source % 2);
            let mut expected = Vec::new();
            for target in 0..48 {
                let (row, column, filter) = (target / 16, target / 4 % 4, target % 4);
                for ky in 0..3 {
                    for kx in 0..2 {
                        if row * 2 + ky == y + 1 && column + kx == x + 1 && filter / outs == channel / ins {
                            expected.push((target, ((channel * 3 + ky) * 2 + kx) * outs + filter % outs));
                        }
                    }
                }
            }
            let mut found = pairs(&wiring, source);
            found.sort_unstable();
            assert_eq!(found, expected, "{source}");
        }
    }
}
