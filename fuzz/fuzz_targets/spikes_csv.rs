//! The fuzz target `spikes_csv`.

#![no_main]

#[path = "../targets/spikes_csv.rs"]
mod spikes_csv;

libfuzzer_sys::fuzz_target!(|data: &[u8]| spikes_csv::run(data));
