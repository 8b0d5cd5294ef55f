//! A piece of a recording in memory.

use spike_core::{CameraEvent, Polarity};

/// Events that a reader hands over at most at a time.
pub(super) const CHUNK_EVENTS: usize = 1 << 16;

/// Room for a constant number of events, filled from the front and used again.
///
/// Decoders write into slots that exist, so that the inner loop neither grows nor checks a list.
#[derive(Debug)]
pub(super) struct Chunk {
    slots: Vec<CameraEvent>,
    len: usize,
}

impl Chunk {
    pub(super) fn new() -> Self {
        let empty = CameraEvent { time_us: 0, x: 0, y: 0, polarity: Polarity::Off };
        Self { slots: vec![empty; CHUNK_EVENTS], len: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    pub(super) fn events(&self) -> &[CameraEvent] {
        &self.slots[..self.len]
    }

    /// Events that still fit.
    pub(super) fn room(&self) -> usize {
        CHUNK_EVENTS - self.len
    }

    /// The free slots; [`advance`](Self::advance) makes the first of them events.
    pub(super) fn free(&mut self) -> &mut [CameraEvent] {
        &mut self.slots[self.len..]
    }

    pub(super) fn advance(&mut self, events: usize) {
        self.len += events.min(self.room());
    }

    /// Appends an event; there must be room.
    pub(super) fn push(&mut self, event: CameraEvent) {
        self.slots[self.len] = event;
        self.len += 1;
    }
}

/// The polarity that a bit gives: 1 is ON.
pub(super) fn polarity(on: bool) -> Polarity {
    if on { Polarity::On } else { Polarity::Off }
}
