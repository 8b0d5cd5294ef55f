//! Peak memory of encoding a batch beside the size of its result, from the kernel's own account (Linux).
//!
//! `cargo run --release -p spike-bench --example peak_memory`

use spike_bench::process::{clear_peak, peak_bytes};
use spike_bench::{poisson, uniform};
use std::io::Write;

fn main() -> std::io::Result<()> {
    let values = uniform(128_000);
    for refractory_ms in [2.0, 0.0] {
        let encoder = poisson(1000, refractory_ms);
        // One sample first: threads, code and streams are loaded.
        encoder.encode(&values[..1000], 0).map_err(std::io::Error::other)?;
        let unknown = || std::io::Error::other("the kernel does not say how much memory the process has");
        let before = clear_peak().ok_or_else(unknown)?;
        let batch = encoder.encode(&values, 0).map_err(std::io::Error::other)?.0;
        let rise = peak_bytes().ok_or_else(unknown)?.saturating_sub(before);
        let result = batch.size_bytes();
        writeln!(
            std::io::stdout(),
            "128 x 1000 x 1000, {refractory_ms} ms refractory: {} spikes, result {result} bytes, peak rise {rise} bytes, ratio {:.3}",
            batch.num_spikes(),
            rise as f64 / result as f64
        )?;
    }
    Ok(())
}
