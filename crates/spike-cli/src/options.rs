//! Options of encoding: the fields of the configuration by their own names, and the options of each code.

use crate::error::CliError;
use clap::{Args, ValueEnum};
use spike_core::{
    CodeOptions, CodingScheme, ConfigError, EncoderConfig, NormalizerKind, PoissonOptions, Probability, RefractoryMode,
    Seed, TtfsForm, TtfsOptions, ZeroValue,
};
use std::path::PathBuf;

/// Options of encoding.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct EncodeOptions {
    /// Code: rate_poisson or temporal_ttfs (see `spike schemes`).
    #[arg(long, value_name = "NAME")]
    pub(crate) scheme: Option<String>,
    /// Seed of every random draw; without it one is drawn and printed.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// JSON file with fields of the configuration; options on the command line go before it.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Length of the window in ms [default: 100].
    #[arg(long, value_name = "MS")]
    pub(crate) time_window_ms: Option<f64>,
    /// Step width in ms [default: 0.1].
    #[arg(long, value_name = "MS")]
    pub(crate) dt_ms: Option<f64>,
    /// Rate of the largest value in Hz [default: 1000].
    #[arg(long, value_name = "HZ")]
    pub(crate) max_firing_rate_hz: Option<f64>,
    /// Rate of the smallest value in Hz [default: 0].
    #[arg(long, value_name = "HZ")]
    pub(crate) min_firing_rate_hz: Option<f64>,
    /// Absolute refractory period in ms [default: 2].
    #[arg(long, value_name = "MS")]
    pub(crate) refractory_period_ms: Option<f64>,
    /// Standard deviation of jitter after the code in ms [default: 0].
    #[arg(long, value_name = "MS")]
    pub(crate) jitter_ms: Option<f64>,
    /// Scaling to [0, 1]: none, minmax, per_channel, percentile or percentile:LOW,HIGH [default: minmax].
    #[arg(long, value_name = "KIND")]
    pub(crate) norm: Option<String>,
    /// rate_poisson: probability per step as rate·dt or 1 − exp(−rate·dt) [default: per-step].
    #[arg(long)]
    pub(crate) probability: Option<ProbabilityName>,
    /// rate_poisson: whether the asked rate is the hazard or the realised rate [default: uncompensated].
    #[arg(long)]
    pub(crate) refractory: Option<RefractoryName>,
    /// temporal_ttfs: latency as T·(1 − x) or τ·ln(θ₀/x) [default: linear].
    #[arg(long)]
    pub(crate) ttfs_form: Option<FormName>,
    /// temporal_ttfs, logarithmic: time constant in ms [default: the window / ln 256].
    #[arg(long, value_name = "MS")]
    pub(crate) tau_ms: Option<f64>,
    /// temporal_ttfs, logarithmic: threshold at time 0 [default: 1].
    #[arg(long, value_name = "X")]
    pub(crate) theta0: Option<f64>,
    /// temporal_ttfs: what a value of 0 does [default: last-step].
    #[arg(long)]
    pub(crate) zero: Option<ZeroName>,
}

/// Names of [`Probability`].
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ProbabilityName {
    PerStep,
    Exact,
}

/// Names of [`RefractoryMode`].
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum RefractoryName {
    Uncompensated,
    Compensated,
}

/// Names of [`TtfsForm`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormName {
    Linear,
    Logarithmic,
}

/// Names of [`ZeroValue`].
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ZeroName {
    LastStep,
    Silent,
}

/// What is to be encoded, and how.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) config: EncoderConfig,
    pub(crate) code: CodeOptions,
    pub(crate) norm: NormalizerKind,
    pub(crate) seed: Seed,
    /// Whether the seed was given, not drawn.
    pub(crate) seed_given: bool,
}

impl EncodeOptions {
    /// The configuration, the code and the seed that the options ask for.
    pub(crate) fn plan(&self) -> Result<Plan, CliError> {
        let mut config = match &self.config {
            None => EncoderConfig::default(),
            Some(path) => {
                let text =
                    std::fs::read_to_string(path).map_err(|source| CliError::Open { path: path.clone(), source })?;
                serde_json::from_str(&text).map_err(|source| CliError::ConfigFile { path: path.clone(), source })?
            }
        };
        if let Some(name) = &self.scheme {
            config.coding_scheme = name.parse()?;
        }
        let fields = [
            (&mut config.time_window_ms, self.time_window_ms),
            (&mut config.dt_ms, self.dt_ms),
            (&mut config.max_firing_rate_hz, self.max_firing_rate_hz),
            (&mut config.min_firing_rate_hz, self.min_firing_rate_hz),
            (&mut config.refractory_period_ms, self.refractory_period_ms),
            (&mut config.jitter_ms, self.jitter_ms),
        ];
        for (field, option) in fields {
            *field = option.unwrap_or(*field);
        }
        let norm = match &self.norm {
            Some(name) => name.parse()?,
            None if config.normalize_input => NormalizerKind::MinMax,
            None => NormalizerKind::None,
        };
        config.normalize_input = norm != NormalizerKind::None;
        config.validate()?;
        let given = self.seed.or(config.seed);
        let seed = given.map_or_else(Seed::draw, Seed);
        config.seed = Some(seed.0);
        Ok(Plan { code: self.code(&config)?, config, norm, seed, seed_given: given.is_some() })
    }

    fn code(&self, config: &EncoderConfig) -> Result<CodeOptions, CliError> {
        let scheme = config.coding_scheme;
        let refuse = |given: bool, option, belongs_to| match given {
            true => Err(ConfigError::OptionOfAnotherCode { option, scheme, belongs_to }),
            false => Ok(()),
        };
        match scheme {
            CodingScheme::RatePoisson => {
                let of = "temporal_ttfs";
                refuse(self.ttfs_form.is_some(), "--ttfs-form", of)?;
                refuse(self.tau_ms.is_some(), "--tau-ms", of)?;
                refuse(self.theta0.is_some(), "--theta0", of)?;
                refuse(self.zero.is_some(), "--zero", of)?;
                Ok(CodeOptions::RatePoisson(PoissonOptions {
                    probability: match self.probability {
                        Some(ProbabilityName::Exact) => Probability::Exact,
                        _ => Probability::PerStep,
                    },
                    refractory: match self.refractory {
                        Some(RefractoryName::Compensated) => RefractoryMode::Compensated,
                        _ => RefractoryMode::Uncompensated,
                    },
                }))
            }
            CodingScheme::TemporalTtfs => {
                refuse(self.probability.is_some(), "--probability", "rate_poisson")?;
                refuse(self.refractory.is_some(), "--refractory", "rate_poisson")?;
                let logarithmic = self.ttfs_form == Some(FormName::Logarithmic);
                if !logarithmic && (self.tau_ms.is_some() || self.theta0.is_some()) {
                    return Err(CliError::Usage("--tau-ms and --theta0 need --ttfs-form logarithmic"));
                }
                let form = if logarithmic {
                    TtfsForm::Logarithmic {
                        tau_ms: self.tau_ms.unwrap_or(config.time_window_ms / 256f64.ln()),
                        theta0: self.theta0.unwrap_or(1.0),
                    }
                } else {
                    TtfsForm::Linear
                };
                let zero = match self.zero {
                    Some(ZeroName::Silent) => ZeroValue::Silent,
                    _ => ZeroValue::LastStep,
                };
                Ok(CodeOptions::TemporalTtfs(TtfsOptions { form, zero }))
            }
            scheme => Ok(CodeOptions::default_of(scheme)),
        }
    }
}
