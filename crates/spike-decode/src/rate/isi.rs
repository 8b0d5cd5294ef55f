//! Value from the intervals between spikes, in a sliding window.

use super::realised::{RateCode, Scatter, confidence};
use spike_core::{
    ConfigError, DecodeError, Decoded, DecoderFor, DecodingMethod, Encoding, SpikeView, TimeGrid, ValueDecoder,
};

/// Decodes rate codes by their intervals.
///
/// With m intervals I of a window and k dead steps, S = Σ(I − k):
///
/// - Poisson: p̂ = (m − 1)/(S − 1), the unbiased estimate from geometric waiting times; 1/mean(I) would be too large
///   by (m + 1)/m and more. Trains with fewer than three spikes fall back on the dead-time corrected count.
/// - Regular and stratified: the interval is the mean of I, L̂ = Σ I/m, and p̂ = 1/(L̂ − k). With a single spike in
///   step t, the interval is longer than max(t + 1, T − t), and with none longer than T; the value is then the mean
///   over all that agree with it.
///
/// By default the window holds all intervals. A window of w intervals slides over the train by one interval at a
/// time, and the value is the mean of its rates: what a receiver with a short memory would report on average.
///
/// Confidence is 1 − Var(x̂)/Var(x) for a uniform prior, where Var(x̂) is the variance of the estimator at the
/// estimate: p̂²(1 − p̂)/(m − 1) for Poisson, L̂²/(6m²·L̂⁴) of the realised rate for regular trains (each of the two
/// ends lies anywhere in its step), and that of the ends of strata for stratified ones.
///
/// Source: unbiased estimate of the negative binomial distribution, Haldane (1945), Biometrika 33:222,
/// DOI 10.1093/biomet/33.3.222.
#[derive(Debug, Clone, Copy)]
pub struct SpikeRateDecoder {
    code: RateCode,
    window_isis: Option<u32>,
}

impl SpikeRateDecoder {
    /// The same decoder with a window of so many intervals; `None` takes all.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] below 2 intervals, from which no unbiased rate follows.
    pub fn with_window(self, window_isis: Option<u32>) -> Result<Self, ConfigError> {
        match window_isis {
            Some(isis) if isis < 2 => {
                let (value, max) = (f64::from(isis), f64::from(u32::MAX));
                Err(ConfigError::OutOfRange { name: "window_isis", value, min: 2.0, max })
            }
            window_isis => Ok(Self { window_isis, ..self }),
        }
    }

    /// Rates in the sliding window over a train: the middle of each window in milliseconds and the realised rate in
    /// hertz there, m/Σ I of its m intervals without its bias, (m − 1)/m of it for Poisson trains.
    #[must_use]
    pub fn sliding_rates_hz(&self, steps: &[u32], grid: TimeGrid) -> Vec<(f64, f64)> {
        let isis = steps.len().saturating_sub(1);
        let m = self.window_isis.map_or(isis, |w| w as usize).min(isis);
        if m < 2 {
            return Vec::new();
        }
        let rate = |window: &[u32]| {
            let (first, last) = (window[0], window[m]);
            let p = self.probability(m as f64, f64::from(last - first));
            let middle_ms = (grid.time_ms(first) + grid.time_ms(last)) / 2.0;
            (middle_ms, 1.0 / ((1.0 / p + self.code.dead) * grid.dt_s()))
        };
        steps.windows(m + 1).map(rate).collect()
    }

    /// p̂ of m intervals that take `span` steps.
    fn probability(&self, m: f64, span: f64) -> f64 {
        match self.code.scatter {
            // Trains that break the dead time, after jitter, count as if they kept it.
            Scatter::Geometric => (m - 1.0) / (span - m * self.code.dead - 1.0).max(m - 1.0),
            Scatter::Regular | Scatter::Stratified => m / (span - m * self.code.dead).max(m),
        }
    }

    /// The value and its variance.
    fn decode(&self, steps: &[u32]) -> (f64, f64) {
        let code = &self.code;
        let isis = steps.len().saturating_sub(1);
        let [Some(&first), Some(&last)] = [steps.first(), steps.last()] else {
            return self.short(None);
        };
        let needed = if code.scatter == Scatter::Geometric { 2 } else { 1 };
        if isis < needed {
            return self.short(Some(first));
        }
        let m = self.window_isis.map_or(isis, |w| w as usize).clamp(1, isis);
        let value = if m == isis {
            code.value_of_probability(self.probability(isis as f64, f64::from(last - first)))
        } else {
            let windows = steps.windows(m + 1);
            let count = windows.len() as f64;
            let rate = |w: &[u32]| code.value_of_probability(self.probability(m as f64, f64::from(w[m] - w[0])));
            windows.map(rate).sum::<f64>() / count
        };
        (value, self.variance(isis as f64, f64::from(last - first)))
    }

    /// Variance of the value from all m intervals.
    fn variance(&self, m: f64, span: f64) -> f64 {
        let code = &self.code;
        let p = self.probability(m, span);
        let interval = 1.0 / p + code.dead;
        let (r, free) = (1.0 / interval, 1.0 / p);
        let sd = match code.scatter {
            Scatter::Geometric => free * ((1.0 - p) / (m - 1.0).max(1.0)).sqrt(),
            // The difference of two uniform numbers of one step, or of one stratum, shared by m intervals.
            Scatter::Regular => (1.0f64 / 6.0).sqrt() / m,
            Scatter::Stratified => free / 6f64.sqrt() / m,
        };
        code.variance_of_rate(r, r * r * sd)
    }

    /// Trains with too few intervals.
    fn short(&self, first: Option<u32>) -> (f64, f64) {
        let code = &self.code;
        if code.scatter == Scatter::Geometric {
            let n = f64::from(u8::from(first.is_some()));
            let r = n / code.num_steps;
            return (code.value_of_rate(r), code.variance_of_rate(r, (n + 1.0).sqrt() / code.num_steps));
        }
        let longest = first.map_or(code.num_steps, |t| (f64::from(t) + 1.0).max(code.num_steps - f64::from(t)));
        // The density of values that agree rises as their rate for one spike and falls to 0 at 1/T for none.
        let share = if first.is_some() { 2.0 / 3.0 } else { 1.0 / 3.0 };
        let top = code.value_of_rate(1.0 / longest);
        let bottom = code.value_of_rate(0.0);
        (bottom + share * (top - bottom), (top - bottom).powi(2) / 18.0)
    }
}

impl DecoderFor for SpikeRateDecoder {
    fn for_encoding(encoding: &Encoding) -> Result<Self, DecodeError> {
        let wrong = DecodeError::WrongMethod { method: DecodingMethod::SpikeRate, scheme: encoding.scheme() };
        Ok(Self { code: RateCode::of(encoding)?.ok_or(wrong)?, window_isis: None })
    }
}

impl ValueDecoder for SpikeRateDecoder {
    fn method(&self) -> DecodingMethod {
        DecodingMethod::SpikeRate
    }

    fn decode_sample(&self, spikes: SpikeView<'_>, _sample: u64, into: &mut Decoded) -> Result<(), DecodeError> {
        for row in spikes.neurons() {
            let (value, variance) = self.decode(row);
            into.values.push(value);
            into.confidence.push(confidence(variance));
            into.activity.push(row.len() as f64 / self.code.max_count);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{CodeOptions, CodingScheme, EncoderConfig, Normalizer, Seed};

    fn decoder(scheme: CodingScheme, refractory_period_ms: f64) -> SpikeRateDecoder {
        let config = EncoderConfig { refractory_period_ms, ..EncoderConfig::default() };
        let code = CodeOptions::default_of(scheme);
        let encoding = Encoding::new(&config, code, Normalizer::identity(1), Seed(0), vec![1]).unwrap();
        SpikeRateDecoder::for_encoding(&encoding).unwrap()
    }

    #[test]
    fn regular_intervals_are_inverted_exactly() {
        // x = 0.4: p = 0.04, an interval of 25 + 20 steps.
        let steps: Vec<u32> = (0..20).map(|i| 7 + 45 * i).collect();
        let regular = decoder(CodingScheme::RateRegular, 2.0);
        assert!((regular.decode(&steps).0 - 0.4).abs() < 1e-12);
        let windowed = regular.with_window(Some(3)).unwrap();
        assert!((windowed.decode(&steps).0 - 0.4).abs() < 1e-12);
        let rates = windowed.sliding_rates_hz(&steps, TimeGrid::new(100_000, 1000).unwrap());
        assert_eq!(rates.len(), 17);
        assert!(rates.iter().all(|(_, hz)| (hz - 1e4 / 45.0).abs() < 1e-9));
        assert!((rates[0].0 - 7.45).abs() < 1e-9);
    }

    #[test]
    fn poisson_intervals_are_not_biased() {
        // Three intervals of 30 steps with 20 dead: S = 30, p̂ = 2/29.
        let poisson = decoder(CodingScheme::RatePoisson, 2.0);
        assert!((poisson.decode(&[0, 30, 60, 90]).0 - 10.0 * 2.0 / 29.0).abs() < 1e-12);
        assert!((poisson.decode(&[5]).0 - 10.0 / (1000.0 - 20.0)).abs() < 1e-12);
        assert_eq!(poisson.decode(&[]).0, 0.0);
    }

    #[test]
    fn few_spikes_of_a_regular_train_have_the_mean_of_what_agrees() {
        let regular = decoder(CodingScheme::RateRegular, 0.0);
        // None: rates below 1/1000 per step, so x below 0.01, less probable towards it.
        assert!((regular.decode(&[]).0 - 0.01 / 3.0).abs() < 1e-12);
        assert!((regular.decode(&[499]).0 - 2.0 / 3.0 * 10.0 / 501.0).abs() < 1e-12);
    }

    #[test]
    fn windows_of_one_interval_are_refused() {
        let error = decoder(CodingScheme::RatePoisson, 2.0).with_window(Some(1)).unwrap_err();
        assert!(error.to_string().contains("window_isis"));
    }
}
