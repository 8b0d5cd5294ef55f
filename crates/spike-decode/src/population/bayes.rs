//! Value from likelihood and prior: posterior mean, most probable value, or maximum of the likelihood.

use super::counts::CountPosterior;
use super::latency::LatencyPosterior;
use super::posterior::PopulationPosterior;
use super::table::Scratch;
use crate::method::Estimate;
use crate::prior::Prior;
use crate::rate::posterior::RatePosterior;
use spike_core::{
    CodeOptions, DecodeError, Decoded, DecoderFor, DecodingMethod, Encoding, PopulationSpikes, SpikeView, ValueDecoder,
};
use spike_encode::SpikeProbability;

/// The posterior of a code, whatever its kind.
#[derive(Debug)]
pub(crate) enum Evidence {
    /// One neuron with a rate.
    Rate(RatePosterior),
    /// Neurons with rates.
    Tuned(PopulationPosterior),
    /// Neurons with latencies.
    Latency(LatencyPosterior),
    /// Neurons that spike at equal distances.
    Counts(CountPosterior),
}

impl Evidence {
    pub(crate) fn of(encoding: &Encoding, prior: &Prior) -> Result<Self, DecodeError> {
        Ok(match encoding.code {
            CodeOptions::RatePoisson(options) => {
                let probability = SpikeProbability::new(&encoding.config, options)?;
                Self::Rate(RatePosterior::with_prior(probability, encoding.config.grid()?.num_steps(), prior))
            }
            CodeOptions::PopulationLatency(_) => Self::Latency(LatencyPosterior::for_encoding(encoding, prior)?),
            CodeOptions::PopulationGaussian(options) | CodeOptions::PopulationTriangular(options)
                if options.spikes == PopulationSpikes::Regular =>
            {
                Self::Counts(CountPosterior::for_encoding(encoding, options, prior)?)
            }
            _ => Self::Tuned(PopulationPosterior::for_encoding(encoding, prior)?),
        })
    }

    /// Rows for each channel.
    pub(crate) fn num_neurons(&self) -> usize {
        match self {
            Self::Rate(_) => 1,
            Self::Tuned(posterior) => posterior.num_neurons(),
            Self::Latency(posterior) => posterior.num_neurons(),
            Self::Counts(posterior) => posterior.num_neurons(),
        }
    }

    pub(crate) fn moments(&self, rows: SpikeView<'_>, scratch: &mut Scratch) -> (f64, f64) {
        match self {
            Self::Rate(posterior) => posterior.moments(rows.steps()),
            Self::Tuned(posterior) => {
                posterior.neurons().trials(rows, &mut scratch.trials);
                posterior.moments(scratch)
            }
            Self::Latency(posterior) => posterior.moments(rows),
            Self::Counts(posterior) => posterior.moments(rows),
        }
    }

    fn mode(&self, rows: SpikeView<'_>, scratch: &mut Scratch) -> f64 {
        match self {
            Self::Rate(posterior) => posterior.mode(rows.steps()),
            Self::Tuned(posterior) => {
                posterior.neurons().trials(rows, &mut scratch.trials);
                posterior.mode(scratch)
            }
            Self::Latency(posterior) => posterior.mode(rows),
            Self::Counts(posterior) => posterior.mode(rows),
        }
    }
}

/// Splits a sample into the rows of each channel.
pub(crate) fn channels(
    spikes: SpikeView<'_>,
    neurons: usize,
) -> Result<impl Iterator<Item = SpikeView<'_>>, DecodeError> {
    let found = spikes.num_neurons();
    if !found.is_multiple_of(neurons) {
        return Err(DecodeError::ChannelMismatch { expected: found.div_ceil(neurons) * neurons, found });
    }
    Ok((0..found / neurons).map(move |i| spikes.rows(i * neurons, (i + 1) * neurons)))
}

/// Decodes populations and `rate_poisson` by the exact likelihood of their spikes.
///
/// - [`Estimate::PosteriorMean`]: ∫ x·L(x)·π(x) dx / ∫ L(x)·π(x) dx, the smallest squared error for values of the
///   prior π;
/// - [`Estimate::Map`]: the highest point of L(x)·π(x);
/// - [`Estimate::Mle`]: the highest point of L(x), whatever the prior. With a few spikes it is worse than the mean:
///   one spike, or none, sends it to a centre or to an end of the range.
///
/// L is the likelihood of [`PopulationPosterior`] (Poisson spikes with dead time), of [`LatencyPosterior`], or, for
/// regular spikes, of their numbers: max(0, 1 − |m_j(x) − n_j|) for n_j of m_j expected ones.
/// Confidence is 1 − Var(x | spikes)/Var(x) under the prior; for values of the prior its mean is the R² of the
/// posterior mean. Input: N rows for each channel; output: one value for each.
///
/// ```
/// use spike_core::{CodeOptions, CodingScheme, DecodingMethod, EncoderConfig, Normalizer, Seed};
/// use spike_decode::{Decoder, Scored};
/// use spike_encode::Encoder;
/// let values: Vec<f64> = (0..100).map(|i| f64::from(i) / 99.0).collect();
/// let code = CodeOptions::default_of(CodingScheme::PopulationGaussian);
/// let encoder = Encoder::new(&EncoderConfig::default(), code, Normalizer::identity(100), Seed(7), vec![100])?;
/// let (batch, _) = encoder.encode(&values, 0)?;
/// let result = Decoder::new(encoder.encoding(), Some(DecodingMethod::BayesianMle))?.decode(&batch)?.scored(&values)?;
/// assert!(result.reconstruction_r2 > Some(0.998));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Zhang, Ginzburg, McNaughton, Sejnowski (1998), J Neurophysiol 79:1017, DOI 10.1152/jn.1998.79.2.1017.
#[derive(Debug)]
pub struct BayesianDecoder {
    evidence: Evidence,
    /// The likelihood alone, for [`Estimate::Mle`] beside a prior that is not uniform.
    likelihood: Option<Evidence>,
    estimate: Estimate,
    prior_variance: f64,
    max_count: f64,
}

impl BayesianDecoder {
    /// A decoder for an encoding.
    ///
    /// # Errors
    /// [`DecodeError`] if the code has no such likelihood or its record is invalid.
    pub fn new(encoding: &Encoding, estimate: Estimate, prior: &Prior) -> Result<Self, DecodeError> {
        let alone = estimate == Estimate::Mle && !prior.is_uniform();
        let likelihood = alone.then(|| Evidence::of(encoding, &Prior::uniform())).transpose()?;
        let evidence = Evidence::of(encoding, prior)?;
        let max_count = max_count(encoding, evidence.num_neurons())?;
        Ok(Self { evidence, likelihood, estimate, prior_variance: prior.variance(), max_count })
    }
}

/// Spikes of all neurons of a channel at the largest rate.
pub(crate) fn max_count(encoding: &Encoding, neurons: usize) -> Result<f64, DecodeError> {
    let seconds = encoding.config.grid()?.duration_s();
    Ok((neurons as f64 * seconds * encoding.config.max_firing_rate_hz).max(f64::MIN_POSITIVE))
}

impl DecoderFor for BayesianDecoder {
    fn for_encoding(encoding: &Encoding) -> Result<Self, DecodeError> {
        Self::new(encoding, Estimate::default(), &Prior::default())
    }
}

impl ValueDecoder for BayesianDecoder {
    fn method(&self) -> DecodingMethod {
        DecodingMethod::BayesianMle
    }

    fn decode_sample(&self, spikes: SpikeView<'_>, _sample: u64, into: &mut Decoded) -> Result<(), DecodeError> {
        let mut scratch = Scratch::default();
        for rows in channels(spikes, self.evidence.num_neurons())? {
            let (mean, variance) = self.evidence.moments(rows, &mut scratch);
            into.values.push(match self.estimate {
                Estimate::PosteriorMean => mean,
                Estimate::Map => self.evidence.mode(rows, &mut scratch),
                Estimate::Mle => self.likelihood.as_ref().unwrap_or(&self.evidence).mode(rows, &mut scratch),
            });
            into.confidence.push((1.0 - variance / self.prior_variance).clamp(0.0, 1.0));
            into.activity.push(rows.num_spikes() as f64 / self.max_count);
        }
        Ok(())
    }
}
