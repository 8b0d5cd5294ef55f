//! The LIF population of the bench `sim` many times over, for profilers and for the processor time of a busy machine.
//!
//! `cargo run --release -p spike-bench --example lif -- RUNS [clock|event]`

use spike_bench::{SEED, poisson_inputs};
use spike_sim::{Connections, Drive, LifOptions, LifPopulation};
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let runs: u32 = arguments.next().ok_or("how many runs?")?.parse()?;
    let drive = if arguments.next().as_deref() == Some("event") { Drive::Event } else { Drive::Clock };
    let inputs = poisson_inputs(1000, 20.0);
    let connections = Connections::random(1000, 1000, 0.1, 0.03, 0, SEED)?;
    let mut population = LifPopulation::new(&LifOptions::default(), inputs.grid(), connections)?;
    let mut spikes = 0;
    for _ in 0..runs {
        population.reset();
        spikes = population.receive_spikes(inputs.view(), drive)?.num_spikes();
    }
    writeln!(std::io::stdout(), "{spikes} spikes in the last of {runs} runs")?;
    Ok(())
}
