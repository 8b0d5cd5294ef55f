//! `spike convert`: a trained network becomes a spiking one.

mod flags;
pub(super) mod input;
mod report;

use super::plot::save;
use crate::data::name_of;
use crate::error::CliError;
use crate::output::{Output, is_stream};
use crate::progress::Progress;
use crate::terminal::{say, say_json};
use clap::Args;
use flags::NetworkFlags;
use input::{Scale, Set, labels};
use report::{Report, Run};
use spike::AnnToSnnConverter;
use spike_convert::{ImportOptions, LayerList, SpikingNetwork, open_model, read_safetensors};
use spike_core::{CodingScheme, Seed};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Convert a trained network to a spiking one, and measure what it loses.
///
/// Thresholds come from the calibration samples; the spiking network then runs on the test samples, and accuracy after
/// every number of steps, spikes and synaptic operations come from that one run. A table says for each layer what its
/// neurons do and which layer to look at first. Without --labels, accuracy is agreement with the analog network.
/// With -o the network is written as .spikenet, with everything that decides its spikes, or as .nir.
#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// Trained network: .onnx, .nir, or .safetensors with a list of layers.
    model: PathBuf,
    /// Samples that thresholds come from, like those the network was trained on: idx, npy, npz, csv or png.
    #[arg(long, value_name = "FILE")]
    calibration: PathBuf,
    /// Samples to measure on [default: the calibration samples].
    #[arg(long, value_name = "FILE")]
    test: Option<PathBuf>,
    /// Class of each test sample.
    #[arg(long, value_name = "FILE", requires = "test")]
    labels: Option<PathBuf>,
    /// Steps to simulate.
    #[arg(long, value_name = "T", default_value_t = 256)]
    timesteps: u32,
    /// Most calibration samples that are read.
    #[arg(long, value_name = "N", default_value_t = 5000)]
    calibration_samples: u64,
    /// Measure only the first N test samples.
    #[arg(long, value_name = "N")]
    test_samples: Option<u64>,
    /// Factor from numbers in the files to the input of the network [default: 1/255 for bytes, 1/65535 for 16-bit
    /// pixels, else 1].
    #[arg(long, value_name = "FACTOR")]
    input_scale: Option<f64>,
    /// Array of samples in an npz archive.
    #[arg(long, value_name = "NAME")]
    array: Option<String>,
    /// Array of labels in an npz archive.
    #[arg(long, value_name = "NAME")]
    labels_array: Option<String>,
    /// List of the layers of a safetensors file [default: the file of the same name that ends in .json].
    #[arg(long, value_name = "FILE")]
    layers: Option<PathBuf>,
    /// Shape of one sample, such as 1,28,28, where an ONNX file leaves it open.
    #[arg(long, value_name = "SHAPE", value_delimiter = ',')]
    input_shape: Option<Vec<usize>>,
    /// Name of the result of an ONNX file with several.
    #[arg(long, value_name = "NAME")]
    output_name: Option<String>,
    /// Test samples that the table of layers is made of, at most.
    #[arg(long, value_name = "N", default_value_t = 100)]
    report_samples: usize,
    /// Let test samples enter as spikes of this code (a step is 1 ms, the highest rate a spike a step) instead of as a
    /// constant current; see spike schemes.
    #[arg(long, value_name = "SCHEME")]
    input_code: Option<CodingScheme>,
    /// Seed of --input-code [default: drawn and printed].
    #[arg(long, value_name = "N", requires = "input_code")]
    seed: Option<u64>,
    /// File for the network: .spikenet, or .nir (needs --spikes binary, and no maximum pools or attention).
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Draw the accuracy against the number of steps: .svg or .png.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    network: NetworkFlags,
}

impl Convert {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        self.check()?;
        let options = self.network.options()?;
        let model_name = name_of(&self.model);
        let refused = |source| CliError::Convert { name: model_name.clone(), source };
        let model = self.open()?;
        let scale = Scale(self.input_scale);
        let array = self.array.as_deref();
        let calibration = Set::read(&self.calibration, array, scale, self.calibration_samples)?;
        let most = self.test_samples.unwrap_or(u64::MAX);
        let test = match &self.test {
            Some(path) => Set::read(path, array, scale, most)?,
            None => Set { num_samples: 0, values: Vec::new() },
        };
        let test = if self.test.is_some() { &test } else { &calibration };
        let first = self.test_samples.map(|_| test.num_samples);
        let labels = self.labels.as_ref().map(|path| labels(path, self.labels_array.as_deref(), first)).transpose()?;
        let seed = self.seed.map_or_else(Seed::draw, Seed);
        let converter = AnnToSnnConverter::new()
            .with_input_code(self.input_code.map(|scheme| (scheme, seed)))
            .with_options(options)
            .with_num_timesteps(self.timesteps)
            .with_early_exit(self.network.early_exit())
            .with_report_samples(self.report_samples);
        let start = Instant::now();
        let progress = Progress::new("simulate", test.num_samples as u64);
        let done = AtomicUsize::new(0);
        let count = |finished: usize| {
            let before = done.fetch_max(finished, Ordering::Relaxed);
            progress.done(finished.saturating_sub(before) as u64);
        };
        let network = SpikingNetwork::convert(&model, &calibration.values, converter.options()).map_err(refused)?;
        let conversion_time_s = start.elapsed().as_secs_f64();
        // What the format cannot hold is said before the simulation.
        let file =
            self.output.as_deref().map(|path| Ok::<_, CliError>((path, file_of(&network, path)?))).transpose()?;
        let conversion = converter
            .measure(network, &model, &test.values, labels.as_deref(), conversion_time_s, &count)
            .map_err(refused)?;
        drop(progress);
        let simulation_time_s = start.elapsed().as_secs_f64() - conversion_time_s;
        let run = Run {
            model: &model_name,
            num_calibration_samples: calibration.num_samples,
            labelled: labels.is_some(),
            input: self.input_code.map(|scheme| (scheme, seed)),
            simulation_time_s,
            output: self.output.as_deref(),
        };
        let report = Report::new(&conversion, &run);
        if let Some((path, bytes)) = file {
            Output::write(path, &bytes)?;
        }
        if let Some(path) = &self.plot {
            save(path, &report.figure(&conversion))?;
        }
        if self.json {
            say_json(&report);
        } else {
            say(&report.text());
        }
        Ok(())
    }

    /// Refuses what would only fail after a long simulation.
    fn check(&self) -> Result<(), CliError> {
        if let Some(path) = &self.output
            && (is_stream(path) || !matches!(extension(path).as_str(), "spikenet" | "nir"))
        {
            let (what, allowed) = ("format of a network", ".spikenet, .nir");
            return Err(spike_core::NameError { what, found: name_of(path), allowed }.into());
        }
        if let Some(path) = &self.plot
            && !matches!(extension(path).as_str(), "svg" | "png")
        {
            let (what, allowed) = ("format of a figure", ".svg, .png");
            return Err(spike_core::NameError { what, found: name_of(path), allowed }.into());
        }
        if self.timesteps == 0 {
            return Err(CliError::Usage("--timesteps is 0; it must be at least 1"));
        }
        if self.calibration_samples == 0 || self.test_samples == Some(0) {
            return Err(CliError::Usage("--calibration-samples and --test-samples must be at least 1"));
        }
        if self.input_scale.is_some_and(|scale| !scale.is_finite() || scale == 0.0) {
            return Err(CliError::Usage("--input-scale must be finite and not 0"));
        }
        Ok(())
    }

    fn open(&self) -> Result<spike_convert::Graph, CliError> {
        let name = name_of(&self.model);
        let refused = |source| CliError::Import { name: name.clone(), source };
        if let Some(list) = &self.layers {
            let read =
                |path: &PathBuf| std::fs::read(path).map_err(|source| CliError::Open { path: path.clone(), source });
            let layers: LayerList = serde_json::from_slice(&read(list)?)
                .map_err(|source| CliError::ConfigFile { path: list.clone(), source })?;
            return read_safetensors(&read(&self.model)?, &layers).map_err(refused);
        }
        let options = ImportOptions { sample_shape: self.input_shape.clone(), output: self.output_name.clone() };
        open_model(&self.model, &options).map_err(refused)
    }
}

fn extension(path: &Path) -> String {
    path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase()
}

/// The network in the format that the extension names.
fn file_of(network: &SpikingNetwork, path: &Path) -> Result<Vec<u8>, CliError> {
    let name = || name_of(path);
    if extension(path) == "nir" {
        let nir = network.to_nir().map_err(|source| CliError::Convert { name: name(), source })?;
        return nir.to_bytes().map_err(|source| CliError::Nir { name: name(), source });
    }
    network.to_spikenet().map_err(|source| CliError::Spikenet { name: name(), source })
}
