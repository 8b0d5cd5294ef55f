//! The fuzz target `eieio`.

#![no_main]

#[path = "../targets/eieio.rs"]
mod eieio;

libfuzzer_sys::fuzz_target!(|data: &[u8]| eieio::run(data));
