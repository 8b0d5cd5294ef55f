//! The parts of FlatBuffers that AEDAT 4 uses: a root table with numbers, texts and vectors.
//!
//! The crates for FlatBuffers read structures through unsafe code; what is needed here is an offset, a table of
//! offsets and a vector, each checked against the end of the bytes.
//!
//! Source: Google, FlatBuffers internals, `flatbuffers.dev`.

use super::super::bytes::{i32_at, i64_at, u16_at, u32_at};

/// Bytes before the root table: size, offset of the root and four letters that name the type.
pub(super) const PREFIX: usize = 12;

/// A table inside bytes that begin with their size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
    offsets: usize,
    offsets_end: usize,
}

impl<'a> Table<'a> {
    /// The root table, if the bytes are of a type.
    pub(super) fn root(bytes: &'a [u8], letters: &[u8; 4]) -> Option<Self> {
        if bytes.get(8..PREFIX)? != letters {
            return None;
        }
        let at = (u32_at(bytes, 4)? as usize).checked_add(4)?;
        let offsets = at.checked_add_signed(-(i32_at(bytes, at)? as isize))?;
        let offsets_end = offsets.checked_add(usize::from(u16_at(bytes, offsets)?))?;
        Some(Self { bytes, at, offsets, offsets_end })
    }

    /// Where a field is, `None` if it has its default.
    fn field(&self, index: usize) -> Option<usize> {
        let entry = self.offsets + 4 + 2 * index;
        if entry + 2 > self.offsets_end {
            return None;
        }
        match u16_at(self.bytes, entry)? {
            0 => None,
            offset => self.at.checked_add(usize::from(offset)),
        }
    }

    pub(super) fn i32(&self, index: usize) -> Option<i32> {
        i32_at(self.bytes, self.field(index)?)
    }

    pub(super) fn i64(&self, index: usize) -> Option<i64> {
        i64_at(self.bytes, self.field(index)?)
    }

    /// Length of a vector and the bytes from its first element on.
    pub(super) fn vector(&self, index: usize) -> Option<(usize, &'a [u8])> {
        let field = self.field(index)?;
        let at = field.checked_add(u32_at(self.bytes, field)? as usize)?;
        Some((u32_at(self.bytes, at)? as usize, self.bytes.get(at.checked_add(4)?..)?))
    }

    pub(super) fn text(&self, index: usize) -> Option<&'a str> {
        let (length, bytes) = self.vector(index)?;
        std::str::from_utf8(bytes.get(..length)?).ok()
    }
}

/// Writes the size of bytes that begin with room for it.
pub(super) fn set_size(bytes: &mut [u8]) {
    let size = bytes.len().saturating_sub(4) as u32;
    if let Some(prefix) = bytes.first_chunk_mut() {
        *prefix = size.to_le_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Size, root at 20, type, offsets of two fields (the second absent), table, text.
    fn bytes() -> Vec<u8> {
        let mut bytes = vec![0; 4];
        bytes.extend(16u32.to_le_bytes());
        bytes.extend(b"TEST");
        bytes.extend([8, 0, 8, 0, 4, 0, 0, 0]);
        bytes.extend(8i32.to_le_bytes());
        bytes.extend(4u32.to_le_bytes());
        bytes.extend(2u32.to_le_bytes());
        bytes.extend(b"hi\0\0");
        set_size(&mut bytes);
        bytes
    }

    #[test]
    fn fields_that_are_there_and_that_are_not() {
        let bytes = bytes();
        let table = Table::root(&bytes, b"TEST").unwrap();
        assert_eq!((table.text(0), table.i32(1), table.i64(7)), (Some("hi"), None, None));
        assert!(Table::root(&bytes, b"EVTS").is_none());
        assert_eq!(u32_at(&bytes, 0), Some(bytes.len() as u32 - 4));
    }

    #[test]
    fn no_offset_leads_beyond_the_bytes() {
        let good = bytes();
        for at in 0..good.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = good.clone();
                bytes[at] = value;
                for end in 0..=bytes.len() {
                    if let Some(table) = Table::root(&bytes[..end], b"TEST") {
                        let _ = (table.text(0), table.i32(1), table.i64(0), table.vector(300));
                    }
                }
            }
        }
    }
}
