//! Fisher information of a value in the spikes of its neurons, and the limit of Cramér and Rao.

use crate::population::neurons::Neurons;
use crate::rate::renewal::mean_trials;
use spike_core::{DecodeError, DecodingMethod, Encoding};

/// Fisher information of the discrete code about a normalised value.
///
/// J(x) = Σ_j E(trials_j | x)·p_j'(x)²/(p_j(x)·(1 − p_j(x))): a free step is a Bernoulli trial, and the expected
/// number of free steps of a neuron with dead time is that of the window, neurons ready at its start. No estimate
/// without bias has a smaller variance than 1/J(x). A biased one may: posterior means exceed
/// [`r2_limit`](Self::r2_limit) a little, since they know the range.
///
/// Where curves have a kink the information is that of the mean of both slopes; where a neuron cannot spike, it
/// carries none. A code without any information has the limit −∞.
///
/// ```
/// use spike_core::{CodeOptions, CodingScheme, EncoderConfig, Encoding, Normalizer, Seed};
/// use spike_decode::FisherInformation;
/// let code = CodeOptions::default_of(CodingScheme::PopulationGaussian);
/// let encoding = Encoding::new(&EncoderConfig::default(), code, Normalizer::identity(1), Seed(0), vec![1])?;
/// let information = FisherInformation::for_encoding(&encoding)?;
/// assert!((information.r2_limit() - 0.99934).abs() < 1e-5);
/// assert!(information.at(0.0) < information.at(0.5));
/// # Ok::<(), spike_core::DecodeError>(())
/// ```
///
/// Source: Seung and Sompolinsky (1993), Proc Natl Acad Sci 90:10749, DOI 10.1073/pnas.90.22.10749, for Poisson
/// neurons; the Bernoulli trials of a renewal process as in the likelihood of this crate.
#[derive(Debug, Clone)]
pub struct FisherInformation {
    neurons: Neurons,
}

impl FisherInformation {
    /// The information of a population with tuning curves, or of `rate_poisson`.
    ///
    /// # Errors
    /// [`DecodeError`] if the code is another one or its record is invalid.
    pub fn for_encoding(encoding: &Encoding) -> Result<Self, DecodeError> {
        Ok(Self { neurons: Neurons::of(encoding, DecodingMethod::BayesianMle)? })
    }

    /// J at a value in [0, 1], in units of 1/(normalised value)².
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        let neurons = &self.neurons;
        let of = |j: usize| match neurons.information_per_trial(j, x) {
            0.0 => 0.0,
            each => each * mean_trials(neurons.p(j, x), neurons.dead_steps(), neurons.num_steps()),
        };
        (0..neurons.len()).map(of).sum()
    }

    /// The mean of 1/J over uniform values, by the midpoint rule on 500 parts.
    #[must_use]
    pub fn mean_variance_bound(&self) -> f64 {
        const PARTS: usize = 500;
        (0..PARTS).map(|i| 1.0 / self.at((i as f64 + 0.5) / PARTS as f64)).sum::<f64>() / PARTS as f64
    }

    /// The R² that estimates without bias cannot exceed for uniform values: 1 − 12·E\[1/J\].
    #[must_use]
    pub fn r2_limit(&self) -> f64 {
        1.0 - 12.0 * self.mean_variance_bound()
    }
}
