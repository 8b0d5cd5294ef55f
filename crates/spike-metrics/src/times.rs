//! Spike times in milliseconds: what statistics, distances and synchrony measures read.

use crate::error::MetricsError;
use spike_core::SpikeView;

/// The spikes of one neuron and the closed interval in which it was observed.
///
/// Times are finite, increase strictly and lie within [`start_ms`](Self::start_ms) to [`stop_ms`](Self::stop_ms).
/// A train without spikes is legal; each metric says what it makes of it.
///
/// ```
/// use spike_metrics::SpikeTimes;
/// let train = SpikeTimes::new(&[1.5, 4.0], 0.0, 10.0)?;
/// assert_eq!(train.times_ms().len(), 2);
/// assert!(SpikeTimes::new(&[4.0, 4.0], 0.0, 10.0).is_err());
/// # Ok::<(), spike_metrics::MetricsError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpikeTimes<'a> {
    times_ms: &'a [f64],
    start_ms: f64,
    stop_ms: f64,
}

impl<'a> SpikeTimes<'a> {
    /// Checks times and interval.
    ///
    /// # Errors
    /// [`MetricsError::EmptyInterval`], [`MetricsError::NotFinite`], [`MetricsError::Unsorted`] (also for equal
    /// times) and [`MetricsError::OutsideInterval`].
    pub fn new(times_ms: &'a [f64], start_ms: f64, stop_ms: f64) -> Result<Self, MetricsError> {
        check_interval(start_ms, stop_ms)?;
        crate::error::check_finite("times_ms", times_ms)?;
        if let Some(index) = times_ms.array_windows().position(|[a, b]| a >= b) {
            let (first_ms, second_ms) = (times_ms[index], times_ms[index + 1]);
            return Err(MetricsError::Unsorted { index: index + 1, first_ms, second_ms });
        }
        let outside = times_ms.first().filter(|&&t| t < start_ms).or(times_ms.last().filter(|&&t| t > stop_ms));
        if let Some(&time_ms) = outside {
            return Err(MetricsError::OutsideInterval { time_ms, start_ms, stop_ms });
        }
        Ok(Self { times_ms, start_ms, stop_ms })
    }

    /// The times.
    #[must_use]
    pub fn times_ms(&self) -> &'a [f64] {
        self.times_ms
    }

    /// Start of the observed interval.
    #[must_use]
    pub fn start_ms(&self) -> f64 {
        self.start_ms
    }

    /// End of the observed interval.
    #[must_use]
    pub fn stop_ms(&self) -> f64 {
        self.stop_ms
    }

    /// Length of the observed interval.
    #[must_use]
    pub fn duration_ms(&self) -> f64 {
        self.stop_ms - self.start_ms
    }

    /// The intervals between consecutive spikes, in order: one fewer than spikes, none below two spikes.
    #[must_use]
    pub fn intervals_ms(&self) -> Vec<f64> {
        self.times_ms.array_windows().map(|[a, b]| b - a).collect()
    }

    /// Refuses a pair that was not observed in the same interval.
    pub(crate) fn check_same_interval(&self, other: &SpikeTimes<'_>) -> Result<(), MetricsError> {
        if self.start_ms == other.start_ms && self.stop_ms == other.stop_ms {
            return Ok(());
        }
        Err(MetricsError::IntervalMismatch {
            first_start_ms: self.start_ms,
            first_stop_ms: self.stop_ms,
            second_start_ms: other.start_ms,
            second_stop_ms: other.stop_ms,
        })
    }
}

fn check_interval(start_ms: f64, stop_ms: f64) -> Result<(), MetricsError> {
    if start_ms.is_finite() && stop_ms.is_finite() && start_ms < stop_ms {
        Ok(())
    } else {
        Err(MetricsError::EmptyInterval { start_ms, stop_ms })
    }
}

/// Trains that were observed in one interval: the input of everything that compares many trains.
///
/// ```
/// use spike_core::{SpikeTrain, TimeGrid};
/// use spike_metrics::TrainSet;
/// let spikes = SpikeTrain::from_neurons(TimeGrid::from_ms(100.0, 0.1)?, &[vec![3, 500], vec![]])?;
/// let set = TrainSet::from_view(spikes.view());
/// assert_eq!(set.train(0).times_ms(), [0.3, 50.0]);
/// assert_eq!((set.len(), set.train(1).stop_ms()), (2, 100.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TrainSet {
    times_ms: Vec<f64>,
    ends: Vec<usize>,
    start_ms: f64,
    stop_ms: f64,
}

impl TrainSet {
    /// Trains from one list of times each.
    ///
    /// # Errors
    /// As [`SpikeTimes::new`], for the first train that is wrong.
    pub fn new<T: AsRef<[f64]>>(trains: &[T], start_ms: f64, stop_ms: f64) -> Result<Self, MetricsError> {
        check_interval(start_ms, stop_ms)?;
        let mut set = Self { times_ms: Vec::new(), ends: Vec::with_capacity(trains.len()), start_ms, stop_ms };
        for train in trains {
            let train = SpikeTimes::new(train.as_ref(), start_ms, stop_ms)?;
            set.times_ms.extend_from_slice(train.times_ms);
            set.ends.push(set.times_ms.len());
        }
        Ok(set)
    }

    /// The rows of a view. A spike of step k is at k·dt, and the interval is the window from 0 to its duration.
    #[must_use]
    pub fn from_view(view: SpikeView<'_>) -> Self {
        let grid = view.grid();
        let mut ends = Vec::with_capacity(view.num_neurons());
        let mut times_ms = Vec::with_capacity(view.num_spikes() as usize);
        for row in view.neurons() {
            times_ms.extend(row.iter().map(|&step| grid.time_ms(step)));
            ends.push(times_ms.len());
        }
        Self { times_ms, ends, start_ms: 0.0, stop_ms: grid.duration_ms() }
    }

    /// Number of trains.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no train.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// One train.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Self::len), as slice indexing does.
    #[must_use]
    pub fn train(&self, index: usize) -> SpikeTimes<'_> {
        let from = if index == 0 { 0 } else { self.ends[index - 1] };
        let times_ms = &self.times_ms[from..self.ends[index]];
        SpikeTimes { times_ms, start_ms: self.start_ms, stop_ms: self.stop_ms }
    }

    /// The trains in order.
    pub fn trains(&self) -> impl ExactSizeIterator<Item = SpikeTimes<'_>> {
        (0..self.len()).map(|index| self.train(index))
    }

    /// Start of the observed interval.
    #[must_use]
    pub fn start_ms(&self) -> f64 {
        self.start_ms
    }

    /// End of the observed interval.
    #[must_use]
    pub fn stop_ms(&self) -> f64 {
        self.stop_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_enforced() {
        let new = |times: &[f64], start, stop| SpikeTimes::new(times, start, stop).map(|t| t.duration_ms());
        assert_eq!(new(&[0.0, 1.0], 0.0, 1.0), Ok(1.0));
        assert!(matches!(new(&[], 1.0, 1.0), Err(MetricsError::EmptyInterval { .. })));
        assert!(matches!(new(&[], f64::NAN, 1.0), Err(MetricsError::EmptyInterval { .. })));
        assert!(matches!(new(&[], 0.0, f64::INFINITY), Err(MetricsError::EmptyInterval { .. })));
        assert!(matches!(new(&[f64::NAN], 0.0, 1.0), Err(MetricsError::NotFinite { index: 0, .. })));
        assert!(matches!(new(&[0.2, 0.1], 0.0, 1.0), Err(MetricsError::Unsorted { index: 1, .. })));
        assert!(matches!(new(&[-0.1], 0.0, 1.0), Err(MetricsError::OutsideInterval { .. })));
        assert!(matches!(new(&[0.1, 1.1], 0.0, 1.0), Err(MetricsError::OutsideInterval { .. })));
        assert!(TrainSet::new(&[vec![0.1], vec![2.0]], 0.0, 1.0).is_err());
    }

    #[test]
    fn trains_of_a_set_are_as_given() {
        let set = TrainSet::new(&[vec![], vec![0.5, 0.75], vec![1.0]], 0.0, 1.0).unwrap();
        let lengths: Vec<usize> = set.trains().map(|t| t.times_ms().len()).collect();
        assert_eq!(lengths, [0, 2, 1]);
        assert_eq!(set.train(1).intervals_ms(), [0.25]);
        assert!(set.train(0).check_same_interval(&set.train(2)).is_ok());
        let other = SpikeTimes::new(&[], 0.0, 2.0).unwrap();
        assert!(matches!(set.train(0).check_same_interval(&other), Err(MetricsError::IntervalMismatch { .. })));
    }
}
