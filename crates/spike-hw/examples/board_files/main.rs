//! Files for boards: writes the documented dumps, or reads a file and writes it again.
//!
//! ```sh
//! cargo run -p spike-hw --example board_files -- dumps FOLDER
//! cargo run -p spike-hw --example board_files -- rewrite IN OUT      # by extension: .nir, .net, .h5, .eieio
//! ```

mod digit;
mod dumps;
mod networks;

use spike_core::{Duplicates, Rounding};
use spike_hw::eieio::{EieioReader, EieioWriter};
use spike_io::netx::Netx;
use spike_io::nir::NirGraph;
use spike_io::spikes::sonata::{SonataGrid, SonataOptions, SonataWriter, open_sonata};
use std::error::Error;
use std::fs;
use std::path::Path;

const USAGE: &str = "usage: board_files dumps FOLDER | board_files rewrite IN OUT";
/// The grid of spikes of other programs.
const DT_NS: u64 = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["dumps", folder] => {
            fs::create_dir_all(folder)?;
            for (name, bytes) in dumps::dumps()? {
                fs::write(Path::new(folder).join(name), bytes)?;
            }
            Ok(())
        }
        ["rewrite", from, to] => Ok(fs::write(to, rewrite(Path::new(from), &fs::read(from)?)?)?),
        _ => Err(USAGE.into()),
    }
}

fn rewrite(path: &Path, bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("nir") => Ok(NirGraph::from_bytes(bytes)?.to_bytes()?),
        Some("net") => Ok(Netx::from_bytes(bytes)?.to_bytes()?),
        Some("h5") => sonata(bytes),
        Some("eieio") => {
            let mut reader = EieioReader::new(bytes)?;
            let mut writer = EieioWriter::new(Vec::new())?;
            while let Some(message) = reader.next_packet()? {
                writer.push(&message)?;
            }
            Ok(writer.finish()?)
        }
        _ => Err(format!("{} has no extension of .nir, .net, .h5 or .eieio", path.display()).into()),
    }
}

/// Spikes of one window, on the grid exactly or not at all.
fn sonata(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let (rounding, duplicates) = (Rounding::Exact, Duplicates::Error);
    let grid = Some(SonataGrid { dt_ns: DT_NS, num_steps: None, rounding, duplicates });
    let (mut spikes, _) = open_sonata(bytes, &SonataOptions { population: None, grid })?;
    let samples = spikes.samples();
    let mut writer = SonataWriter::new(Vec::new(), spikes.header().clone(), samples.start);
    for sample in spikes.read(samples)?.samples() {
        writer.push(sample)?;
    }
    Ok(writer.finish()?.0)
}
