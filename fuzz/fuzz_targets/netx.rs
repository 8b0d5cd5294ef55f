//! The fuzz target `netx`.

#![no_main]

#[path = "../targets/netx.rs"]
mod netx;

libfuzzer_sys::fuzz_target!(|data: &[u8]| netx::run(data));
