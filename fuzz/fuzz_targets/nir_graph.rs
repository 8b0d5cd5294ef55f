//! The fuzz target `nir_graph`.

#![no_main]

#[path = "../targets/nir_graph.rs"]
mod nir_graph;

libfuzzer_sys::fuzz_target!(|data: &[u8]| nir_graph::run(data));
