//! The header: shape, encoding and provenance of a file.

use super::error::SpkError;
use serde::{Deserialize, Serialize};
use spike_core::{Encoding, TimeGrid};
use std::io::{Read, Write};

pub(super) const MAGIC: [u8; 8] = *b"\x89SPK\r\n\x1a\n";
pub(super) const VERSION: u16 = 1;
/// Rows of a block: enough that compression is at its best, few enough that a block is quickly sought through.
const ROWS_PER_BLOCK: u64 = 1 << 16;
/// Cells (rows × steps) of a block: bounds its spikes.
const CELLS_PER_BLOCK: u64 = 1 << 26;

/// Where the spikes came from. It holds no time and no path, so that a file can be made again byte for byte.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provenance {
    /// Program and version that wrote the file.
    pub program: String,
    /// Name of the input, without its folder.
    pub source: String,
    /// Samples in the whole input.
    pub source_samples: u64,
}

/// What a `.spk` file says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpkHeader {
    /// Time grid of all spikes.
    pub grid: TimeGrid,
    /// Rows of each sample.
    pub num_neurons: usize,
    /// How the spikes were made, if known.
    pub encoding: Option<Encoding>,
    /// Where they came from.
    pub provenance: Provenance,
}

impl SpkHeader {
    /// Samples in each block but the last: as many as fit 2¹⁶ rows and 2²⁶ cells, at least one.
    #[must_use]
    pub fn samples_per_block(&self) -> usize {
        let rows = ROWS_PER_BLOCK.min(CELLS_PER_BLOCK / u64::from(self.grid.num_steps()));
        (rows / self.num_neurons.max(1) as u64).max(1) as usize
    }

    pub(super) fn write(&self, out: &mut impl Write) -> Result<u64, SpkError> {
        let json = serde_json::to_vec(self)?;
        let mut bytes = Vec::with_capacity(json.len() + 24);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&[0; 2]);
        bytes.extend_from_slice(&(json.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&json);
        let crc = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        out.write_all(&bytes)?;
        Ok(bytes.len() as u64)
    }

    /// Reads the prologue and returns its length beside the header.
    pub(super) fn read(input: &mut impl Read) -> Result<(Self, u64), SpkError> {
        let mut fixed = [0; 16];
        let got = read_up_to(input, &mut fixed)?;
        if got < 8 || fixed[..8] != MAGIC {
            return Err(SpkError::BadMagic { found: fixed[..got.min(8)].to_vec() });
        }
        let truncated = |position| SpkError::Truncated { position, part: "the header", samples: 0 };
        if got < 16 {
            return Err(truncated(got as u64));
        }
        let [_, _, _, _, _, _, _, _, v0, v1, _, _, l0, l1, l2, l3] = fixed;
        let version = u16::from_le_bytes([v0, v1]);
        if version != VERSION {
            return Err(SpkError::Version { found: version, known: VERSION });
        }
        let len = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
        let mut rest = Vec::new();
        input.by_ref().take(len + 4).read_to_end(&mut rest)?;
        let Some((json, crc)) = rest.split_last_chunk::<4>().filter(|(json, _)| json.len() as u64 == len) else {
            return Err(truncated(16 + rest.len() as u64));
        };
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&fixed);
        hasher.update(json);
        let (expected, found) = (u32::from_le_bytes(*crc), hasher.finalize());
        if expected != found {
            return Err(SpkError::HeaderChecksum { expected, found });
        }
        let header: Self = serde_json::from_slice(json)?;
        header.check()?;
        Ok((header, 16 + len + 4))
    }

    /// Whether the fields agree with each other.
    pub(crate) fn check(&self) -> Result<(), SpkError> {
        let field = |field, found: usize, expected: usize| SpkError::HeaderField {
            field,
            found: found as u64,
            expected: expected as u64,
        };
        if self.num_neurons == 0 || self.num_neurons as u64 > u64::from(u32::MAX) {
            return Err(field("num_neurons", self.num_neurons, 1));
        }
        let Some(encoding) = &self.encoding else { return Ok(()) };
        encoding.config.validate()?;
        if encoding.config.grid()? != self.grid {
            let steps = |grid: TimeGrid| grid.num_steps() as usize;
            return Err(field("grid.num_steps", steps(self.grid), steps(encoding.config.grid()?)));
        }
        let shape = &encoding.feature_shape[..];
        // The first axis of a time series is time; the rest are channels, as for values.
        let (times, channels) = match encoding.code.scheme().encodes_signals() {
            true => (shape.first().copied(), shape.get(1..).unwrap_or(&[])),
            false => (None, shape),
        };
        let features = channels.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
        if features != Some(encoding.num_channels()) {
            return Err(field("feature_shape", features.unwrap_or(usize::MAX), encoding.num_channels()));
        }
        let each = encoding.code.events_per_sample();
        if let Some(times) =
            times.filter(|&n| (n as u64).saturating_mul(u64::from(each)) != u64::from(self.grid.num_steps()))
        {
            return Err(field("feature_shape[0]", times, self.grid.num_steps() as usize / each.max(1) as usize));
        }
        Ok(())
    }
}

/// Fills as much of `buffer` as there is and returns how much.
pub(super) fn read_up_to(input: &mut impl Read, buffer: &mut [u8]) -> Result<usize, std::io::Error> {
    let mut got = 0;
    while got < buffer.len() {
        match input.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(got)
}
