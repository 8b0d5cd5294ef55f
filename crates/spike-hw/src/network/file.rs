//! An integer network as files: a description in JSON and an archive of arrays.

use super::model::{Drive, IntegerNetwork};
use super::population::{Population, Role};
use super::projection::{Pattern, Projection, Source};
use crate::Dialect;
use crate::lava::SignMode;
use serde::Serialize;
use spike_io::WriteError;
use spike_io::npz::{NpzCompression, NpzWriter};
use std::io::Write;

/// What the description says that it is.
const FORMAT: &str = "spike integer network";
/// The version that is written.
const VERSION: u32 = 1;

/// A Python script that runs an exported network in Lava and compares its read-out.
pub const LAVA_SCRIPT: &str = include_str!("scripts/run_lava.py");

/// The description; arrays are named `bias_mant_<population>`, `weights_<projection>`, `route_<projection>`,
/// `rows_<projection>` and `targets_<projection>`.
#[derive(Debug, Serialize)]
struct Description<'a> {
    format: &'static str,
    version: u32,
    dialect: Dialect,
    num_inputs: usize,
    num_values: usize,
    num_steps: u32,
    latency_steps: u32,
    drives: Vec<DriveEntry>,
    populations: Vec<PopulationEntry<'a>>,
    projections: Vec<ProjectionEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct DriveEntry {
    input: usize,
    first_step: u32,
}

#[derive(Debug, Serialize)]
struct PopulationEntry<'a> {
    name: &'a str,
    role: Role,
    shape: &'a [usize],
    decay_u: u16,
    decay_v: u16,
    vth: u32,
    bias_exp: u8,
}

#[derive(Debug, Serialize)]
struct ProjectionEntry<'a> {
    name: &'a str,
    source: SourceEntry,
    target: usize,
    routed: bool,
    pattern: PatternEntry,
    num_weight_bits: u8,
    weight_exp: i32,
    sign_mode: SignMode,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum SourceEntry {
    Inputs { first: usize, number: usize },
    Population(usize),
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum PatternEntry {
    Dense,
    Convolution {
        input: [usize; 3],
        output: [usize; 3],
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: [usize; 2],
        dilation: [usize; 2],
        groups: usize,
    },
    Groups,
}

impl IntegerNetwork {
    /// The description of the network for samples of `num_steps` steps, as JSON: what `docs/hardware.md` lists.
    ///
    /// # Errors
    /// An error of serialisation, which no network causes.
    pub fn description(&self, num_steps: u32) -> Result<String, serde_json::Error> {
        let description = Description {
            format: FORMAT,
            version: VERSION,
            dialect: self.dialect,
            num_inputs: self.num_inputs,
            num_values: self.num_values,
            num_steps,
            latency_steps: self.latency_steps,
            drives: self.drives.iter().map(DriveEntry::from).collect(),
            populations: self.populations.iter().map(PopulationEntry::from).collect(),
            projections: self.projections.iter().map(ProjectionEntry::from).collect(),
        };
        serde_json::to_string_pretty(&description)
    }

    /// Writes the arrays of the network as an npz archive, all of 32-bit integers; −1 stands for none.
    ///
    /// # Errors
    /// [`WriteError`] if the medium fails.
    pub fn write_arrays<W: Write>(&self, output: W) -> Result<W, WriteError> {
        let mut archive = NpzWriter::new(output, NpzCompression::Deflated);
        for (index, population) in self.populations.iter().enumerate() {
            let mantissas = &population.bias_mant;
            archive.add(&format!("bias_mant_{index}"), &[mantissas.len()], mantissas.as_slice())?;
        }
        for (index, projection) in self.projections.iter().enumerate() {
            let mut add = |what: &str, values: &[i32]| archive.add(&format!("{what}_{index}"), &[values.len()], values);
            add("weights", &projection.weights)?;
            if let Some(route) = &projection.route {
                add("route", &numbers(route))?;
            }
            if let Pattern::Groups { rows, targets } = &projection.pattern {
                add("rows", &numbers(rows))?;
                add("targets", &numbers(targets))?;
            }
        }
        archive.finish()
    }
}

/// Indices with −1 for none; they are below 2³¹, as numbers of neurons are.
fn numbers(indices: &[Option<u32>]) -> Vec<i32> {
    indices.iter().map(|index| index.map_or(-1, |index| index as i32)).collect()
}

impl From<&Drive> for DriveEntry {
    fn from(drive: &Drive) -> Self {
        Self { input: drive.input, first_step: drive.first_step }
    }
}

impl<'a> From<&'a Population> for PopulationEntry<'a> {
    fn from(population: &'a Population) -> Self {
        Self {
            name: &population.name,
            role: population.role,
            shape: &population.shape,
            decay_u: population.decay_u,
            decay_v: population.decay_v,
            vth: population.vth,
            bias_exp: population.bias_exp,
        }
    }
}

impl<'a> From<&'a Projection> for ProjectionEntry<'a> {
    fn from(projection: &'a Projection) -> Self {
        Self {
            name: &projection.name,
            source: match projection.source {
                Source::Inputs { first, number } => SourceEntry::Inputs { first, number },
                Source::Population(population) => SourceEntry::Population(population),
            },
            target: projection.target,
            routed: projection.route.is_some(),
            pattern: match &projection.pattern {
                Pattern::Dense => PatternEntry::Dense,
                Pattern::Convolution(image) => PatternEntry::Convolution {
                    input: image.input,
                    output: image.output,
                    kernel: image.kernel,
                    stride: image.stride,
                    padding: image.padding,
                    dilation: image.dilation,
                    groups: image.groups,
                },
                Pattern::Groups { .. } => PatternEntry::Groups,
            },
            num_weight_bits: projection.format.num_weight_bits,
            weight_exp: projection.format.weight_exp,
            sign_mode: projection.format.sign_mode.unwrap_or_else(|| SignMode::of(&projection.weights)),
        }
    }
}
