//! The fuzz target `csv`.

#![no_main]

#[path = "../targets/csv.rs"]
mod csv;
#[path = "../targets/drain.rs"]
mod drain;

libfuzzer_sys::fuzz_target!(|data: &[u8]| csv::run(data));
