//! The record that travels with spikes: everything a decoder needs, and nothing hidden in the encoder.

use crate::config::EncoderConfig;
use crate::error::ConfigError;
use crate::normalizer::Normalizer;
use crate::options::CodeOptions;
use crate::scheme::CodingScheme;
use crate::seed::Seed;
use crate::tuning::{Tuning, TuningShape};
use serde::{Deserialize, Serialize};

/// How spikes were made: code, configuration, normaliser, seed and the shape of a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encoding {
    /// The configuration, with its scheme.
    pub config: EncoderConfig,
    /// Options of the code beyond the configuration.
    pub code: CodeOptions,
    /// Tuning curves, for population codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuning: Option<Tuning>,
    /// The scaling of the input to [0, 1].
    pub normalizer: Normalizer,
    /// The seed that was used.
    pub seed: Seed,
    /// Shape of one sample in the input; its product is the number of values. For codes of time series the first
    /// axis is time and the rest are channels.
    pub feature_shape: Vec<usize>,
    /// For codes of time series, the first normalised value of every channel of every sample from index 0 on: what
    /// changes are added to when the signal is rebuilt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub initial_values: Vec<f64>,
    /// For codes of time series that compute a number from the whole of a signal, that number for every channel of
    /// every sample from index 0 on: the threshold of `contrast_tbr`, the offset of `contrast_ben_spiker`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signal_statistics: Vec<f64>,
}

impl Encoding {
    /// The record of a code; scheme and seed of the configuration are set to those given, tuning curves are those
    /// of the options.
    ///
    /// # Errors
    /// [`ConfigError`] if a population has fewer than two neurons or a width that is no positive number.
    ///
    /// ```
    /// use spike_core::{CodeOptions, CodingScheme, EncoderConfig, Encoding, Normalizer, Seed};
    /// let code = CodeOptions::default_of(CodingScheme::PopulationGaussian);
    /// let encoding = Encoding::new(&EncoderConfig::default(), code, Normalizer::identity(3), Seed(7), vec![3])?;
    /// assert_eq!((encoding.num_neurons(), encoding.scheme()), (30, CodingScheme::PopulationGaussian));
    /// # Ok::<(), spike_core::ConfigError>(())
    /// ```
    pub fn new(
        config: &EncoderConfig,
        code: CodeOptions,
        normalizer: Normalizer,
        seed: Seed,
        feature_shape: Vec<usize>,
    ) -> Result<Self, ConfigError> {
        let config = EncoderConfig { coding_scheme: code.scheme(), seed: Some(seed.0), ..config.clone() };
        let tuning = Tuning::of(&config, code)?;
        let (initial_values, signal_statistics) = (Vec::new(), Vec::new());
        Ok(Self { config, code, tuning, normalizer, seed, feature_shape, initial_values, signal_statistics })
    }

    /// The code.
    #[must_use]
    pub fn scheme(&self) -> CodingScheme {
        self.config.coding_scheme
    }

    /// Number of channels in a sample.
    #[must_use]
    pub fn num_channels(&self) -> usize {
        self.normalizer.num_channels()
    }

    /// Number of values in a sample: channels, times the length of a time series.
    #[must_use]
    pub fn num_values(&self) -> usize {
        match self.code.scheme().encodes_signals() {
            true => self.feature_shape.iter().product(),
            false => self.num_channels(),
        }
    }

    /// The tuning curves of a population, checked against its size.
    ///
    /// # Errors
    /// [`ConfigError::TuningMismatch`] if the record has none, another number of them than `population_size`, one
    /// without a finite centre and a positive width, or curves of another shape than the code's.
    pub fn tuning_curves(&self) -> Result<&Tuning, ConfigError> {
        let expected = self.config.population_size;
        let usable = |(center, width): (&f64, &f64)| center.is_finite() && width.is_finite() && *width > 0.0;
        let count = |t: &Tuning| t.centers.iter().zip(&t.widths).filter(|&pair| usable(pair)).count();
        let shape = match self.code {
            CodeOptions::PopulationTriangular(_) => TuningShape::Triangular,
            _ => TuningShape::Gaussian,
        };
        let found = self.tuning.as_ref().filter(|t| t.shape == shape).map_or(0, count);
        match &self.tuning {
            Some(tuning) if [found, tuning.centers.len(), tuning.widths.len()] == [expected as usize; 3] => Ok(tuning),
            _ => Err(ConfigError::TuningMismatch { expected, found }),
        }
    }

    /// Rows of spikes for each channel.
    #[must_use]
    pub fn neurons_per_channel(&self) -> usize {
        match self.code {
            CodeOptions::PopulationGaussian(_)
            | CodeOptions::PopulationTriangular(_)
            | CodeOptions::PopulationLatency(_) => self.config.population_size as usize,
            CodeOptions::ContrastBenSpiker(_) => 1,
            code if code.scheme().encodes_signals() => 2,
            _ => 1,
        }
    }

    /// Rows of spikes in a sample: channel-major, the neurons of a channel side by side (ON before OFF).
    #[must_use]
    pub fn num_neurons(&self) -> usize {
        self.num_channels() * self.neurons_per_channel()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_that_do_not_fit_are_refused() {
        let code = CodeOptions::default_of(CodingScheme::PopulationGaussian);
        let encoding =
            Encoding::new(&EncoderConfig::default(), code, Normalizer::identity(1), Seed(0), vec![1]).unwrap();
        assert_eq!(encoding.tuning_curves().unwrap().len(), 10);
        type Change = fn(&mut Tuning);
        let changes: [(Change, usize); 6] = [
            (|t| t.shape = TuningShape::Triangular, 0),
            (|t| t.widths[3] = 0.0, 9),
            (|t| t.widths[3] = f64::NAN, 9),
            (|t| t.centers[9] = f64::INFINITY, 9),
            (|t| t.centers.truncate(4), 4),
            (|t| t.widths.push(1.0), 10),
        ];
        for (change, found) in changes {
            let mut broken = encoding.clone();
            change(broken.tuning.as_mut().unwrap());
            assert_eq!(broken.tuning_curves(), Err(ConfigError::TuningMismatch { expected: 10, found }));
        }
        let none = Encoding { tuning: None, ..encoding };
        assert_eq!(none.tuning_curves(), Err(ConfigError::TuningMismatch { expected: 10, found: 0 }));
    }
}
