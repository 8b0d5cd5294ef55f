//! The fuzz target `wav`.

#![no_main]

#[path = "../targets/drain.rs"]
mod drain;
#[path = "../targets/wav.rs"]
mod wav;

libfuzzer_sys::fuzz_target!(|data: &[u8]| wav::run(data));
