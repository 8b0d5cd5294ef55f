//! Flags of `spike convert` that decide the spiking network.

use crate::error::CliError;
use clap::Args;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as NameError, StrDeserializer};
use spike_convert::{
    Attention, ConversionOptions, EarlyExit, Form, Granularity, MaxPooling, Normalisation, Readout, SpikeSigns,
};
use spike_sim::IfReset;

/// How thresholds are chosen and what neurons do.
#[derive(Debug, Args)]
#[command(next_help_heading = "Spiking network")]
pub(super) struct NetworkFlags {
    /// Rule of the thresholds λ: mean_square, percentile, max or local_balance [default: mean_square].
    #[arg(long, value_name = "RULE")]
    normalisation: Option<String>,
    /// Steps T whose mean square error --normalisation mean_square minimises [default: 8].
    #[arg(long, value_name = "T")]
    mean_square_steps: Option<u32>,
    /// Percentile of --normalisation percentile [default: 99.9].
    #[arg(long, value_name = "P")]
    percentile: Option<f64>,
    /// Leave activations of 0 out of the percentile.
    #[arg(long)]
    nonzero_only: bool,
    /// Which neurons share a threshold: layer, channel or neuron.
    #[arg(long, value_name = "WHICH", default_value = "channel", value_parser = named::<Granularity>)]
    granularity: Granularity,
    /// Spikes of rectifiers: ternary (a spike can be taken back) or binary.
    #[arg(long, value_name = "SIGNS", default_value = "ternary", value_parser = named::<SpikeSigns>)]
    spikes: SpikeSigns,
    /// What a spike does to the membrane: subtract or zero.
    #[arg(long, value_name = "RESET", default_value = "subtract", value_parser = named::<IfReset>)]
    reset: IfReset,
    /// Membrane at the start, as a share of the threshold.
    #[arg(long, value_name = "SHARE", default_value_t = 0.5)]
    initial_share: f64,
    /// Maximum pools: cumulative (exact), most_active or earliest.
    #[arg(long, value_name = "RULE", default_value = "cumulative", value_parser = named::<MaxPooling>)]
    max_pooling: MaxPooling,
    /// Softmax of attention: differential or winner_take_all.
    #[arg(long, value_name = "RULE", default_value = "differential", value_parser = named::<Attention>)]
    attention: Attention,
    /// Read-out of the last layer: membrane or spike_count.
    #[arg(long, value_name = "WHAT", default_value = "membrane", value_parser = named::<Readout>)]
    readout: Readout,
    /// Where thresholds are: amplitude, weight_normalised, threshold_balanced, or combined (normalises twice: for
    /// comparison only).
    #[arg(long, value_name = "FORM", default_value = "amplitude", value_parser = named::<Form>)]
    form: Form,
    /// Calibrate the charge at the start for T steps: for few steps.
    #[arg(long, value_name = "T")]
    charge_calibration: Option<u32>,
    /// Calibrate biases for exactly T steps.
    #[arg(long, value_name = "T")]
    bias_calibration: Option<u32>,
    /// Let a sample stop when its largest read-out leads by this much, as a distance of logits.
    #[arg(long, value_name = "MARGIN")]
    exit_margin: Option<f64>,
    /// First step after which a sample may stop.
    #[arg(long, value_name = "T", default_value_t = 4, requires = "exit_margin")]
    exit_min_steps: u32,
}

/// The variant of a library's enumeration that a word names.
fn named<T: DeserializeOwned>(name: &str) -> Result<T, String> {
    let deserializer: StrDeserializer<'_, NameError> = serde::de::IntoDeserializer::into_deserializer(name);
    T::deserialize(deserializer).map_err(|error| error.to_string())
}

impl NetworkFlags {
    /// The options of the library.
    pub(super) fn options(&self) -> Result<ConversionOptions, CliError> {
        Ok(ConversionOptions {
            normalisation: self.normalisation()?,
            granularity: self.granularity,
            reset: self.reset,
            initial_share: self.initial_share,
            spikes: self.spikes,
            max_pooling: self.max_pooling,
            attention: self.attention,
            readout: self.readout,
            form: self.form,
            bias_calibration: self.bias_calibration,
            charge_calibration: self.charge_calibration,
        })
    }

    fn normalisation(&self) -> Result<Normalisation, CliError> {
        let rule = self.normalisation.as_deref().unwrap_or("mean_square");
        let of_percentile = self.percentile.is_some() || self.nonzero_only;
        if of_percentile && rule != "percentile" {
            return Err(CliError::Usage("--percentile and --nonzero-only belong to --normalisation percentile"));
        }
        if self.mean_square_steps.is_some() && rule != "mean_square" {
            return Err(CliError::Usage("--mean-square-steps belongs to --normalisation mean_square"));
        }
        match rule {
            "mean_square" => Ok(Normalisation::MeanSquare { num_steps: self.mean_square_steps.unwrap_or(8) }),
            "percentile" => Ok(Normalisation::Percentile {
                percent: self.percentile.unwrap_or(99.9),
                nonzero_only: self.nonzero_only,
            }),
            "max" => Ok(Normalisation::Max),
            "local_balance" => Ok(Normalisation::LocalBalance),
            other => Err(spike_core::NameError {
                what: "normalisation",
                found: other.to_owned(),
                allowed: "mean_square, percentile, max, local_balance",
            }
            .into()),
        }
    }

    /// When a sample may stop.
    pub(super) fn early_exit(&self) -> Option<EarlyExit> {
        self.exit_margin.map(|margin| EarlyExit { margin, min_steps: self.exit_min_steps })
    }
}
