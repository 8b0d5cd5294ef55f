//! Arbitrary bytes as wav.

use spike_io::{InputFormat, OpenOptions};

use super::drain::drain;

pub(crate) fn run(data: &[u8]) {
    drain(data, InputFormat::Wav, &OpenOptions::default());
}
