//! Activations counted in bins.

/// Counts of values from 0 to a maximum, in bins of one width; a bin stands for its centre.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Histogram {
    max: f64,
    counts: Vec<u64>,
    /// Values of exactly 0, which are many after a rectifier.
    zeros: u64,
}

impl Histogram {
    pub(crate) fn new(max: f64, num_bins: usize) -> Self {
        Self { max, counts: vec![0; num_bins], zeros: 0 }
    }

    pub(crate) fn add(&mut self, value: f64) {
        if value == 0.0 || self.max == 0.0 {
            self.zeros += 1;
        } else {
            let last = self.counts.len() - 1;
            let bin = (value / self.max * self.counts.len() as f64) as usize;
            self.counts[bin.min(last)] += 1;
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.zeros += other.zeros;
        self.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
    }

    /// Mean of f over all values.
    pub(crate) fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        let width = self.max / self.counts.len() as f64;
        let mut sum = self.zeros as f64 * f(0.0);
        let mut number = self.zeros;
        for (bin, &count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            sum += count as f64 * f((bin as f64 + 0.5) * width);
            number += count;
        }
        if number == 0 { 0.0 } else { sum / number as f64 }
    }
}
