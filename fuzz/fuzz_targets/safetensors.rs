//! The fuzz target `safetensors`.

#![no_main]

#[path = "../targets/safetensors.rs"]
mod safetensors;
#[path = "../targets/onnx.rs"]
mod onnx;

libfuzzer_sys::fuzz_target!(|data: &[u8]| safetensors::run(data));
