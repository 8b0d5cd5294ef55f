//! Arbitrary bytes as csv.

use spike_io::{InputFormat, OpenOptions};

use super::drain::drain;

pub(crate) fn run(data: &[u8]) {
    for (csv_has_header, csv_delimiter) in [(None, None), (Some(true), Some(b';'))] {
        let options = OpenOptions { csv_has_header, csv_delimiter, ..OpenOptions::default() };
        drain(data, InputFormat::Csv, &options);
    }
}
