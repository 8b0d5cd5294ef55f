//! Statistics of the activations of neurons that share a threshold.

use super::Histogram;

/// Largest number of bins of a histogram, and of those of many groups.
const BINS: (usize, usize) = (4096, 512);

/// Statistics of the activations of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupProfile {
    num_values: u64,
    num_nonzero: u64,
    sum: f64,
    /// The largest values; descending when finished.
    largest: Vec<f32>,
    /// How many of them are kept.
    kept: usize,
    histogram: Option<Histogram>,
}

impl GroupProfile {
    pub(super) fn empty(kept: usize) -> Self {
        Self { num_values: 0, num_nonzero: 0, sum: 0.0, largest: Vec::new(), kept, histogram: None }
    }

    pub(super) fn histogram(max: f64, num_groups: usize) -> Self {
        let bins = if num_groups <= 1024 { BINS.0 } else { BINS.1 };
        Self { histogram: Some(Histogram::new(max, bins)), ..Self::empty(0) }
    }

    pub(super) fn set_histogram(&mut self, other: Self) {
        self.histogram = other.histogram;
    }

    pub(super) fn add(&mut self, value: f32) {
        self.num_values += 1;
        self.num_nonzero += u64::from(value != 0.0);
        self.sum += f64::from(value);
        if let Some(histogram) = &mut self.histogram {
            histogram.add(f64::from(value));
        } else if value != 0.0 {
            self.largest.push(value);
            if self.largest.len() >= 2 * self.kept + 64 {
                self.shorten();
            }
        }
    }

    fn shorten(&mut self) {
        if self.largest.len() > self.kept {
            self.largest.select_nth_unstable_by(self.kept, |a, b| b.total_cmp(a));
            self.largest.truncate(self.kept);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.num_values += other.num_values;
        self.num_nonzero += other.num_nonzero;
        self.sum += other.sum;
        self.largest.extend(other.largest);
        self.shorten();
        if let (Some(mine), Some(other)) = (&mut self.histogram, &other.histogram) {
            mine.merge(other);
        }
    }

    pub(super) fn finish(&mut self) {
        self.shorten();
        self.largest.sort_by(|a, b| b.total_cmp(a));
    }

    /// Number of activations.
    #[must_use]
    pub fn num_values(&self) -> u64 {
        self.num_values
    }

    /// Largest activation.
    #[must_use]
    pub fn max(&self) -> f64 {
        self.largest.first().map_or(0.0, |&value| f64::from(value))
    }

    /// Mean activation.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.num_values == 0 { 0.0 } else { self.sum / self.num_values as f64 }
    }

    /// The share of activations that are not 0.
    #[must_use]
    pub fn active_share(&self) -> f64 {
        if self.num_values == 0 { 0.0 } else { self.num_nonzero as f64 / self.num_values as f64 }
    }

    /// The percentile of all activations, or of those that are not 0, interpolated between order statistics.
    ///
    /// h = (n − 1)·p/100 counted from the smallest; the value is a_⌊h⌋ + (h − ⌊h⌋)·(a_⌊h⌋₊₁ − a_⌊h⌋). `None` if the
    /// profile has not kept that many of the largest values.
    #[must_use]
    pub fn percentile(&self, percent: f64, nonzero_only: bool) -> Option<f64> {
        let number = if nonzero_only { self.num_nonzero } else { self.num_values };
        if number == 0 {
            return Some(0.0);
        }
        let height = (number - 1) as f64 * percent / 100.0;
        let below = height.floor();
        // Counted from the largest.
        let rank = |from_smallest: f64| (number - 1) as usize - from_smallest as usize;
        let low = self.ranked(rank(below))?;
        let high = self.ranked(rank((below + 1.0).min((number - 1) as f64)))?;
        Some(low + (height - below) * (high - low))
    }

    /// The value of a rank counted from the largest; zeros come last.
    fn ranked(&self, rank: usize) -> Option<f64> {
        match self.largest.get(rank) {
            Some(&value) => Some(f64::from(value)),
            None if (self.num_nonzero as usize) <= rank => Some(0.0),
            None => None,
        }
    }

    /// Mean of a function of the activations, from their histogram; `None` if the profile has none.
    pub(crate) fn mean_of(&self, f: impl Fn(f64) -> f64) -> Option<f64> {
        self.histogram.as_ref().map(|histogram| histogram.mean(f))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(values: &[f32], kept: usize) -> GroupProfile {
        let mut profile = GroupProfile::empty(kept);
        values.iter().for_each(|&value| profile.add(value));
        profile.finish();
        profile
    }

    #[test]
    fn percentiles_are_those_of_numpy() {
        // numpy.percentile(values, p), method 'linear', for values = 0, 0, 1, .., 8.
        let values = [3.0, 0.0, 8.0, 1.0, 0.0, 2.0, 7.0, 5.0, 4.0, 6.0];
        let all = profile(&values, 10);
        for (percent, expected) in [(100.0, 8.0), (99.9, 7.991), (50.0, 3.5), (12.5, 0.125), (1.0, 0.0)] {
            assert!((all.percentile(percent, false).unwrap() - expected).abs() < 1e-12, "{percent}");
        }
        assert_eq!(all.percentile(50.0, true), Some(4.5));
        assert_eq!((all.max(), all.mean(), all.active_share()), (8.0, 3.6, 0.8));
        let few = profile(&values, 2);
        assert!((few.percentile(95.0, false).unwrap() - 7.55).abs() < 1e-12);
        assert_eq!(few.percentile(50.0, false), None);
        assert_eq!(profile(&[0.0, 0.0], 1).percentile(99.9, true), Some(0.0));
    }

    #[test]
    fn merged_parts_are_the_whole() {
        let values: Vec<f32> = (0..5000).map(|i| ((i * 7919) % 5003) as f32).collect();
        let whole = profile(&values, 20);
        let mut parts = profile(&values[..1234], 20);
        parts.merge(profile(&values[1234..], 20));
        parts.finish();
        assert_eq!(parts, whole);
    }
}
