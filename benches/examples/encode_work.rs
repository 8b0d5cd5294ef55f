//! One encoding of any size, timed; the unit of the peers' comparison and of the scaling curves.
//!
//! `cargo run --release -p spike-bench --example encode_work -- [scheme=rate_poisson] [channels=1000] [steps=1000]
//! [batch=1] [threads=1] [refractory_ms=0] [runs=30]`: uniform values in (0, 1), steps of 0.1 ms, the highest rate
//! 1000 Hz. Prints one JSON object: fastest, median and processor time of a call of `Encoder::encode` in milliseconds, the
//! spikes of a call, and on Linux by how much the largest resident size rose over that before the calls.

use rayon::ThreadPoolBuilder;
use spike_bench::process::{clear_peak, peak_bytes, processor_seconds};
use spike_bench::{SEED, uniform};
use spike_core::{CodeOptions, CodingScheme, EncoderConfig, Normalizer};
use spike_encode::Encoder;
use std::collections::HashMap;
use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let words: HashMap<String, String> = std::env::args()
        .skip(1)
        .filter_map(|word| word.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())))
        .collect();
    let number = |key: &str, default: usize| words.get(key).map_or(Ok(default), |text| text.parse::<usize>());
    let (channels, steps, batch) = (number("channels", 1000)?, number("steps", 1000)?, number("batch", 1)?);
    let (threads, runs) = (number("threads", 1)?, number("runs", 30)?.max(1));
    let scheme: CodingScheme = words.get("scheme").map_or("rate_poisson", String::as_str).parse()?;

    let config = EncoderConfig {
        time_window_ms: steps as f64 / 10.0,
        refractory_period_ms: words.get("refractory_ms").map_or(Ok(0.0), |text| text.parse::<f64>())?,
        ..EncoderConfig::default()
    };
    let options = CodeOptions::default_of(scheme);
    let encoder = Encoder::new(&config, options, Normalizer::identity(channels), SEED, vec![channels])?;
    let values = uniform(channels * batch);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
    let call = || pool.install(|| encoder.encode(black_box(&values), 0));

    let before = clear_peak();
    // Once to warm up.
    let num_spikes = call()?.0.num_spikes();
    let started = processor_seconds();
    let mut seconds = Vec::with_capacity(runs);
    for _ in 0..runs {
        let start = Instant::now();
        let result = call()?;
        seconds.push(start.elapsed().as_secs_f64());
        black_box(result);
    }
    let spent = started.zip(processor_seconds()).map(|(before, after)| 1e3 * (after - before) / runs as f64);
    seconds.sort_by(f64::total_cmp);
    let median_s = seconds[runs / 2];
    let line = serde_json::json!({
        "scheme": scheme.name(), "channels": channels, "steps": steps, "batch": batch, "threads": threads,
        "fastest_ms": 1e3 * seconds[0], "median_ms": 1e3 * median_s, "cpu_ms": spent, "spikes": num_spikes,
        "ns_per_spike": 1e9 * median_s / num_spikes.max(1) as f64,
        "peak_bytes": before.zip(peak_bytes()).map(|(before, after)| after.saturating_sub(before)),
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
