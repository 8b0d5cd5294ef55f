//! Files of camera events: from frames, back to frames, and what they hold.

mod decode;
mod encode;
mod inspect;
mod recording;
mod values;

pub(super) use decode::{EventJob, FrameOptions, decode};
pub(super) use encode::{EventOutput, encode};
pub(super) use inspect::inspect;
pub(super) use recording::{Recording, inspect_recording, left_out_text, refused};
pub(super) use values::encode_values;
