//! Times of the facade's operations, for comparison with the same calls from Python (`benches/peers/python_calls.py`).
//!
//! Prints a line for each: name, number of samples, number of channels, median time in microseconds, fastest time.

use ndarray::{Array2, ArrayD};
use spike::{EncodeError, EncoderConfig, NeuromorphicEncoder, TemporalScheme};
use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

type Operation = fn(&NeuromorphicEncoder, &ArrayD<f64>) -> Result<u64, EncodeError>;

const OPERATIONS: [(&str, Operation); 2] = [
    ("ttfs", |encoder, data| Ok(encoder.encode_temporal(data.view(), TemporalScheme::Ttfs)?.spike_train.num_spikes())),
    ("poisson", |encoder, data| Ok(encoder.encode_rate(data.view(), 100.0)?.num_spikes())),
];

fn main() -> Result<(), Box<dyn Error>> {
    let encoder = NeuromorphicEncoder::new(EncoderConfig { seed: Some(7), ..EncoderConfig::default() })?;
    for (samples, channels) in [(1, 1), (1, 1000), (1000, 1000)] {
        // The same numbers as in Python, without a generator: 0 to 1 in an order that is not sorted.
        let data =
            Array2::from_shape_fn((samples, channels), |(s, c)| ((s * channels + c) * 7919 % 10_007) as f64 / 10_006.0);
        let data = data.into_dyn();
        for (name, operation) in OPERATIONS {
            let repeats = if samples * channels > 10_000 { 15 } else { 2000 };
            let mut times_us = Vec::with_capacity(repeats);
            for _ in 0..repeats {
                let start = Instant::now();
                black_box(operation(&encoder, black_box(&data))?);
                times_us.push(start.elapsed().as_secs_f64() * 1e6);
            }
            times_us.sort_by(f64::total_cmp);
            let (median_us, fastest_us) = (times_us[repeats / 2], times_us[0]);
            writeln!(std::io::stdout(), "{name} {samples} {channels} {median_us:.3} {fastest_us:.3}")?;
        }
    }
    Ok(())
}
