//! The stage of the read-outs: spikes to values, numbers and classes.

use crate::orchestrator::error::{OrchestratorError, StageError};
use crate::orchestrator::parcel::InFlight;
use crate::orchestrator::pipeline::{Readout, ReadoutKind};
use crate::par;
use spike_core::{Encoding, SpikeBatch, SpikeChunk, SpikeView};
use spike_decode::{ActivityReadout, ClassAssignment, Decoder};
use std::sync::Arc;

/// What a read-out gives for one sample.
#[derive(Debug, Clone, PartialEq)]
pub enum ReadoutValue {
    /// Decoded values, or numbers of the activity.
    Numbers(Vec<f64>),
    /// A class; none without spikes of assigned neurons.
    Class(Option<u32>),
}

impl ReadoutValue {
    /// The numbers; empty for a class.
    #[must_use]
    pub fn numbers(&self) -> &[f64] {
        match self {
            Self::Numbers(numbers) => numbers,
            Self::Class(_) => &[],
        }
    }

    /// The class; none for numbers.
    #[must_use]
    pub fn class(&self) -> Option<u32> {
        match self {
            Self::Numbers(_) => None,
            Self::Class(class) => *class,
        }
    }
}

/// A read-out, ready to read.
#[derive(Debug)]
pub(super) struct ReadoutStage {
    pub(super) name: String,
    pub(super) source: usize,
    reader: Reader,
}

#[derive(Debug)]
enum Reader {
    Values(Decoder),
    Activity(ActivityReadout),
    Classes(ClassAssignment),
}

impl ReadoutStage {
    /// `source` is the stage that it reads from, with this number of rows.
    pub(super) fn new(
        declared: &Readout,
        (source, rows): (usize, usize),
        encoding: &Arc<Encoding>,
    ) -> Result<Self, OrchestratorError> {
        let wrong = |source| OrchestratorError::Config { part: format!("read-out {}", declared.name), source };
        let size = |found: usize| spike_core::ConfigError::OutOfRange {
            name: "number of neurons",
            value: rows as f64,
            min: found as f64,
            max: found as f64,
        };
        let reader = match &declared.kind {
            ReadoutKind::Values { method } => {
                if rows != encoding.num_neurons() {
                    return Err(wrong(size(encoding.num_neurons())));
                }
                let failed = |source| OrchestratorError::Readout { readout: declared.name.clone(), source };
                Reader::Values(Decoder::new(encoding, *method).map_err(failed)?)
            }
            ReadoutKind::Activity(activity) => {
                activity.validate(rows).map_err(wrong)?;
                Reader::Activity(activity.clone())
            }
            ReadoutKind::Classes(classes) => {
                classes.validate().map_err(wrong)?;
                if classes.of_neurons().len() != rows {
                    return Err(wrong(size(classes.of_neurons().len())));
                }
                Reader::Classes(classes.clone())
            }
        };
        Ok(Self { name: declared.name.clone(), source, reader })
    }

    /// Whether its values are those that were encoded.
    pub(super) fn is_reconstruction(&self) -> bool {
        matches!(self.reader, Reader::Values(_))
    }

    /// Whether it gives classes.
    pub(super) fn is_class(&self) -> bool {
        matches!(self.reader, Reader::Classes(_))
    }

    fn read(&self, spikes: SpikeView<'_>, sample: u64) -> Result<ReadoutValue, StageError> {
        Ok(match &self.reader {
            Reader::Values(decoder) => {
                let batch = one_sample(spikes, sample)?;
                let decoded = decoder.decode(&batch).map_err(StageError::Decode)?;
                ReadoutValue::Numbers(decoded.values.into_iter().collect())
            }
            Reader::Activity(activity) => ReadoutValue::Numbers(activity.read(spikes)),
            Reader::Classes(classes) => ReadoutValue::Class(classes.predict(spikes)),
        })
    }
}

/// Applies all read-outs to the samples of a parcel. On an error those before `usize` are done.
pub(super) fn read_all(readouts: &[ReadoutStage], samples: &mut [InFlight]) -> Result<(), (usize, StageError)> {
    if readouts.is_empty() {
        return Ok(());
    }
    let read = {
        let samples = &*samples;
        par::map_indexed(samples.len(), |place| {
            let sample = &samples[place];
            let read = |readout: &ReadoutStage| readout.read(sample.spikes[readout.source].view(), sample.index);
            readouts.iter().map(read).collect::<Result<Vec<_>, _>>()
        })
    };
    for (place, (sample, values)) in samples.iter_mut().zip(read).enumerate() {
        sample.readouts = values.map_err(|error| (place, error))?;
    }
    Ok(())
}

fn one_sample(spikes: SpikeView<'_>, sample: u64) -> Result<SpikeBatch, StageError> {
    let mut chunk = SpikeChunk::with_capacity(spikes.num_neurons(), spikes.steps().len());
    chunk.append_rows(|steps, ends| {
        for row in spikes.neurons() {
            steps.extend_from_slice(row);
            ends.push(steps.len() as u64);
        }
    });
    let mut batch = SpikeBatch::new(spikes.grid(), spikes.num_neurons(), sample);
    batch.push(chunk).map_err(|error| StageError::Sim(spike_sim::SimError::Rows(error)))?;
    Ok(batch)
}
