//! How time for each spike and memory grow with neurons, steps, samples and threads.

use super::{machine, shell};
use crate::step::root;
use serde_json::Value;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Images in the large file: 784 MB of them.
const NUM_DIGITS: u32 = 1_000_000;
/// Memory that encoding the large file may take.
const BOUND_MIB: u64 = 256;

/// One row of the table: what grows, and the words for the example.
struct Work {
    axis: &'static str,
    channels: usize,
    steps: usize,
    batch: usize,
    threads: usize,
}

/// Measures everything and returns the section.
pub(super) fn measure() -> Result<String, String> {
    let mut lines = vec![
        machine()?,
        String::new(),
        "Poisson spikes of uniform values, no refractory period, median of whole calls; the last column is the time for a \
         spike over that of 1000 channels, 1000 steps, one sample on one thread."
            .to_owned(),
        String::new(),
        "| what grows | channels | steps | samples | threads | spikes | ms | ns a spike | relative |".to_owned(),
        "|---|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    let reference = example(&Work { axis: "", channels: 1000, steps: 1000, batch: 1, threads: 1 })?;
    let reference = number(&reference, "ns_per_spike")?;
    for work in works() {
        let found = example(&work)?;
        let per_spike = number(&found, "ns_per_spike")?;
        let Work { axis, channels, steps, batch, threads } = work;
        lines.push(format!(
            "| {axis} | {channels} | {steps} | {batch} | {threads} | {} | {:.3} | {per_spike:.3} | {:.2} |",
            number(&found, "spikes")?,
            number(&found, "median_ms")?,
            per_spike / reference
        ));
    }
    lines.push(String::new());
    lines.push(large_file()?);
    Ok(lines.join("\n"))
}

fn works() -> Vec<Work> {
    let decades = |from: u32, to: u32| (from..=to).map(|power| 10usize.pow(power));
    let one = |axis, channels, steps, batch, threads| Work { axis, channels, steps, batch, threads };
    let mut works: Vec<Work> = decades(2, 6).map(|n| one("neurons", n, 1000, 1, 1)).collect();
    works.extend(decades(2, 5).map(|n| one("steps", 1000, n, 1, 1)));
    works.extend(decades(0, 4).map(|n| one("samples", 100, 1000, n, 1)));
    works.extend([1, 2].map(|threads| one("threads", 1000, 1000, 1000, threads)));
    works
}

fn example(work: &Work) -> Result<Value, String> {
    let Work { channels, steps, batch, threads, .. } = work;
    // As many runs as make the smallest works last some tens of milliseconds.
    let runs = (200_000_000 / (channels * steps * batch)).clamp(5, 2000);
    let words = format!("channels={channels} steps={steps} batch={batch} threads={threads} runs={runs}");
    let program = root().join("target/release/examples/encode_work");
    let text = shell(Command::new(program).args(words.split(' ')))?;
    serde_json::from_str(&text).map_err(|error| format!("encode_work {words} printed no JSON: {error}"))
}

fn number(found: &Value, key: &str) -> Result<f64, String> {
    found[key].as_f64().ok_or_else(|| format!("encode_work printed no {key}: {found}"))
}

/// Encodes a file that is larger than the bound, and says how much memory that took.
fn large_file() -> Result<String, String> {
    let folder = root().join("target/bench");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let input = folder.join("digits.idx");
    write_digits(&input).map_err(failed)?;
    let output = folder.join("digits.spk");
    let program = root().join("target/release/spike");
    let mut command = Command::new(program);
    command.args(["encode", "--scheme", "rate_poisson", "--max-firing-rate-hz", "100", "--seed", "7"]);
    command.arg(&input).arg("-o").arg(&output).stdin(Stdio::null());
    let (peak_mib, seconds) = peak_of(&mut command)?;
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    let verdict = if peak_mib <= BOUND_MIB { "within" } else { "ABOVE" };
    let line = format!(
        "`spike encode` of {NUM_DIGITS} digits by rate (at most 100 Hz, 100 ms): {} MB in, {} MB out, {seconds:.0} s, at \
         most {peak_mib} MiB of memory, {verdict} the bound of {BOUND_MIB} MiB.",
        size(&input) / 1_000_000,
        size(&output) / 1_000_000
    );
    std::fs::remove_file(&input).and_then(|()| std::fs::remove_file(&output)).map_err(failed)?;
    Ok(line)
}

/// The test digits, over and over, as an IDX file.
fn write_digits(path: &Path) -> std::io::Result<()> {
    let mut digits = Vec::new();
    let packed = root().join("data/mnist/t10k-images-idx3-ubyte.gz");
    let unpacked = Command::new("gzip").args(["-dc"]).arg(packed).stdout(Stdio::piped()).spawn()?;
    if let Some(mut stdout) = unpacked.stdout {
        stdout.read_to_end(&mut digits)?;
    }
    let images = digits.get(16..).filter(|images| images.len() == 7_840_000);
    let images = images.ok_or_else(|| std::io::Error::other("gzip gave no test images"))?;
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(&[0, 0, 8, 3])?;
    [NUM_DIGITS, 28, 28].iter().try_for_each(|size| file.write_all(&size.to_be_bytes()))?;
    (0..NUM_DIGITS / 10_000).try_for_each(|_| file.write_all(images))?;
    file.flush()
}

/// The largest resident size of a program in MiB, looked at until it ends, and how long it took.
fn peak_of(command: &mut Command) -> Result<(u64, f64), String> {
    let start = std::time::Instant::now();
    let mut child = command.spawn().map_err(|error| format!("{command:?} could not start: {error}"))?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    loop {
        // The kernel keeps the largest size; it is gone with the program, so that the last look counts.
        let status = std::fs::read_to_string(&status_file).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let found = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        peak_kib = peak_kib.max(found.unwrap_or(0));
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            let seconds = start.elapsed().as_secs_f64();
            return match (status.success(), peak_kib) {
                (true, 1..) => Ok((peak_kib.div_ceil(1024), seconds)),
                (true, 0) => Err("the memory of the program could not be read; this needs Linux".to_owned()),
                (false, _) => Err(format!("{command:?} ended with {status}")),
            };
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
