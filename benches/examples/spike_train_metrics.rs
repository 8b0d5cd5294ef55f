//! Times and values of the bench `metrics` on one thread, with the trains, as JSON: what the peers' script compares.
//!
//! `cargo build --release -p spike-bench --example spike_train_metrics`, then `benches/peers/spike_train_metrics.py`.

use serde_json::{Value, json};
use spike_bench::spike_trains;
use spike_metrics::{
    IsiOptions, MetricsError, SpikeOptions, VanRossumNorm, isi_distance_matrix, spike_distance_matrix,
    spike_sync_matrix, van_rossum_distance, victor_purpura_distance,
};
use std::io::{Error, Write};
use std::time::Instant;

const RUNS: usize = 200;

fn timed(mut work: impl FnMut() -> Result<f64, MetricsError>) -> Result<Value, Error> {
    let mut times_ms = Vec::with_capacity(RUNS);
    let mut value = work().map_err(Error::other)?;
    for _ in 0..RUNS {
        let start = Instant::now();
        value = work().map_err(Error::other)?;
        times_ms.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times_ms.sort_by(f64::total_cmp);
    Ok(json!({ "value": value, "fastest_ms": times_ms[0], "median_ms": times_ms[RUNS / 2] }))
}

fn main() -> Result<(), Error> {
    let set = spike_trains(20, 1000);
    let (a, b) = (set.train(0), set.train(1));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(Error::other)?;
    let results = pool.install(|| -> Result<Value, Error> {
        Ok(json!({
            "victor-purpura": timed(|| victor_purpura_distance(a, b, 0.05))?,
            "van-rossum": timed(|| van_rossum_distance(a, b, 10.0, VanRossumNorm::Elephant))?,
            "isi": timed(|| Ok(isi_distance_matrix(&set, IsiOptions::default())?.sum()))?,
            "spike": timed(|| Ok(spike_distance_matrix(&set, SpikeOptions::default())?.sum()))?,
            "spike-sync": timed(|| Ok(spike_sync_matrix(&set).sum()))?,
        }))
    })?;
    let trains_ms: Vec<&[f64]> = set.trains().map(|train| train.times_ms()).collect();
    writeln!(std::io::stdout(), "{}", json!({ "stop_ms": set.stop_ms(), "trains_ms": trains_ms, "results": results }))
}
