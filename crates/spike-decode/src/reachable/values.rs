//! Distributions of values, for which limits are computed.

/// A distribution of normalised values: atoms and their weights.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueDistribution {
    pub(super) atoms: Vec<(f64, f64)>,
}

/// Bins into which values are gathered; 8-bit data keep an atom for each grey level.
const BINS: usize = 1020;
/// Atoms that stand for the uniform distribution.
const UNIFORM_ATOMS: usize = 500;

impl ValueDistribution {
    /// The uniform distribution on [0, 1], as the midpoints of 500 equal parts.
    #[must_use]
    pub fn uniform() -> Self {
        let n = UNIFORM_ATOMS as f64;
        Self { atoms: (0..UNIFORM_ATOMS).map(|i| ((i as f64 + 0.5) / n, 1.0 / n)).collect() }
    }

    /// The distribution of given values in [0, 1].
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let mut counts = ValueCounts::default();
        counts.add(values);
        counts.distribution()
    }

    pub(super) fn variance(&self) -> f64 {
        let mean: f64 = self.atoms.iter().map(|(x, w)| x * w).sum();
        self.atoms.iter().map(|(x, w)| w * (x - mean).powi(2)).sum()
    }
}

/// Values of a stream, gathered in 1020 equal bins of [0, 1], each of which stands at the mean of its values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ValueCounts {
    /// Sum and number of the values in each bin.
    bins: Vec<(f64, f64)>,
}

impl ValueCounts {
    /// Adds values; those outside [0, 1] count as its ends, NaN is left out.
    pub fn add(&mut self, values: &[f64]) {
        self.bins.resize(BINS + 1, (0.0, 0.0));
        for x in values.iter().filter(|x| !x.is_nan()) {
            let x = x.clamp(0.0, 1.0);
            let bin = &mut self.bins[(x * BINS as f64).round() as usize];
            *bin = (bin.0 + x, bin.1 + 1.0);
        }
    }

    /// The distribution of what was added.
    #[must_use]
    pub fn distribution(&self) -> ValueDistribution {
        let total: f64 = self.bins.iter().map(|b| b.1).sum();
        let filled = self.bins.iter().filter(|b| b.1 > 0.0);
        ValueDistribution { atoms: filled.map(|(sum, n)| ((sum / n).clamp(0.0, 1.0), n / total)).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atoms_of_bytes_are_the_grey_levels() {
        let bytes: Vec<f64> = (0..=255).flat_map(|i| [f64::from(i) / 255.0; 2]).collect();
        let values = ValueDistribution::of(&bytes);
        assert_eq!(values.atoms.len(), 256);
        assert!(values.atoms.iter().enumerate().all(|(i, a)| (a.0 - i as f64 / 255.0).abs() < 1e-12));
    }
}
