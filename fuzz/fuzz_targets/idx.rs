//! The fuzz target `idx`.

#![no_main]

#[path = "../targets/drain.rs"]
mod drain;
#[path = "../targets/idx.rs"]
mod idx;

libfuzzer_sys::fuzz_target!(|data: &[u8]| idx::run(data));
