//! Events of a file in memory, checked.

use super::{EventFileError, EventHeader};
use spike_core::{CameraEvent, EventStream};

/// A file of camera events in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct EventFile {
    /// What it says of itself.
    pub header: EventHeader,
    /// First and last time of the recording; those of its events where the format says none.
    pub span_us: [i64; 2],
    /// The events.
    pub stream: EventStream,
}

/// Collects events into the chunks of a stream, and checks each.
#[derive(Debug)]
pub(super) struct Collector<'a> {
    header: &'a EventHeader,
    stream: EventStream,
    chunk: Vec<CameraEvent>,
    pub(super) count: u64,
}

impl<'a> Collector<'a> {
    const CHUNK: usize = 1 << 16;

    pub(super) fn new(header: &'a EventHeader) -> Self {
        Self { header, stream: EventStream::default(), chunk: Vec::new(), count: 0 }
    }

    pub(super) fn push(&mut self, event: CameraEvent) -> Result<(), EventFileError> {
        self.header.check_event(&event, self.count)?;
        self.count += 1;
        self.chunk.push(event);
        if self.chunk.len() == Self::CHUNK {
            self.stream.push_chunk(std::mem::take(&mut self.chunk))?;
        }
        Ok(())
    }

    pub(super) fn push_all(&mut self, events: &[CameraEvent]) -> Result<(), EventFileError> {
        events.iter().try_for_each(|&event| self.push(event))
    }

    /// Times of the first and the last event, 0 for none.
    pub(super) fn span_us(&self) -> [i64; 2] {
        let first = self.stream.iter().next().or(self.chunk.first());
        let last = self.chunk.last().or(self.stream.chunks().last().and_then(|c| c.last()));
        [first.map_or(0, |e| e.time_us), last.map_or(0, |e| e.time_us)]
    }

    pub(super) fn finish(mut self, span_us: [i64; 2]) -> Result<EventStream, EventFileError> {
        self.stream.push_chunk(self.chunk)?;
        let ends = [self.stream.iter().next(), self.stream.chunks().last().and_then(|c| c.last())];
        for (event, index) in ends.into_iter().flatten().zip([0, self.count.saturating_sub(1)]) {
            if !(span_us[0] <= event.time_us && event.time_us <= span_us[1]) {
                let CameraEvent { time_us, x, y, .. } = *event;
                let (x, y) = (x.into(), y.into());
                return Err(EventFileError::Outside { index, time_us, x, y, allowed: "the time span" });
            }
        }
        if span_us[0] > span_us[1] {
            return Err(EventFileError::Array { name: "span_us", reason: "it ends before it begins" });
        }
        Ok(self.stream)
    }
}
