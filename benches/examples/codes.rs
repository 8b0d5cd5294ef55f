//! The round trip of every code of values on uniform numbers, on digits and on an electrocardiogram: R² beside its
//! limit, as the table of `docs/codes.md`.
//!
//! `cargo run --release -p spike-bench --example codes`

use spike_bench::codes::{DataSet, Row, rows};
use std::error::Error;
use std::io::Write;

fn main() -> Result<(), Box<dyn Error>> {
    let sets = [DataSet::uniform(), DataSet::digits()?, DataSet::ecg()?];
    let mut out = std::io::stdout().lock();
    writeln!(out, "| code | decoder | spikes/value | {} |", sets.each_ref().map(|s| s.name).join(" | "))?;
    writeln!(out, "|---|---|---|{}", "---|".repeat(sets.len()))?;
    for Row { code, decoder, config, options, method } in rows() {
        let mut cells = Vec::new();
        let mut spikes = 0.0;
        for (i, set) in sets.iter().enumerate() {
            let trip = set.round_trip(&config, options, method.as_ref())?;
            if i == 0 {
                spikes = trip.spikes_per_value;
            }
            let limit = trip.reachable.map_or("–".to_owned(), |r| format!("{r:.5}"));
            cells.push(format!("{:.5} / {limit}", trip.r2));
        }
        writeln!(out, "| {code} | {decoder} | {spikes:.2} | {} |", cells.join(" | "))?;
    }
    Ok(())
}
