//! A digit of 8 × 8 pixels as spikes: the later, the darker.

use spike_core::{CodeOptions, EncoderConfig, Normalizer, Seed, SpikeTrain, TtfsOptions};
use spike_encode::Encoder;
use std::error::Error;

const SIDE: usize = 8;
/// Grey levels, 0 to 8: a three.
const PIXELS: [&str; SIDE] =
    ["00488400", "02800820", "00000820", "00048500", "00000840", "00000082", "02800820", "00488400"];

/// The spikes: one neuron for each pixel, row by row, 20 steps of 1 ms, time to first spike.
pub(crate) fn digit() -> Result<SpikeTrain, Box<dyn Error>> {
    let values: Vec<f64> =
        PIXELS.iter().flat_map(|row| row.bytes()).map(|level| f64::from(level - b'0') / 8.0).collect();
    let code = CodeOptions::TemporalTtfs(TtfsOptions::default());
    let config = EncoderConfig { time_window_ms: 20.0, dt_ms: 1.0, coding_scheme: code.scheme(), ..Default::default() };
    let normalizer = Normalizer::identity(values.len());
    let encoder = Encoder::new(&config, code, normalizer, Seed(1), vec![SIDE, SIDE])?;
    let (batch, _) = encoder.encode(&values, 0)?;
    Ok(batch.sample(0).to_train(0, Some(encoder.encoding().clone())))
}
