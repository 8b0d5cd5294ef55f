//! Windows over neurons that are stored in rows: what pools of images with their channels side by side are.

use super::{Lists, Mapping, SiteUnit};
use spike_sim::Real;

/// Rows shorter than this gain nothing from being handled together.
const MIN_LENGTH: usize = 4;

/// Windows of which a row of neighbours sees rows of neighbours: window w·length + c sees the values m + c of all rows
/// m of w.
#[derive(Debug, Clone)]
pub(crate) struct RowWindows {
    /// Number of windows that are handled together.
    pub(crate) length: usize,
    /// The first value of each row that a row of windows sees.
    pub(crate) members: Lists,
}

/// What a unit of windows makes of the spikes that they see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowRule {
    /// A spike where the largest count changes.
    Largest,
    /// The sum of the spikes, as one value.
    Sum,
}

/// A pool over the neurons of a unit.
#[derive(Debug, Clone)]
pub(crate) struct RowUnit<F> {
    pub(crate) windows: RowWindows,
    pub(crate) rule: RowRule,
    /// What one spike is worth to each window.
    pub(crate) amplitudes: Vec<F>,
}

impl RowWindows {
    /// The windows with these members, each list ascending; `None` if they are not in rows.
    fn new(windows: &Lists) -> Option<Self> {
        let number = windows.len();
        let first = windows.get(0);
        let follows = |first: &[u32], window: usize, by: usize| {
            let members = windows.get(window as u32);
            members.len() == first.len() && first.iter().zip(members).all(|(a, b)| a + by as u32 == *b)
        };
        let length = 1 + (1..number).take_while(|&window| follows(first, window, window)).count();
        let whole = !first.is_empty() && MIN_LENGTH <= length && number.is_multiple_of(length);
        let mut rows = Vec::new();
        for row in 0..if whole { number / length } else { 0 } {
            let members = windows.get((row * length) as u32);
            if members.is_empty() || !(1..length).all(|by| follows(members, row * length + by, by)) {
                return None;
            }
            rows.push(members.to_vec());
        }
        whole.then(|| Self { length, members: Lists::new(&rows) })
    }
}

impl<F: Real> RowUnit<F> {
    /// The maximum pool over the neurons of a site; `None` if its windows are not in rows, or see neurons of different
    /// amplitudes.
    pub(crate) fn largest(windows: &Lists, site: &SiteUnit<F>) -> Option<Self> {
        let amplitudes = (0..windows.len() as u32).map(|window| common(windows.get(window), &site.amplitudes));
        let amplitudes = amplitudes.collect::<Option<_>>()?;
        Some(Self { windows: RowWindows::new(windows)?, rule: RowRule::Largest, amplitudes })
    }

    /// A mapping of several neurons of a site to each value; `None` if its windows are not in rows, or see neurons of
    /// different weights.
    pub(crate) fn sum(mapping: &Mapping<F>, num_targets: usize, site: &SiteUnit<F>) -> Option<Self> {
        let mut members = vec![Vec::new(); num_targets];
        let mut worth: Vec<Option<F>> = vec![None; num_targets];
        for (source, &amplitude) in (0..).zip(&site.amplitudes) {
            let (targets, weights) = mapping.of(source);
            for (&target, &weight) in targets.iter().zip(weights) {
                let value = amplitude * weight;
                if *worth[target as usize].get_or_insert(value) != value {
                    return None;
                }
                members[target as usize].push(source);
            }
        }
        let several = members.iter().all(|members| members.len() > 1);
        let amplitudes = worth.into_iter().collect::<Option<_>>()?;
        let windows = if several { RowWindows::new(&Lists::new(&members))? } else { return None };
        Some(Self { windows, rule: RowRule::Sum, amplitudes })
    }
}

/// The amplitude that all members have.
fn common<F: Real>(members: &[u32], amplitudes: &[F]) -> Option<F> {
    let mut values = members.iter().map(|&member| amplitudes[member as usize]);
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_are_taken() {
        let list = |windows: &[&[u32]]| Lists::new(&windows.iter().map(|w| w.to_vec()).collect::<Vec<_>>());
        let rows = list(&[&[0, 8], &[1, 9], &[2, 10], &[3, 11], &[4, 16], &[5, 17], &[6, 18], &[7, 19]]);
        let windows = RowWindows::new(&rows).unwrap();
        assert_eq!((windows.length, windows.members.len()), (4, 2));
        assert_eq!((windows.members.get(0), windows.members.get(1)), (&[0, 8][..], &[4, 16][..]));
        for other in [
            list(&[&[0, 1], &[2, 3], &[4, 5], &[6, 7]]),
            list(&[&[0], &[1], &[2], &[3], &[4], &[5], &[6], &[9]]),
            list(&[&[0], &[1], &[2], &[3], &[8], &[9], &[10, 11], &[11, 12]]),
            list(&[&[], &[], &[], &[]]),
        ] {
            assert!(RowWindows::new(&other).is_none(), "{other:?}");
        }
    }
}
