//! Encodes one sample again and again: what `valgrind --tool=callgrind` counts instructions of.
//!
//! `cargo build --release -p spike-bench --example kernel`, then
//! `valgrind --tool=callgrind target/release/examples/kernel 2.0 200`: refractory period in ms, repetitions.

use spike_bench::{SEED, config, uniform};
use spike_core::{PoissonOptions, SpikeChunk, UnitValues, ValueEncoder};
use spike_encode::PoissonRateEncoder;
use std::io::{Error, Write};

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let refractory_ms = arguments.next().and_then(|a| a.parse().ok()).unwrap_or(2.0);
    let repetitions = arguments.next().and_then(|a| a.parse().ok()).unwrap_or(200u64);
    let encoder = PoissonRateEncoder::new(&config(refractory_ms), PoissonOptions::default()).map_err(Error::other)?;
    let values = uniform(1000);
    let unit = UnitValues::new(&values, 0).map_err(Error::other)?;
    let mut chunk = SpikeChunk::default();
    let mut spikes = 0;
    for sample in 0..repetitions {
        chunk.clear();
        encoder.encode_sample(unit, SEED, sample, &mut chunk);
        spikes += chunk.num_spikes();
    }
    writeln!(std::io::stdout(), "{spikes} spikes")
}
