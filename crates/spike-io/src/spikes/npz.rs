//! Spikes as NumPy arrays.

use super::Held;
use crate::npz::{NpzCompression, NpzWriter};
use crate::spk::{SpkError, SpkHeader, SpkSummary};
use crate::{InputFormat, OpenOptions, ReadError};
use spike_core::SpikeView;
use std::io::{Read, Write};
use std::sync::Arc;

/// Collects spikes and writes them as arrays: `offsets` (u64, rows + 1), `steps` (u32), `shape` (u64: samples,
/// neurons, steps, dt in nanoseconds, first sample) and `header` (u8, JSON).
#[derive(Debug)]
pub struct NpzSpikes<W: Write> {
    out: W,
    header: SpkHeader,
    first_sample: u64,
    offsets: Vec<u64>,
    steps: Vec<u32>,
}

/// Whether a sample has the shape of the header.
pub(super) fn check(header: &SpkHeader, sample: SpikeView<'_>) -> Result<(), SpkError> {
    let (expected, found) = (header.num_neurons, sample.num_neurons());
    if expected != found {
        return Err(SpkError::Shape { expected, found });
    }
    if header.grid != sample.grid() {
        return Err(SpkError::Grid);
    }
    Ok(())
}

/// Counts the bytes that pass.
struct Counted<W>(W, u64);

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.0.write(bytes)?;
        self.1 += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write> NpzSpikes<W> {
    pub(super) fn new(out: W, header: SpkHeader, first_sample: u64) -> Self {
        Self { out, header, first_sample, offsets: vec![0], steps: Vec::new() }
    }

    pub(super) fn push(&mut self, sample: SpikeView<'_>) -> Result<(), SpkError> {
        check(&self.header, sample)?;
        for row in sample.neurons() {
            self.steps.extend_from_slice(row);
            self.offsets.push(self.steps.len() as u64);
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(W, SpkSummary), SpkError> {
        let num_neurons = self.header.num_neurons as u64;
        let num_samples = (self.offsets.len() as u64 - 1) / num_neurons;
        let grid = self.header.grid;
        let shape = [num_samples, num_neurons, u64::from(grid.num_steps()), grid.dt_ns(), self.first_sample];
        let header = serde_json::to_vec(&self.header)?;
        let mut archive = NpzWriter::new(Counted(self.out, 0), NpzCompression::Deflated);
        archive.add("offsets", &[self.offsets.len()], &self.offsets[..])?;
        archive.add("steps", &[self.steps.len()], &self.steps[..])?;
        archive.add("shape", &[5], &shape[..])?;
        archive.add("header", &[header.len()], &header[..])?;
        let Counted(mut out, num_bytes) = archive.finish()?;
        out.flush()?;
        Ok((out, SpkSummary { num_samples, num_spikes: self.steps.len() as u64, num_bytes }))
    }
}

pub(super) fn read(mut input: impl Read) -> Result<Held, SpkError> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let header: Vec<u8> = array(&bytes, "header")?.into_iter().map(|x| x as u8).collect();
    let header: SpkHeader = serde_json::from_slice(&header)?;
    header.check()?;
    let shape = array(&bytes, "shape")?;
    let [samples, neurons, num_steps, dt_ns, first_sample] = shape[..] else {
        return Err(SpkError::Array { name: "shape", reason: "it does not have five numbers" });
    };
    let grid = header.grid;
    if [neurons, num_steps, dt_ns] != [header.num_neurons as f64, f64::from(grid.num_steps()), grid.dt_ns() as f64] {
        return Err(SpkError::Array { name: "shape", reason: "it contradicts the header" });
    }
    let offsets: Vec<u64> = array(&bytes, "offsets")?.into_iter().map(|x| x as u64).collect();
    if offsets.len() as f64 != samples * neurons + 1.0 {
        return Err(SpkError::Array { name: "offsets", reason: "their number is not samples x neurons + 1" });
    }
    // A file without spikes has an empty array, which is not an input of samples.
    let steps = match array(&bytes, "steps") {
        Err(SpkError::Input(ReadError::Empty { .. })) => Vec::new(),
        other => other?.into_iter().map(|x| x as u32).collect(),
    };
    spike_core::SpikeChunk::from_rows(grid, offsets.clone(), steps.clone())?;
    let encoding = header.encoding.clone().map(Arc::new);
    Ok(Held { header, encoding, first_sample: first_sample as u64, offsets, steps })
}

/// A named array of whole numbers below 2⁵³, which doubles hold exactly.
fn array(bytes: &[u8], name: &'static str) -> Result<Vec<f64>, SpkError> {
    let options = OpenOptions { npz_array: Some(name.to_owned()), ..OpenOptions::default() };
    let mut source = crate::from_bytes(bytes.to_vec(), Some(InputFormat::Npz), &options)?;
    let mut values = Vec::new();
    while source.read_samples(1 << 16, &mut values)? > 0 {}
    Ok(values)
}
