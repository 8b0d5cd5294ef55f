//! SpiNNaker EIEIO packets: keys and payloads over UDP.

mod command;
mod data;
mod error;
mod file;
mod spikes;
mod udp;

pub use command::{EieioCommand, EieioCommandId};
pub use data::{EieioData, EieioElement, EieioHeader, EieioType, KeyPrefix, MAX_EIEIO_BYTES};
pub use error::EieioError;
pub use file::{EieioReader, EieioWriter};
pub use spikes::{live_spikes, timed_spikes};
pub use udp::EieioSender;

/// A packet: data or a command.
///
/// ```
/// use spike_hw::eieio::{EieioCommandId, EieioMessage};
/// let bytes = [0x0b, 0x40];
/// let message = EieioMessage::from_bytes(&bytes)?;
/// let EieioMessage::Command(command) = &message else { panic!("a command") };
/// assert_eq!(command.known(), Some(EieioCommandId::StartResumeNotification));
/// assert_eq!(message.to_bytes()?, bytes);
/// # Ok::<(), spike_hw::eieio::EieioError>(())
/// ```
///
/// # References
/// spinnman 1!7.4.1, `spinnman/messages/eieio`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EieioMessage {
    /// Keys, with or without payloads.
    Data(EieioData),
    /// A command.
    Command(EieioCommand),
}

impl EieioMessage {
    /// The message of a packet.
    ///
    /// # Errors
    /// [`EieioError`] if the packet ends early or is longer than its header says.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EieioError> {
        let &[_, flags, ..] = bytes else {
            return Err(EieioError::Truncated { found: bytes.len(), needed: 2 });
        };
        // A packet without key prefix has no half to put it into: that combination marks commands.
        if flags >> 6 == 0b01 {
            EieioCommand::from_bytes(bytes).map(Self::Command)
        } else {
            EieioData::from_bytes(bytes).map(Self::Data)
        }
    }

    /// The bytes of the packet.
    ///
    /// # Errors
    /// [`EieioError`] if a command does not fit a packet.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EieioError> {
        match self {
            Self::Data(data) => Ok(data.to_bytes()),
            Self::Command(command) => command.to_bytes(),
        }
    }
}
