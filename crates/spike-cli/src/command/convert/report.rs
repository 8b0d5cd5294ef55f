//! What `spike convert` says: tables, one JSON object, a curve.

use crate::figure::Figure;
use crate::figure::chart::{self, Heading};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use spike::Conversion;
use spike_convert::{ConversionOptions, SiteReport};
use spike_core::{CodingScheme, Seed};
use spike_metrics::EnergyTable;
use std::collections::BTreeMap;
use std::path::Path;

/// Everything in one object, with the field names of `ConversionResult`.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    model: &'a str,
    pub(super) accuracy_original: f64,
    pub(super) accuracy_converted: f64,
    accuracy_loss_pct: f64,
    num_timesteps_simulated: u32,
    conversion_time_s: f64,
    simulation_time_s: f64,
    threshold_balancing: &'a BTreeMap<String, f64>,
    normalization_factors: &'a BTreeMap<String, f64>,
    num_calibration_samples: usize,
    num_test_samples: usize,
    /// Whether labels were given; without, accuracy is agreement with the analog network.
    labelled: bool,
    /// Accuracy after so many steps: powers of two and the last.
    accuracy_at: BTreeMap<u32, f64>,
    mean_steps: f64,
    spikes_per_sample: f64,
    synaptic_operations_per_sample: f64,
    multiply_accumulates_per_sample: u64,
    /// 0.9 nJ for each spike, the specification's figure.
    energy_proxy_nj_per_sample: f64,
    /// Synaptic operations and neuron updates at the costs of Loihi; messages between cores left out.
    energy_loihi_nj_per_sample: f64,
    options: &'a ConversionOptions,
    /// The code of the input spikes; none for a constant current.
    input_code: Option<&'static str>,
    seed: Option<u64>,
    num_report_samples: usize,
    sites: &'a [SiteReport],
    first_to_look_at: Option<&'a str>,
    output: Option<&'a Path>,
}

/// What the conversion does not know.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub(super) model: &'a str,
    pub(super) num_calibration_samples: usize,
    pub(super) labelled: bool,
    pub(super) input: Option<(CodingScheme, Seed)>,
    pub(super) simulation_time_s: f64,
    pub(super) output: Option<&'a Path>,
}

impl<'a> Report<'a> {
    pub(super) fn new(conversion: &'a Conversion, run: &Run<'a>) -> Self {
        let Conversion { result, network, report, evaluation, num_multiply_accumulates } = conversion;
        let last = result.num_timesteps_simulated;
        let powers = (0..32).map(|power| 1 << power).take_while(|t| *t < last);
        let number = evaluation.num_samples.max(1) as f64;
        let workload = evaluation.workload(network);
        let energy = |table: EnergyTable| table.estimate(&workload).known_nj() / number;
        Self {
            model: run.model,
            accuracy_original: result.accuracy_original,
            accuracy_converted: result.accuracy_converted,
            accuracy_loss_pct: result.accuracy_loss_pct,
            num_timesteps_simulated: last,
            conversion_time_s: result.conversion_time_s,
            simulation_time_s: run.simulation_time_s,
            threshold_balancing: &result.threshold_balancing,
            normalization_factors: &result.normalization_factors,
            num_calibration_samples: run.num_calibration_samples,
            num_test_samples: evaluation.num_samples,
            labelled: run.labelled,
            accuracy_at: powers.chain([last]).map(|t| (t, evaluation.accuracy(t))).collect(),
            mean_steps: evaluation.mean_steps,
            spikes_per_sample: evaluation.num_spikes as f64 / number,
            synaptic_operations_per_sample: evaluation.num_synaptic_operations as f64 / number,
            multiply_accumulates_per_sample: *num_multiply_accumulates,
            energy_proxy_nj_per_sample: energy(EnergyTable::spike_proxy()),
            energy_loihi_nj_per_sample: energy(EnergyTable::loihi()),
            options: network.options(),
            input_code: run.input.map(|(scheme, _)| scheme.name()),
            seed: run.input.map(|(_, seed)| seed.0),
            num_report_samples: report.num_samples,
            sites: &report.sites,
            first_to_look_at: report.first_to_look_at.as_deref(),
            output: run.output,
        }
    }

    /// The tables for a reader.
    pub(super) fn text(&self) -> String {
        let mut text = vec![self.layers(), self.curve_table()];
        let what = if self.labelled { "accuracy" } else { "agreement with the analog network" };
        text.push(format!(
            "{}: {what} {:.2} % of {:.2} % after {} steps (loss {:.2} %), {} test samples, {} calibration samples",
            self.model,
            100.0 * self.accuracy_converted,
            100.0 * self.accuracy_original,
            self.num_timesteps_simulated,
            self.accuracy_loss_pct,
            self.num_test_samples,
            self.num_calibration_samples,
        ));
        text.push(format!(
            "per sample: {:.1} steps, {:.0} spikes, {:.0} synaptic operations (analog: {} multiply-accumulates); {:.0} nJ \
             at 0.9 nJ a spike, {:.0} nJ at Loihi's costs of operations and updates",
            self.mean_steps,
            self.spikes_per_sample,
            self.synaptic_operations_per_sample,
            self.multiply_accumulates_per_sample,
            self.energy_proxy_nj_per_sample,
            self.energy_loihi_nj_per_sample,
        ));
        if let (Some(code), Some(seed)) = (self.input_code, self.seed) {
            text.push(format!(
                "input as spikes of {code}, seed {seed}; the table of layers is that of a constant current"
            ));
        }
        text.push(match self.first_to_look_at {
            Some(layer) => format!("first layer to look at: {layer}"),
            None => "no layer stands out".to_owned(),
        });
        if let Some(output) = self.output {
            text.push(format!("wrote {}", output.display()));
        }
        text.join("\n")
    }

    fn layers(&self) -> String {
        let mut table = Table::new();
        table.load_preset(presets::UTF8_BORDERS_ONLY).set_header([
            "layer",
            "neurons",
            "λ",
            "analog mean",
            "spiking mean",
            "error",
            "dead %",
            "saturated %",
            "spikes/step",
        ]);
        for site in self.sites {
            table.add_row([
                site.node.clone(),
                site.num_neurons.to_string(),
                if site.threshold_min == site.threshold_max {
                    format!("{:.4}", site.threshold_mean)
                } else {
                    format!("{:.3}..{:.3}", site.threshold_min, site.threshold_max)
                },
                format!("{:.5}", site.analog_mean),
                format!("{:.5}", site.spiking_mean),
                format!("{:.2} %", 100.0 * site.relative_error),
                format!("{:.2}", 100.0 * site.dead_share),
                format!("{:.2}", 100.0 * site.saturated_share),
                format!("{:.4}", site.spikes_per_neuron_and_step),
            ]);
        }
        align(&mut table);
        table.to_string()
    }

    fn curve_table(&self) -> String {
        let mut table = Table::new();
        let steps = self.accuracy_at.keys().map(|t| format!("T = {t}"));
        table.load_preset(presets::UTF8_BORDERS_ONLY).set_header(["".to_owned()].into_iter().chain(steps));
        let percent = |value: &f64| format!("{:.2}", 100.0 * value);
        table.add_row(["accuracy %".to_owned()].into_iter().chain(self.accuracy_at.values().map(percent)));
        let lost = |value: &f64| format!("{:+.2}", 100.0 * (value - self.accuracy_original));
        table.add_row(["against analog".to_owned()].into_iter().chain(self.accuracy_at.values().map(lost)));
        align(&mut table);
        table.to_string()
    }

    /// The accuracy against the number of steps.
    pub(super) fn figure(&self, conversion: &Conversion) -> Figure {
        let title = format!("{}: accuracy against steps", self.model);
        let subtitle = format!("{} test samples", self.num_test_samples);
        let points: Vec<f64> = (1..=self.num_timesteps_simulated).map(|t| conversion.evaluation.accuracy(t)).collect();
        chart::accuracy(Heading { title: &title, subtitle: &subtitle }, &points, self.accuracy_original)
    }
}

fn align(table: &mut Table) {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}
