//! Rank-order code: channels spike one after the other in order of magnitude.

use spike_core::{
    CodeOptions, ConfigError, EncoderConfig, RankOrderOptions, Seed, SpikeChunk, TimeGrid, UnitValues, ValueEncoder,
};

/// Channels in descending order of their values, equal values in order of their index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ranking {
    /// Channels, the largest first.
    pub order: Vec<u32>,
    /// Channels whose value equals that of the channel before them in the order.
    pub ties: u64,
}

impl Ranking {
    /// Sorts the channels of a sample.
    ///
    /// ```
    /// use spike_core::UnitValues;
    /// use spike_encode::Ranking;
    /// let ranking = Ranking::of(UnitValues::new(&[0.2, 0.9, 0.2, 0.5], 0)?);
    /// assert_eq!((ranking.order, ranking.ties), (vec![1, 3, 0, 2], 1));
    /// # Ok::<(), spike_core::EncodeError>(())
    /// ```
    #[must_use]
    pub fn of(values: UnitValues<'_>) -> Self {
        // Values in [0, 1] have bits in the same order as themselves; the sum turns −0 into 0. With the index below
        // the inverted bits, all keys differ and an unstable sort is a stable one of the values.
        let key = |(channel, &x): (usize, &f64)| u128::from(!(x + 0.0).to_bits()) << 32 | channel as u128;
        let mut keys: Vec<u128> = values.get().iter().enumerate().map(key).collect();
        keys.sort_unstable();
        let ties = keys.array_windows().filter(|[a, b]| a >> 32 == b >> 32).count() as u64;
        Self { order: keys.into_iter().map(|key| key as u32).collect(), ties }
    }
}

/// One spike for each channel, in descending order of the values and at a fixed interval.
///
/// The channel of rank r (from 0) spikes in step r·ISI. Equal values keep the order of their channels, so that the
/// order of spikes is always a strict ranking consistent with the values. The interval is by default the largest
/// whole number of steps with which all ranks fit, ⌊(T − 1)/(N − 1)⌋. Input: values of shape (channel); output: one
/// neuron for each channel. The code draws no random number.
///
/// ```
/// use spike_core::{EncoderConfig, RankOrderOptions, Seed, SpikeChunk, UnitValues, ValueEncoder};
/// use spike_encode::RankOrderEncoder;
/// let encoder = RankOrderEncoder::new(&EncoderConfig::default(), RankOrderOptions::default(), 3)?;
/// let mut chunk = SpikeChunk::default();
/// encoder.encode_sample(UnitValues::new(&[0.1, 0.7, 0.4], 0)?, Seed(0), 0, &mut chunk);
/// assert_eq!(chunk.steps(), &[998, 0, 499]);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: Thorpe and Gautrais (1998), Rank order coding, in Computational Neuroscience: Trends in Research, 113–118,
/// DOI 10.1007/978-1-4615-4831-7_19.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankOrderEncoder {
    grid: TimeGrid,
    options: RankOrderOptions,
    isi_steps: u32,
}

impl RankOrderEncoder {
    /// An encoder for samples of `num_channels` values.
    ///
    /// # Errors
    /// [`ConfigError::TooManyChannels`] if the ranks do not fit the window, and [`ConfigError`] if the interval is
    /// not a whole number of steps above 0 or the modulation factor is not between 0 and 1.
    pub fn new(config: &EncoderConfig, options: RankOrderOptions, num_channels: usize) -> Result<Self, ConfigError> {
        config.validate()?;
        let grid = config.grid()?;
        let (value, max) = (options.modulation, 1.0 - f64::EPSILON);
        if !(0.0 < value && value < 1.0) {
            return Err(ConfigError::OutOfRange { name: "modulation", value, min: f64::MIN_POSITIVE, max });
        }
        let (last_step, last_rank) = (u64::from(grid.num_steps()) - 1, (num_channels as u64).saturating_sub(1));
        let isi_steps = match options.isi_ms {
            Some(ms) => grid.steps_in("isi_ms", ms)?,
            // A single channel spikes in step 0, whatever the interval.
            None => last_step.checked_div(last_rank).unwrap_or(1) as u32,
        };
        if options.isi_ms.is_some() && isi_steps == 0 {
            let (value, min) = (0.0, grid.dt_ms());
            return Err(ConfigError::OutOfRange { name: "isi_ms", value, min, max: config.time_window_ms });
        }
        let needed = isi_steps.max(1);
        if last_rank.saturating_mul(u64::from(needed)) > last_step {
            return Err(ConfigError::TooManyChannels {
                channels: num_channels,
                isi_steps: needed,
                num_steps: grid.num_steps(),
                max_channels: last_step / u64::from(needed) + 1,
                min_steps: last_rank.saturating_mul(u64::from(needed)).saturating_add(1),
            });
        }
        Ok(Self { grid, options, isi_steps: needed })
    }

    /// Steps from one rank to the next.
    #[must_use]
    pub fn isi_steps(&self) -> u32 {
        self.isi_steps
    }
}

impl ValueEncoder for RankOrderEncoder {
    fn grid(&self) -> TimeGrid {
        self.grid
    }

    fn options(&self) -> CodeOptions {
        CodeOptions::TemporalRankOrder(self.options)
    }

    fn num_neurons(&self, num_channels: usize) -> usize {
        num_channels
    }

    fn spike_bound(&self, values: UnitValues<'_>) -> usize {
        values.get().len()
    }

    fn encode_sample(&self, values: UnitValues<'_>, _seed: Seed, _sample: u64, chunk: &mut SpikeChunk) {
        let ranking = Ranking::of(values);
        chunk.append_rows(|steps, ends| {
            let from = steps.len();
            steps.resize(from + values.get().len(), 0);
            for (step, &channel) in (0..).step_by(self.isi_steps as usize).zip(&ranking.order) {
                steps[from + channel as usize] = step;
            }
            ends.extend(from as u64 + 1..=steps.len() as u64);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_keep_the_order_of_channels_and_are_counted() {
        let values = [0.5, 0.0, 0.5, -0.0, 1.0, 0.5];
        let ranking = Ranking::of(UnitValues::new(&values, 0).unwrap());
        assert_eq!(ranking.order, [4, 0, 2, 5, 1, 3]);
        assert_eq!(ranking.ties, 3);
    }

    #[test]
    fn more_channels_than_steps_are_refused_with_both_remedies() {
        let config = EncoderConfig::default();
        assert_eq!(RankOrderEncoder::new(&config, RankOrderOptions::default(), 1000).unwrap().isi_steps(), 1);
        let error = RankOrderEncoder::new(&config, RankOrderOptions::default(), 1001).unwrap_err();
        let ConfigError::TooManyChannels { max_channels, min_steps, .. } = error else { panic!("{error}") };
        assert_eq!((max_channels, min_steps), (1000, 1001));
        let slow = RankOrderOptions { isi_ms: Some(1.0), ..RankOrderOptions::default() };
        assert!(RankOrderEncoder::new(&config, slow, 100).is_ok());
        assert!(RankOrderEncoder::new(&config, slow, 101).is_err());
    }

    #[test]
    fn each_bound_is_rejected() {
        let config = EncoderConfig::default();
        for options in [
            RankOrderOptions { isi_ms: Some(0.0), ..RankOrderOptions::default() },
            RankOrderOptions { isi_ms: Some(0.25), ..RankOrderOptions::default() },
            RankOrderOptions { modulation: 0.0, ..RankOrderOptions::default() },
            RankOrderOptions { modulation: 1.0, ..RankOrderOptions::default() },
            RankOrderOptions { modulation: f64::NAN, ..RankOrderOptions::default() },
        ] {
            assert!(RankOrderEncoder::new(&config, options, 4).is_err(), "{options:?}");
        }
        assert!(RankOrderEncoder::new(&config, RankOrderOptions::default(), 1).is_ok());
    }
}
