//! Packets of keys and payloads.

use super::EieioError;

/// Most bytes of a packet that a board takes.
pub const MAX_EIEIO_BYTES: usize = 256;

/// What the elements of a packet are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EieioType {
    /// Keys of 16 bits.
    Key16,
    /// Keys and payloads of 16 bits.
    KeyPayload16,
    /// Keys of 32 bits.
    Key32,
    /// Keys and payloads of 32 bits.
    KeyPayload32,
}

impl EieioType {
    /// All types in the order of their codes.
    pub const ALL: [Self; 4] = [Self::Key16, Self::KeyPayload16, Self::Key32, Self::KeyPayload32];

    /// Bytes of a key, and of a payload or its base.
    #[must_use]
    pub fn key_bytes(self) -> usize {
        if matches!(self, Self::Key16 | Self::KeyPayload16) { 2 } else { 4 }
    }

    /// Whether elements have a payload.
    #[must_use]
    pub fn has_payload(self) -> bool {
        matches!(self, Self::KeyPayload16 | Self::KeyPayload32)
    }

    /// Bytes of an element.
    #[must_use]
    pub fn element_bytes(self) -> usize {
        self.key_bytes() * if self.has_payload() { 2 } else { 1 }
    }

    fn max(self) -> u32 {
        if self.key_bytes() == 2 { 0xffff } else { u32::MAX }
    }
}

/// Bits that are common to all keys of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyPrefix {
    /// Added to the lower 16 bits by "or".
    LowerHalf(u16),
    /// Added to the upper 16 bits by "or".
    UpperHalf(u16),
}

/// Everything of a data packet but its elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EieioHeader {
    /// What the elements are.
    pub kind: EieioType,
    /// Tag: 0 to 3.
    pub tag: u8,
    /// Bits common to all keys.
    pub prefix: Option<KeyPrefix>,
    /// Bits common to all payloads; without payloads, the payload of every key.
    pub payload_base: Option<u32>,
    /// Whether payloads are times.
    pub payload_is_time: bool,
}

impl EieioHeader {
    /// A header without tag, prefix and base.
    #[must_use]
    pub fn plain(kind: EieioType) -> Self {
        Self { kind, tag: 0, prefix: None, payload_base: None, payload_is_time: false }
    }

    /// Bytes of the header.
    #[must_use]
    pub fn num_bytes(&self) -> usize {
        let prefix = if self.prefix.is_some() { 2 } else { 0 };
        2 + prefix + if self.payload_base.is_some() { self.kind.key_bytes() } else { 0 }
    }

    /// Most elements of a packet of 256 bytes.
    #[must_use]
    pub fn max_elements(&self) -> usize {
        (MAX_EIEIO_BYTES - self.num_bytes()) / self.kind.element_bytes()
    }

    /// Key and payload of an element with prefix and base.
    #[must_use]
    pub fn effective(&self, element: EieioElement) -> EieioElement {
        let prefix = match self.prefix {
            None => 0,
            Some(KeyPrefix::LowerHalf(bits)) => u32::from(bits),
            Some(KeyPrefix::UpperHalf(bits)) => u32::from(bits) << 16,
        };
        let payload = match (element.payload, self.payload_base) {
            (Some(payload), Some(base)) => Some(payload | base),
            (payload, base) => payload.or(base),
        };
        EieioElement { key: element.key | prefix, payload }
    }
}

/// A key with its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EieioElement {
    /// The key.
    pub key: u32,
    /// The payload.
    pub payload: Option<u32>,
}

/// A packet of keys, with or without payloads.
///
/// ```text
/// count u8 | prefix? 1 | prefix is upper 1 | base? 1 | payload is time 1 | type 2 | tag 2 |
/// prefix u16? | base u16 or u32? | count elements          little-endian, first flag is the highest bit
/// ```
///
/// ```
/// use spike_hw::eieio::{EieioData, EieioElement, EieioHeader, EieioType};
/// let header = EieioHeader { payload_base: Some(1000), payload_is_time: true, ..EieioHeader::plain(EieioType::Key32) };
/// let data = EieioData::new(header, vec![EieioElement { key: 0x70000, payload: None }])?;
/// assert_eq!(data.to_bytes(), [1, 0x38, 0xe8, 3, 0, 0, 0, 0, 7, 0]);
/// assert_eq!(data.effective().next(), Some(EieioElement { key: 0x70000, payload: Some(1000) }));
/// # Ok::<(), spike_hw::eieio::EieioError>(())
/// ```
///
/// # References
/// spinnman 1!7.4.1, `spinnman/messages/eieio/data_messages`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EieioData {
    header: EieioHeader,
    elements: Vec<EieioElement>,
}

impl EieioData {
    /// A packet of elements as they are in the packet, without prefix and base.
    ///
    /// # Errors
    /// [`EieioError`] if they do not fit the type or a packet of 256 bytes.
    pub fn new(header: EieioHeader, elements: Vec<EieioElement>) -> Result<Self, EieioError> {
        let max = header.max_elements();
        if elements.len() > max {
            return Err(EieioError::TooMany { found: elements.len(), max });
        }
        Self::checked(header, elements)
    }

    fn checked(header: EieioHeader, elements: Vec<EieioElement>) -> Result<Self, EieioError> {
        let max = header.kind.max();
        let fits = |name, found: u32, max: u32| {
            if found <= max { Ok(()) } else { Err(EieioError::Field { name, found, max }) }
        };
        fits("tag", header.tag.into(), 3)?;
        fits("payload base", header.payload_base.unwrap_or(0), max)?;
        for (index, element) in elements.iter().enumerate() {
            fits("key", element.key, max)?;
            fits("payload", element.payload.unwrap_or(0), max)?;
            if element.payload.is_some() != header.kind.has_payload() {
                let words = |has| if has { "a payload" } else { "no payload" };
                let (found, expected) = (words(element.payload.is_some()), words(header.kind.has_payload()));
                return Err(EieioError::Payload { index, found, expected });
            }
        }
        Ok(Self { header, elements })
    }

    /// Everything but the elements.
    #[must_use]
    pub fn header(&self) -> &EieioHeader {
        &self.header
    }

    /// The elements as they are in the packet.
    #[must_use]
    pub fn elements(&self) -> &[EieioElement] {
        &self.elements
    }

    /// The elements with prefix and base.
    pub fn effective(&self) -> impl ExactSizeIterator<Item = EieioElement> {
        self.elements.iter().map(|&element| self.header.effective(element))
    }

    /// The bytes of the packet.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let EieioHeader { kind, tag, prefix, payload_base, payload_is_time } = self.header;
        // At most 255: a packet of 256 bytes holds fewer, and one that was read counts them in a byte.
        let count = self.elements.len() as u8;
        let prefix_flags = match prefix {
            None => 0,
            Some(KeyPrefix::LowerHalf(_)) => 0b10,
            Some(KeyPrefix::UpperHalf(_)) => 0b11,
        };
        let flags = prefix_flags << 6
            | u8::from(payload_base.is_some()) << 5
            | u8::from(payload_is_time) << 4
            | (kind as u8) << 2
            | tag;
        let mut bytes = vec![count, flags];
        if let Some(KeyPrefix::LowerHalf(bits) | KeyPrefix::UpperHalf(bits)) = prefix {
            bytes.extend(bits.to_le_bytes());
        }
        let words = self.elements.iter().flat_map(|element| [Some(element.key), element.payload]);
        for word in std::iter::once(payload_base).chain(words).flatten() {
            bytes.extend(&word.to_le_bytes()[..kind.key_bytes()]);
        }
        bytes
    }

    /// The packet of its bytes. It may be longer than 256 bytes, which some hosts send.
    ///
    /// # Errors
    /// [`EieioError`] if this is a command, ends early or goes on behind the last element.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EieioError> {
        let &[count, flags, ref rest @ ..] = bytes else {
            return Err(EieioError::Truncated { found: bytes.len(), needed: 2 });
        };
        if flags >> 6 == 0b01 {
            return Err(EieioError::Field { name: "flags", found: flags.into(), max: 0x3f });
        }
        let kind = EieioType::ALL[usize::from(flags >> 2 & 3)];
        let mut header = EieioHeader { tag: flags & 3, payload_is_time: flags & 0x10 != 0, ..EieioHeader::plain(kind) };
        // Only to size the header; the values follow.
        header.prefix = (flags & 0x80 != 0).then_some(KeyPrefix::LowerHalf(0));
        header.payload_base = (flags & 0x20 != 0).then_some(0);
        let needed = header.num_bytes() + usize::from(count) * kind.element_bytes();
        if bytes.len() < needed {
            return Err(EieioError::Truncated { found: bytes.len(), needed });
        }
        if needed < bytes.len() {
            return Err(EieioError::Trailing { found: bytes.len(), needed });
        }
        let mut rest = rest;
        if header.prefix.is_some() {
            let bits = take(&mut rest, 2) as u16;
            let half = if flags & 0x40 != 0 { KeyPrefix::UpperHalf } else { KeyPrefix::LowerHalf };
            header.prefix = Some(half(bits));
        }
        let width = kind.key_bytes();
        if header.payload_base.is_some() {
            header.payload_base = Some(take(&mut rest, width));
        }
        let elements = (0..count).map(|_| {
            let key = take(&mut rest, width);
            EieioElement { key, payload: kind.has_payload().then(|| take(&mut rest, width)) }
        });
        let elements = elements.collect();
        Self::checked(header, elements)
    }
}

/// The next number of two or four bytes; the length was checked.
fn take(bytes: &mut &[u8], width: usize) -> u32 {
    let (word, rest) = bytes.split_at(width);
    *bytes = rest;
    word.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused() {
        let key = |key| EieioElement { key, payload: None };
        let header = EieioHeader::plain(EieioType::Key16);
        assert!(matches!(EieioData::new(header, vec![key(1 << 16)]), Err(EieioError::Field { name: "key", .. })));
        assert!(matches!(EieioData::new(header, vec![key(1); 128]), Err(EieioError::TooMany { max: 127, .. })));
        let element = EieioElement { key: 1, payload: Some(1) };
        assert!(matches!(EieioData::new(header, vec![element]), Err(EieioError::Payload { index: 0, .. })));
        assert!(EieioData::new(EieioHeader { tag: 4, ..header }, vec![]).is_err());
        assert!(EieioData::new(EieioHeader { payload_base: Some(1 << 16), ..header }, vec![]).is_err());
        for bytes in [&[][..], &[1], &[1, 0], &[1, 0, 0], &[0, 0, 0], &[0, 0x80], &[0, 0x28, 1], &[0, 0x40]] {
            assert!(EieioData::from_bytes(bytes).is_err(), "{bytes:x?}");
        }
    }
}
