//! What can be wrong with EIEIO packets.

use std::io;
use thiserror::Error;

/// Packets that cannot be made, read or sent.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EieioError {
    /// The medium or the network failed.
    #[error("reading, writing or sending EIEIO packets failed")]
    Io(#[from] io::Error),
    /// A number outside its field.
    #[error("{name} is {found:#x}, allowed is up to {max:#x} in this type of packet")]
    Field {
        /// The field.
        name: &'static str,
        /// What was found.
        found: u32,
        /// Largest allowed value.
        max: u32,
    },
    /// An element with a payload in a type without, or the other way round.
    #[error("element {index} has {found}, packets of this type have {expected}")]
    Payload {
        /// Position of the element.
        index: usize,
        /// What was found.
        found: &'static str,
        /// What is allowed.
        expected: &'static str,
    },
    /// More elements than a packet holds.
    #[error("{found} elements, a packet of this type holds {max}; split them")]
    TooMany {
        /// Elements.
        found: usize,
        /// Most that fit.
        max: usize,
    },
    /// A packet that is larger than the board takes.
    #[error("a packet of {found} bytes, allowed are {max}")]
    TooLarge {
        /// Bytes.
        found: usize,
        /// Most bytes.
        max: usize,
    },
    /// A packet that ends early.
    #[error("the packet has {found} bytes, its header needs {needed}")]
    Truncated {
        /// Bytes found.
        found: usize,
        /// Bytes needed.
        needed: usize,
    },
    /// A packet with bytes behind its last element.
    #[error("the packet has {found} bytes, its header accounts for {needed}")]
    Trailing {
        /// Bytes found.
        found: usize,
        /// Bytes accounted for.
        needed: usize,
    },
    /// Spikes for whose neurons no keys are given.
    #[error("keys are given for {found} neurons, the spikes are of {neurons}")]
    Keys {
        /// Keys.
        found: usize,
        /// Neurons.
        neurons: usize,
    },
    /// The file does not start with the magic of a file of packets.
    #[error("not a file of EIEIO packets: it starts with {found:02x?}")]
    BadMagic {
        /// The first bytes.
        found: Vec<u8>,
    },
    /// A version that this reader does not know.
    #[error("version {found} of a file of packets; this reader knows up to {known}; use a newer spike")]
    Version {
        /// Version of the file.
        found: u16,
        /// Newest version known.
        known: u16,
    },
    /// A part of a file that is damaged.
    #[error("the file is damaged at byte {position}: {reason}; {packets} packets precede it")]
    Damaged {
        /// Where.
        position: u64,
        /// What is wrong.
        reason: &'static str,
        /// Packets read before it.
        packets: u64,
    },
    /// The file ends early.
    #[error("the file ends at byte {position}, inside {part}; {packets} whole packets precede it")]
    FileTruncated {
        /// Where the file ends.
        position: u64,
        /// The part that is not whole.
        part: &'static str,
        /// Packets read before it.
        packets: u64,
    },
}
