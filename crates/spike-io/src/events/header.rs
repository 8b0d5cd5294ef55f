//! What a file of camera events says of itself.

use super::{EventFileError, EventFormat};
use crate::spk::Provenance;
use serde::{Deserialize, Serialize};
use spike_core::{CameraEvent, DvsPixelOptions, Normalizer, Seed};

/// How events were made from frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventRecord {
    /// The pixels.
    pub options: DvsPixelOptions,
    /// The seed of their mismatch.
    pub seed: Seed,
    /// The scaling of intensities to [0, 1], one channel for each pixel.
    pub normalizer: Normalizer,
}

/// What a file of camera events says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventHeader {
    /// Columns of the sensor.
    pub width: u32,
    /// Rows of the sensor.
    pub height: u32,
    /// How the events were made, if known; only csv and npz hold it.
    pub record: Option<EventRecord>,
    /// Where they came from; only csv and npz hold it.
    pub provenance: Provenance,
}

impl EventHeader {
    pub(super) fn check(&self) -> Result<(), EventFileError> {
        let side = 1..=1u32 << 16;
        let &Self { width, height, .. } = self;
        if !side.contains(&width) || !side.contains(&height) {
            return Err(EventFileError::Size { width, height });
        }
        let expected = u64::from(width) * u64::from(height);
        match &self.record {
            Some(record) if record.normalizer.num_channels() as u64 != expected => {
                Err(EventFileError::Normalizer { expected, found: record.normalizer.num_channels() as u64 })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn check_event(&self, event: &CameraEvent, index: u64) -> Result<(), EventFileError> {
        if u32::from(event.x) < self.width && u32::from(event.y) < self.height {
            return Ok(());
        }
        let CameraEvent { time_us, x, y, .. } = *event;
        Err(EventFileError::Outside { index, time_us, x: x.into(), y: y.into(), allowed: "the sensor" })
    }
}

/// What is known of a recording before its events are read.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordingInfo {
    /// Its format.
    pub format: EventFormat,
    /// Columns and rows of the sensor, where the file says them.
    pub size: Option<[u32; 2]>,
    /// How the events were made, where the file says it.
    pub record: Option<EventRecord>,
    /// Where they came from, where the file says it.
    pub provenance: Option<Provenance>,
}

impl RecordingInfo {
    pub(super) fn new(format: EventFormat, size: Option<[u32; 2]>) -> Self {
        Self { format, size, record: None, provenance: None }
    }
}

/// What a recording holds beside events of brightness, and events that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct LeftOut {
    /// Edges of external triggers and special events.
    pub triggers: u64,
    /// Samples of inertial sensors.
    pub imu_samples: u64,
    /// Frames, or samples of frames where the format has single ones.
    pub frames: u64,
    /// Events before the first word that says the time.
    pub untimed: u64,
    /// Events that the file marks as invalid.
    pub invalid: u64,
    /// Words or packets of other kinds.
    pub other: u64,
}

impl LeftOut {
    /// All together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.triggers + self.imu_samples + self.frames + self.untimed + self.invalid + self.other
    }
}
