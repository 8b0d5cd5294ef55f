//! ISI-distance: how much the local interspike intervals of two trains differ.

use super::adaptive::Edges;
use super::merge::merge_order;
use super::pairwise;
use super::profile::StepProfile;
use crate::error::{MetricsError, check};
use crate::times::{SpikeTimes, TrainSet};
use ndarray::Array2;

/// The ISI-distance of two trains, 0 (equal intervals at all times) to 1.
///
/// D = 1/(T₁ − T₀)·∫ |ν₁(t) − ν₂(t)| / max(ν₁(t), ν₂(t), θ) dt, where ν(t) is the interspike interval around t and
/// θ is the minimum relevant time scale, 0 for the original form. Before the first and after the last spike, ν is
/// the larger of the distance to the edge and the neighbouring interval (one spike: the distance to the edge).
/// A train without spikes counts as one with a spike at either edge. Symmetric, 0 for a train and itself.
/// Two different trains may have distance 0: the measure sees intervals, not times.
///
/// Convention: PySpike 0.9.0, from which only intervals of length zero differ, where it returns NaN: here they
/// have no weight.
///
/// Source: Kreuz, Haas, Morelli, Abarbanel, Politi (2007), J Neurosci Methods 165:151; edges and θ as in
/// Mulansky & Kreuz (2016), SoftwareX, DOI 10.1016/j.softx.2016.07.006, and Satuvuori et al. (2017), J Neurosci
/// Methods 287:25, DOI 10.1016/j.jneumeth.2017.05.028.
///
/// # Errors
/// [`MetricsError::IntervalMismatch`] and, for a negative θ, [`MetricsError::Parameter`].
///
/// ```
/// use spike_metrics::{IsiOptions, SpikeTimes, isi_distance};
/// let slow = SpikeTimes::new(&[0.0, 4.0, 8.0], 0.0, 8.0)?;
/// let fast = SpikeTimes::new(&[0.0, 2.0, 4.0, 6.0, 8.0], 0.0, 8.0)?;
/// assert_eq!(isi_distance(slow, fast, IsiOptions::default())?, 0.5);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn isi_distance(first: SpikeTimes<'_>, second: SpikeTimes<'_>, options: IsiOptions) -> Result<f64, MetricsError> {
    first.check_same_interval(&second)?;
    options.check()?;
    Ok(distance(&Edges::new(first), &Edges::new(second), options, &mut Vec::new()))
}

/// Options of the [`isi_distance`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct IsiOptions {
    /// Minimum relevant time scale θ: differences of intervals below it count less. 0 switches it off.
    pub min_time_scale_ms: f64,
}

impl IsiOptions {
    fn check(self) -> Result<(), MetricsError> {
        check_time_scale(self.min_time_scale_ms)
    }
}

pub(crate) fn check_time_scale(theta: f64) -> Result<(), MetricsError> {
    check("min_time_scale_ms", theta, 0.0 <= theta && theta.is_finite(), "0 or more")
}

/// The integrand of the [`isi_distance`] as a step function of time.
///
/// # Errors
/// As [`isi_distance`].
pub fn isi_profile(
    first: SpikeTimes<'_>,
    second: SpikeTimes<'_>,
    options: IsiOptions,
) -> Result<StepProfile, MetricsError> {
    first.check_same_interval(&second)?;
    options.check()?;
    let mut profile = StepProfile::starting_at(first.start_ms());
    let (a, b) = (Edges::new(first), Edges::new(second));
    walk(&a, &b, options, &mut Vec::new(), |_, until, value| profile.push(until, value));
    Ok(profile)
}

/// The [`isi_distance`] of all pairs of a set.
///
/// # Errors
/// As [`isi_distance`].
pub fn isi_distance_matrix(trains: &TrainSet, options: IsiOptions) -> Result<Array2<f64>, MetricsError> {
    options.check()?;
    Ok(pairwise::matrix(
        trains.len(),
        0.0,
        |i| Edges::new(trains.train(i)),
        |a, b, order| distance(a, b, options, order),
    ))
}

/// The mean [`isi_distance`] of all pairs of a set; `None` below two trains.
///
/// # Errors
/// As [`isi_distance`].
pub fn isi_distance_multi(trains: &TrainSet, options: IsiOptions) -> Result<Option<f64>, MetricsError> {
    Ok(pairwise::mean_of_pairs(&isi_distance_matrix(trains, options)?))
}

fn distance(a: &Edges, b: &Edges, options: IsiOptions, order: &mut Vec<u32>) -> f64 {
    let mut integral = 0.0;
    walk(a, b, options, order, |from, until, value| integral += value * (until - from));
    integral / (a.stop_ms - a.start_ms)
}

/// Calls `visit(from, until, value)` for every piece on which the integrand is constant.
#[inline(always)]
fn walk(a: &Edges, b: &Edges, options: IsiOptions, order: &mut Vec<u32>, mut visit: impl FnMut(f64, f64, f64)) {
    merge_order(&a.padded, &b.padded, order);
    let theta = options.min_time_scale_ms;
    let mut from = a.start_ms;
    for (event, &of_first) in order.iter().enumerate() {
        let (i, j) = (of_first as usize, event - of_first as usize);
        let until = a.padded[i + 1].min(b.padded[j + 1]).min(a.stop_ms);
        let (nu_a, nu_b) = (a.intervals[i], b.intervals[j]);
        visit(from, until, (nu_a - nu_b).abs() / nu_a.max(nu_b).max(theta));
        from = until;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn train(times: &[f64]) -> SpikeTimes<'_> {
        SpikeTimes::new(times, 0.0, 10.0).unwrap()
    }

    fn plain(a: &[f64], b: &[f64]) -> f64 {
        isi_distance(train(a), train(b), IsiOptions::default()).unwrap()
    }

    #[test]
    fn edges_count_as_documented() {
        // One spike at 4: ν = 4 before, 6 after; empty: ν = 10. (6/10·4 + 4/10·6)/10.
        assert!((plain(&[4.0], &[]) - 0.48).abs() < 1e-15);
        assert_eq!(plain(&[], &[]), 0.0);
        assert_eq!(plain(&[10.0], &[10.0]), 0.0);
        assert_eq!(plain(&[0.0], &[0.0]), 0.0);
        assert_eq!(plain(&[0.0], &[10.0]), 0.0);
        // 3, 5: before the first spike max(3, 2), after the last max(5, 2).
        assert!((plain(&[3.0, 5.0], &[]) - (0.7 * 3.0 + 0.8 * 2.0 + 0.5 * 5.0) / 10.0).abs() < 1e-15);
    }

    #[test]
    fn a_time_scale_above_all_intervals_makes_differences_small() {
        let options = IsiOptions { min_time_scale_ms: 100.0 };
        let value = isi_distance(train(&[4.0]), train(&[]), options).unwrap();
        assert!((value - (6.0 * 4.0 + 4.0 * 6.0) / 1000.0).abs() < 1e-15);
        assert!(isi_distance(train(&[]), train(&[]), IsiOptions { min_time_scale_ms: -1.0 }).is_err());
        assert!(isi_distance(train(&[]), train(&[]), IsiOptions { min_time_scale_ms: f64::NAN }).is_err());
    }

    #[test]
    fn the_profile_has_the_distance_as_its_mean() {
        let (a, b) = (train(&[1.0, 2.5, 7.0]), train(&[0.0, 2.5, 6.0, 6.5, 10.0]));
        let profile = isi_profile(a, b, IsiOptions::default()).unwrap();
        let mean = profile.mean(0.0, 10.0).unwrap();
        assert!((mean - isi_distance(a, b, IsiOptions::default()).unwrap()).abs() < 1e-15);
        assert_eq!(profile.edges_ms(), [0.0, 1.0, 2.5, 6.0, 6.5, 7.0, 10.0]);
    }
}
