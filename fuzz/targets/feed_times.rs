//! Spike times that a simulator recorded: an archive as it is, or arrays made of the bytes.

use spike_core::{Duplicates, Rounding};
use spike_io::feed::{TimesOptions, import_times};
use spike_io::npz::{NpzCompression, NpzWriter};

const NAMES: [&str; 8] =
    ["num_samples", "num_neurons", "num_steps", "first_sample", "shift_steps", "in_sequence", "dt_ns", "time_unit_s"];

pub(crate) fn run(data: &[u8]) {
    for rounding in [Rounding::Floor, Rounding::Exact] {
        let options = TimesOptions { rounding, duplicates: Duplicates::Merge, ..TimesOptions::default() };
        check(data.to_vec(), &options);
        if let Some(archive) = archive(data) {
            check(archive, &options);
        }
    }
}

/// What is imported keeps to the rules of spikes, whatever was recorded.
fn check(bytes: Vec<u8>, options: &TimesOptions) {
    let Ok(imported) = import_times(bytes, options) else { return };
    let num_steps = imported.batch.grid().num_steps();
    for sample in imported.batch.samples() {
        for row in sample.neurons() {
            assert!(row.array_windows().all(|[a, b]| a < b));
            assert!(row.iter().all(|&step| step < num_steps));
        }
    }
}

/// Eight small numbers that describe a record, then pairs of an index and a time.
fn archive(data: &[u8]) -> Option<Vec<u8>> {
    let (about, spikes) = data.split_at_checked(16)?;
    let mut archive = NpzWriter::new(Vec::new(), NpzCompression::Stored);
    for (name, bytes) in NAMES.iter().zip(about.chunks_exact(2)) {
        archive.add(name, &[1], &[i64::from(i16::from_le_bytes([bytes[0], bytes[1]]))][..]).ok()?;
    }
    let (indices, times): (Vec<i64>, Vec<f64>) = spikes
        .chunks_exact(9)
        .map(|c| (i64::from(c[0]), f64::from_le_bytes([c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]])))
        .unzip();
    archive.add("indices", &[indices.len()], &indices[..]).ok()?;
    archive.add("times", &[times.len()], &times[..]).ok()?;
    archive.finish().ok()
}
