//! The fuzz target `events_evt2`.

#![no_main]

#[path = "../targets/recording.rs"]
mod recording;

libfuzzer_sys::fuzz_target!(|data: &[u8]| recording::run(spike_io::events::EventFormat::Evt2, data));
