//! Options of encoding: the fields of the configuration by their own names, and the options of each code.

mod contrast;
mod flags;
mod population;
mod rate;
mod sampling;
mod temporal;

pub(crate) use contrast::{Columns, ContrastFlags, frame_times};
#[cfg(test)]
pub(crate) use flags::Flag;
pub(crate) use flags::names;
pub(crate) use population::PopulationFlags;
pub(crate) use rate::RateFlags;
pub(crate) use sampling::Sampling;
pub(crate) use temporal::TemporalFlags;

use crate::error::CliError;
use clap::Args;
use spike_core::{CodeOptions, CodingScheme, ConfigError, EncoderConfig, NormalizerKind, Seed};
use spike_encode::FrameTimes;
use std::path::PathBuf;

/// Options of encoding.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct EncodeOptions {
    /// Code; `spike schemes` lists them [default: rate_poisson].
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
    /// Step width in ms [default: 0.1]; of a signal the distance of its samples.
    #[arg(long, value_name = "MS")]
    pub(crate) dt_ms: Option<f64>,
    /// Rate of the largest value in Hz [default: 1000].
    #[arg(long, value_name = "HZ")]
    pub(crate) max_firing_rate_hz: Option<f64>,
    /// Rate of the smallest value in Hz [default: 0].
    #[arg(long, value_name = "HZ")]
    pub(crate) min_firing_rate_hz: Option<f64>,
    /// Absolute refractory period in ms [default: 2; codes of signals: 0].
    #[arg(long, value_name = "MS")]
    pub(crate) refractory_period_ms: Option<f64>,
    /// Standard deviation of jitter after the code in ms [default: 0].
    #[arg(long, value_name = "MS")]
    pub(crate) jitter_ms: Option<f64>,
    /// Scaling to [0, 1]: none, minmax, per_channel, percentile or percentile:LOW,HIGH [default: minmax].
    #[arg(long, value_name = "KIND")]
    pub(crate) norm: Option<String>,
    /// Codes of signals: search the options with which the first recording is rebuilt best, instead of those given.
    #[arg(long)]
    pub(crate) optimise: bool,
    #[command(flatten)]
    pub(crate) rate: RateFlags,
    #[command(flatten)]
    pub(crate) temporal: TemporalFlags,
    #[command(flatten)]
    pub(crate) population: PopulationFlags,
    #[command(flatten)]
    pub(crate) contrast: ContrastFlags,
}

/// What is to be encoded, and how.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The configuration; of a code of signals its grid is set by [`Plan::for_signal`].
    pub(crate) config: EncoderConfig,
    pub(crate) code: CodeOptions,
    pub(crate) norm: NormalizerKind,
    pub(crate) seed: Seed,
    /// Whether the seed was given, not drawn.
    pub(crate) seed_given: bool,
    /// When the samples of a signal were taken.
    pub(crate) sampling: Sampling,
    /// Columns of a signal.
    pub(crate) columns: Option<Columns>,
    /// Whether the options of a code of signals are to be searched.
    pub(crate) optimise: bool,
    /// When frames were taken.
    pub(crate) frame_times: Option<FrameTimes<'static>>,
}

impl EncodeOptions {
    /// The configuration, the code and the seed that the options ask for.
    pub(crate) fn plan(&self) -> Result<Plan, CliError> {
        let (mut config, in_file) = self.configuration()?;
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
        let scheme = config.coding_scheme;
        self.check_flags(scheme)?;
        let given = self.seed.or(config.seed);
        let seed = given.map_or_else(Seed::draw, Seed);
        config.seed = Some(seed.0);
        let mut code = CodeOptions::default_of(scheme);
        self.rate.apply(&mut code);
        self.temporal.apply(&mut code, &config)?;
        self.population.apply(&mut code, &mut config);
        self.contrast.apply(&mut code);
        if takes_values(scheme) {
            config.validate()?;
        }
        Ok(Plan {
            config,
            code,
            norm,
            seed,
            seed_given: given.is_some(),
            sampling: Sampling {
                rate_hz: self.contrast.sample_rate_hz,
                dt_ms: self.dt_ms.or(in_file.dt_ms),
                refractory_ms: self.refractory_period_ms.or(in_file.refractory_period_ms),
            },
            optimise: self.optimise,
            columns: self.contrast.signal_columns.clone(),
            frame_times: frame_times(self.contrast.frame_rate_hz, self.contrast.frame_interval_us)?,
        })
    }

    /// The configuration of the file, and what it states that a signal would else set.
    fn configuration(&self) -> Result<(EncoderConfig, InFile), CliError> {
        let Some(path) = &self.config else { return Ok(Default::default()) };
        let text = std::fs::read_to_string(path).map_err(|source| CliError::Open { path: path.clone(), source })?;
        let invalid = |source| CliError::ConfigFile { path: path.clone(), source };
        // Unknown fields are refused by the first reading, of the whole configuration.
        let config = serde_json::from_str(&text).map_err(invalid)?;
        Ok((config, serde_json::from_str(&text).map_err(invalid)?))
    }

    /// Refuses flags of other codes.
    fn check_flags(&self, scheme: CodingScheme) -> Result<(), ConfigError> {
        let families =
            [self.rate.given(), self.temporal.given(), self.population.given(), self.contrast.given()].concat();
        for flag in families {
            flag.check(scheme)?;
        }
        if self.optimise && !scheme.encodes_signals() {
            let (option, belongs_to) = ("--optimise", "the codes of signals");
            return Err(ConfigError::OptionOfAnotherCode { option, scheme, belongs_to });
        }
        if takes_values(scheme) {
            return Ok(());
        }
        let of_values = [
            ("--time-window-ms", self.time_window_ms),
            ("--max-firing-rate-hz", self.max_firing_rate_hz),
            ("--min-firing-rate-hz", self.min_firing_rate_hz),
        ];
        let of_grids = [
            ("--dt-ms", self.dt_ms),
            ("--jitter-ms", self.jitter_ms),
            ("--refractory-period-ms", self.refractory_period_ms),
        ];
        let refuse = |flags: &[(&'static str, Option<f64>)], belongs_to| match flags.iter().find(|(_, v)| v.is_some()) {
            Some(&(option, _)) => Err(ConfigError::OptionOfAnotherCode { option, scheme, belongs_to }),
            None => Ok(()),
        };
        refuse(&of_values, "the codes of static values")?;
        if scheme.encodes_signals() { Ok(()) } else { refuse(&of_grids, "the codes on a time grid") }
    }

    /// Flags of all families.
    #[cfg(test)]
    pub(crate) fn all_flags() -> impl Iterator<Item = &'static Flag> {
        let families = [RateFlags::FLAGS, TemporalFlags::FLAGS, PopulationFlags::FLAGS, ContrastFlags::FLAGS];
        families.into_iter().flatten()
    }
}

/// Fields of a configuration file that have another default for signals.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
#[serde(default)]
struct InFile {
    dt_ms: Option<f64>,
    refractory_period_ms: Option<f64>,
}

/// Whether a code takes static values, not time series or frames.
pub(crate) fn takes_values(scheme: CodingScheme) -> bool {
    !scheme.encodes_signals() && scheme != CodingScheme::ContrastDvsPixel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_belongs_to_codes_that_exist() {
        for flag in EncodeOptions::all_flags() {
            for name in flag.schemes.split(", ") {
                assert!(name.parse::<CodingScheme>().is_ok(), "{}: {name}", flag.name);
            }
        }
    }

    #[test]
    fn every_field_of_every_code_has_a_flag() {
        for &scheme in CodingScheme::ALL {
            let json = serde_json::to_value(CodeOptions::default_of(scheme)).unwrap();
            let fields = json[scheme.name()].as_object().unwrap_or_else(|| panic!("{json}"));
            let mut names: Vec<String> = fields.keys().cloned().collect();
            // Options within options have flags of their own.
            if let Some(at) = names.iter().position(|n| n == "poisson") {
                names.remove(at);
                names.extend(["probability".into(), "refractory".into()]);
            }
            for name in names {
                let flag = match (scheme, name.as_str()) {
                    (CodingScheme::TemporalTtfs, "form") => "--ttfs-form".to_owned(),
                    (CodingScheme::TemporalPhase, "range") => "--phase-range".to_owned(),
                    // Triangular tuning has the width of one spacing.
                    (CodingScheme::PopulationTriangular, "beta") => continue,
                    _ => format!("--{}", name.replace('_', "-")),
                };
                let found = EncodeOptions::all_flags().find(|f| f.name == flag);
                assert!(found.is_some_and(|f| f.belongs_to(scheme)), "{scheme} has no {flag}");
            }
        }
    }
}
