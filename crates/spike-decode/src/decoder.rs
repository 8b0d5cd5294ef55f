//! The one mechanism by which every decoder of values runs: choose, decode in parallel, back to the caller's units.

use crate::par;
use crate::rate::count::SpikeCountDecoder;
use crate::score::Score;
use crate::temporal::ttfs::TimeToFirstSpikeDecoder;
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
        if encoding.scheme() != encoding.code.scheme() {
            let (config, options) = (encoding.scheme(), encoding.code.scheme());
            return Err(ConfigError::SchemeMismatch { config, options }.into());
        }
        let own = own_method(encoding.scheme());
        let chosen = method.or(own).unwrap_or(DecodingMethod::SpikeCount);
        let method: Box<dyn ValueDecoder> = match chosen {
            DecodingMethod::SpikeCount => Box::new(SpikeCountDecoder::for_encoding(encoding)?),
            DecodingMethod::TimeToFirstSpike => Box::new(TimeToFirstSpikeDecoder::for_encoding(encoding)?),
            method => {
                return Err(DecodeError::WrongMethod {
                    method,
                    scheme: encoding.scheme(),
                    use_instead: own.unwrap_or(DecodingMethod::SpikeCount),
                });
            }
        };
        Ok(Self::with_method(encoding, method))
    }

    /// A decoder that runs a given method, for options that [`new`](Self::new) does not know.
    #[must_use]
    pub fn with_method(encoding: &Arc<Encoding>, method: Box<dyn ValueDecoder>) -> Self {
        Self { method, encoding: encoding.clone() }
    }

    /// The method that it uses.
    #[must_use]
    pub fn method(&self) -> DecodingMethod {
        self.method.method()
    }

    /// Decodes every sample of a batch, in parallel with the feature `rayon`.
    ///
    /// # Errors
    /// [`DecodeError::ChannelMismatch`] if the spikes have another number of rows than the encoding channels.
    pub fn decode(&self, batch: &SpikeBatch) -> Result<DecodingResult, DecodeError> {
        /// Samples that a thread takes at a time.
        const SAMPLES: usize = 32;
        let parts = batch.num_samples().div_ceil(SAMPLES);
        let decoded = par::map_indexed(parts, |part| {
            let samples = part * SAMPLES..batch.num_samples().min((part + 1) * SAMPLES);
            let mut decoded = Decoded::default();
            for sample in samples {
                self.decode_sample(batch.sample(sample), &mut decoded)?;
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
        self.result(batch.num_samples(), all)
    }

    /// Decodes a train whose rows are the channels of one sample, or of several, sample-major.
    ///
    /// # Errors
    /// [`DecodeError::NoEncoding`] if the train carries no record; else as [`decode`](Self::decode).
    pub fn decode_train(train: &SpikeTrain, method: Option<DecodingMethod>) -> Result<DecodingResult, DecodeError> {
        let encoding =
            train.encoding().ok_or(DecodeError::NoEncoding { method: method.unwrap_or(DecodingMethod::SpikeCount) })?;
        let decoder = Self::new(encoding, method)?;
        let (expected, found) = (encoding.num_channels(), train.num_neurons());
        if found == 0 || !found.is_multiple_of(expected) {
            return Err(DecodeError::ChannelMismatch { expected, found });
        }
        let mut all = Decoded::default();
        decoder.check_grid(train.view())?;
        decoder.method.decode_sample(train.view(), &mut all)?;
        decoder.result(found / expected, all)
    }

    fn decode_sample(&self, spikes: SpikeView<'_>, into: &mut Decoded) -> Result<(), DecodeError> {
        self.check_grid(spikes)?;
        let (expected, found) = (self.encoding.num_channels(), spikes.num_neurons());
        if expected != found {
            return Err(DecodeError::ChannelMismatch { expected, found });
        }
        self.method.decode_sample(spikes, into)
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
        let channels = self.encoding.num_channels();
        for (i, value) in decoded.values.iter_mut().enumerate() {
            *value = self.encoding.normalizer.invert(*value, i % channels);
        }
        let shaped = |values: Vec<f64>| {
            let found = values.len();
            Array2::from_shape_vec((samples, channels), values)
                .map_err(|_| DecodeError::ChannelMismatch { expected: samples * channels, found })
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

/// The method that belongs to a code, where this crate has it.
fn own_method(scheme: CodingScheme) -> Option<DecodingMethod> {
    match scheme {
        CodingScheme::RatePoisson => Some(DecodingMethod::SpikeCount),
        CodingScheme::TemporalTtfs => Some(DecodingMethod::TimeToFirstSpike),
        _ => None,
    }
}
