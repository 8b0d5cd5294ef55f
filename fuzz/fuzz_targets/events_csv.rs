//! The fuzz target `events_csv`.

#![no_main]

#[path = "../targets/events_csv.rs"]
mod events_csv;

libfuzzer_sys::fuzz_target!(|data: &[u8]| events_csv::run(data));
