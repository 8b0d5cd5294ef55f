//! Error of decoded against original values, accumulated over any number of parts.

/// Running sums for MSE and R².
///
/// R² = 1 − Σ(y − ŷ)²/Σ(y − ȳ)²; it is not defined for constant originals.
///
/// ```
/// use spike_decode::Score;
/// let mut score = Score::default();
/// score.add(&[1.0, 2.0], &[1.0, 2.5]);
/// score.add(&[3.0], &[3.0]);
/// assert_eq!(score.mse(), Some(0.25 / 3.0));
/// assert_eq!(score.r2(), Some(1.0 - 0.25 / 2.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Score {
    count: f64,
    mean: f64,
    /// Sum of squared deviations of the original from its mean.
    spread: f64,
    error: f64,
}

impl Score {
    /// Adds pairs of original and decoded values; surplus values of the longer slice are ignored.
    pub fn add(&mut self, original: &[f64], decoded: &[f64]) {
        for (&y, &estimate) in original.iter().zip(decoded) {
            self.count += 1.0;
            let from_mean = y - self.mean;
            self.mean += from_mean / self.count;
            self.spread += from_mean * (y - self.mean);
            self.error += (y - estimate) * (y - estimate);
        }
    }

    /// Mean squared error, if there are values.
    #[must_use]
    pub fn mse(&self) -> Option<f64> {
        (self.count > 0.0).then(|| self.error / self.count)
    }

    /// Coefficient of determination, if the originals are not all equal.
    #[must_use]
    pub fn r2(&self) -> Option<f64> {
        (self.spread > 0.0).then(|| 1.0 - self.error / self.spread)
    }
}
