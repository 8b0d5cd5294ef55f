//! The accuracy that a code can reach at best, computed for the discrete code itself.

mod fisher;
mod population;

pub use fisher::FisherInformation;

use crate::rate::count::corrected_value;
use crate::rate::renewal::{ln_likelihood, outcomes};
use crate::temporal::ttfs::TimeToFirstSpikeDecoder;
use spike_core::{
    CodeOptions, DecodeError, Decoded, DecoderFor, Encoding, SpikeChunk, TtfsOptions, UnitValues, ValueDecoder,
    ValueEncoder,
};
use spike_encode::{SpikeProbability, TimeToFirstSpikeEncoder};
use std::collections::BTreeMap;

/// A distribution of normalised values: atoms and their weights.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueDistribution {
    atoms: Vec<(f64, f64)>,
}

/// Bins into which values are gathered; 8-bit data keep an atom for each grey level.
const BINS: usize = 1020;
/// Atoms that stand for the uniform distribution.
const UNIFORM_ATOMS: usize = 500;
/// Outcomes × atoms beyond which the rate limit is not computed.
const MAX_WORK: u64 = 400_000_000;

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

    fn variance(&self) -> f64 {
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

/// The best R² that decoders of a code can reach for values of a given distribution.
///
/// - `optimal`: 1 − E[Var(x | spikes)]/Var(x), the R² of the posterior mean under the true distribution; no
///   decoder exceeds it on average.
/// - `own_decoder`: the expected R² of the code's default decoder.
///
/// Both are sums over every outcome of the discrete code (Poisson: spikes and free steps of a window with dead
/// time; latency: steps), without simulation. Only for populations of Poisson neurons, whose outcomes are too many,
/// they are estimates from simulated spikes with a fixed seed, of the stated standard error. Jitter is not taken into
/// account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reachable {
    /// R² of the optimal decoder that knows the distribution.
    pub optimal: f64,
    /// Expected R² of the default decoder of the scheme.
    pub own_decoder: f64,
    /// Standard error of `optimal`; 0 where it is a sum over every outcome.
    pub standard_error: f64,
}

impl Reachable {
    /// The limits of a code; `None` if all values are equal, the code has jitter, or the sums would be too long.
    ///
    /// ```
    /// use spike_core::{CodeOptions, CodingScheme, EncoderConfig, Encoding, Normalizer, PoissonOptions, Seed};
    /// use spike_decode::{Reachable, ValueDistribution};
    /// let code = CodeOptions::RatePoisson(PoissonOptions::default());
    /// let encoding = Encoding::new(&EncoderConfig::default(), code, Normalizer::identity(1), Seed(0), vec![1])?;
    /// let limit = Reachable::of(&encoding, &ValueDistribution::uniform())?.unwrap();
    /// assert!((limit.optimal - 0.9098).abs() < 1e-4 && (limit.own_decoder - 0.8922).abs() < 1e-4);
    /// # Ok::<(), spike_core::DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// [`DecodeError::Config`] if the record is invalid.
    pub fn of(encoding: &Encoding, values: &ValueDistribution) -> Result<Option<Self>, DecodeError> {
        let variance = values.variance();
        if variance.is_nan() || variance <= 0.0 || encoding.config.jitter_ms > 0.0 {
            return Ok(None);
        }
        let mut standard_error = 0.0;
        let mut with_error = |errors: population::Errors| {
            standard_error = errors.standard_error / variance;
            (errors.optimal, errors.own)
        };
        let errors = match encoding.code {
            CodeOptions::PopulationGaussian(options) | CodeOptions::PopulationTriangular(options) => {
                match population::tuned(encoding, options, values)? {
                    Some(errors) => with_error(errors),
                    None => return Ok(None),
                }
            }
            CodeOptions::PopulationLatency(options) => with_error(population::latency(encoding, options, values)?),
            CodeOptions::RatePoisson(options) => {
                let num_steps = encoding.config.grid()?.num_steps();
                if u64::from(num_steps) * values.atoms.len() as u64 > MAX_WORK {
                    return Ok(None);
                }
                poisson_errors(SpikeProbability::new(&encoding.config, options)?, num_steps, values)
            }
            CodeOptions::TemporalTtfs(options) => ttfs_errors(encoding, options, values)?,
            _ => return Ok(None),
        };
        Ok(Some(Self { optimal: 1.0 - errors.0 / variance, own_decoder: 1.0 - errors.1 / variance, standard_error }))
    }
}

/// Expected squared errors of posterior mean and corrected count.
fn poisson_errors(probability: SpikeProbability, num_steps: u32, values: &ValueDistribution) -> (f64, f64) {
    let atoms: Vec<(f64, f64, f64)> = values.atoms.iter().map(|&(x, w)| (x, w, probability.per_step(x))).collect();
    let (mut optimal, mut count) = (0.0, 0.0);
    for (trials, ln_ways) in outcomes(probability.dead_steps(), num_steps) {
        let decoded = corrected_value(&probability, f64::from(num_steps), f64::from(trials.spikes));
        let (mut mass, mut first, mut second, mut error) = (0.0, 0.0, 0.0, 0.0);
        for &(x, weight, p) in &atoms {
            let ln = ln_ways + ln_likelihood(trials, p);
            if ln > -60.0 {
                let w = weight * ln.exp();
                mass += w;
                first += w * x;
                second += w * x * x;
                error += w * (x - decoded).powi(2);
            }
        }
        if mass > 0.0 {
            optimal += (second - first * first / mass).max(0.0);
            count += error;
        }
    }
    (optimal, count)
}

/// Expected squared errors of the mean of a step's values and of the centre of its interval.
fn ttfs_errors(
    encoding: &Encoding,
    options: TtfsOptions,
    values: &ValueDistribution,
) -> Result<(f64, f64), DecodeError> {
    let code = TimeToFirstSpikeEncoder::new(&encoding.config, options)?;
    let xs: Vec<f64> = values.atoms.iter().map(|a| a.0).collect();
    let mut chunk = SpikeChunk::default();
    let unit = UnitValues::new(&xs, 0).expect("atoms are means of values in [0, 1]");
    code.encode_sample(unit, encoding.seed, 0, &mut chunk);
    let view = chunk.rows(code.grid(), 0, xs.len());
    let mut decoded = Decoded::default();
    TimeToFirstSpikeDecoder::for_encoding(encoding)?.decode_sample(view, 0, &mut decoded)?;
    let mut bins = BTreeMap::<Option<u32>, (f64, f64, f64)>::new();
    let mut own = 0.0;
    for ((step, &(x, w)), value) in view.first_spikes().into_iter().zip(&values.atoms).zip(&decoded.values) {
        let bin = bins.entry(step).or_default();
        *bin = (bin.0 + w, bin.1 + w * x, bin.2 + w * x * x);
        own += w * (x - value).powi(2);
    }
    let optimal = bins.values().map(|(mass, first, second)| (second - first * first / mass).max(0.0)).sum();
    Ok((optimal, own))
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{EncoderConfig, Normalizer, PoissonOptions, Seed};

    fn encoding(code: CodeOptions, config: EncoderConfig) -> Encoding {
        Encoding::new(&config, code, Normalizer::identity(1), Seed(0), vec![1]).unwrap()
    }

    #[test]
    fn a_deterministic_code_loses_only_the_step() {
        let code = CodeOptions::TemporalTtfs(TtfsOptions::default());
        let encoding = encoding(code, EncoderConfig { dt_ms: 1.0, ..EncoderConfig::default() });
        let limit = Reachable::of(&encoding, &ValueDistribution::uniform()).unwrap().unwrap();
        // 100 steps, five atoms in each: the variance within a step is (1/500)²·(25 − 1)/12.
        let within = 24.0 / 12.0 / 500f64.powi(2);
        assert!((limit.optimal - (1.0 - within * 12.0)).abs() < 1e-6, "{}", limit.optimal);
        assert!(limit.own_decoder <= limit.optimal);
    }

    #[test]
    fn what_cannot_be_computed_is_none() {
        let code = CodeOptions::RatePoisson(PoissonOptions::default());
        let jittered = encoding(code, EncoderConfig { jitter_ms: 1.0, ..EncoderConfig::default() });
        assert_eq!(Reachable::of(&jittered, &ValueDistribution::uniform()), Ok(None));
        let plain = encoding(code, EncoderConfig::default());
        assert_eq!(Reachable::of(&plain, &ValueDistribution::of(&[0.5, 0.5])), Ok(None));
        let long = encoding(code, EncoderConfig { time_window_ms: 1e6, ..EncoderConfig::default() });
        assert_eq!(Reachable::of(&long, &ValueDistribution::uniform()), Ok(None));
    }

    #[test]
    fn nan_is_left_out_and_long_dead_times_end() {
        let values = ValueDistribution::of(&[0.1, f64::NAN, 0.9]);
        assert_eq!(values.atoms.len(), 2);
        let code = CodeOptions::RatePoisson(PoissonOptions::default());
        let config = EncoderConfig {
            dt_ms: 1e-6,
            time_window_ms: 1e-5,
            refractory_period_ms: 4000.0,
            ..EncoderConfig::default()
        };
        assert!(Reachable::of(&encoding(code, config), &values).unwrap().is_some());
    }

    #[test]
    fn atoms_of_bytes_are_the_grey_levels() {
        let bytes: Vec<f64> = (0..=255).flat_map(|i| [f64::from(i) / 255.0; 2]).collect();
        let values = ValueDistribution::of(&bytes);
        assert_eq!(values.atoms.len(), 256);
        assert!(values.atoms.iter().enumerate().all(|(i, a)| (a.0 - i as f64 / 255.0).abs() < 1e-12));
    }
}
