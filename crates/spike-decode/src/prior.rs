//! What is known of a value before its spikes are seen.

use spike_core::ConfigError;

/// A distribution of normalised values on [0, 1]: of constant density in each of equal bins.
///
/// Any density can be given to the resolution that its user chooses.
///
/// ```
/// use spike_decode::Prior;
/// assert_eq!(Prior::uniform().variance(), 1.0 / 12.0);
/// let rising = Prior::from_density(|x| x, 1000)?;
/// assert!((rising.mean() - 2.0 / 3.0).abs() < 1e-6);
/// let seen = Prior::from_values(&[0.05, 0.05, 0.95], 10)?;
/// assert!((seen.density(0.01) - 20.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), spike_core::ConfigError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    /// Density of each bin; their mean is 1.
    density: Vec<f64>,
}

/// A part of [0, 1] with constant density.
struct Part {
    low: f64,
    high: f64,
    density: f64,
}

impl Part {
    fn width(&self) -> f64 {
        self.high - self.low
    }

    fn middle(&self) -> f64 {
        0.5 * (self.low + self.high)
    }

    fn mass(&self) -> f64 {
        self.width() * self.density
    }
}

impl Default for Prior {
    fn default() -> Self {
        Self::uniform()
    }
}

impl Prior {
    /// The uniform distribution.
    #[must_use]
    pub fn uniform() -> Self {
        Self { density: vec![1.0] }
    }

    /// A distribution with these weights of equal bins.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] if a weight is negative or not finite, or all are 0.
    pub fn from_weights(weights: &[f64]) -> Result<Self, ConfigError> {
        let refuse = |value| ConfigError::OutOfRange { name: "weight of the prior", value, min: 0.0, max: f64::MAX };
        if let Some(&bad) = weights.iter().find(|w| !(w.is_finite() && **w >= 0.0)) {
            return Err(refuse(bad));
        }
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        if !(mean.is_finite() && mean > 0.0) {
            return Err(refuse(mean));
        }
        Ok(Self { density: weights.iter().map(|w| w / mean).collect() })
    }

    /// A distribution from a density, which need not be normalised, taken at the middle of each of `bins` bins.
    ///
    /// # Errors
    /// As [`from_weights`](Self::from_weights).
    pub fn from_density(density: impl Fn(f64) -> f64, bins: usize) -> Result<Self, ConfigError> {
        let weights: Vec<f64> = (0..bins).map(|i| density((i as f64 + 0.5) / bins as f64)).collect();
        Self::from_weights(&weights)
    }

    /// The histogram of given normalised values.
    ///
    /// # Errors
    /// As [`from_weights`](Self::from_weights).
    pub fn from_values(values: &[f64], bins: usize) -> Result<Self, ConfigError> {
        let mut weights = vec![0.0; bins];
        for x in values.iter().filter(|x| !x.is_nan()) {
            if let Some(weight) =
                weights.get_mut(((x.clamp(0.0, 1.0) * bins as f64) as usize).min(bins.saturating_sub(1)))
            {
                *weight += 1.0;
            }
        }
        Self::from_weights(&weights)
    }

    /// Density of each of the equal bins.
    pub(crate) fn bins(&self) -> &[f64] {
        &self.density
    }

    /// Mean and variance of what lies in given disjoint intervals of [0, 1]; `None` if nothing does.
    pub(crate) fn within(&self, intervals: &[(f64, f64)]) -> Option<(f64, f64)> {
        let parts = self.parts(intervals);
        let mass: f64 = parts.iter().map(Part::mass).sum();
        if mass <= 0.0 {
            return None;
        }
        let mean = parts.iter().map(|p| p.middle() * p.mass()).sum::<f64>() / mass;
        let spread = |p: &Part| p.mass() * ((p.middle() - mean).powi(2) + p.width().powi(2) / 12.0);
        Some((mean, parts.iter().map(spread).sum::<f64>() / mass))
    }

    /// The middle of the widest part of given intervals in which the density is highest.
    pub(crate) fn mode_within(&self, intervals: &[(f64, f64)]) -> Option<f64> {
        let order = |a: &Part, b: &Part| a.density.total_cmp(&b.density).then(a.width().total_cmp(&b.width()));
        self.parts(intervals).iter().filter(|p| p.density > 0.0).max_by(|a, b| order(a, b)).map(Part::middle)
    }

    /// The value below which the share `q` of what lies in given intervals does.
    pub(crate) fn quantile_within(&self, intervals: &[(f64, f64)], q: f64) -> f64 {
        let parts = self.parts(intervals);
        let mut left = q * parts.iter().map(Part::mass).sum::<f64>();
        for part in parts.iter().filter(|p| p.density > 0.0) {
            if left <= part.mass() {
                return part.low + left / part.density;
            }
            left -= part.mass();
        }
        parts.last().map_or(1.0, |p| p.high)
    }

    fn parts(&self, intervals: &[(f64, f64)]) -> Vec<Part> {
        let n = self.density.len() as f64;
        let mut parts: Vec<Part> = Vec::new();
        for &(low, high) in intervals {
            for bin in (low * n) as usize..=((high * n) as usize).min(self.density.len() - 1) {
                let (low, high) = (low.max(bin as f64 / n), high.min((bin as f64 + 1.0) / n));
                let density = self.density[bin];
                match parts.last_mut().filter(|p| p.high == low && p.density == density) {
                    Some(before) => before.high = high,
                    None if high > low => parts.push(Part { low, high, density }),
                    None => {}
                }
            }
        }
        parts
    }

    /// Density at a value in [0, 1].
    #[must_use]
    pub fn density(&self, x: f64) -> f64 {
        let bin = (x * self.density.len() as f64) as usize;
        self.density[bin.min(self.density.len() - 1)]
    }

    /// Whether every value is as probable as any other.
    #[must_use]
    pub fn is_uniform(&self) -> bool {
        self.density.iter().all(|d| *d == 1.0)
    }

    /// Mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let n = self.density.len() as f64;
        self.density.iter().enumerate().map(|(i, d)| d * (i as f64 + 0.5)).sum::<f64>() / (n * n)
    }

    /// Variance, that within bins included.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let (n, mean) = (self.density.len() as f64, self.mean());
        let between = |(i, d): (usize, &f64)| d * ((i as f64 + 0.5) / n - mean).powi(2);
        self.density.iter().enumerate().map(between).sum::<f64>() / n + 1.0 / (12.0 * n * n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_density() {
        let beta = Prior::from_density(|x| x * (1.0 - x).powi(3), 4000).unwrap();
        // Beta(2, 4): mean 1/3, variance 8/(36·7).
        assert!((beta.mean() - 1.0 / 3.0).abs() < 1e-6);
        assert!((beta.variance() - 8.0 / 252.0).abs() < 1e-6);
        assert!(!beta.is_uniform() && Prior::from_weights(&[3.0, 3.0]).unwrap().is_uniform());
    }

    #[test]
    fn parts_of_a_prior_have_their_moments() {
        let prior = Prior::from_weights(&[1.0, 3.0]).unwrap();
        let (mean, variance) = prior.within(&[(0.0, 1.0)]).unwrap();
        assert!((mean - prior.mean()).abs() < 1e-15 && (variance - prior.variance()).abs() < 1e-15);
        // Masses 0.1·½ at 0.45 and 0.2·3/2 at 0.6, in ratio 1 to 6.
        let (mean, _) = prior.within(&[(0.4, 0.7)]).unwrap();
        assert!((mean - (0.45 + 6.0 * 0.6) / 7.0).abs() < 1e-15);
        let apart = prior.within(&[(0.1, 0.2), (0.3, 0.4)]).unwrap();
        assert!((apart.0 - 0.25).abs() < 1e-15 && (apart.1 - (0.01 + 0.01 / 12.0)).abs() < 1e-15);
        assert!((prior.quantile_within(&[(0.0, 1.0)], 0.625) - 0.75).abs() < 1e-15);
        assert_eq!(prior.mode_within(&[(0.0, 0.6), (0.7, 0.9)]), Some(0.8));
        let equal = Prior::from_weights(&[2.0; 8]).unwrap();
        assert_eq!(equal.mode_within(&[(0.0, 1.0)]), Some(0.5));
        assert_eq!((prior.within(&[(0.3, 0.3)]), prior.mode_within(&[])), (None, None));
    }

    #[test]
    fn each_bound_is_rejected() {
        for weights in [&[][..], &[0.0, 0.0], &[1.0, -1.0], &[f64::NAN], &[f64::INFINITY]] {
            assert!(Prior::from_weights(weights).is_err(), "{weights:?}");
        }
        assert!(Prior::from_values(&[], 5).is_err());
        assert!(Prior::from_values(&[0.5], 0).is_err());
        assert_eq!(Prior::from_values(&[1.0, 2.0], 2).unwrap().density(1.0), 2.0);
    }
}
