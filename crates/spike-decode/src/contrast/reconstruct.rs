//! Signals back from the spikes of contrast codes: sums of steps, or a convolution.

use crate::rate::posterior::PRIOR_VARIANCE;
use spike_core::{
    CodeOptions, DecodeError, Decoded, DecoderFor, DecodingMethod, Encoding, SpikeView, TimeGrid, ValueDecoder,
};
use spike_encode::BenSpikerEncoder;

/// Channels that are rebuilt together: a cache line of values.
const LANES: usize = 8;

/// Rebuilds a signal of shape (sample in time, channel) from the spikes of a code of time series.
///
/// - `contrast_send_on_delta`, `contrast_step_forward`: r_0 = x_0, and every ON or OFF spike of sample t adds ±θ to
///   r_t. This is the reference that the encoder has, to the bit.
/// - `contrast_moving_window`: the same sum. `contrast_threshold`: + θ_up and − θ_down.
/// - `contrast_tbr`: the spike of step t announces the change to t + 1, so that it is added to r_{t+1}; θ is that of
///   the channel, from the record.
/// - `contrast_ben_spiker`: r_t = m + Σ_k h_k·n_{t−k}, with the spikes n, the taps h of the filter and the smallest
///   value m of the signal, from the record.
///
/// A sum that leaves [0, 1] stays at the bound, as in the bounded variants that are distributed with Petro et al.:
/// the signal cannot have left it. The reference of the first two codes never does.
///
/// First values come from [`Encoding::initial_values`], θ of `contrast_tbr` and m of `contrast_ben_spiker` from
/// [`Encoding::signal_statistics`], both at the index of the sample.
///
/// Confidence is 1 − Var(error)/Var(x), with Var(x) = 1/12 of a uniform prior and these error models:
///
/// - send-on-delta and step-forward: uniform within ±θ, hence 1 − 4θ². It assumes that the reference keeps up with
///   the signal; what slope overload or a refractory period costs does not show in the spikes.
/// - threshold, TBR, moving window: one such error for every sample since the first, independent, since what a
///   spike leaves out is never sent: 1 − 4θ²·t, with θ² = (θ_up² + θ_down²)/2, not below 0.
/// - Ben's Spiker: uniform within half of the largest tap h, hence 1 − h², and 0 for the n samples at either end,
///   where a part of the filter is missing.
///
/// Activity is spikes / (duration of one sample of the signal · f_max).
///
/// ```
/// use spike_core::{CodeOptions, EncoderConfig, Normalizer, Seed, StepForwardOptions};
/// use spike_decode::Decoder;
/// use spike_encode::Encoder;
/// let signal = [0.0, 0.3, 0.8, 0.8, 0.2];
/// let config = EncoderConfig { time_window_ms: 5.0, dt_ms: 1.0, refractory_period_ms: 0.0, ..EncoderConfig::default() };
/// let code = CodeOptions::ContrastStepForward(StepForwardOptions { threshold: 0.25, events_per_sample: 1 });
/// let encoder = Encoder::new(&config, code, Normalizer::identity(1), Seed(0), vec![5, 1])?.with_signals(&signal)?;
/// let (batch, _) = encoder.encode(&signal, 0)?;
/// let decoded = Decoder::new(encoder.encoding(), None)?.decode(&batch)?;
/// assert_eq!(decoded.values.as_slice(), Some(&[0.0, 0.25, 0.5, 0.75, 0.5][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Petro, Kasabov, Kiss (2020), IEEE Transactions on Neural Networks and Learning Systems 31(2):358,
/// DOI 10.1109/TNNLS.2019.2906158; Schrauwen, Van Campenhout (2003), International Joint Conference on Neural
/// Networks, DOI 10.1109/IJCNN.2003.1224019.
#[derive(Debug, Clone)]
pub struct ReconstructionDecoder {
    rule: Rule,
    grid: TimeGrid,
    num_channels: usize,
    num_samples: usize,
    events_per_sample: usize,
    initial_values: Vec<f64>,
    statistics: Vec<f64>,
    max_count: f64,
}

/// How spikes become a signal.
#[derive(Debug, Clone)]
enum Rule {
    /// A reference that follows the signal within a threshold.
    Tracking(f64),
    /// Sums of changes that were above the thresholds up and down; spikes before sample `from` add nothing.
    Open { up: f64, down: f64, from: usize },
    /// The same with the recorded threshold of each channel, one sample later.
    Recorded,
    /// Convolution with taps, of which the largest is `peak`.
    Filter { taps: Vec<f64>, peak: f64 },
}

impl Rule {
    fn confidence(&self, threshold: f64, time: usize, length: usize) -> f64 {
        let error = |up: f64, down: f64| (up * up + down * down) / 2.0 / 3.0;
        let variance = match self {
            Self::Tracking(threshold) => error(*threshold, *threshold),
            Self::Open { up, down, .. } => error(*up, *down) * time as f64,
            Self::Recorded => error(threshold, threshold) * time as f64,
            Self::Filter { taps, peak } => {
                let whole = taps.len() - 1 <= time && time + taps.len() <= length;
                if whole { peak * peak / 12.0 } else { PRIOR_VARIANCE }
            }
        };
        (1.0 - variance / PRIOR_VARIANCE).clamp(0.0, 1.0)
    }
}

impl DecoderFor for ReconstructionDecoder {
    fn for_encoding(encoding: &Encoding) -> Result<Self, DecodeError> {
        let config = &encoding.config;
        let grid = config.grid()?;
        let rule = match encoding.code {
            CodeOptions::ContrastThreshold(options) => Rule::Open { up: options.up, down: options.down, from: 0 },
            CodeOptions::ContrastSendOnDelta(options) => Rule::Tracking(options.threshold),
            CodeOptions::ContrastStepForward(options) => Rule::Tracking(options.threshold),
            // The first samples are compared with their own mean; the first value is known already.
            CodeOptions::ContrastMovingWindow(options) => {
                Rule::Open { up: options.threshold, down: options.threshold, from: 1 }
            }
            CodeOptions::ContrastTbr(_) => Rule::Recorded,
            CodeOptions::ContrastBenSpiker(options) => {
                let taps = BenSpikerEncoder::new(config, options)?.taps().to_vec();
                let peak = taps.iter().fold(0.0, |peak: f64, tap| peak.max(tap.abs()));
                Rule::Filter { taps, peak }
            }
            _ => {
                let (method, scheme) = (DecodingMethod::Reconstruction, encoding.scheme());
                return Err(DecodeError::WrongMethod { method, scheme });
            }
        };
        let events_per_sample = encoding.code.events_per_sample().max(1) as usize;
        let seconds = grid.dt_s() * events_per_sample as f64;
        Ok(Self {
            rule,
            grid,
            num_channels: encoding.num_channels(),
            num_samples: grid.num_steps() as usize / events_per_sample,
            events_per_sample,
            initial_values: encoding.initial_values.clone(),
            statistics: encoding.signal_statistics.clone(),
            max_count: (seconds * config.max_firing_rate_hz).max(f64::MIN_POSITIVE),
        })
    }
}

impl ReconstructionDecoder {
    /// The part of a record that belongs to a sample.
    fn recorded<'a>(&self, record: &'a [f64], sample: u64, what: &'static str) -> Result<&'a [f64], DecodeError> {
        let from = usize::try_from(sample).ok().and_then(|sample| sample.checked_mul(self.num_channels));
        let part = from.and_then(|from| record.get(from..)?.get(..self.num_channels));
        part.ok_or(DecodeError::Missing { method: DecodingMethod::Reconstruction, what })
    }

    /// Refuses rows of another number or grid: spikes beyond the window would have no sample.
    fn check(&self, spikes: SpikeView<'_>, expected: usize) -> Result<(), DecodeError> {
        let found = spikes.num_neurons();
        if expected != found {
            return Err(DecodeError::ChannelMismatch { expected, found });
        }
        if spikes.grid() != self.grid {
            return Err(DecodeError::GridMismatch {
                expected_steps: self.grid.num_steps(),
                expected_dt_ms: self.grid.dt_ms(),
                found_steps: spikes.grid().num_steps(),
                found_dt_ms: spikes.grid().dt_ms(),
            });
        }
        Ok(())
    }

    /// The values of one channel.
    fn channel(&self, rows: [&[u32]; 2], first: f64, statistic: f64, values: &mut [f64]) {
        if let Rule::Filter { taps, .. } = &self.rule {
            values.fill(0.0);
            for &step in rows[0] {
                for (value, tap) in values[step as usize..].iter_mut().zip(taps) {
                    *value += tap;
                }
            }
            values.iter_mut().for_each(|value| *value = (statistic + *value).clamp(0.0, 1.0));
            return;
        }
        let (up, down, delay, silent_before) = match self.rule {
            Rule::Open { up, down, from } => (up, down, 0, from),
            Rule::Tracking(threshold) => (threshold, threshold, 0, 0),
            Rule::Recorded | Rule::Filter { .. } => (statistic, statistic, 1, 0),
        };
        let [mut on, mut off] = rows;
        let (mut level, mut from) = (first.clamp(0.0, 1.0), 0);
        // The two rows are merged: steps have to be added in the order in which the encoder added them.
        while let Some(step) = [on.first(), off.first()].into_iter().flatten().min() {
            let time = *step as usize / self.events_per_sample + delay;
            let is_on = on.first() == Some(step);
            let row = if is_on { &mut on } else { &mut off };
            *row = &row[1..];
            if silent_before <= time && time < values.len() {
                values[from..time].fill(level);
                from = time;
                level = (if is_on { level + up } else { level - down }).clamp(0.0, 1.0);
            }
        }
        values[from..].fill(level);
    }
}

impl ValueDecoder for ReconstructionDecoder {
    fn method(&self) -> DecodingMethod {
        DecodingMethod::Reconstruction
    }

    fn decode_sample(&self, spikes: SpikeView<'_>, sample: u64, into: &mut Decoded) -> Result<(), DecodeError> {
        let (channels, length) = (self.num_channels, self.num_samples);
        let rows = if matches!(self.rule, Rule::Filter { .. }) { 1 } else { 2 };
        self.check(spikes, rows * channels)?;
        let first = match self.rule {
            Rule::Filter { .. } => &vec![0.0; channels],
            _ => self.recorded(&self.initial_values, sample, "the initial values of the sample")?,
        };
        let statistics = match self.rule {
            Rule::Recorded | Rule::Filter { .. } => {
                self.recorded(&self.statistics, sample, "the signal statistics of the sample")?
            }
            _ => &vec![0.0; channels],
        };
        let at = into.values.len();
        for time in 0..length {
            match self.rule {
                Rule::Recorded => into
                    .confidence
                    .extend(statistics.iter().map(|threshold| self.rule.confidence(*threshold, time, length))),
                _ => into.confidence.extend(std::iter::repeat_n(self.rule.confidence(0.0, time, length), channels)),
            }
        }
        into.activity.resize(at + length * channels, 0.0);
        for (row, steps) in spikes.neurons().enumerate() {
            for &step in steps {
                let time = step as usize / self.events_per_sample;
                into.activity[at + time * channels + row / rows] += 1.0 / self.max_count;
            }
        }
        into.values.resize(at + length * channels, 0.0);
        let mut values = vec![0.0; LANES * length];
        for from in (0..channels).step_by(LANES) {
            let lanes = LANES.min(channels - from);
            for (lane, values) in values.chunks_exact_mut(length).take(lanes).enumerate() {
                let channel = from + lane;
                let on = spikes.neuron(channel * rows);
                let off = if rows == 2 { spikes.neuron(channel * rows + 1) } else { &[] };
                self.channel([on, off], first[channel], statistics[channel], values);
            }
            for time in 0..length {
                let row = at + time * channels + from;
                for (lane, value) in into.values[row..row + lanes].iter_mut().enumerate() {
                    *value = values[lane * length + time];
                }
            }
        }
        Ok(())
    }
}
