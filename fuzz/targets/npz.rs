//! Arbitrary bytes as npz.

use spike_io::{InputFormat, OpenOptions};

use super::drain::drain;

pub(crate) fn run(data: &[u8]) {
    for name in [None, Some("x")] {
        let options = OpenOptions { npz_array: name.map(str::to_owned), ..OpenOptions::default() };
        drain(data, InputFormat::Npz, &options);
    }
}
