//! Packets to a board.

use super::{EieioError, EieioMessage};
use std::net::{ToSocketAddrs, UdpSocket};

/// Sends packets to one UDP address.
///
/// UDP confirms nothing: what was sent may not have arrived. Packets leave at once; when a packet is due is up to the
/// caller.
#[derive(Debug)]
pub struct EieioSender {
    socket: UdpSocket,
}

impl EieioSender {
    /// A sender to the address of a board or of its host.
    ///
    /// # Errors
    /// [`EieioError::Io`] if the address does not exist or no socket can be had.
    ///
    /// ```no_run
    /// use spike_hw::eieio::{EieioCommand, EieioCommandId, EieioMessage, EieioSender};
    /// let sender = EieioSender::connect("192.168.240.253:17893")?;
    /// let acknowledged = EieioCommand::new(EieioCommandId::Database, vec![]);
    /// sender.send(&EieioMessage::Command(acknowledged))?;
    /// # Ok::<(), spike_hw::eieio::EieioError>(())
    /// ```
    pub fn connect(address: impl ToSocketAddrs) -> Result<Self, EieioError> {
        let address = address.to_socket_addrs()?.next().ok_or_else(|| {
            std::io::Error::new(std::io::ErrorKind::AddrNotAvailable, "the name of the board has no address")
        })?;
        let socket = UdpSocket::bind(if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" })?;
        socket.connect(address)?;
        Ok(Self { socket })
    }

    /// Sends a packet.
    ///
    /// # Errors
    /// [`EieioError`] if the message does not fit a packet or the network refuses it.
    pub fn send(&self, message: &EieioMessage) -> Result<(), EieioError> {
        let bytes = message.to_bytes()?;
        let sent = self.socket.send(&bytes)?;
        if sent == bytes.len() { Ok(()) } else { Err(EieioError::Truncated { found: sent, needed: bytes.len() }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eieio::{EieioData, EieioElement, EieioHeader, EieioType};
    use std::time::Duration;

    #[test]
    fn packets_arrive_on_the_loopback_address() {
        let board = UdpSocket::bind("127.0.0.1:0").unwrap();
        board.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let sender = EieioSender::connect(board.local_addr().unwrap()).unwrap();
        let header = EieioHeader::plain(EieioType::KeyPayload32);
        for key in 0..3 {
            let element = EieioElement { key, payload: Some(key + 7) };
            let message = EieioMessage::Data(EieioData::new(header, vec![element]).unwrap());
            sender.send(&message).unwrap();
            let mut buffer = [0; 300];
            let got = board.recv(&mut buffer).unwrap();
            assert_eq!(EieioMessage::from_bytes(&buffer[..got]).unwrap(), message);
        }
        assert!(EieioSender::connect("no such address").is_err());
    }
}
