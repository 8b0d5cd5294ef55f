//! Flags of the temporal codes.

use super::flags::{code_flags, names, set};
use crate::error::CliError;
use spike_core::{CodeOptions, EncoderConfig, PhaseRange, TtfsForm, ZeroValue};
use std::str::FromStr;

code_flags! {
    /// Flags of the temporal codes.
    TemporalFlags, "Temporal codes", {
        /// temporal_ttfs: latency as T·(1 − x) or τ·ln(θ₀/x) [default: linear].
        ttfs_form: FormName, "--ttfs-form", of "temporal_ttfs";
        /// temporal_ttfs, logarithmic: time constant in ms [default: the window / ln 256].
        tau_ms: f64, "--tau-ms" = "MS", of "temporal_ttfs";
        /// temporal_ttfs, logarithmic: threshold at time 0 [default: 1].
        theta0: f64, "--theta0" = "X", of "temporal_ttfs";
        /// temporal_ttfs: what a value of 0 does [default: last-step].
        zero: ZeroName, "--zero", of "temporal_ttfs";
        /// temporal_rank_order: time between ranks in ms [default: the largest with which all fit the window].
        isi_ms: f64, "--isi-ms" = "MS", of "temporal_rank_order";
        /// temporal_rank_order: factor m of the decoder m^rank [default: 0.9].
        modulation: f64, "--modulation" = "M", of "temporal_rank_order";
        /// temporal_phase: frequency of the reference oscillation in Hz [default: 40].
        frequency_hz: f64, "--frequency-hz" = "HZ", of "temporal_phase";
        /// temporal_phase: shares of the cycle of the values 0 and 1, or full [default: 0.1,0.9].
        phase_range: RangeName, "--phase-range" = "LOW,HIGH|full", of "temporal_phase";
        /// temporal_weighted_phase: binary digits, 1 to 32 [default: 8].
        bits: u32, "--bits" = "K", of "temporal_weighted_phase";
        /// temporal_weighted_phase: time between digits in ms [default: refractory period and one step].
        slot_ms: f64, "--slot-ms" = "MS", of "temporal_weighted_phase";
    }
}

/// Names of [`TtfsForm`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum FormName {
    Linear,
    Logarithmic,
}

names! {
    /// Names of [`ZeroValue`].
    ZeroName for ZeroValue { LastStep, Silent }
}

/// A [`PhaseRange`] in text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RangeName(PhaseRange);

impl FromStr for RangeName {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        if text == "full" {
            return Ok(Self(PhaseRange::FullCircle));
        }
        let parts = text.split_once(',').and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
        let (low, high) = parts.ok_or("a range is LOW,HIGH, such as 0.1,0.9, or full")?;
        Ok(Self(PhaseRange::Guarded { low, high }))
    }
}

impl From<RangeName> for PhaseRange {
    fn from(name: RangeName) -> Self {
        name.0
    }
}

impl TemporalFlags {
    /// Sets what was given.
    pub(crate) fn apply(&self, code: &mut CodeOptions, config: &EncoderConfig) -> Result<(), CliError> {
        match code {
            CodeOptions::TemporalTtfs(options) => {
                let logarithmic = self.ttfs_form == Some(FormName::Logarithmic);
                if !logarithmic && (self.tau_ms.is_some() || self.theta0.is_some()) {
                    return Err(CliError::Usage("--tau-ms and --theta0 need --ttfs-form logarithmic"));
                }
                if logarithmic {
                    let tau_ms = self.tau_ms.unwrap_or(config.time_window_ms / 256f64.ln());
                    options.form = TtfsForm::Logarithmic { tau_ms, theta0: self.theta0.unwrap_or(1.0) };
                }
                set(&mut options.zero, &self.zero);
            }
            CodeOptions::TemporalRankOrder(options) => {
                options.isi_ms = self.isi_ms.or(options.isi_ms);
                set(&mut options.modulation, &self.modulation);
            }
            CodeOptions::TemporalPhase(options) => {
                set(&mut options.frequency_hz, &self.frequency_hz);
                set(&mut options.range, &self.phase_range);
            }
            CodeOptions::TemporalWeightedPhase(options) => {
                set(&mut options.bits, &self.bits);
                options.slot_ms = self.slot_ms.or(options.slot_ms);
            }
            _ => {}
        }
        Ok(())
    }
}
