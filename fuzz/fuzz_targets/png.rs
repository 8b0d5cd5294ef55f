//! The fuzz target `png`.

#![no_main]

#[path = "../targets/drain.rs"]
mod drain;
#[path = "../targets/png.rs"]
mod png;

libfuzzer_sys::fuzz_target!(|data: &[u8]| png::run(data));
