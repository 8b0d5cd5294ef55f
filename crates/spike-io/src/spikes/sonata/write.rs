//! Spikes into a file.

use super::layout::{Contents, before_spikes};
use super::{POPULATION, RECORD, Record, SonataError};
use crate::spikes::npz::check;
use crate::spk::{SpkError, SpkHeader, SpkSummary};
use spike_core::SpikeView;
use std::io::Write;

/// The code of "sorted by time".
const BY_TIME: u8 = 2;
/// The largest time in nanoseconds, beyond which a double has no nanoseconds.
const MAX_NS: u64 = 1 << 53;
/// Spikes whose bytes are made at a time.
const PART: usize = 1 << 13;

/// Collects spikes and writes them when it is finished; it holds twelve bytes for each.
#[derive(Debug)]
pub struct SonataWriter<W: Write> {
    out: W,
    population: String,
    record: Record,
    steps: Vec<u64>,
    nodes: Vec<u32>,
}

impl<W: Write> SonataWriter<W> {
    /// Starts a file of the population `spike`.
    #[must_use]
    pub fn new(out: W, header: SpkHeader, first_sample: u64) -> Self {
        let record = Record { first_sample, num_samples: 0, header };
        Self { out, population: POPULATION.to_owned(), record, steps: Vec::new(), nodes: Vec::new() }
    }

    /// Names the population.
    ///
    /// # Errors
    /// [`SonataError::PopulationName`].
    pub fn with_population(self, name: &str) -> Result<Self, SonataError> {
        if name.is_empty() || 255 < name.len() || name == "." || name.contains(['/', '\0']) {
            return Err(SonataError::PopulationName { name: name.to_owned() });
        }
        Ok(Self { population: name.to_owned(), ..self })
    }

    /// Appends a sample, one window after the one before it.
    ///
    /// # Errors
    /// [`SpkError`] if its rows or grid are not those of the header, or if its times are beyond 2⁵³ nanoseconds.
    pub fn push(&mut self, sample: SpikeView<'_>) -> Result<(), SpkError> {
        check(&self.record.header, sample)?;
        let grid = sample.grid();
        let window = u64::from(grid.num_steps());
        let start = self.record.num_samples.checked_mul(window).ok_or(SonataError::TooLong)?;
        let end_ns = start.checked_add(window).and_then(|end| end.checked_mul(grid.dt_ns()));
        if end_ns.is_none_or(|end| MAX_NS < end) {
            return Err(SonataError::TooLong.into());
        }
        for event in sample.events() {
            self.steps.push(start + u64::from(event.step));
            self.nodes.push(event.neuron);
        }
        self.record.num_samples += 1;
        Ok(())
    }

    /// Writes the file and returns the output, flushed.
    ///
    /// # Errors
    /// [`SpkError`] if writing fails.
    pub fn finish(mut self) -> Result<(W, SpkSummary), SpkError> {
        let json = serde_json::to_vec(&self.record)?;
        let num_spikes = self.steps.len() as u64;
        let (population, record) = (self.population.as_str(), (RECORD, json.as_slice()));
        let before = before_spikes(Contents { population, sorting: BY_TIME, num_spikes, record });
        self.out.write_all(&before)?;
        let dt_ns = self.record.header.grid.dt_ns();
        let mut bytes = Vec::with_capacity(8 * PART);
        for part in self.steps.chunks(PART) {
            bytes.clear();
            part.iter().for_each(|step| bytes.extend_from_slice(&((step * dt_ns) as f64 / 1e6).to_le_bytes()));
            self.out.write_all(&bytes)?;
        }
        for part in self.nodes.chunks(PART) {
            bytes.clear();
            part.iter().for_each(|&node| bytes.extend_from_slice(&u64::from(node).to_le_bytes()));
            self.out.write_all(&bytes)?;
        }
        self.out.flush()?;
        let num_bytes = before.len() as u64 + 16 * num_spikes;
        Ok((self.out, SpkSummary { num_samples: self.record.num_samples, num_spikes, num_bytes }))
    }
}
