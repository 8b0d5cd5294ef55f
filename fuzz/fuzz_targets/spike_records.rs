//! The fuzz target `spike_records`.

#![no_main]

#[path = "../targets/spike_records.rs"]
mod spike_records;

libfuzzer_sys::fuzz_target!(|data: &[u8]| spike_records::run(data));
