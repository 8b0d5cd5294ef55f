//! The fuzz target `sonata`.

#![no_main]

#[path = "../targets/sonata.rs"]
mod sonata;

libfuzzer_sys::fuzz_target!(|data: &[u8]| sonata::run(data));
