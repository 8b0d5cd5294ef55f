//! Packets that are commands.

use super::EieioError;
use super::data::MAX_EIEIO_BYTES;

/// The commands that the toolchain knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EieioCommandId {
    /// Where the database of keys is, or that it was read.
    Database,
    /// Fills a buffer.
    EventPadding,
    /// End of all buffers: stop.
    EventStop,
    /// No more requests for data.
    StopSendingRequests,
    /// Requests for data again.
    StartSendingRequests,
    /// The board asks for data.
    SpinnakerRequestBuffers,
    /// Data for the board, numbered.
    HostSendSequencedData,
    /// The board has data.
    SpinnakerRequestReadData,
    /// The host has read data.
    HostDataRead,
    /// The simulation has paused or stopped.
    StopPauseNotification,
    /// The simulation has started or resumed.
    StartResumeNotification,
    /// The host has received a request.
    HostDataReadAck,
}

impl EieioCommandId {
    /// All commands in the order of their codes, which begin with 1.
    pub const ALL: [Self; 12] = [
        Self::Database,
        Self::EventPadding,
        Self::EventStop,
        Self::StopSendingRequests,
        Self::StartSendingRequests,
        Self::SpinnakerRequestBuffers,
        Self::HostSendSequencedData,
        Self::SpinnakerRequestReadData,
        Self::HostDataRead,
        Self::StopPauseNotification,
        Self::StartResumeNotification,
        Self::HostDataReadAck,
    ];

    /// The code in a packet.
    #[must_use]
    pub fn code(self) -> u16 {
        self as u16 + 1
    }
}

/// A command: a code of 14 bits and bytes whose meaning the code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EieioCommand {
    /// The code: 0 to 16 383.
    pub code: u16,
    /// What follows it.
    pub data: Vec<u8>,
}

impl EieioCommand {
    /// A command that the toolchain knows.
    #[must_use]
    pub fn new(id: EieioCommandId, data: Vec<u8>) -> Self {
        Self { code: id.code(), data }
    }

    /// Which known command this is.
    #[must_use]
    pub fn known(&self) -> Option<EieioCommandId> {
        EieioCommandId::ALL.into_iter().find(|id| id.code() == self.code)
    }

    /// The bytes of the packet.
    ///
    /// # Errors
    /// [`EieioError`] if the code has more than 14 bits or the packet more than 256 bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EieioError> {
        const MAX_CODE: u16 = 0x3fff;
        if self.code > MAX_CODE {
            return Err(EieioError::Field { name: "command", found: self.code.into(), max: MAX_CODE.into() });
        }
        let found = self.data.len() + 2;
        if found > MAX_EIEIO_BYTES {
            return Err(EieioError::TooLarge { found, max: MAX_EIEIO_BYTES });
        }
        let mut bytes = (self.code | 1 << 14).to_le_bytes().to_vec();
        bytes.extend(&self.data);
        Ok(bytes)
    }

    /// The command of a packet.
    ///
    /// # Errors
    /// [`EieioError`] if the packet is no command or larger than a board takes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EieioError> {
        let &[low, high, ref data @ ..] = bytes else {
            return Err(EieioError::Truncated { found: bytes.len(), needed: 2 });
        };
        if high >> 6 != 0b01 {
            return Err(EieioError::Field { name: "flags", found: high.into(), max: 0x7f });
        }
        if bytes.len() > MAX_EIEIO_BYTES {
            return Err(EieioError::TooLarge { found: bytes.len(), max: MAX_EIEIO_BYTES });
        }
        Ok(Self { code: u16::from_le_bytes([low, high & 0x3f]), data: data.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(EieioCommand { code: 1 << 14, data: vec![] }.to_bytes().is_err());
        assert!(EieioCommand { code: 1, data: vec![0; 255] }.to_bytes().is_err());
        let mut large = vec![1, 0x40];
        large.resize(257, 0);
        for bytes in [&[][..], &[1], &[1, 0x80], &[1, 0], &large] {
            assert!(EieioCommand::from_bytes(bytes).is_err(), "{bytes:x?}");
        }
    }
}
