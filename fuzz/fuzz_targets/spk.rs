//! The fuzz target `spk`.

#![no_main]

#[path = "../targets/spk.rs"]
mod spk;

libfuzzer_sys::fuzz_target!(|data: &[u8]| spk::run(data));
