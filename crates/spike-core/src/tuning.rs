//! Tuning curves of a population: vocabulary shared by its encoder and decoders.

use crate::config::EncoderConfig;
use crate::error::ConfigError;
use crate::math::exp;
use crate::options::{CenterPlacement, CodeOptions};
use serde::{Deserialize, Serialize};

/// Shape of a tuning curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TuningShape {
    /// exp(−(x − μ)²/(2σ²)).
    Gaussian,
    /// max(0, 1 − |x − μ|/w).
    Triangular,
}

/// The tuning curves of the neurons that share one input dimension.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuning {
    /// Shape of every curve.
    pub shape: TuningShape,
    /// Preferred values μ, ascending, in normalised units.
    pub centers: Vec<f64>,
    /// Width of each curve: σ or half-width.
    pub widths: Vec<f64>,
}

impl Tuning {
    /// The curves of a population code; `None` for other codes.
    ///
    /// With N neurons at distance d, Gaussian curves have σ = d/β and triangular ones the half-width d.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] if `population_size` or β is too small.
    pub fn of(config: &EncoderConfig, code: CodeOptions) -> Result<Option<Self>, ConfigError> {
        let (shape, beta, placement) = match code {
            CodeOptions::PopulationGaussian(o) => (TuningShape::Gaussian, o.beta, o.centers),
            CodeOptions::PopulationTriangular(o) => (TuningShape::Triangular, 1.0, o.centers),
            CodeOptions::PopulationLatency(o) => (TuningShape::Gaussian, o.beta, o.centers),
            _ => return Ok(None),
        };
        let (first, intervals) = match placement {
            CenterPlacement::Ends => (0.0, f64::from(config.population_size) - 1.0),
            CenterPlacement::Beyond => (-0.5, f64::from(config.population_size) - 2.0),
        };
        if intervals < 1.0 {
            let min = if placement == CenterPlacement::Ends { 2.0 } else { 3.0 };
            let (value, max) = (f64::from(config.population_size), f64::from(u32::MAX));
            return Err(ConfigError::OutOfRange { name: "population_size", value, min, max });
        }
        crate::config::in_range("beta", beta, 1e-3, 1e3)?;
        let centers: Vec<f64> = (0..config.population_size).map(|j| (f64::from(j) + first) / intervals).collect();
        let widths = vec![1.0 / (intervals * beta); centers.len()];
        Ok(Some(Self { shape, centers, widths }))
    }

    /// Number of neurons.
    #[must_use]
    pub fn len(&self) -> usize {
        self.centers.len()
    }

    /// Whether there is no neuron.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.centers.is_empty()
    }

    /// Response of neuron `j` to `x`, as a share of the largest: 0 to 1, the same bits on every platform.
    ///
    /// ```
    /// use spike_core::{CodeOptions, CodingScheme, EncoderConfig, Tuning};
    /// let code = CodeOptions::default_of(CodingScheme::PopulationTriangular);
    /// let tuning = Tuning::of(&EncoderConfig::default(), code)?.unwrap();
    /// assert_eq!((tuning.response(9, 1.0), tuning.response(0, 1.0)), (1.0, 0.0));
    /// # Ok::<(), spike_core::ConfigError>(())
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn response(&self, j: usize, x: f64) -> f64 {
        let z = (x - self.centers[j]) / self.widths[j];
        match self.shape {
            TuningShape::Gaussian => exp(-0.5 * z * z),
            TuningShape::Triangular => (1.0 - z.abs()).max(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme::CodingScheme;

    fn tuning(scheme: CodingScheme, population_size: u32) -> Result<Option<Tuning>, ConfigError> {
        let config = EncoderConfig { population_size, ..EncoderConfig::default() };
        Tuning::of(&config, CodeOptions::default_of(scheme))
    }

    #[test]
    fn curves_stand_where_their_formulas_say() {
        let gaussian = tuning(CodingScheme::PopulationGaussian, 5).unwrap().unwrap();
        assert_eq!(gaussian.centers, [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert!(gaussian.widths.iter().all(|w| (w - 0.25 / 1.5).abs() < 1e-15));
        assert!((gaussian.response(2, 0.5 + 0.25 / 1.5) - (-0.5f64).exp()).abs() < 1e-15);
        let bohte = tuning(CodingScheme::PopulationLatency, 6).unwrap().unwrap();
        assert_eq!(bohte.centers, [-0.125, 0.125, 0.375, 0.625, 0.875, 1.125]);
        let triangular = tuning(CodingScheme::PopulationTriangular, 4).unwrap().unwrap();
        for i in 0..=100 {
            let x = f64::from(i) / 100.0;
            let sum: f64 = (0..4).map(|j| triangular.response(j, x)).sum();
            assert!((sum - 1.0).abs() < 1e-12, "a partition of unity");
        }
    }

    #[test]
    fn too_few_neurons_are_refused() {
        assert!(tuning(CodingScheme::PopulationGaussian, 1).is_err());
        assert!(tuning(CodingScheme::PopulationGaussian, 2).is_ok());
        assert!(tuning(CodingScheme::PopulationLatency, 2).is_err());
        assert_eq!(tuning(CodingScheme::RatePoisson, 1), Ok(None));
    }
}
