//! Networks of a board: a folder with the integer network, spikes for it, and what it makes of them.

use super::super::check;
use super::super::convert::input::{Scale, Set, labels};
use crate::data::{name_of, open_network};
use crate::error::CliError;
use crate::output::{Folder, Output, is_stream};
use crate::progress::Progress;
use crate::terminal::{remark, say, say_json};
use clap::{Args, ValueEnum};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use spike_convert::{AnalogNetwork, ConversionOptions, Simulation, SpikeSigns, SpikingNetwork};
use spike_core::NameError;
use spike_hw::{
    AxonAddress, AxonType, Board, Dialect, FitReport, IntegerSimulation, LAVA_SCRIPT, Quantisation, QuantiseError,
    QuantiseOptions, QuantisedLayer, RecordError, RecordHeader, RecordWriter, Role, SpikeRecord, Substitution, fit,
    quantise,
};
use spike_io::npz::{NpzCompression, NpzWriter};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// How a network becomes integers.
#[derive(Debug, Args)]
#[command(next_help_heading = "Networks")]
pub(super) struct BoardFlags {
    /// Integer arithmetic: that of lava-nc 0.10.0 or of nengo-loihi 1.1.0.
    #[arg(long, value_name = "NAME", default_value = "lava", conflicts_with = "to")]
    dialect: DialectName,
    /// Bits of a weight with its sign: 1 to 8.
    #[arg(long, value_name = "N", default_value_t = 8, conflicts_with = "to")]
    bits: u8,
    /// Steps in which the values of a sample spike.
    #[arg(long, value_name = "T", default_value_t = 64, conflicts_with = "to")]
    timesteps: u32,
    /// Samples that scales and ranges come from (and thresholds, for a model that is not converted yet).
    #[arg(long, value_name = "FILE", required_unless_present = "to", conflicts_with = "to")]
    calibration: Option<PathBuf>,
    /// Samples to measure on.
    #[arg(long, value_name = "FILE", required_unless_present = "to", conflicts_with = "to")]
    test: Option<PathBuf>,
    /// Class of each test sample.
    #[arg(long, value_name = "FILE", required_unless_present = "to", conflicts_with = "to")]
    labels: Option<PathBuf>,
    /// Most calibration samples that are read.
    #[arg(long, value_name = "N", default_value_t = 5000, conflicts_with = "to")]
    calibration_samples: u64,
    /// Measure only the first N test samples.
    #[arg(long, value_name = "N", conflicts_with = "to")]
    test_samples: Option<u64>,
    /// Test samples whose spikes are written.
    #[arg(long, value_name = "N", default_value_t = 10, conflicts_with = "to")]
    record_samples: usize,
    /// Factor from numbers in the files to values of 0 to 1 [default: 1/255 for bytes, 1/65535 for 16-bit pixels, else 1].
    #[arg(long, value_name = "FACTOR", conflicts_with = "to")]
    input_scale: Option<f64>,
}

/// The dialects by the names of their programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DialectName {
    Lava,
    NengoLoihi,
}

/// Everything in one object.
#[derive(Debug, Serialize)]
struct Report<'a> {
    model: &'a str,
    dialect: Dialect,
    weight_bits: u8,
    num_timesteps: u32,
    /// Steps of a sample with those that its last spikes take to the read-out.
    total_steps: u32,
    num_test_samples: usize,
    num_calibration_samples: usize,
    accuracy_original: f64,
    /// The spiking network in real numbers, as it was converted.
    accuracy_float: f64,
    /// The same with binary spikes, if it has ternary ones.
    accuracy_float_binary: Option<f64>,
    accuracy_integer: f64,
    /// Neurons and steps in which a register wrapped.
    num_wrapped: u64,
    spikes_per_sample: f64,
    input_spikes_per_sample: f64,
    num_neurons: usize,
    num_weights: usize,
    quantisation_time_s: f64,
    emulation_time_s: f64,
    substitutions: &'a [Substitution],
    layers: &'a [QuantisedLayer],
    fit: &'a FitReport,
    output: &'a Path,
}

impl BoardFlags {
    /// Writes the folder of a board.
    pub(super) fn run(&self, target: &str, input: &Path, output: &Path, json: bool) -> Result<(), CliError> {
        if target != "loihi" {
            let found = target.to_owned();
            return Err(NameError { what: "target of a network", found, allowed: "loihi" }.into());
        }
        if is_stream(output) {
            return Err(CliError::Usage("a network for a board is several files; give a folder for them, not -"));
        }
        if self.calibration_samples == 0 || self.test_samples == Some(0) {
            return Err(CliError::Usage("--calibration-samples and --test-samples must be at least 1"));
        }
        if self.input_scale.is_some_and(|scale| !scale.is_finite() || scale == 0.0) {
            return Err(CliError::Usage("--input-scale must be finite and not 0"));
        }
        let (Some(calibration), Some(test), Some(label_file)) = (&self.calibration, &self.test, &self.labels) else {
            return Err(CliError::Usage("--target needs --calibration, --test and --labels"));
        };
        let name = name_of(input);
        let scale = Scale(self.input_scale);
        let calibration = Set::read(calibration, None, scale, self.calibration_samples)?;
        let test = Set::read(test, None, scale, self.test_samples.unwrap_or(u64::MAX))?;
        let labels = labels(label_file, None, self.test_samples.map(|_| test.num_samples))?;
        let network =
            open_network(input, |graph, options| SpikingNetwork::convert(graph, &calibration.values, options))?;

        let refused = |source| CliError::Quantise { name: name.clone(), source };
        let options =
            QuantiseOptions { weight_bits: self.bits, ..QuantiseOptions::new(self.dialect(), self.timesteps) };
        let start = Instant::now();
        let quantised = quantise(&network, &calibration.values, &options).map_err(refused)?;
        let quantisation_time_s = start.elapsed().as_secs_f64();
        let floats = self.floats(&name, &network, &test, &labels)?;
        let simulation = IntegerSimulation::new(quantised.network.clone())
            .map_err(|source| refused(QuantiseError::Model(source)))?;
        let start = Instant::now();
        let progress = Progress::new("emulate", test.num_samples as u64);
        let done = AtomicUsize::new(0);
        let count = |finished: usize| {
            let before = done.fetch_max(finished, Ordering::Relaxed);
            progress.done(finished.saturating_sub(before) as u64);
        };
        let evaluation = simulation.evaluate(&test.values, self.timesteps, &count).map_err(refused)?;
        drop(progress);
        let emulation_time_s = start.elapsed().as_secs_f64();

        let folder = Folder::create(output)?;
        let writer = FolderWriter { folder: &folder, output, name: &name, simulation: &simulation };
        writer.network(&quantised, self.timesteps)?;
        writer.samples(&test.values, &labels, self.timesteps, self.record_samples)?;
        folder.commit()?;

        let board = Board::named("loihi1")?;
        let fit = fit(&board, &quantised.network.demands());
        let number = test.num_samples as f64;
        let [accuracy_original, accuracy_float, accuracy_binary] = floats;
        let report = Report {
            model: &name,
            dialect: self.dialect(),
            weight_bits: self.bits,
            num_timesteps: self.timesteps,
            total_steps: quantised.network.total_steps(self.timesteps),
            num_test_samples: test.num_samples,
            num_calibration_samples: calibration.num_samples,
            accuracy_original,
            accuracy_float,
            accuracy_float_binary: (network.options().spikes != SpikeSigns::Binary).then_some(accuracy_binary),
            accuracy_integer: evaluation.accuracy(&labels),
            num_wrapped: evaluation.num_wrapped(),
            spikes_per_sample: evaluation.num_spikes as f64 / number,
            input_spikes_per_sample: evaluation.num_input_spikes as f64 / number,
            num_neurons: quantised.network.num_neurons(),
            num_weights: quantised.network.num_weights(),
            quantisation_time_s,
            emulation_time_s,
            substitutions: &quantised.substitutions,
            layers: &quantised.layers,
            fit: &fit,
            output,
        };
        if json {
            say_json(&report);
        } else {
            say(&report.text(&board));
        }
        if report.num_wrapped > 0 {
            let times = report.num_wrapped;
            remark(&format!(
                "registers wrapped {times} times: samples go beyond those of the calibration; give more of them"
            ));
        }
        Ok(())
    }

    fn dialect(&self) -> Dialect {
        match self.dialect {
            DialectName::Lava => Dialect::Lava,
            DialectName::NengoLoihi => Dialect::NengoLoihi,
        }
    }

    /// Accuracy of the analog network, of the spiking network, and of the spiking network with binary spikes.
    fn floats(&self, name: &str, network: &SpikingNetwork, test: &Set, labels: &[u32]) -> Result<[f64; 3], CliError> {
        let refused = |source| CliError::Convert { name: name.to_owned(), source };
        let analog = AnalogNetwork::new(network.graph().clone()).accuracy(&test.values, labels).map_err(refused)?;
        let measure = |network: &SpikingNetwork| {
            let simulation = Simulation::<f32>::new(network)?;
            Ok(simulation.evaluate(&test.values, labels, self.timesteps, None, &|_| ())?.accuracy(self.timesteps))
        };
        let float = measure(network).map_err(refused)?;
        if network.options().spikes == SpikeSigns::Binary {
            return Ok([analog, float, float]);
        }
        let options = ConversionOptions { spikes: SpikeSigns::Binary, ..*network.options() };
        let binary = network.with_options(&options).and_then(|network| measure(&network)).map_err(refused)?;
        Ok([analog, float, binary])
    }
}

/// Writes the files of a folder.
struct FolderWriter<'a> {
    folder: &'a Folder,
    output: &'a Path,
    name: &'a str,
    simulation: &'a IntegerSimulation,
}

impl FolderWriter<'_> {
    fn failed(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CliError {
        Output::failed(self.output, source)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> Result<(), CliError> {
        let mut file = self.folder.file(name)?;
        file.write_all(bytes).map_err(|source| self.failed(source))?;
        file.commit()
    }

    /// The network, and the script that runs it.
    fn network(&self, quantised: &Quantisation, num_steps: u32) -> Result<(), CliError> {
        let network = &quantised.network;
        let description = network.description(num_steps).map_err(|source| self.failed(source))?;
        self.file("network.json", description.as_bytes())?;
        let arrays = network.write_arrays(Vec::new()).map_err(|source| self.failed(source))?;
        self.file("network.npz", &arrays)?;
        match network.dialect {
            Dialect::Lava => self.file("run_lava.py", LAVA_SCRIPT.as_bytes()),
            _ => Ok(()),
        }
    }

    /// Spikes of the first samples one after the other, and what the network makes of them.
    fn samples(&self, values: &[f32], labels: &[u32], num_steps: u32, number: usize) -> Result<(), CliError> {
        let network = self.simulation.network();
        let total = network.total_steps(num_steps);
        let number = number.min(labels.len());
        let mut state = self.simulation.state();
        let mut spikes = Vec::new();
        let mut readout: Vec<i32> = Vec::new();
        let header =
            RecordHeader { step_ns: 0, num_steps: total.saturating_mul(number as u32), dialect: Some(network.dialect) };
        let mut records = RecordWriter::new(self.folder.file("input.records")?, header).map_err(|e| self.record(e))?;
        for (sample, values) in values.chunks(network.num_values).take(number).enumerate() {
            for step in 0..total {
                network.input_spikes(values, step, num_steps, &mut spikes);
                for &input in &spikes {
                    let at = (sample as u32).saturating_mul(total).saturating_add(step);
                    records.push(SpikeRecord { step: at, to: address(input) }).map_err(|e| self.record(e))?;
                }
            }
            let refused = |source| CliError::Quantise { name: self.name.to_owned(), source };
            self.simulation.run_sample(&mut state, values, num_steps).map_err(refused)?;
            let last = network.populations.len() - 1;
            match network.populations[last].role {
                Role::Accumulator => readout.extend(state.currents(last)),
                Role::Rectifier | Role::Pool => readout.extend(state.counts(last).iter().map(|&count| count as i32)),
            }
        }
        records.finish().map_err(|e| self.record(e))?.commit()?;
        let classes = readout.len() / number.max(1);
        let mut archive = NpzWriter::new(Vec::new(), NpzCompression::Deflated);
        let labels: Vec<i32> = labels[..number].iter().map(|&label| label as i32).collect();
        let written = archive
            .add("readout", &[number, classes], readout.as_slice())
            .and_then(|()| archive.add("labels", &[number], labels.as_slice()))
            .and_then(|()| archive.finish());
        self.file("expected.npz", &written.map_err(|source| self.failed(source))?)
    }

    fn record(&self, error: RecordError) -> CliError {
        match error {
            RecordError::Io(source) => self.failed(source),
            other => CliError::Records(other),
        }
    }
}

/// The axon that stands for an input: 4096 of them a core, of chip 0.
fn address(input: u32) -> AxonAddress {
    let (core, axon) = ((input / 4096) as u16, (input % 4096) as u16);
    AxonAddress { chip: 0, core, axon, axon_type: AxonType::Discrete, atom: 0 }
}

impl Report<'_> {
    fn text(&self, board: &Board) -> String {
        let percent = |share: f64| format!("{:.2}", 100.0 * share);
        let binary = self.accuracy_float_binary.map_or(String::new(), |share| format!(" (binary {})", percent(share)));
        let substitutions: Vec<String> = self.substitutions.iter().map(Substitution::to_string).collect();
        let ms = 1e3 * self.emulation_time_s / self.num_test_samples as f64;
        [
            self.table(),
            format!(
                "{}: accuracy {} % analog, {} % spiking{binary}, {} % in integers of {} after {} + {} steps, {} test samples",
                self.model,
                percent(self.accuracy_original),
                percent(self.accuracy_float),
                percent(self.accuracy_integer),
                self.dialect,
                self.num_timesteps,
                self.total_steps - self.num_timesteps,
                self.num_test_samples,
            ),
            format!(
                "per sample: {:.0} spikes of {} neurons, {:.0} input spikes, {ms:.2} ms; registers wrapped {} times",
                self.spikes_per_sample, self.num_neurons, self.input_spikes_per_sample, self.num_wrapped
            ),
            format!("otherwise than in real numbers: {}", substitutions.join("; ")),
            check::text(self.model, board, self.fit),
            format!("wrote {}", self.output.display()),
        ]
        .join("\n")
    }

    fn table(&self) -> String {
        let mut table = Table::new();
        let headings =
            ["layer", "neurons", "bits", "signs", "exponent", "threshold", "scale", "rms error", "clipped", "range"];
        table.load_preset(presets::UTF8_BORDERS_ONLY).set_header(headings);
        for layer in self.layers {
            let proven = if layer.range_proven { " proven" } else { "" };
            table.add_row([
                layer.name.clone(),
                layer.num_neurons.to_string(),
                layer.weight_bits.to_string(),
                format!("{:?}", layer.sign_mode).to_lowercase(),
                layer.weight_exp.to_string(),
                if layer.threshold > 0 { layer.threshold.to_string() } else { "-".to_owned() },
                format!("{}", layer.scale),
                format!("{:.2} %", 100.0 * layer.rms_error),
                format!("{:.3} %", 100.0 * layer.clipped_share),
                format!("{:.0} %{proven}", 100.0 * layer.range_share),
            ]);
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.to_string()
    }
}
