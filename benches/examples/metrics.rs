//! The metrics of the specification for its seven codes, on uniform values and on the pixels of digits, in Markdown.
//!
//! `cargo run --release -p spike-bench --example metrics`

use spike::{BenchmarkOptions, EncodingReport, benchmark};
use spike_bench::{SEED, uniform};
use spike_core::{CodeOptions, CodingScheme, EncoderConfig, Normalizer, NormalizerKind};
use spike_encode::Encoder;
use std::error::Error;
use std::io::Write;
use std::path::Path;

/// A title, values, and values in a sample.
type Data = (String, Vec<f64>, usize);

/// Digits of the bundled test set that are measured.
const DIGITS: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist/t10k-images-idx3-ubyte.gz");
    let mut digits = Vec::new();
    spike_io::open(&path, None, &spike_io::OpenOptions::default())?.read_samples(DIGITS, &mut digits)?;
    let sets: [Data; 2] = [
        ("uniform values: 1000 samples of 100".to_owned(), uniform(100_000), 100),
        (format!("pixels of {DIGITS} MNIST digits"), digits, 784),
    ];
    let mut out = std::io::stdout().lock();
    for (title, values, channels) in &sets {
        writeln!(out, "{title}, seed {}, default configuration:\n", SEED.0)?;
        writeln!(
            out,
            "| code | bits/s | of a ceiling of | R² | reachable | bits/spike | rate Hz | first spike ms | sparsity | \
             energy nJ per sample |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|---|---|---|---|")?;
        let normalizer = Normalizer::fit_slice(NormalizerKind::MinMax, *channels, values)?;
        for &scheme in CodingScheme::SPECIFIED {
            let code = CodeOptions::default_of(scheme);
            let encoder = Encoder::new(&EncoderConfig::default(), code, normalizer.clone(), SEED, vec![*channels])?;
            writeln!(out, "{}", row(&benchmark(&encoder, values, &BenchmarkOptions::default())?))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn row(report: &EncodingReport) -> String {
    let m = &report.metrics;
    let or_dash = |figure: Option<f64>| figure.map_or("–".to_owned(), |f| format!("{f:.5}"));
    let ceiling = report.information.ceiling_bits.map(|bits| bits / (report.time_window_ms * 1e-3));
    format!(
        "| `{}` | {:.2} | {} | {:.5} | {} | {:.3} | {:.2} | {:.2} | {:.5} | {:.1} |",
        report.scheme,
        m.information_rate_bits_per_s,
        ceiling.map_or("–".to_owned(), |c| format!("{c:.2}")),
        m.reconstruction_accuracy,
        or_dash(report.reachable_r2),
        m.coding_efficiency_bits_per_spike,
        m.mean_firing_rate_hz,
        m.latency_to_first_spike_ms,
        m.sparsity,
        m.energy_proxy_nJ / report.num_samples as f64,
    )
}
