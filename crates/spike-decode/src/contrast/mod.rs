//! Decoders of codes that report changes.

pub(crate) mod events;
