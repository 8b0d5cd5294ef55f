//! The one mechanism by which every decoder of values runs: choose, decode in parallel, back to the caller's units.

use crate::contrast::reconstruct::ReconstructionDecoder;
use crate::membrane::MembranePotentialDecoder;
use crate::method::{BurstRead, Method};
use crate::par;
use crate::population::bayes::BayesianDecoder;
use crate::population::vector::PopulationVectorDecoder;
use crate::rate::burst::BurstDecoder;
use crate::rate::count::SpikeCountDecoder;
use crate::rate::isi::SpikeRateDecoder;
use crate::score::Score;
use crate::temporal::phase::PhaseDecoder;
use crate::temporal::rank_order::RankOrderDecoder;
use crate::temporal::ttfs::TimeToFirstSpikeDecoder;
use crate::temporal::weighted_phase::WeightedPhaseDecoder;
use ndarray::Array2;
use spike_core::{
    CodingScheme, ConfigError, DecodeError, Decoded, DecoderFor, DecodingMethod, DecodingResult, Encoding, SpikeBatch,
    SpikeTrain, SpikeView, ValueDecoder,
};
use std::sync::Arc;

/// A decoder for the spikes of one encoding.
#[derive(Debug)]
pub struct Decoder {
    method: Box<dyn ValueDecoder>,
    encoding: Arc<Encoding>,
}

/// A result that can be compared with the original.
pub trait Scored: Sized {
    /// Fills in the errors against the original, given sample-major.
    ///
    /// # Errors
    /// [`DecodeError::OriginalShape`] if it has another number of values.
    fn scored(self, original: &[f64]) -> Result<Self, DecodeError>;
}

impl Decoder {
    /// The decoder for an encoding; without a method, the scheme's own.
    ///
    /// # Errors
    /// [`DecodeError`] if the method does not apply to the code or the record is invalid.
    pub fn new(encoding: &Arc<Encoding>, method: Option<DecodingMethod>) -> Result<Self, DecodeError> {
        let scheme = encoding.scheme();
        let own =
            scheme.own_method().ok_or(DecodeError::WrongMethod { method: DecodingMethod::Reconstruction, scheme });
        Self::with_method(encoding, method.map_or(own, Ok)?.into())
    }

    /// The decoder for an encoding by a method with its options.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_method(encoding: &Arc<Encoding>, method: Method) -> Result<Self, DecodeError> {
        if encoding.scheme() != encoding.code.scheme() {
            let (config, options) = (encoding.scheme(), encoding.code.scheme());
            return Err(ConfigError::SchemeMismatch { config, options }.into());
        }
        let method: Box<dyn ValueDecoder> = match method {
            Method::SpikeCount(_) if encoding.scheme() == CodingScheme::RateBurst => {
                Box::new(BurstDecoder::for_encoding(encoding)?.with_read(BurstRead::Count))
            }
            Method::SpikeCount(formula) => Box::new(SpikeCountDecoder::for_encoding(encoding)?.with_formula(formula)),
            Method::SpikeRate { window_isis } => {
                Box::new(SpikeRateDecoder::for_encoding(encoding)?.with_window(window_isis)?)
            }
            Method::MembranePotential { tau_ms } => Box::new(MembranePotentialDecoder::with_tau(encoding, tau_ms)?),
            Method::BurstInterval(read) => Box::new(BurstDecoder::for_encoding(encoding)?.with_read(read)),
            Method::RankOrder(read) => Box::new(RankOrderDecoder::for_encoding(encoding)?.with_read(&read)?),
            Method::Phase => Box::new(PhaseDecoder::for_encoding(encoding)?),
            Method::WeightedPhase => Box::new(WeightedPhaseDecoder::for_encoding(encoding)?),
            Method::PopulationVector(formula) => {
                Box::new(PopulationVectorDecoder::for_encoding(encoding)?.with_formula(formula))
            }
            Method::BayesianMle { estimate, prior } => Box::new(BayesianDecoder::new(encoding, estimate, &prior)?),
            Method::TimeToFirstSpike => Box::new(TimeToFirstSpikeDecoder::for_encoding(encoding)?),
            Method::Reconstruction => Box::new(ReconstructionDecoder::for_encoding(encoding)?),
        };
        Ok(Self { method, encoding: encoding.clone() })
    }

    /// The method that it uses.
    #[must_use]
    pub fn method(&self) -> DecodingMethod {
        self.method.method()
    }

    /// Decodes every sample of a batch, in parallel with the feature `rayon`.
    ///
    /// # Errors
    /// [`DecodeError::ChannelMismatch`] if the spikes have another number of rows than the encoding makes.
    pub fn decode(&self, batch: &SpikeBatch) -> Result<DecodingResult, DecodeError> {
        self.decode_samples(batch.num_samples(), batch.first_sample(), |i| batch.sample(i))
    }

    /// Decodes a train whose rows are the neurons of one sample, or of several, sample-major.
    ///
    /// # Errors
    /// [`DecodeError::NoEncoding`] if the train carries no record; else as [`decode`](Self::decode).
    pub fn decode_train(train: &SpikeTrain, method: Option<DecodingMethod>) -> Result<DecodingResult, DecodeError> {
        let encoding =
            train.encoding().ok_or(DecodeError::NoEncoding { method: method.unwrap_or(DecodingMethod::SpikeCount) })?;
        let decoder = Self::new(encoding, method)?;
        let (expected, found) = (encoding.num_neurons(), train.num_neurons());
        if found == 0 || !found.is_multiple_of(expected) {
            return Err(DecodeError::ChannelMismatch { expected, found });
        }
        let first_sample = train.neuron_ids().get(0) / expected as u64;
        let rows = train.view();
        decoder.decode_samples(found / expected, first_sample, |i| rows.rows(i * expected, (i + 1) * expected))
    }

    fn decode_samples<'a>(
        &self,
        num_samples: usize,
        first_sample: u64,
        sample: impl Fn(usize) -> SpikeView<'a> + Sync + Send,
    ) -> Result<DecodingResult, DecodeError> {
        /// Values that a thread takes at a time, about.
        const VALUES: usize = 32_768;
        let per_part = (VALUES / self.encoding.num_values().max(1)).max(1);
        let parts = num_samples.div_ceil(per_part);
        let decoded = par::map_indexed(parts, |part| {
            let mut decoded = Decoded::default();
            for i in part * per_part..num_samples.min((part + 1) * per_part) {
                self.decode_sample(sample(i), first_sample + i as u64, &mut decoded)?;
            }
            Ok::<_, DecodeError>(decoded)
        });
        let mut all = Decoded::default();
        for part in decoded {
            let part = part?;
            all.values.extend(part.values);
            all.confidence.extend(part.confidence);
            all.activity.extend(part.activity);
        }
        self.result(num_samples, all)
    }

    fn decode_sample(&self, spikes: SpikeView<'_>, sample: u64, into: &mut Decoded) -> Result<(), DecodeError> {
        self.check_grid(spikes)?;
        let (expected, found) = (self.encoding.num_neurons(), spikes.num_neurons());
        if expected != found {
            return Err(DecodeError::ChannelMismatch { expected, found });
        }
        self.method.decode_sample(spikes, sample, into)
    }

    fn check_grid(&self, spikes: SpikeView<'_>) -> Result<(), DecodeError> {
        let (expected, found) = (self.encoding.config.grid()?, spikes.grid());
        if expected == found {
            return Ok(());
        }
        Err(DecodeError::GridMismatch {
            expected_steps: expected.num_steps(),
            expected_dt_ms: expected.dt_ms(),
            found_steps: found.num_steps(),
            found_dt_ms: found.dt_ms(),
        })
    }

    fn result(&self, samples: usize, mut decoded: Decoded) -> Result<DecodingResult, DecodeError> {
        let (channels, values) = (self.encoding.num_channels(), self.encoding.num_values());
        for (i, value) in decoded.values.iter_mut().enumerate() {
            *value = self.encoding.normalizer.invert(*value, i % channels);
        }
        let shaped = |decoded: Vec<f64>| {
            let found = decoded.len();
            Array2::from_shape_vec((samples, values), decoded)
                .map_err(|_| DecodeError::ChannelMismatch { expected: samples * values, found })
        };
        Ok(DecodingResult {
            values: shaped(decoded.values)?,
            confidence: shaped(decoded.confidence)?,
            activity: shaped(decoded.activity)?,
            method: self.method.method(),
            reconstruction_mse: None,
            reconstruction_r2: None,
        })
    }
}

impl Scored for DecodingResult {
    fn scored(mut self, original: &[f64]) -> Result<Self, DecodeError> {
        let decoded = self.values.as_slice().unwrap_or(&[]);
        if original.len() != decoded.len() {
            return Err(DecodeError::OriginalShape { original: original.len(), decoded: decoded.len() });
        }
        let mut score = Score::default();
        score.add(original, decoded);
        (self.reconstruction_mse, self.reconstruction_r2) = (score.mse(), score.r2());
        Ok(self)
    }
}
