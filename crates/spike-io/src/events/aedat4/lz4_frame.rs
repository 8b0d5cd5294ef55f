//! Plain LZ4 frames, block by block straight into the place where they are used.
//!
//! `lz4_flex` unpacks the blocks; its reader of whole frames copies everything once more, which costs a third of the
//! time. Frames with checksums or dictionaries are left to that reader.
//!
//! Source: Y. Collet, LZ4 frame format description 1.6.

use super::super::bytes::u32_at;
use super::compression::Unpacked;
use std::io;

const MAGIC: u32 = 0x184d_2204;
/// Version 1 of the format, in the bits of the version.
const VERSION: u8 = 0b0100_0000;
/// Checksums of blocks and content, a dictionary, and the bit that must be zero.
const NOT_PLAIN: u8 = 0b0001_0111;
const CONTENT_SIZE: u8 = 0b0000_1000;
/// A block that is stored as it is.
const STORED: u32 = 1 << 31;
/// Bytes before it that a block may refer to.
const WINDOW: usize = 1 << 16;

/// Unpacks a plain frame; `false` if it is not plain, and then nothing is unpacked.
pub(super) fn unpack(packed: &[u8], out: &mut Unpacked, limit: usize) -> io::Result<bool> {
    let (Some(MAGIC), Some(&flags), Some(&descriptor)) = (u32_at(packed, 0), packed.get(4), packed.get(5)) else {
        return Ok(false);
    };
    let code = descriptor >> 4 & 0b111;
    if flags & 0b1100_0000 != VERSION || flags & NOT_PLAIN != 0 || code < 4 {
        return Ok(false);
    }
    let largest = 1 << (8 + 2 * code);
    let ended = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let mut rest = packed.get(if flags & CONTENT_SIZE == 0 { 7 } else { 15 }..).ok_or_else(ended)?;
    loop {
        let size = u32_at(rest, 0).ok_or_else(ended)?;
        if size == 0 {
            return Ok(true);
        }
        let length = (size & !STORED) as usize;
        let block = rest.get(4..4 + length).ok_or_else(ended)?;
        if length > largest {
            return Err(io::Error::other("a block is larger than its frame allows"));
        }
        let (there, room) = out.split(largest);
        let room = &mut room[..largest];
        let count = if size & STORED != 0 {
            room[..length].copy_from_slice(block);
            length
        } else {
            let window = &there[there.len().saturating_sub(WINDOW)..];
            lz4_flex::block::decompress_into_with_dict(block, room, window).map_err(io::Error::other)?
        };
        out.advance(count);
        out.is_beyond(limit)?;
        rest = &rest[4 + length..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
    use std::io::Write;

    fn frame(info: FrameInfo, bytes: &[u8]) -> Vec<u8> {
        let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Of three blocks of 64 KiB: repeated, of noise, which is stored, and repeated from before.
    fn bytes() -> Vec<u8> {
        let mut state = 1u64;
        let noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        let noise: Vec<u8> = std::iter::repeat_with(noise).take(1 << 16).collect();
        [vec![7; 1 << 16], noise.clone(), noise[..40_000].to_vec()].concat()
    }

    #[test]
    fn plain_frames_and_others() {
        let bytes = bytes();
        for mode in [BlockMode::Independent, BlockMode::Linked] {
            let info = || FrameInfo::new().block_size(BlockSize::Max64KB).block_mode(mode);
            let plain = [info(), info().content_size(Some(bytes.len() as u64))];
            for packed in plain.map(|info| frame(info, &bytes)) {
                let mut out = Unpacked::default();
                assert!(unpack(&packed, &mut out, usize::MAX).unwrap());
                assert!(out.bytes() == bytes);
                for end in 7..packed.len() {
                    if end < 200 || end % 997 == 0 || end + 9 > packed.len() {
                        let mut out = Unpacked::default();
                        assert!(unpack(&packed[..end], &mut out, usize::MAX).is_err(), "{end}");
                    }
                }
            }
            let mut out = Unpacked::default();
            let packed = frame(info().content_checksum(true), &bytes);
            assert!(!unpack(&packed, &mut out, usize::MAX).unwrap() && out.bytes().is_empty());
        }
        assert!(!unpack(b"", &mut Unpacked::default(), 1).unwrap());
        assert!(unpack(&frame(FrameInfo::new(), &bytes), &mut Unpacked::default(), 1000).is_err());
    }
}
