//! SPIKE-distance: how far apart the spikes of two trains are, in units of their local intervals.

use super::adaptive::Edges;
use super::isi::check_time_scale;
use super::merge::merge_order;
use super::pairwise;
use super::profile::LinearProfile;
use crate::error::MetricsError;
use crate::times::{SpikeTimes, TrainSet};
use ndarray::Array2;

/// The SPIKE-distance of two trains, 0 (equal) to 1.
///
/// D = 1/(T₁ − T₀)·∫ S(t) dt, S(t) = (S₁(t)·ν₂(t) + S₂(t)·ν₁(t)) / (2·ν̄·max(ν̄, θ)), ν̄ = (ν₁ + ν₂)/2, where ν is
/// the interspike interval around t, θ the minimum relevant time scale (0: off), and S₁(t) interpolates linearly
/// between the distances of the preceding and of the following spike of train 1 from their nearest spikes in
/// train 2. [`rate_independent`](SpikeOptions::rate_independent): S(t) = (S₁ + S₂)/(2·max(ν̄, θ)).
///
/// Edges: outside of the first and last spike, S₁ is the distance of that spike, and ν₁ is the larger of the
/// distance to the edge and the neighbouring interval. For the search of a nearest spike every train has one more
/// spike on either side, at the edge or, if that lies further outside, one neighbouring interval away. A train
/// without spikes counts as one with a spike at either edge.
///
/// Convention: PySpike 0.9.0. Symmetric, 0 for a train and itself.
///
/// Source: Kreuz, Chicharro, Houghton, Andrzejak, Mormann (2013), J Neurophysiol 109:1457; edges as in Mulansky &
/// Kreuz (2016), SoftwareX, DOI 10.1016/j.softx.2016.07.006; θ and the rate-independent form as in Satuvuori
/// et al. (2017), J Neurosci Methods 287:25, DOI 10.1016/j.jneumeth.2017.05.028.
///
/// # Errors
/// [`MetricsError::IntervalMismatch`] and, for a negative θ, [`MetricsError::Parameter`].
///
/// ```
/// use spike_metrics::{SpikeOptions, SpikeTimes, spike_distance};
/// let early = SpikeTimes::new(&[2.0, 5.0, 8.0], 0.0, 10.0)?;
/// let late = SpikeTimes::new(&[2.5, 5.5, 8.5], 0.0, 10.0)?;
/// let distance = spike_distance(early, late, SpikeOptions::default())?;
/// assert!(0.1 < distance && distance < 0.2);
/// assert_eq!(spike_distance(early, early, SpikeOptions::default())?, 0.0);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn spike_distance(
    first: SpikeTimes<'_>,
    second: SpikeTimes<'_>,
    options: SpikeOptions,
) -> Result<f64, MetricsError> {
    first.check_same_interval(&second)?;
    check_time_scale(options.min_time_scale_ms)?;
    let (a, b) = (Prepared::new(first), Prepared::new(second));
    Ok(distance(&a, &b, options, &mut Scratch::default()))
}

/// Options of the [`spike_distance`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SpikeOptions {
    /// Minimum relevant time scale θ: distances below it count less. 0 switches it off.
    pub min_time_scale_ms: f64,
    /// Whether the trains are weighted alike instead of by each other's interval.
    pub rate_independent: bool,
}

/// The integrand of the [`spike_distance`], linear between spikes.
///
/// # Errors
/// As [`spike_distance`].
pub fn spike_profile(
    first: SpikeTimes<'_>,
    second: SpikeTimes<'_>,
    options: SpikeOptions,
) -> Result<LinearProfile, MetricsError> {
    first.check_same_interval(&second)?;
    check_time_scale(options.min_time_scale_ms)?;
    let (a, b) = (Prepared::new(first), Prepared::new(second));
    let mut profile = LinearProfile::starting_at(first.start_ms());
    walk(&a, &b, &mut Scratch::default(), |from, until, at| {
        profile.push(until, at.value(from, options), at.value(until, options));
    });
    Ok(profile)
}

/// The [`spike_distance`] of all pairs of a set.
///
/// # Errors
/// As [`spike_distance`].
pub fn spike_distance_matrix(trains: &TrainSet, options: SpikeOptions) -> Result<Array2<f64>, MetricsError> {
    check_time_scale(options.min_time_scale_ms)?;
    Ok(pairwise::matrix(
        trains.len(),
        0.0,
        |i| Prepared::new(trains.train(i)),
        |a, b, scratch| distance(a, b, options, scratch),
    ))
}

/// The mean [`spike_distance`] of all pairs of a set; `None` below two trains.
///
/// # Errors
/// As [`spike_distance`].
pub fn spike_distance_multi(trains: &TrainSet, options: SpikeOptions) -> Result<Option<f64>, MetricsError> {
    Ok(pairwise::mean_of_pairs(&spike_distance_matrix(trains, options)?))
}

/// One train, prepared for comparison with many.
struct Prepared {
    edges: Edges,
    /// Times between the two auxiliary spikes.
    with_auxiliary: Vec<f64>,
    /// Interval k is that before spike k.
    intervals: Vec<Interval>,
    /// 1 / interval between two spikes; 0 where the distance does not change.
    inverse: Vec<f64>,
    /// One spike at the very start: the line of its only interval goes on to the end.
    lone_at_start: bool,
}

/// What is known of an interval without the other train; together, because they are read together.
#[derive(Clone, Copy)]
struct Interval {
    /// Where it begins.
    origin: f64,
    /// The spike that ends it, or +∞.
    end: f64,
    /// Its length by the rules for the edges.
    length: f64,
}

/// The distance of one train from the other within an interval: `start` at its origin, changing by `slope`.
#[derive(Clone, Copy, Default)]
struct Line {
    start: f64,
    slope: f64,
}

impl Prepared {
    fn new(train: SpikeTimes<'_>) -> Self {
        let edges = Edges::new(train);
        let times = edges.times();
        let (n, first, last) = (times.len(), times[0], times[times.len() - 1]);
        let (mut before, mut after) = (edges.start_ms, edges.stop_ms);
        if n > 1 {
            before = before.min(first - (times[1] - first));
            after = after.max(last + (last - times[n - 2]));
        }
        let mut with_auxiliary = edges.padded.clone();
        with_auxiliary[0] = before;
        with_auxiliary[n + 1] = after;
        let origins = std::iter::once(edges.start_ms).chain(times.iter().copied());
        let intervals = origins.zip(&edges.padded[1..]).zip(&edges.intervals);
        let intervals = intervals.map(|((origin, &end), &length)| Interval { origin, end, length }).collect();
        let mut inverse = vec![0.0; n + 1];
        for (slot, [a, b]) in inverse[1..].iter_mut().zip(times.array_windows()) {
            *slot = 1.0 / (b - a);
        }
        let lone_at_start = n == 1 && first == edges.start_ms;
        Self { edges, with_auxiliary, intervals, inverse, lone_at_start }
    }

    /// Distance of a time to the nearest spike, auxiliary ones included.
    fn nearest(&self, time: f64) -> f64 {
        let next = self.with_auxiliary.partition_point(|&t| t < time).min(self.with_auxiliary.len() - 1);
        let after = (self.with_auxiliary[next] - time).abs();
        if next == 0 { after } else { after.min((time - self.with_auxiliary[next - 1]).abs()) }
    }

    /// The slopes of the lines, from the distance of spike k, which is the start of line k + 1.
    fn finish(&self, lines: &mut [Line], other: &Prepared) {
        let n = self.edges.num_spikes();
        lines[0] = Line { start: lines[1].start, slope: 0.0 };
        for k in 1..n {
            lines[k].slope = (lines[k + 1].start - lines[k].start) * self.inverse[k];
        }
        lines[n].slope = 0.0;
        if self.lone_at_start {
            let stop = self.edges.stop_ms;
            lines[1].slope = (other.nearest(stop) - lines[1].start) / (stop - self.edges.start_ms);
        }
    }
}

/// Memory that is reused from pair to pair.
#[derive(Default)]
struct Scratch {
    order: Vec<u32>,
    first: Vec<Line>,
    second: Vec<Line>,
}

/// What the integrand is on one piece.
#[derive(Clone, Copy)]
struct Piece {
    intervals: [Interval; 2],
    lines: [Line; 2],
}

impl Piece {
    #[inline(always)]
    fn value(self, t: f64, options: SpikeOptions) -> f64 {
        let [a, b] = self.intervals;
        let s_a = self.lines[0].start + self.lines[0].slope * (t - a.origin);
        let s_b = self.lines[1].start + self.lines[1].slope * (t - b.origin);
        let mean = 0.5 * (a.length + b.length);
        let limited = mean.max(options.min_time_scale_ms);
        if options.rate_independent {
            0.5 * (s_a + s_b) / limited
        } else {
            0.5 * (s_a * b.length + s_b * a.length) / (mean * limited)
        }
    }
}

fn distance(a: &Prepared, b: &Prepared, options: SpikeOptions, scratch: &mut Scratch) -> f64 {
    let mut integral = 0.0;
    // The integrand is linear on a piece: its mean is the value in the middle.
    walk(a, b, scratch, |from, until, at| integral += at.value(0.5 * (from + until), options) * (until - from));
    integral / (a.edges.stop_ms - a.edges.start_ms)
}

/// Calls `visit(from, until, piece)` for every piece on which the integrand is linear.
#[inline(always)]
fn walk(a: &Prepared, b: &Prepared, scratch: &mut Scratch, mut visit: impl FnMut(f64, f64, Piece)) {
    let Scratch { order, first, second } = scratch;
    merge_order(&a.edges.padded, &b.edges.padded, order);
    let (num_a, num_b) = (a.edges.num_spikes(), b.edges.num_spikes());
    // Lines of an earlier pair are overwritten. One more than there are intervals: see below.
    first.resize(num_a + 2, Line::default());
    second.resize(num_b + 2, Line::default());
    let (times_a, times_b) = (&a.with_auxiliary[..], &b.with_auxiliary[..]);
    for (event, &of_first) in order[..num_a + num_b].iter().enumerate() {
        // The next spike of either train lies between these two of the other; of the two distances only that of
        // the earlier spike is right, the other is written again before it is used.
        let (i, j) = (of_first as usize, event - of_first as usize);
        let (a0, a1, b0, b1) = (times_a[i], times_a[i + 1], times_b[j], times_b[j + 1]);
        first[i + 1].start = smaller(a1 - b0, b1 - a1);
        second[j + 1].start = smaller(b1 - a0, a1 - b1);
    }
    a.finish(first, b);
    b.finish(second, a);
    let (first, second) = (&first[..=num_a], &second[..=num_b]);
    let mut from = a.edges.start_ms;
    for (event, &of_first) in order.iter().enumerate() {
        let (i, j) = (of_first as usize, event - of_first as usize);
        let intervals = [a.intervals[i], b.intervals[j]];
        let until = smaller(smaller(intervals[0].end, intervals[1].end), a.edges.stop_ms);
        visit(from, until, Piece { intervals, lines: [first[i], second[j]] });
        from = until;
    }
}

/// The minimum of two numbers, one instruction; `f64::min` also minds NaN, which cannot occur here.
#[inline(always)]
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn train(times: &[f64]) -> SpikeTimes<'_> {
        SpikeTimes::new(times, 0.0, 10.0).unwrap()
    }

    fn plain(a: &[f64], b: &[f64]) -> f64 {
        spike_distance(train(a), train(b), SpikeOptions::default()).unwrap()
    }

    #[test]
    fn one_spike_each_by_hand() {
        // Spikes at 4 and 6, distance 2 throughout. ν: 4|6 (0–4), 6|6 (4–6), 6|4 (6–10).
        let outer = 0.5 * (2.0 * 6.0 + 2.0 * 4.0) / (5.0 * 5.0);
        let inner = 0.5 * (2.0 * 6.0 + 2.0 * 6.0) / (6.0 * 6.0);
        assert!((plain(&[4.0], &[6.0]) - (8.0 * outer + 2.0 * inner) / 10.0).abs() < 1e-15);
    }

    #[test]
    fn edge_cases_are_defined() {
        assert_eq!(plain(&[], &[]), 0.0);
        for times in [&[0.0][..], &[10.0], &[0.0, 10.0], &[3.0], &[0.0, 5.0]] {
            assert_eq!(plain(times, times), 0.0);
            let value = plain(times, &[]);
            assert!((0.0..=1.0).contains(&value), "{times:?} {value}");
        }
        // A spike at either edge is what an empty train counts as.
        assert_eq!(plain(&[], &[0.0, 10.0]), 0.0);
    }

    #[test]
    fn the_profile_has_the_distance_as_its_mean() {
        let (a, b) = (train(&[1.0, 2.5, 7.0]), train(&[0.0, 2.5, 6.0, 6.5, 10.0]));
        for rate_independent in [false, true] {
            let options = SpikeOptions { rate_independent, min_time_scale_ms: 2.0 };
            let mean = spike_profile(a, b, options).unwrap().mean(0.0, 10.0).unwrap();
            assert!((mean - spike_distance(a, b, options).unwrap()).abs() < 1e-15);
        }
    }
}
