//! The fuzz target `spikenet`.

#![no_main]

#[path = "../targets/spikenet.rs"]
mod spikenet;

libfuzzer_sys::fuzz_target!(|data: &[u8]| spikenet::run(data));
