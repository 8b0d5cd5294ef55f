//! How well contrast codes rebuild signals: the four test signals of Petro et al. and an electrocardiogram, each with
//! options optimised on the signal. Prints two tables, and draws the electrocardiogram with its reconstructions.
//!
//! `cargo run --release -p spike-bench --example contrast [-- FIGURE.svg]`, from the root of the repository.

use ndarray::ArrayView2;
use spike_bench::petro::TestSignal;
use spike_core::{CodeOptions, CodingScheme, EncoderConfig, Normalizer, NormalizerKind, Seed, SendOnDeltaOptions};
use spike_decode::{Decoder, Optimised, optimise};
use spike_encode::Encoder;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The codes that are compared; of the last, a sample may cause eight spikes.
fn codes() -> Vec<(&'static str, CodeOptions)> {
    let eight = SendOnDeltaOptions { events_per_sample: 8, ..SendOnDeltaOptions::default() };
    vec![
        ("step_forward", CodeOptions::default_of(CodingScheme::ContrastStepForward)),
        ("send_on_delta", CodeOptions::default_of(CodingScheme::ContrastSendOnDelta)),
        ("moving_window", CodeOptions::default_of(CodingScheme::ContrastMovingWindow)),
        ("ben_spiker", CodeOptions::default_of(CodingScheme::ContrastBenSpiker)),
        ("tbr", CodeOptions::default_of(CodingScheme::ContrastTbr)),
        ("threshold", CodeOptions::default_of(CodingScheme::ContrastThreshold)),
        ("send_on_delta, 8 events", CodeOptions::ContrastSendOnDelta(eight)),
    ]
}

const SEEDS: u64 = 10;
/// Time between samples of the electrocardiogram: 1/360 s in eighths of whole nanoseconds.
const ECG_DT_MS: f64 = 8.0 * 0.347_222;

fn main() -> Outcome<()> {
    let figure = std::env::args().nth(1).unwrap_or_else(|| "docs/figures/ecg_reconstruction.svg".to_owned());
    let mut out = std::io::stdout();
    writeln!(out, "AC-SNR in dB (spikes per sample and channel), mean over seeds 0 to {}", SEEDS - 1)?;
    write!(out, "{:18}", "")?;
    for (name, _) in codes() {
        write!(out, "{name:>24}")?;
    }
    writeln!(out)?;
    for kind in TestSignal::ALL {
        write!(out, "{:18}", kind.name())?;
        for (_, code) in codes() {
            let (mut db, mut rate) = (0.0, 0.0);
            for seed in 0..SEEDS {
                let run = Run::of(code, &kind.generate(seed), 1.0)?;
                db += run.found.ac_snr_db / SEEDS as f64;
                rate += run.spikes_per_sample / SEEDS as f64;
            }
            write!(out, "{:>24}", format!("{db:.1} ({rate:.3})"))?;
        }
        writeln!(out)?;
    }
    let ecg = ecg()?;
    writeln!(out, "\nECG, {} samples at 360 Hz", ecg.len())?;
    let mut panels = Vec::new();
    for (name, code) in codes() {
        let run = Run::of(code, &ecg, ECG_DT_MS)?;
        let (db, rate) = (run.found.ac_snr_db, run.spikes_per_sample);
        writeln!(out, "{name:24}{db:>6.1} dB, {rate:.3} spikes/sample, {:?}", run.found.options)?;
        panels.push((name, run));
    }
    std::fs::write(&figure, svg(&ecg, &panels)?)?;
    writeln!(out, "\nfigure: {figure}")?;
    Ok(())
}

/// The electrocardiogram, scaled to [0, 1].
fn ecg() -> Outcome<Vec<f64>> {
    let text = std::fs::read_to_string("data/signals/ecg_360hz.csv")?;
    let raw = text.lines().skip(1).map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    let normalizer = Normalizer::fit_slice(NormalizerKind::MinMax, 1, &raw)?;
    let mut scaled = Vec::new();
    normalizer.apply(&raw, 0, &mut scaled, &mut spike_core::NormalizeReport::default())?;
    Ok(scaled)
}

struct Run {
    found: Optimised,
    decoded: Vec<f64>,
    spikes_per_sample: f64,
}

impl Run {
    fn of(code: CodeOptions, signal: &[f64], dt_ms: f64) -> Outcome<Self> {
        let config = EncoderConfig {
            time_window_ms: signal.len() as f64 * dt_ms,
            dt_ms: dt_ms / f64::from(code.events_per_sample()),
            refractory_period_ms: 0.0,
            ..EncoderConfig::default()
        };
        let column = ArrayView2::from_shape((signal.len(), 1), signal)?;
        let found = optimise(&config, code, column)?;
        let encoder = Encoder::new(&config, found.options, Normalizer::identity(1), Seed(0), vec![signal.len(), 1])?
            .with_signals(signal)?;
        let (batch, _) = encoder.encode(signal, 0)?;
        let decoded = Decoder::new(encoder.encoding(), None)?.decode(&batch)?.values.into_raw_vec_and_offset().0;
        Ok(Self { found, decoded, spikes_per_sample: batch.num_spikes() as f64 / signal.len() as f64 })
    }
}

/// Seconds, pixels and colours of the figure.
const SHOWN_S: f64 = 4.0;
const LEFT: f64 = 64.0;
const TOP: f64 = 60.0;
const WIDTH: f64 = 820.0;
const HEIGHT: f64 = 104.0;
const GAP: f64 = 26.0;
const ORIGINAL: &str = "#9aa0a6";
const REBUILT: &str = "#c5221f";

/// The first seconds of the signal with its reconstruction, one panel for each code.
fn svg(signal: &[f64], panels: &[(&str, Run)]) -> Result<String, std::fmt::Error> {
    let bottom = TOP + panels.len() as f64 * (HEIGHT + GAP) - GAP;
    let (width, height) = (LEFT + WIDTH + 16.0, bottom + 46.0);
    let mut svg = String::new();
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">"#
    )?;
    writeln!(svg, r#"<rect width="{width}" height="{height}" fill="white"/>"#)?;
    let original = points(signal)?;
    writeln!(
        svg,
        r#"<defs><polyline id="signal" fill="none" stroke="{ORIGINAL}" stroke-width="2" points="{original}"/></defs>"#
    )?;
    for (x, colour, name) in
        [(LEFT, ORIGINAL, "electrocardiogram"), (LEFT + 160.0, REBUILT, "reconstruction from spikes")]
    {
        writeln!(
            svg,
            r#"<path d="M{x} 20h26" stroke="{colour}" stroke-width="2"/><text x="{}" y="24">{name}</text>"#,
            x + 32.0
        )?;
    }
    for (panel, (name, run)) in panels.iter().enumerate() {
        let top = TOP + panel as f64 * (HEIGHT + GAP);
        writeln!(svg, r##"<rect x="{LEFT}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#444"/>"##)?;
        for tick in [0.0, 0.5, 1.0] {
            let y = top + HEIGHT * (1.0 - tick);
            writeln!(
                svg,
                r##"<path d="M{} {y}h-5" stroke="#444"/><text x="{}" y="{}" text-anchor="end">{tick}</text>"##,
                LEFT,
                LEFT - 9.0,
                y + 4.0
            )?;
        }
        let (db, rate) = (run.found.ac_snr_db, run.spikes_per_sample);
        writeln!(
            svg,
            r#"<text x="{LEFT}" y="{}">{name}: {db:.1} dB AC-SNR, {rate:.2} spikes per sample</text>"#,
            top - 6.0
        )?;
        writeln!(svg, r##"<use href="#signal" x="{LEFT}" y="{top}"/>"##)?;
        let rebuilt = points(&run.decoded)?;
        writeln!(
            svg,
            r#"<polyline transform="translate({LEFT} {top})" fill="none" stroke="{REBUILT}" points="{rebuilt}"/>"#
        )?;
    }
    for tick in 0..=SHOWN_S as u32 {
        let x = LEFT + WIDTH * f64::from(tick) / SHOWN_S;
        writeln!(
            svg,
            r##"<path d="M{x} {bottom}v5" stroke="#444"/><text x="{x}" y="{}" text-anchor="middle">{tick}</text>"##,
            bottom + 19.0
        )?;
    }
    writeln!(svg, r#"<text x="{}" y="{}" text-anchor="middle">time (s)</text>"#, LEFT + WIDTH / 2.0, bottom + 37.0)?;
    let middle = (TOP + bottom) / 2.0;
    writeln!(
        svg,
        r#"<text transform="translate(16 {middle}) rotate(-90)" text-anchor="middle">signal (share of its range)</text>"#
    )?;
    writeln!(svg, "</svg>")?;
    Ok(svg)
}

/// The points of a curve from the origin of its panel. Points on a level line between their neighbours are left out.
fn points(values: &[f64]) -> Result<String, std::fmt::Error> {
    let shown = values.iter().take((SHOWN_S * 1e3 / ECG_DT_MS) as usize + 1);
    let tenths: Vec<i64> = shown.map(|value| (10.0 * HEIGHT * (1.0 - value)).round() as i64).collect();
    let mut points = String::new();
    for (i, y) in tenths.iter().enumerate() {
        if 0 < i && i + 1 < tenths.len() && tenths[i - 1] == *y && tenths[i + 1] == *y {
            continue;
        }
        let x = WIDTH * i as f64 * ECG_DT_MS / 1e3 / SHOWN_S;
        write!(points, "{x:.1},{} ", *y as f64 / 10.0)?;
    }
    Ok(points)
}
