//! The fuzz target `feed_times`.

#![no_main]

#[path = "../targets/feed_times.rs"]
mod feed_times;

libfuzzer_sys::fuzz_target!(|data: &[u8]| feed_times::run(data));
