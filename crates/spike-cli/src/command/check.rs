//! `spike check`: whether a network fits a board.

use crate::data::{name_of, open_network};
use crate::error::CliError;
use crate::terminal::{say, say_json};
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use spike_convert::SpikingNetwork;
use spike_hw::{Board, FitReport, Resource, board_demands, fit};
use std::path::PathBuf;

/// Say whether a network fits a board, what does not, and what would make it fit.
///
/// The network is taken as `spike export --target` writes it, with its synapses for resets, biases and maximum pools.
/// Counts are upper bounds: weights are not shared, and layers do not share cores. A network that does not fit ends the
/// command with exit code 1; what is not published of a board is listed as not checked.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Network: .spikenet, .onnx, .nir, or .safetensors with a list of layers beside it.
    input: PathBuf,
    /// Board: loihi1, loihi2 or spinnaker1.
    #[arg(long, value_name = "NAME")]
    target: String,
    /// Bits of a weight: 1 to 8.
    #[arg(long, value_name = "N", default_value_t = 8)]
    bits: u8,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Everything in one object.
#[derive(Debug, Serialize)]
struct Report<'a> {
    model: &'a str,
    fits: bool,
    weight_bits: u8,
    #[serde(flatten)]
    fit: &'a FitReport,
}

impl Check {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        let board = Board::named(&self.target)?;
        let name = name_of(&self.input);
        // Thresholds do not count here, so that a model needs no calibration.
        let network = open_network(&self.input, SpikingNetwork::unnormalised)?;
        let demands = board_demands(&network, self.bits);
        let demands = demands.map_err(|source| CliError::Quantise { name: name.clone(), source })?;
        let fit = fit(&board, &demands);
        let report = Report { model: &name, fits: fit.fits(), weight_bits: self.bits, fit: &fit };
        if self.json {
            say_json(&report);
        } else {
            say(&text(&name, &board, &fit));
        }
        match fit.misfits.len() {
            0 => Ok(()),
            number => Err(CliError::DoesNotFit { name, board: board.name, number }),
        }
    }
}

/// The table for a reader.
pub(super) fn text(name: &str, board: &Board, fit: &FitReport) -> String {
    let mut text = vec![table(fit)];
    let plural = |number: u64| if number == 1 { "" } else { "s" };
    let chips = fit.chips.map_or(String::new(), |chips| format!(" on {chips} chip{}", plural(chips)));
    let verdict = if fit.fits() { "fits" } else { "does not fit" };
    text.push(format!("{name} {verdict} {board}: {} core{}{chips}", fit.cores, plural(fit.cores)));
    text.extend(fit.misfits.iter().map(|misfit| format!("does not fit: {misfit}")));
    let unchecked: Vec<String> = fit.unchecked.iter().map(Resource::to_string).collect();
    if !unchecked.is_empty() {
        text.push(format!("not checked, since no figure is published: {}", unchecked.join(", ")));
    }
    text.join("\n")
}

/// The resources that have a column, with the words above it.
const COLUMNS: [(Resource, &str); 7] = [
    (Resource::Neurons, "neurons"),
    (Resource::InAxons, "input axons"),
    (Resource::OutAxons, "output axons"),
    (Resource::SynapticMemory, "synaptic bits"),
    (Resource::NeuronConfigurations, "configurations"),
    (Resource::Thresholds, "thresholds"),
    (Resource::SynapseFormats, "formats"),
];

fn table(fit: &FitReport) -> String {
    let mut table = Table::new();
    let known =
        |resource: &Resource| fit.layers.iter().any(|layer| layer.usage.iter().any(|u| u.resource == *resource));
    let columns: Vec<(Resource, &str)> = COLUMNS.into_iter().filter(|(resource, _)| known(resource)).collect();
    let headings = ["layer", "cores"].into_iter().map(str::to_owned);
    let headings = headings.chain(columns.iter().map(|(_, words)| format!("{words} a core")));
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_header(headings.chain(["bound by".to_owned()]));
    for layer in &fit.layers {
        let share = |(resource, _): &(Resource, &str)| {
            let usage = layer.usage.iter().find(|usage| usage.resource == *resource);
            usage.map_or(String::new(), |usage| format!("{} of {}", usage.used, usage.available))
        };
        let bound = layer.bottleneck().map_or("-".to_owned(), |resource| resource.to_string());
        let row = [layer.name.clone(), layer.cores.to_string()].into_iter();
        table.add_row(row.chain(columns.iter().map(share)).chain([bound]));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}
