//! SPIKE-synchronisation: the share of spikes that have a partner.

use crate::distance::merge::{merge_order, padded};
use crate::distance::pairwise;
use crate::error::MetricsError;
use crate::times::{SpikeTimes, TrainSet};
use ndarray::Array2;

/// The SPIKE-synchronisation of two trains: the share of their spikes that coincide, 0 to 1.
///
/// Spikes u of train 1 and v of train 2 coincide if |u − v| < τ, τ = ½·min of the four intervals around them; an
/// interval that does not exist counts as the length of the observation. Windows of neighbours do not overlap, so
/// that a spike has at most one partner. Spikes at the same time always coincide.
///
/// Two empty trains are in perfect synchrony, 1; an empty and a non-empty train have 0. Symmetric.
///
/// Convention: PySpike 0.9.0 without `max_tau` and MRTS.
///
/// Source: Quian Quiroga, Kreuz, Grassberger (2002), Phys Rev E 66:041904 (coincidence);
/// Kreuz, Mulansky, Bozanic (2015), SPIKY, J Neurophysiol 113:3432, DOI 10.1152/jn.00848.2014.
///
/// # Errors
/// [`MetricsError::IntervalMismatch`].
///
/// ```
/// use spike_metrics::{SpikeTimes, spike_sync};
/// let a = SpikeTimes::new(&[10.0, 50.0, 90.0], 0.0, 100.0)?;
/// let b = SpikeTimes::new(&[12.0, 70.0], 0.0, 100.0)?;
/// let sync = spike_sync(a, b)?;
/// assert_eq!((sync.coincident_spikes, sync.num_spikes), (2, 5));
/// assert_eq!(sync.value(), 0.4);
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
pub fn spike_sync(first: SpikeTimes<'_>, second: SpikeTimes<'_>) -> Result<SpikeSync, MetricsError> {
    first.check_same_interval(&second)?;
    Ok(compare(&Windows::new(first), &Windows::new(second), &mut Vec::new()))
}

/// Coincidences of two trains, or of all pairs of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpikeSync {
    /// Spikes with a partner, in both trains together: two for each coincidence.
    pub coincident_spikes: u64,
    /// Coincidences in which the spike of the first train comes earlier, less those in which it comes later.
    pub leads: i64,
    /// Spikes in both trains together.
    pub num_spikes: u64,
}

impl SpikeSync {
    /// Share of spikes with a partner; 1 if there are no spikes.
    #[must_use]
    pub fn value(&self) -> f64 {
        if self.num_spikes == 0 { 1.0 } else { self.coincident_spikes as f64 / self.num_spikes as f64 }
    }
}

/// SPIKE-directionality of the first train with respect to the second, −1 (always follows) to 1 (always leads).
///
/// D = (coincidences in which it leads − coincidences in which it follows) / its number of spikes. `None` if it has
/// no spikes, where PySpike 0.9.0 raises an error.
///
/// Source: Kreuz, Satuvuori, Pofahl, Mulansky (2017), Leaders and followers, New J Phys 19:043028,
/// DOI 10.1088/1367-2630/aa68c3.
///
/// # Errors
/// [`MetricsError::IntervalMismatch`].
pub fn spike_directionality(first: SpikeTimes<'_>, second: SpikeTimes<'_>) -> Result<Option<f64>, MetricsError> {
    let sync = spike_sync(first, second)?;
    let n = first.times_ms().len();
    Ok((n > 0).then(|| sync.leads as f64 / n as f64))
}

/// The value of [`spike_sync`] for all pairs of a set, 1 on the diagonal.
#[must_use]
pub fn spike_sync_matrix(trains: &TrainSet) -> Array2<f64> {
    let prepare = |i| Windows::new(trains.train(i));
    pairwise::matrix(trains.len(), 1.0, prepare, |a, b, order| compare(a, b, order).value())
}

/// The [`spike_sync`] of a set: coincidences of all pairs over spikes of all pairs. `None` below two trains.
#[must_use]
pub fn spike_sync_multi(trains: &TrainSet) -> Option<SpikeSync> {
    let prepared: Vec<Windows> = trains.trains().map(Windows::new).collect();
    let mut order = Vec::new();
    let mut total = SpikeSync::default();
    for (i, a) in prepared.iter().enumerate() {
        for b in &prepared[i + 1..] {
            let pair = compare(a, b, &mut order);
            total.coincident_spikes += pair.coincident_spikes;
            total.leads += pair.leads;
            total.num_spikes += pair.num_spikes;
        }
    }
    (prepared.len() > 1).then_some(total)
}

/// A train with the half of the smaller interval around each spike, both padded at the ends.
struct Windows {
    times: Vec<f64>,
    halves: Vec<f64>,
}

impl Windows {
    fn new(train: SpikeTimes<'_>) -> Self {
        let times = padded(train.times_ms());
        let longest = train.duration_ms();
        let mut halves = vec![0.0; times.len()];
        for k in 1..times.len() - 1 {
            // At the ends the padding makes an infinite interval.
            halves[k] = 0.5 * (times[k] - times[k - 1]).min(times[k + 1] - times[k]).min(longest);
        }
        Self { times, halves }
    }
}

fn compare(a: &Windows, b: &Windows, order: &mut Vec<u32>) -> SpikeSync {
    merge_order(&a.times, &b.times, order);
    let (mut coincidences, mut leads) = (0u64, 0i64);
    for (event, &[before, after]) in order.array_windows().enumerate() {
        let (i, j) = (before as usize, event - before as usize);
        let of_first = after > before;
        // The spike of this event against the last one of the other train.
        let distance = if of_first { a.times[i + 1] - b.times[j] } else { b.times[j + 1] - a.times[i] };
        let own = if of_first { a.halves[i + 1] } else { b.halves[j + 1] };
        let other = if of_first { b.halves[j] } else { a.halves[i] };
        let coincides = distance < own.min(other);
        coincidences += u64::from(coincides);
        // Of two spikes at the same time neither leads.
        leads += i64::from(coincides & (distance > 0.0)) * (1 - 2 * i64::from(of_first));
    }
    SpikeSync { coincident_spikes: 2 * coincidences, leads, num_spikes: order.len() as u64 - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn train(times: &[f64]) -> SpikeTimes<'_> {
        SpikeTimes::new(times, 0.0, 100.0).unwrap()
    }

    #[test]
    fn trains_with_few_spikes() {
        let value = |a: &[f64], b: &[f64]| spike_sync(train(a), train(b)).unwrap().value();
        assert_eq!((value(&[], &[]), value(&[], &[1.0]), value(&[1.0], &[])), (1.0, 0.0, 0.0));
        assert_eq!(value(&[1.0], &[1.0]), 1.0);
        // One spike each: the window is half of the observation, and exclusive.
        assert_eq!((value(&[1.0], &[50.5]), value(&[1.0], &[51.0])), (1.0, 0.0));
        assert_eq!(spike_directionality(train(&[]), train(&[1.0])), Ok(None));
    }

    #[test]
    fn leaders_and_followers() {
        let (a, b) = ([10.0, 30.0, 50.0, 70.0], [11.0, 32.0, 50.0, 68.0]);
        let sync = spike_sync(train(&a), train(&b)).unwrap();
        assert_eq!(sync, SpikeSync { coincident_spikes: 8, leads: 1, num_spikes: 8 });
        assert_eq!(spike_directionality(train(&a), train(&b)), Ok(Some(0.25)));
        assert_eq!(spike_directionality(train(&b), train(&a)), Ok(Some(-0.25)));
    }

    #[test]
    fn a_set_pools_its_pairs() {
        let set = TrainSet::new(&[vec![10.0, 50.0], vec![11.0], vec![80.0]], 0.0, 100.0).unwrap();
        let multi = spike_sync_multi(&set).unwrap();
        let matrix = spike_sync_matrix(&set);
        assert_eq!(matrix[[0, 0]], 1.0);
        let pooled = 3.0 * matrix[[0, 1]] + 3.0 * matrix[[0, 2]] + 2.0 * matrix[[1, 2]];
        assert!((multi.value() - pooled / 8.0).abs() < 1e-15);
        assert_eq!(spike_sync_multi(&TrainSet::new(&[vec![1.0]], 0.0, 2.0).unwrap()), None);
    }
}
