//! Drives a population of leaky integrate-and-fire neurons with a file of spikes, and writes network and output.
//!
//! ```text
//! cargo run --release -p spike --example lif_population -- SPIKES.spk OUT.npz brian2|nest delta|exponential
//! ```
//!
//! The samples follow each other in time, as in a feed made with `spike export --in-sequence`. The archive holds the
//! connections (`source`, `target`, `weight`, `delay_steps`), the options of the neurons as JSON (`options`) and the
//! spikes of the population (`output_neuron`, `output_step`), counted from the first sample. The script
//! `crates/spike-io/tests/simulators/population.py` builds the same network in Brian2 or NEST, drives it with the
//! exported feed and compares spike by spike.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports on its run")]

use spike_core::{Domain, Seed};
use spike_io::npz::{NpzCompression, NpzWriter};
use spike_io::spikes::{SpikeFormat, open_spikes};
use spike_sim::{Connections, Drive, LifOptions, LifPopulation, PostsynapticEffect, Schedule, Synapse};
use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;

const NUM_TARGETS: u32 = 40;
const CONNECTED: f64 = 0.3;
const INHIBITORY: f64 = 0.2;
const MAX_DELAY_STEPS: u32 = 30;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [spikes, out, schedule, synapse] = &words[..] else {
        eprintln!("usage: lif_population SPIKES OUT.npz brian2|nest delta|exponential");
        return ExitCode::from(2);
    };
    match run(Path::new(spikes), Path::new(out), schedule, synapse) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lif_population: {error}");
            ExitCode::from(3)
        }
    }
}

fn run(spikes: &Path, out: &Path, schedule: &str, synapse: &str) -> Result<(), Box<dyn Error>> {
    let schedule = match schedule {
        "brian2" => Schedule::Brian2,
        "nest" => Schedule::Nest,
        other => return Err(format!("schedule {other:?}; give brian2 or nest").into()),
    };
    // A current acts by its integral, a fraction of that of a jump; the weights make up for it.
    let (synapse, scale) = match synapse {
        "delta" => (PostsynapticEffect::Delta, 0.06),
        "exponential" => (PostsynapticEffect::Exponential { tau_ms: 5.0 }, 0.24),
        other => return Err(format!("synapse {other:?}; give delta or exponential").into()),
    };
    let options = LifOptions { schedule, synapse, ..LifOptions::default() };

    let mut file = open_spikes(BufReader::new(File::open(spikes)?), SpikeFormat::from_path(spikes)?)?;
    let grid = file.header().grid;
    let num_sources = u32::try_from(file.header().num_neurons)?;
    let connections = Connections::new(num_sources, NUM_TARGETS, synapses(num_sources, scale))?;
    let mut archive = NpzWriter::new(File::create(out)?, NpzCompression::Deflated);
    let listed: Vec<Synapse> = connections.synapses().collect();
    let column = |value: fn(&Synapse) -> i64| listed.iter().map(value).collect::<Vec<i64>>();
    archive.add("source", &[listed.len()], &column(|s| s.source.into())[..])?;
    archive.add("target", &[listed.len()], &column(|s| s.target.into())[..])?;
    archive.add("delay_steps", &[listed.len()], &column(|s| s.delay_steps.into())[..])?;
    archive.add("weight", &[listed.len()], connections.weights())?;

    let mut population = LifPopulation::new(&options, grid, connections)?;
    let (mut neurons, mut steps) = (Vec::<i64>::new(), Vec::<i64>::new());
    for (window, sample) in file.samples().enumerate() {
        let batch = file.read(sample..sample + 1)?;
        // State and spikes under way are kept from window to window.
        let output = population.receive_spikes(batch.sample(0), Drive::Clock)?;
        for (neuron, row) in output.view().neurons().enumerate() {
            neurons.extend(row.iter().map(|_| neuron as i64));
            steps.extend(row.iter().map(|&step| window as i64 * i64::from(grid.num_steps()) + i64::from(step)));
        }
    }
    archive.add("output_neuron", &[neurons.len()], &neurons[..])?;
    archive.add("output_step", &[steps.len()], &steps[..])?;
    let options = serde_json::to_vec(&options)?;
    archive.add("options", &[options.len()], &options[..])?;
    archive.add("num_targets", &[1], &[i64::from(NUM_TARGETS)][..])?;
    archive.finish()?;
    println!("{} connections, {} output spikes of {NUM_TARGETS} neurons", listed.len(), steps.len());
    Ok(())
}

/// Connections with weights and delays of their own, some of them inhibitory.
fn synapses(num_sources: u32, scale: f64) -> Vec<Synapse> {
    let streams = Seed(1).streams(0, Domain::Connectivity);
    let mut synapses = Vec::new();
    for source in 0..num_sources {
        let mut stream = streams.of(source);
        for target in 0..NUM_TARGETS {
            if stream.next_open_unit() < CONNECTED {
                let sign = if stream.next_open_unit() < INHIBITORY { -1.0 } else { 1.0 };
                let weight = sign * scale * stream.next_open_unit();
                // A delay of 0 is not one of NEST.
                let delay_steps = 1 + stream.next_u32() % MAX_DELAY_STEPS;
                synapses.push(Synapse { source, target, weight, delay_steps });
            }
        }
    }
    synapses
}
