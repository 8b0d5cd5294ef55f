//! The accuracy that a code can reach at best, computed for the discrete code itself.

mod fisher;
mod pattern;
mod population;
mod rate;
mod values;

pub use fisher::FisherInformation;
pub use values::{ValueCounts, ValueDistribution};

use pattern::{jitter_errors, pattern_errors, regular_errors};
use rate::poisson_errors;
use spike_core::{
    CodeOptions, DecodeError, Encoding, PhaseOptions, PhaseRange, PopulationSpikes, TtfsForm, TtfsOptions,
};
use spike_encode::SpikeProbability;

/// The best R² that decoders of a code can reach for values of a given distribution.
///
/// - `optimal`: 1 − E[Var(x | spikes)]/Var(x), the R² of the posterior mean under the true distribution; no
///   decoder exceeds it on average.
/// - `own_decoder`: the expected R² of the code's default decoder.
///
/// Both are sums over every outcome of the discrete code, without simulation but for populations:
///
/// - Poisson: spikes and free steps of a window with dead time,
/// - codes without chance: values that become the same spikes cannot be told apart,
/// - regular rate: the same, averaged over phases, which a reader of the record knows; the own decoder does not use
///   it, and its error is a mean over 16 seeded phases,
/// - time to first spike (linear) and phase with jitter: a Gaussian shift of the value, read from all spikes.
///
/// - populations of Poisson neurons, whose outcomes are too many: estimates from simulated spikes with a fixed seed and
///   exact posteriors, of the stated standard error.
///
/// Ranks depend on all values of a sample: see [`rank_table`](crate::rank_table) for them.
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
    /// The limits of a code; `None` if all values are equal, or the code or its jitter is not among those above,
    /// or the sums would be too long.
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
        if variance.is_nan() || variance <= 0.0 {
            return Ok(None);
        }
        let jittered = encoding.config.jitter_ms > 0.0;
        let mut standard_error = 0.0;
        let errors = match encoding.code {
            CodeOptions::PopulationGaussian(options) | CodeOptions::PopulationTriangular(options)
                if !jittered && options.spikes == PopulationSpikes::Poisson =>
            {
                population::tuned(encoding, options, values)?.map(|errors| {
                    standard_error = errors.standard_error / variance;
                    (errors.optimal, errors.own)
                })
            }
            CodeOptions::RatePoisson(options) if !jittered => {
                let num_steps = encoding.config.grid()?.num_steps();
                poisson_errors(SpikeProbability::new(&encoding.config, options)?, num_steps, values)
            }
            CodeOptions::RateRegular(options) if !jittered => Some(regular_errors(encoding, options, values)?),
            CodeOptions::TemporalTtfs(TtfsOptions { form: TtfsForm::Linear, .. }) if jittered => {
                jitter_errors(encoding.config.jitter_ms / encoding.config.time_window_ms, values)
            }
            CodeOptions::TemporalPhase(PhaseOptions { range: PhaseRange::Guarded { low, high }, frequency_hz })
                if jittered =>
            {
                // Only whole cycles have a spike of every value.
                let cycles = (encoding.config.time_window_ms / 1e3 * frequency_hz + 1e-9).floor().max(1.0);
                let share = encoding.config.jitter_ms / 1e3 * frequency_hz;
                jitter_errors(share / (high - low) / cycles.sqrt(), values)
            }
            CodeOptions::TemporalTtfs(_)
            | CodeOptions::RateBurst(_)
            | CodeOptions::TemporalPhase(_)
            | CodeOptions::TemporalWeightedPhase(_)
            | CodeOptions::PopulationLatency(_)
                if !jittered =>
            {
                Some(pattern_errors(encoding, values)?)
            }
            _ => None,
        };
        Ok(errors.map(|(optimal, own)| Self {
            optimal: 1.0 - optimal / variance,
            own_decoder: 1.0 - own / variance,
            standard_error,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{CodingScheme, EncoderConfig, Normalizer, PoissonOptions, Seed};

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
    fn the_classes_of_a_burst_are_its_limit() {
        // One spike stands for 0 to 0.2: (0.2)²/12 of a fifth of the values is most of the error.
        let code = CodeOptions::default_of(CodingScheme::RateBurst);
        let limit = Reachable::of(&encoding(code, EncoderConfig::default()), &ValueDistribution::uniform());
        let limit = limit.unwrap().unwrap();
        assert!((limit.optimal - (1.0 - 0.2 * 0.04)).abs() < 5e-4, "{limit:?}");
        assert!(limit.own_decoder <= limit.optimal && limit.own_decoder > limit.optimal - 1e-4);
    }

    #[test]
    fn jitter_of_a_phase_is_a_gaussian_shift() {
        let code = CodeOptions::default_of(CodingScheme::TemporalPhase);
        let config = EncoderConfig { jitter_ms: 1.0, ..EncoderConfig::default() };
        let limit = Reachable::of(&encoding(code, config), &ValueDistribution::uniform()).unwrap().unwrap();
        // 1 ms of 25 ms over 0.8 of the cycle, four cycles: σ = 0.025; the ends of the range lower it a little.
        let linear = 1.0 - 12.0 * 0.025f64.powi(2);
        assert!(limit.own_decoder > linear && limit.own_decoder < linear + 1e-3, "{limit:?} {linear}");
        assert!(limit.optimal > limit.own_decoder && limit.optimal < linear + 2e-3, "{limit:?}");
    }

    #[test]
    fn regular_rates_lose_next_to_nothing() {
        let code = CodeOptions::default_of(CodingScheme::RateRegular);
        let limit = Reachable::of(&encoding(code, EncoderConfig::default()), &ValueDistribution::uniform());
        let limit = limit.unwrap().unwrap();
        assert!(limit.optimal > 0.999_99 && (0.9995..1.0).contains(&limit.own_decoder), "{limit:?}");
    }
}
