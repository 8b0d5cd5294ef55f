//! Spike records: when a spike goes to which axon of which core.

mod error;
mod reader;
mod writer;

use crate::Dialect;
pub use error::RecordError;
pub use reader::RecordReader;
pub(crate) use reader::read_up_to;
use spike_core::SpikeView;
pub use writer::RecordWriter;

/// Bytes of a record.
pub const RECORD_BYTES: usize = 28;

/// How a spike addresses its synapses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AxonType {
    /// An axon alone.
    Discrete,
    /// An axon and an atom, in 16 bits together.
    Pop16 {
        /// Bits of the atom beyond five: 0 to 4.
        atom_bits_extra: u8,
    },
    /// An axon and an atom, in 32 bits together.
    Pop32,
}

/// Where a spike goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AxonAddress {
    /// Chip.
    pub chip: u32,
    /// Core of the chip: 0 to 1023.
    pub core: u16,
    /// Axon of the core: 0 to 4095.
    pub axon: u16,
    /// Kind of the axon.
    pub axon_type: AxonType,
    /// Atom of the axon's weights: 0 to 1023.
    pub atom: u16,
}

/// A spike to an axon in a step.
///
/// In a file it takes seven little-endian 32-bit integers: step, axon type (0, 16, 32), chip, core, axon, atom, extra
/// bits of the atom. That is the record of nengo-loihi's `LoihiSpikeInput`, byte for byte.
///
/// ```
/// use spike_hw::{AxonAddress, AxonType, SpikeRecord};
/// let to = AxonAddress { chip: 0, core: 5, axon: 4095, axon_type: AxonType::Discrete, atom: 0 };
/// let record = SpikeRecord { step: 1, to };
/// let bytes = record.to_bytes()?;
/// assert_eq!(bytes[12..20], [5, 0, 0, 0, 255, 15, 0, 0]);
/// assert_eq!(SpikeRecord::from_bytes(&bytes)?, record);
/// # Ok::<(), spike_hw::RecordError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpikeRecord {
    /// Step in which the spike is sent.
    pub step: u32,
    /// Where it goes.
    pub to: AxonAddress,
}

impl SpikeRecord {
    /// The seven numbers of the record.
    ///
    /// # Errors
    /// [`RecordError::Field`] if one leaves its range.
    pub fn to_fields(&self) -> Result<[i32; 7], RecordError> {
        let AxonAddress { chip, core, axon, axon_type, atom } = self.to;
        let (kind, extra) = match axon_type {
            AxonType::Discrete => (0, 0),
            AxonType::Pop16 { atom_bits_extra } => (16, atom_bits_extra),
            AxonType::Pop32 => (32, 0),
        };
        let fields = [i64::from(self.step), kind, chip.into(), core.into(), axon.into(), atom.into(), i64::from(extra)];
        check(fields)?;
        // All are below 2^31 by the check.
        Ok(fields.map(|field| field as i32))
    }

    /// The record of seven numbers.
    ///
    /// # Errors
    /// [`RecordError::Field`] if one leaves its range.
    pub fn from_fields(fields: [i32; 7]) -> Result<Self, RecordError> {
        check(fields.map(i64::from))?;
        let [step, kind, chip, core, axon, atom, extra] = fields;
        let axon_type = match kind {
            16 => AxonType::Pop16 { atom_bits_extra: extra as u8 },
            32 => AxonType::Pop32,
            _ => AxonType::Discrete,
        };
        let to = AxonAddress { chip: chip as u32, core: core as u16, axon: axon as u16, axon_type, atom: atom as u16 };
        Ok(Self { step: step as u32, to })
    }

    /// The bytes of the record.
    ///
    /// # Errors
    /// As [`to_fields`](Self::to_fields).
    pub fn to_bytes(&self) -> Result<[u8; RECORD_BYTES], RecordError> {
        let mut bytes = [0; RECORD_BYTES];
        for (to, field) in bytes.chunks_exact_mut(4).zip(self.to_fields()?) {
            to.copy_from_slice(&field.to_le_bytes());
        }
        Ok(bytes)
    }

    /// The record of 28 bytes.
    ///
    /// # Errors
    /// As [`from_fields`](Self::from_fields).
    pub fn from_bytes(bytes: &[u8; RECORD_BYTES]) -> Result<Self, RecordError> {
        let mut fields = [0; 7];
        for (field, from) in fields.iter_mut().zip(bytes.as_chunks().0) {
            *field = i32::from_le_bytes(*from);
        }
        Self::from_fields(fields)
    }
}

/// Names and largest values of the fields, smallest is 0.
const FIELDS: [(&str, i64); 7] = [
    ("step", i32::MAX as i64),
    ("axon_type", 32),
    ("chip", i32::MAX as i64),
    ("core", 1023),
    ("axon", 4095),
    ("atom", 1023),
    ("atom_bits_extra", 4),
];

fn check(fields: [i64; 7]) -> Result<(), RecordError> {
    for ((name, max), found) in FIELDS.into_iter().zip(fields) {
        if !(0 <= found && found <= max) {
            return Err(RecordError::Field { name, found, allowed: format!("0 to {max}") });
        }
    }
    let [_, kind, .., extra] = fields;
    if ![0, 16, 32].contains(&kind) {
        return Err(RecordError::Field { name: "axon_type", found: kind, allowed: "0, 16 and 32".to_owned() });
    }
    if kind != 16 && extra != 0 {
        let allowed = format!("0 for axon type {kind}");
        return Err(RecordError::Field { name: "atom_bits_extra", found: extra, allowed });
    }
    Ok(())
}

/// What a file of records says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordHeader {
    /// Width of a step in nanoseconds; 0 if unknown.
    pub step_ns: u64,
    /// Number of steps; 0 if unknown.
    pub num_steps: u32,
    /// The dialect for which the records were made, if any.
    pub dialect: Option<Dialect>,
}

/// The records of all spikes of a view, in order of time: `targets[neuron]` lists where a spike of a neuron goes.
///
/// # Errors
/// [`RecordError::Targets`] if there is not one list for each neuron.
///
/// ```
/// use spike_core::{SpikeTrain, TimeGrid};
/// use spike_hw::{AxonAddress, AxonType, spike_records};
/// let axon = |axon| AxonAddress { chip: 0, core: 0, axon, axon_type: AxonType::Discrete, atom: 0 };
/// let train = SpikeTrain::from_neurons(TimeGrid::from_ms(10.0, 1.0)?, &[vec![4, 9], vec![2]])?;
/// let records = spike_records(train.view(), &[vec![axon(0), axon(7)], vec![axon(1)]])?;
/// let sent: Vec<_> = records.iter().map(|r| (r.step, r.to.axon)).collect();
/// assert_eq!(sent, [(2, 1), (4, 0), (4, 7), (9, 0), (9, 7)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn spike_records(spikes: SpikeView<'_>, targets: &[Vec<AxonAddress>]) -> Result<Vec<SpikeRecord>, RecordError> {
    if targets.len() != spikes.num_neurons() {
        return Err(RecordError::Targets { found: targets.len(), neurons: spikes.num_neurons() });
    }
    let events = spikes.events().into_iter();
    Ok(events
        .flat_map(|event| targets[event.neuron as usize].iter().map(move |&to| SpikeRecord { step: event.step, to }))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_has_a_range() {
        assert!(SpikeRecord::from_fields([0; 7]).is_ok());
        assert!(SpikeRecord::from_fields([i32::MAX, 16, i32::MAX, 1023, 4095, 1023, 4]).is_ok());
        for (field, value) in [(0, -1), (1, 15), (1, 33), (2, -1), (3, 1024), (4, 4096), (5, 1024), (6, 5), (6, 1)] {
            let mut fields = [0; 7];
            fields[field] = value;
            let error = SpikeRecord::from_fields(fields).unwrap_err();
            assert!(matches!(error, RecordError::Field { name, .. } if name == FIELDS[field].0), "{error}");
        }
        let to = AxonAddress { chip: 0, core: 0, axon: 0, axon_type: AxonType::Discrete, atom: 0 };
        assert!(SpikeRecord { step: 1 << 31, to }.to_bytes().is_err());
    }
}
