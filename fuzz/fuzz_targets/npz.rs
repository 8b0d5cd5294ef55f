//! The fuzz target `npz`.

#![no_main]

#[path = "../targets/drain.rs"]
mod drain;
#[path = "../targets/npz.rs"]
mod npz;

libfuzzer_sys::fuzz_target!(|data: &[u8]| npz::run(data));
