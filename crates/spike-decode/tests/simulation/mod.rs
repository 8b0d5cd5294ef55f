//! Encoded values and the statistics of what a decoder makes of them.

use spike_core::{
    CodeOptions, Decoded, EncoderConfig, Encoding, Normalizer, Seed, SpikeBatch, SpikeView, Tuning, ValueDecoder,
};
use spike_decode::{BayesianDecoder, Estimate, Prior};
use spike_encode::Encoder;
use std::sync::Arc;

const CHANNELS: usize = 1000;

/// Independent uniform values.
pub(crate) fn uniform(n: usize, seed: u64) -> Vec<f64> {
    let mut stream = Seed(seed).stream(0, 0, spike_core::Domain::Mismatch);
    (0..n).map(|_| stream.next_open_unit()).collect()
}

/// Independent values from equal bins with these weights.
pub(crate) fn drawn(weights: &[f64], n: usize, seed: u64) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    let value = |u: f64| {
        let mut left = u * total;
        for (i, w) in weights.iter().enumerate() {
            if left < *w {
                return (i as f64 + left / w) / weights.len() as f64;
            }
            left -= w;
        }
        1.0
    };
    uniform(n, seed).into_iter().map(value).collect()
}

/// Values and their spikes, one channel each.
pub(crate) struct Run {
    pub(crate) values: Vec<f64>,
    pub(crate) encoding: Arc<Encoding>,
    pub(crate) batch: SpikeBatch,
}

impl Run {
    pub(crate) fn new(config: &EncoderConfig, code: CodeOptions, values: Vec<f64>, seed: u64) -> Self {
        Self::tuned(config, code, None, values, seed)
    }

    /// The same with other tuning curves.
    pub(crate) fn tuned(
        config: &EncoderConfig,
        code: CodeOptions,
        tuning: Option<Tuning>,
        values: Vec<f64>,
        seed: u64,
    ) -> Self {
        assert_eq!(values.len() % CHANNELS, 0);
        let normalizer = Normalizer::identity(CHANNELS);
        let mut encoding = Encoding::new(config, code, normalizer, Seed(seed), vec![CHANNELS]).unwrap();
        encoding.tuning = tuning.or(encoding.tuning);
        let encoder = Encoder::from_encoding(encoding).unwrap();
        let (batch, _) = encoder.encode(&values, 0).unwrap();
        Self { values, encoding: encoder.encoding().clone(), batch }
    }

    /// The rows of each value.
    pub(crate) fn rows(&self) -> impl Iterator<Item = SpikeView<'_>> {
        let n = self.encoding.neurons_per_channel();
        self.batch.samples().flat_map(move |s| (0..CHANNELS).map(move |i| s.rows(i * n, (i + 1) * n)))
    }

    pub(crate) fn decode(&self, decoder: &dyn ValueDecoder) -> Decoded {
        let mut decoded = Decoded::default();
        self.batch.samples().for_each(|s| decoder.decode_sample(s, 0, &mut decoded).unwrap());
        decoded
    }

    pub(crate) fn bayes(&self, estimate: Estimate, prior: &Prior) -> Decoded {
        self.decode(&BayesianDecoder::new(&self.encoding, estimate, prior).unwrap())
    }
}

pub(crate) fn mean(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, n) = numbers.into_iter().fold((0.0, 0.0), |(sum, n), x| (sum + x, n + 1.0));
    sum / n
}

/// R² and its standard error: that of the mean of e² − (1 − R²)·(x − x̄)², over the variance.
pub(crate) fn r2(values: &[f64], decoded: &[f64]) -> (f64, f64) {
    assert_eq!(values.len(), decoded.len());
    let middle = mean(values.iter().copied());
    let variance = mean(values.iter().map(|x| (x - middle).powi(2)));
    let unexplained = mean(values.iter().zip(decoded).map(|(x, y)| (x - y).powi(2))) / variance;
    let residual = |(x, y): (&f64, &f64)| ((x - y).powi(2) - unexplained * (x - middle).powi(2)).powi(2);
    let spread = mean(values.iter().zip(decoded).map(residual));
    (1.0 - unexplained, (spread / values.len() as f64).sqrt() / variance)
}

/// Mean error and its standard error.
pub(crate) fn bias(values: &[f64], decoded: &[f64]) -> (f64, f64) {
    let errors = || values.iter().zip(decoded).map(|(x, y)| y - x);
    let (bias, square) = (mean(errors()), mean(errors().map(|e| e * e)));
    (bias, ((square - bias * bias) / values.len() as f64).sqrt())
}
