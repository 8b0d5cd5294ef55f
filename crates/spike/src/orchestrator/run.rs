//! Stages on threads, with bounded channels between them.

use crate::orchestrator::error::StageError;
use crate::orchestrator::lane::{Received, Receiver, Sender};
use crate::orchestrator::parcel::{InFlight, Parcel};
use crate::orchestrator::population::PopulationStage;
use crate::orchestrator::readout::{ReadoutStage, read_all};
use crate::orchestrator::samples::Samples;
use crate::par;
use spike_core::{NormalizeReport, SpikeTrain};
use spike_encode::Encoder;
use std::time::{Duration, Instant};

/// The work of one stage, in the order of the stages; the source comes before, the consumer behind.
#[derive(Debug)]
pub(super) enum Work<'a> {
    Encode(&'a Encoder),
    Population(&'a mut PopulationStage),
    Readouts(&'a [ReadoutStage]),
}

/// What a group of stages begins with.
#[derive(Debug)]
pub(super) enum Head<'a> {
    Source { samples: Samples<'a>, next_index: u64, size: usize, per_parcel: usize },
    Lane(Receiver<Parcel>),
}

/// Where the times of a stage went.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Times {
    pub(super) busy: Duration,
    pub(super) input: Duration,
    pub(super) room: Duration,
}

/// A stage that refused a sample.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) stage: usize,
    pub(super) sample: u64,
    pub(super) error: StageError,
}

/// How the stages of a group ended.
#[derive(Debug)]
pub(super) enum End {
    /// All samples went through.
    Complete,
    /// A stage before refused a sample.
    Aborted,
    /// What is behind takes no more.
    Stopped,
    /// A stage of the group refused a sample.
    Failed(Failure),
}

/// What became of a parcel that was handed on.
#[derive(Debug)]
pub(super) enum Handed {
    /// It was taken, after this time of waiting for room.
    Taken(Duration),
    Stopped,
    Failed(Failure),
}

/// Consecutive stages that run on one thread.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) head: Head<'a>,
    /// Index among all stages of the first of `works`.
    pub(super) first_stage: usize,
    pub(super) works: Vec<Work<'a>>,
    pub(super) learning: bool,
}

impl Work<'_> {
    /// On an error the samples before `usize` are done.
    fn process(&mut self, samples: &mut [InFlight], learning: bool) -> Result<(), (usize, StageError)> {
        match self {
            Self::Encode(encoder) => encode(encoder, samples),
            Self::Population(stage) => stage.process(samples, learning),
            Self::Readouts(readouts) => read_all(readouts, samples),
        }
    }
}

fn encode(encoder: &Encoder, samples: &mut [InFlight]) -> Result<(), (usize, StageError)> {
    type Encoded = Result<(SpikeTrain, NormalizeReport), StageError>;
    let encoded = {
        let samples = &*samples;
        par::map_indexed(samples.len(), |place| -> Encoded {
            let InFlight { index, sample, .. } = &samples[place];
            let (batch, report) = encoder.encode(&sample.values, *index).map_err(StageError::Encode)?;
            Ok((batch.to_train(), report))
        })
    };
    for (place, (sample, encoded)) in samples.iter_mut().zip(encoded).enumerate() {
        let (train, report) = encoded.map_err(|error| (place, error))?;
        sample.spikes.push(train);
        sample.clipped = report.clipped;
    }
    Ok(())
}

/// What a head has next.
struct Next {
    parcel: Parcel,
    /// How the samples end behind the parcel, if they do.
    end: Option<End>,
    waited: Duration,
    busy: Duration,
}

impl Head<'_> {
    fn next(&mut self) -> Next {
        match self {
            Self::Source { samples, next_index, size, per_parcel } => {
                let start = Instant::now();
                let mut read = Vec::with_capacity(*per_parcel);
                let more = samples.read(*per_parcel, *size, &mut read);
                let parcel: Parcel =
                    read.into_iter().zip(*next_index..).map(|(sample, index)| InFlight::new(index, sample)).collect();
                *next_index += parcel.len() as u64;
                let end = match more {
                    Ok(true) => None,
                    Ok(false) => Some(End::Complete),
                    Err(error) => Some(End::Failed(Failure { stage: 0, sample: *next_index, error })),
                };
                Next { parcel, end, waited: Duration::ZERO, busy: start.elapsed() }
            }
            Self::Lane(receiver) => {
                let (received, waited) = receiver.receive();
                let (parcel, end) = match received {
                    Received::Item(parcel) => (parcel, None),
                    Received::End => (Vec::new(), Some(End::Complete)),
                    Received::Aborted => (Vec::new(), Some(End::Aborted)),
                };
                Next { parcel, end, waited, busy: Duration::ZERO }
            }
        }
    }

    fn is_source(&self) -> bool {
        matches!(self, Self::Source { .. })
    }
}

impl Group<'_> {
    /// Runs until the samples end, a stage refuses one, or `hand_on` takes no more. `times` has an entry for each stage
    /// of the pipeline, of which those of the group are filled in; `last` is the last stage of the group.
    pub(super) fn run(
        mut self,
        last: usize,
        times: &mut [Times],
        mut hand_on: impl FnMut(Parcel) -> Handed,
    ) -> (End, Option<usize>) {
        let from_source = self.head.is_source();
        let first = if from_source { 0 } else { self.first_stage };
        let end = loop {
            let Next { mut parcel, mut end, waited, busy } = self.head.next();
            times[first].input += waited;
            times[first].busy += busy;
            for (stage, work) in (self.first_stage..).zip(&mut self.works) {
                if parcel.is_empty() {
                    break;
                }
                let start = Instant::now();
                let done = work.process(&mut parcel, self.learning);
                times[stage].busy += start.elapsed();
                if let Err((place, error)) = done {
                    // Samples before it go on: whichever stage refuses the earliest sample is the one to name.
                    end = Some(End::Failed(Failure { stage, sample: parcel[place].index, error }));
                    parcel.truncate(place);
                }
            }
            if !parcel.is_empty() {
                match hand_on(parcel) {
                    Handed::Taken(waited) => times[last].room += waited,
                    Handed::Stopped => break End::Stopped,
                    Handed::Failed(failure) => break End::Failed(failure),
                }
            }
            if let Some(end) = end {
                break end;
            }
        };
        let high_water = match &self.head {
            Head::Lane(receiver) => Some(receiver.high_water()),
            Head::Source { .. } => None,
        };
        (end, high_water)
    }

    /// Runs on a thread of its own: what is done goes into a lane.
    pub(super) fn run_into(self, last: usize, num_stages: usize, sender: Sender<Parcel>) -> Ran {
        let mut times = vec![Times::default(); num_stages];
        let (end, high_water) = self.run(last, &mut times, |parcel| match sender.send(parcel) {
            Ok(waited) => Handed::Taken(waited),
            Err(_) => Handed::Stopped,
        });
        if matches!(end, End::Complete) {
            sender.finish();
        }
        Ran { end, times, high_water }
    }
}

/// What a group did.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) end: End,
    pub(super) times: Vec<Times>,
    /// Most parcels that waited before it.
    pub(super) high_water: Option<usize>,
}

/// Where the works of a pipeline are divided among threads: before which of them a new thread begins. Work 0 is the
/// encoder, then come the populations, then the read-outs; a cut behind the last gives the consumer a thread.
///
/// Populations come first, because they take most of the time; then what is behind them, the source, the consumer.
pub(super) fn cuts(num_populations: usize, threads: usize) -> Vec<usize> {
    let by_worth = (1..=num_populations + 1).chain([0, num_populations + 2]);
    let mut cuts: Vec<usize> = by_worth.take(threads.saturating_sub(1)).collect();
    cuts.sort_unstable();
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_given_to_populations_first() {
        assert_eq!(cuts(1, 1), [0; 0]);
        assert_eq!(cuts(1, 2), [1]);
        assert_eq!(cuts(3, 4), [1, 2, 3]);
        assert_eq!(cuts(1, 4), [0, 1, 2]);
        assert_eq!(cuts(0, 2), [1]);
        assert_eq!(cuts(2, 100), [0, 1, 2, 3, 4]);
    }
}
