//! The fuzz target `nir`.

#![no_main]

#[path = "../targets/nir.rs"]
mod nir;
#[path = "../targets/onnx.rs"]
mod onnx;

libfuzzer_sys::fuzz_target!(|data: &[u8]| nir::run(data));
