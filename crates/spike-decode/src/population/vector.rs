//! Value from the weighted mean of preferred values.

use super::bayes::{Evidence, channels, max_count};
use super::table::Scratch;
use crate::method::VectorFormula;
use crate::prior::Prior;
use crate::rate::posterior::PRIOR_VARIANCE;
use crate::rate::renewal::MeanTrials;
use spike_core::{CodeOptions, DecodeError, Decoded, DecoderFor, DecodingMethod, Encoding, SpikeView, ValueDecoder};

/// Decodes populations by the mean of preferred values μ_j, each weighted by what its neuron answers.
///
/// - [`VectorFormula::Plain`]: x̂ = Σ n_j·μ_j / Σ n_j with the spikes n_j of neuron j. Near the ends of the range,
///   where neurons stand on one side only, it is pulled towards the middle.
/// - [`VectorFormula::EdgeCorrected`]: the x at which the expected vector g(x) = Σ E n_j(x)·μ_j / Σ E n_j(x) is the
///   plain x̂. The expected counts are those of the discrete code, dead time included; g is tabulated at 2049 points,
///   made monotone and interpolated.
///
/// For `population_latency`, weights are the time from the spike to the end of the window, T − t, which is T·r_j.
///
/// Confidence is 1 − Var(x | spikes)/Var(x) for a uniform prior, from the exact posterior
/// ([`PopulationPosterior`](crate::PopulationPosterior)), whose mean errs a little less than the vector.
/// Without any spike there is no vector: the value is ½, the mean of the prior, with confidence 0.
///
/// ```
/// use spike_core::{CodeOptions, CodingScheme, Decoded, DecoderFor, EncoderConfig, Encoding, Normalizer, Seed};
/// use spike_core::{SpikeTrain, ValueDecoder};
/// use spike_decode::{PopulationVectorDecoder, VectorFormula};
/// let config = EncoderConfig { population_size: 3, ..EncoderConfig::default() };
/// let code = CodeOptions::default_of(CodingScheme::PopulationTriangular);
/// let encoding = Encoding::new(&config, code, Normalizer::identity(1), Seed(0), vec![1])?;
/// let decoder = PopulationVectorDecoder::for_encoding(&encoding)?.with_formula(VectorFormula::Plain);
/// // One spike at the centre 0.5 and three at 1.
/// let train = SpikeTrain::from_neurons(config.grid()?, &[vec![], vec![40], vec![100, 300, 500]])?;
/// let mut decoded = Decoded::default();
/// decoder.decode_sample(train.view(), 0, &mut decoded)?;
/// assert_eq!(decoded.values, [0.875]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: the specification, "Population Vector Decoding"; Georgopoulos, Schwartz, Kettner (1986), Science 233:1416,
/// DOI 10.1126/science.3749885.
#[derive(Debug)]
pub struct PopulationVectorDecoder {
    evidence: Evidence,
    centers: Vec<f64>,
    formula: VectorFormula,
    /// g at equal distances over [0, 1], not falling.
    expected: Vec<f64>,
    max_count: f64,
}

/// Intervals of the table of the expected vector.
const INTERVALS: usize = 2048;

impl PopulationVectorDecoder {
    /// The same decoder with another formula.
    #[must_use]
    pub fn with_formula(self, formula: VectorFormula) -> Self {
        Self { formula, ..self }
    }

    /// The value of the rows of a channel; `None` without a spike.
    fn value(&self, rows: SpikeView<'_>) -> Option<f64> {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (row, center) in rows.neurons().zip(&self.centers) {
            let weight = match &self.evidence {
                Evidence::Latency(code) => code.earliness(row),
                Evidence::Rate(_) | Evidence::Tuned(_) | Evidence::Counts(_) => row.len() as f64,
            };
            sum += weight * center;
            weights += weight;
        }
        (weights > 0.0).then(|| match self.formula {
            VectorFormula::Plain => (sum / weights).clamp(0.0, 1.0),
            VectorFormula::EdgeCorrected => self.inverse(sum / weights),
        })
    }

    /// The x at which g is `vector`, clipped to [0, 1]; the middle where g is constant.
    fn inverse(&self, vector: f64) -> f64 {
        let g = &self.expected;
        let (below, above) = (g.partition_point(|&g| g < vector), g.partition_point(|&g| g <= vector));
        let place = if below < above {
            (below + above - 1) as f64 / 2.0
        } else if below == 0 {
            0.0
        } else if below == g.len() {
            INTERVALS as f64
        } else {
            (below - 1) as f64 + (vector - g[below - 1]) / (g[below] - g[below - 1])
        };
        place / INTERVALS as f64
    }
}

/// The expected vector over [0, 1], made monotone by the running maximum.
fn expected_vector(evidence: &Evidence, centers: &[f64]) -> Vec<f64> {
    let weight: Box<dyn Fn(usize, f64) -> f64> = match evidence {
        Evidence::Latency(code) => Box::new(|j, x| code.expected_earliness(j, x)),
        Evidence::Tuned(code) => {
            let neurons = code.neurons();
            let trials = MeanTrials::new(neurons.largest(), neurons.dead_steps(), neurons.num_steps());
            Box::new(move |j, x| {
                let p = neurons.p(j, x);
                p * trials.at(p)
            })
        }
        Evidence::Counts(code) => Box::new(|j, x| code.expected(j, x)),
        Evidence::Rate(_) => Box::new(|_, _| 1.0),
    };
    let vector = |i: usize| {
        let x = i as f64 / INTERVALS as f64;
        let (mut sum, mut weights) = (0.0, 0.0);
        for (j, center) in centers.iter().enumerate() {
            let w = weight(j, x);
            sum += w * center;
            weights += w;
        }
        (weights > 0.0).then(|| sum / weights)
    };
    let vectors: Vec<Option<f64>> = (0..=INTERVALS).map(vector).collect();
    // Where no neuron answers, the vector is that of the nearest value below with an answer, or of the first one.
    let mut highest = vectors.iter().copied().flatten().next().unwrap_or(0.5);
    let monotone = |vector: Option<f64>| {
        highest = vector.map_or(highest, |g| highest.max(g));
        highest
    };
    vectors.into_iter().map(monotone).collect()
}

impl DecoderFor for PopulationVectorDecoder {
    fn for_encoding(encoding: &Encoding) -> Result<Self, DecodeError> {
        if matches!(encoding.code, CodeOptions::RatePoisson(_)) {
            let (method, scheme) = (DecodingMethod::PopulationVector, encoding.scheme());
            return Err(DecodeError::WrongMethod { method, scheme });
        }
        let evidence = Evidence::of(encoding, &Prior::uniform()).map_err(|error| match error {
            DecodeError::WrongMethod { scheme, .. } => {
                DecodeError::WrongMethod { method: DecodingMethod::PopulationVector, scheme }
            }
            other => other,
        })?;
        let centers = encoding.tuning_curves()?.centers.clone();
        let expected = expected_vector(&evidence, &centers);
        let max_count = max_count(encoding, centers.len())?;
        Ok(Self { evidence, centers, formula: VectorFormula::default(), expected, max_count })
    }
}

impl ValueDecoder for PopulationVectorDecoder {
    fn method(&self) -> DecodingMethod {
        DecodingMethod::PopulationVector
    }

    fn decode_sample(&self, spikes: SpikeView<'_>, _sample: u64, into: &mut Decoded) -> Result<(), DecodeError> {
        let mut scratch = Scratch::default();
        for rows in channels(spikes, self.centers.len())? {
            let (value, confidence) = match self.value(rows) {
                None => (0.5, 0.0),
                Some(value) => {
                    let (_, variance) = self.evidence.moments(rows, &mut scratch);
                    (value, (1.0 - variance / PRIOR_VARIANCE).clamp(0.0, 1.0))
                }
            };
            into.values.push(value);
            into.confidence.push(confidence);
            into.activity.push(rows.num_spikes() as f64 / self.max_count);
        }
        Ok(())
    }
}
