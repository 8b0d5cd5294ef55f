//! Bytes of an input as they come, with their position.

use std::io::{self, Read};

/// Bytes that are asked for at a time.
const BLOCK_BYTES: usize = 1 << 18;

/// A window on an input that grows only as far as bytes arrive.
#[derive(Debug)]
pub(super) struct ByteSource<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    position: u64,
    ended: bool,
}

impl<R: Read> ByteSource<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), start: 0, end: 0, position: 0, ended: false }
    }

    /// What is there and not consumed.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Position of the first of these bytes in the input.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.position += count as u64;
    }

    /// Gets further bytes behind those that are there; `false` at the end of the input.
    pub(super) fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.buffer.len() - self.end < BLOCK_BYTES / 2 {
            // Twice what is there: what is not consumed has arrived, so memory follows the input.
            self.buffer.resize((2 * self.end).max(BLOCK_BYTES), 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.end += count;
                    self.ended = count == 0;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// A number of four bytes, little endian; `None` beyond the end.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
}

/// A signed number of four bytes, little endian.
pub(super) fn i32_at(bytes: &[u8], at: usize) -> Option<i32> {
    u32_at(bytes, at).map(u32::cast_signed)
}

/// A number of two bytes, little endian.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
}

/// A signed number of eight bytes, little endian.
pub(super) fn i64_at(bytes: &[u8], at: usize) -> Option<i64> {
    bytes.get(at..)?.first_chunk().map(|b| i64::from_le_bytes(*b))
}

/// Appends records of a constant size: the list grows once, and the loop has no further checks.
pub(super) fn append<T, const N: usize>(out: &mut Vec<u8>, items: &[T], record: impl Fn(&T) -> [u8; N]) {
    let start = out.len();
    out.resize(start + N * items.len(), 0);
    for (bytes, item) in out[start..].as_chunks_mut::<N>().0.iter_mut().zip(items) {
        *bytes = record(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time and is interrupted before each.
    struct Slow<'a>(&'a [u8], bool);

    impl Read for Slow<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let [first, rest @ ..] = self.0 else { return Ok(0) };
            out[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    #[test]
    fn bytes_arrive_in_order_and_positions_count() {
        let mut source = ByteSource::new(Slow(b"abcdef", false));
        assert!(source.bytes().is_empty());
        for _ in 0..3 {
            assert!(source.fill().unwrap());
        }
        assert_eq!((source.bytes(), source.position()), (&b"abc"[..], 0));
        source.consume(2);
        assert!(source.fill().unwrap());
        assert_eq!((source.bytes(), source.position()), (&b"cd"[..], 2));
        while source.fill().unwrap() {}
        source.consume(99);
        assert_eq!((source.bytes(), source.position()), (&b""[..], 6));
        assert!(!source.fill().unwrap());
    }

    #[test]
    fn numbers_end_with_the_bytes() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 0x80];
        assert_eq!(u32_at(&bytes, 0), Some(0x0403_0201));
        assert_eq!(u16_at(&bytes, 6), Some(0x8007));
        assert_eq!(i32_at(&bytes, 4), Some(-0x7ff8_f9fb));
        assert_eq!(i64_at(&bytes, 0), Some(-0x7ff8_f9fa_fbfc_fdff));
        assert_eq!((u16_at(&bytes, 7), u32_at(&bytes, 5), i64_at(&bytes, 1)), (None, None, None));
        assert_eq!(u16_at(&bytes, 99), None);
    }
}
