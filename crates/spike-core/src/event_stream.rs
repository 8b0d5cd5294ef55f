//! Event-camera streams: time-ordered (t, x, y, polarity) in chunks.

use crate::error::SpikeError;
use serde::{Deserialize, Serialize};

/// The sign of a change of brightness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// Brightness fell.
    Off,
    /// Brightness rose.
    On,
}

/// One event of an event camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CameraEvent {
    /// Time in microseconds.
    pub time_us: i64,
    /// Column.
    pub x: u16,
    /// Row.
    pub y: u16,
    /// Sign of the change.
    pub polarity: Polarity,
}

/// A time-ordered multiset of camera events, held in chunks.
///
/// Several events may share time and pixel, which a spike train could not hold; it becomes one only when gridded.
///
/// ```
/// use spike_core::{CameraEvent, EventStream, Polarity};
/// let mut stream = EventStream::default();
/// let event = CameraEvent { time_us: 5, x: 1, y: 2, polarity: Polarity::On };
/// stream.push_chunk(vec![event, event])?;
/// assert_eq!(stream.num_events(), 2);
/// assert!(stream.push_chunk(vec![CameraEvent { time_us: 4, ..event }]).is_err());
/// # Ok::<(), spike_core::SpikeError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventStream {
    chunks: Vec<Vec<CameraEvent>>,
}

impl EventStream {
    /// Appends a chunk.
    ///
    /// # Errors
    /// [`SpikeError::EventOrder`] if an event precedes the one before it.
    pub fn push_chunk(&mut self, chunk: Vec<CameraEvent>) -> Result<(), SpikeError> {
        let mut last = self.chunks.last().and_then(|c| c.last()).map_or(i64::MIN, |e| e.time_us);
        for (index, event) in chunk.iter().enumerate() {
            if event.time_us < last {
                return Err(SpikeError::EventOrder {
                    index: self.num_events() as usize + index,
                    time_us: event.time_us,
                });
            }
            last = event.time_us;
        }
        if !chunk.is_empty() {
            self.chunks.push(chunk);
        }
        Ok(())
    }

    /// The events in order.
    pub fn iter(&self) -> impl Iterator<Item = &CameraEvent> {
        self.chunks.iter().flatten()
    }

    /// The chunks in order.
    #[must_use]
    pub fn chunks(&self) -> &[Vec<CameraEvent>] {
        &self.chunks
    }

    /// Number of events.
    #[must_use]
    pub fn num_events(&self) -> u64 {
        self.chunks.iter().map(|c| c.len() as u64).sum()
    }
}
