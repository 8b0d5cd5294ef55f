//! Burst code: number and interval of the spikes of a burst carry the value.

use spike_core::{
    BurstOptions, CodeOptions, ConfigError, EncoderConfig, Seed, SpikeChunk, TimeGrid, UnitValues, ValueEncoder,
};

/// The burst of each value: what encoder and decoder share.
///
/// With N_max spikes and intervals of T_min to T_max steps, a value x has N_s = ⌈N_max·x⌉ spikes at an interval of
/// max(k + 1, ⌈T_max − (T_max − T_min)·x⌉) steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BurstPattern {
    /// Spikes N_max of the value 1.
    pub max_spikes: u32,
    /// T_min in steps.
    pub min_isi_steps: u32,
    /// T_max in steps.
    pub max_isi_steps: u32,
    /// k + 1: the smallest interval that the refractory period allows.
    pub stride: u32,
}

impl BurstPattern {
    /// The pattern of a configuration.
    ///
    /// # Errors
    /// [`ConfigError`] if there is no spike, T_min > T_max, an interval is not a whole number of steps, or the
    /// longest burst does not fit the window.
    pub fn new(config: &EncoderConfig, options: BurstOptions) -> Result<Self, ConfigError> {
        config.validate()?;
        let grid = config.grid()?;
        let stride = config.refractory_steps()?.saturating_add(1);
        let spikes = f64::from(options.max_spikes);
        if options.max_spikes == 0 || options.max_spikes > grid.num_steps() {
            let max = f64::from(grid.num_steps());
            return Err(ConfigError::OutOfRange { name: "max_spikes", value: spikes, min: 1.0, max });
        }
        let min_isi_steps = grid.steps_in("min_isi_ms", options.min_isi_ms)?;
        let with = |max_isi_steps| Self { max_spikes: options.max_spikes, min_isi_steps, max_isi_steps, stride };
        let max_isi_steps = match options.max_isi_ms {
            Some(ms) => grid.steps_in("max_isi_ms", ms)?,
            None => with(min_isi_steps).longest(grid.num_steps()),
        };
        let pattern = with(max_isi_steps);
        if max_isi_steps < min_isi_steps {
            let (value, min) = (f64::from(max_isi_steps) * grid.dt_ms(), options.min_isi_ms);
            return Err(ConfigError::OutOfRange { name: "max_isi_ms", value, min, max: config.time_window_ms });
        }
        if pattern.length() > u64::from(grid.num_steps()) {
            let (needed_steps, num_steps) = (pattern.length(), grid.num_steps());
            let option = if options.max_isi_ms.is_some() { "max_isi_ms" } else { "min_isi_ms or max_spikes" };
            return Err(ConfigError::PatternTooLong { what: "the longest burst", needed_steps, num_steps, option });
        }
        Ok(pattern)
    }

    /// Number of spikes of a value.
    #[inline(always)]
    #[must_use]
    pub fn count(&self, x: f64) -> u32 {
        (f64::from(self.max_spikes) * x).ceil() as u32
    }

    /// Interval of a value in steps.
    #[inline(always)]
    #[must_use]
    pub fn isi_steps(&self, x: f64) -> u32 {
        let span = f64::from(self.max_isi_steps - self.min_isi_steps);
        ((f64::from(self.max_isi_steps) - span * x).ceil() as u32).max(self.stride)
    }

    /// Steps from the first to behind the last spike of the longest burst.
    fn length(&self) -> u64 {
        // Among values with n spikes, the smallest, just above (n − 1)/N_max, has the longest interval.
        let burst = |n: u32| {
            let x = f64::from(n - 1) / f64::from(self.max_spikes);
            u64::from(n - 1) * u64::from(self.isi_steps(x)) + 1
        };
        (1..=self.max_spikes).map(burst).max().unwrap_or(1)
    }

    /// The largest T_max with which every burst fits, or T_min if none does.
    fn longest(self, num_steps: u32) -> u32 {
        let fits = |max_isi_steps: u32| Self { max_isi_steps, ..self }.length() <= u64::from(num_steps);
        let (mut low, mut high) = (self.min_isi_steps, self.min_isi_steps.max(num_steps));
        if fits(high) {
            return high;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            (low, high) = if fits(middle) { (middle, high) } else { (low, middle) };
        }
        low
    }
}

/// A burst at the beginning of the window: more spikes and shorter intervals for larger values.
///
/// N_s = ⌈N_max·x⌉ spikes, the first in step 0, at intervals of ⌈T_max − (T_max − T_min)·x⌉ steps, which the
/// refractory period of k steps holds at k + 1 or more; x = 0 is silent. By default N_max = 5, T_min = 2 ms and T_max
/// is the largest with which every burst fits the window. Input: values of shape (channel); output: one neuron for
/// each channel. The code draws no random number.
///
/// ```
/// use spike_core::{BurstOptions, EncoderConfig, Seed, SpikeChunk, UnitValues, ValueEncoder};
/// use spike_encode::BurstEncoder;
/// let encoder = BurstEncoder::new(&EncoderConfig::default(), BurstOptions::default())?;
/// let mut chunk = SpikeChunk::default();
/// encoder.encode_sample(UnitValues::new(&[0.0, 0.3, 1.0], 0)?, Seed(0), 0, &mut chunk);
/// assert_eq!(chunk.rows(encoder.grid(), 0, 3).counts(), [0, 2, 5]);
/// assert_eq!(chunk.steps()[2..], [0, 21, 42, 63, 84]);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// Source: Guo, Fouda, Eltawil, Salama (2021), Front. Neurosci. 15:638474, DOI 10.3389/fnins.2021.638474, burst coding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BurstEncoder {
    grid: TimeGrid,
    options: BurstOptions,
    pattern: BurstPattern,
}

impl BurstEncoder {
    /// An encoder for a configuration.
    ///
    /// # Errors
    /// As [`BurstPattern::new`].
    pub fn new(config: &EncoderConfig, options: BurstOptions) -> Result<Self, ConfigError> {
        Ok(Self { grid: config.grid()?, options, pattern: BurstPattern::new(config, options)? })
    }
}

impl ValueEncoder for BurstEncoder {
    fn grid(&self) -> TimeGrid {
        self.grid
    }

    fn options(&self) -> CodeOptions {
        CodeOptions::RateBurst(self.options)
    }

    fn num_neurons(&self, num_channels: usize) -> usize {
        num_channels
    }

    fn spike_bound(&self, values: UnitValues<'_>) -> usize {
        values.get().iter().map(|&x| self.pattern.count(x) as usize).sum()
    }

    fn encode_sample(&self, values: UnitValues<'_>, _seed: Seed, _sample: u64, chunk: &mut SpikeChunk) {
        chunk.append_rows(|steps, ends| {
            for &x in values.get() {
                let isi = self.pattern.isi_steps(x);
                steps.extend((0..self.pattern.count(x)).map(|i| i * isi));
                ends.push(steps.len() as u64);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(options: BurstOptions) -> Result<BurstPattern, ConfigError> {
        BurstPattern::new(&EncoderConfig::default(), options)
    }

    #[test]
    fn the_default_interval_is_the_largest_that_fits() {
        let pattern = pattern(BurstOptions::default()).unwrap();
        assert!(pattern.length() <= 1000);
        assert!(BurstPattern { max_isi_steps: pattern.max_isi_steps + 1, ..pattern }.length() > 1000);
        // Every value, not only the ends of the classes.
        for i in 0..=10_000 {
            let x = f64::from(i) / 10_000.0;
            assert!(pattern.count(x) == 0 || (pattern.count(x) - 1) * pattern.isi_steps(x) < 1000, "{x}");
        }
    }

    #[test]
    fn counts_and_intervals_by_hand() {
        let options = BurstOptions { max_isi_ms: Some(20.0), ..BurstOptions::default() };
        let pattern = pattern(options).unwrap();
        assert_eq!([0.0, 0.1, 0.2, 0.21, 0.99, 1.0].map(|x| pattern.count(x)), [0, 1, 1, 2, 5, 5]);
        assert_eq!([0.0, 0.5, 1.0].map(|x| pattern.isi_steps(x)), [200, 110, 21]);
    }

    #[test]
    fn each_bound_is_rejected() {
        let refused = |options| pattern(options).unwrap_err();
        let base = BurstOptions::default();
        assert!(matches!(refused(BurstOptions { max_spikes: 0, ..base }), ConfigError::OutOfRange { .. }));
        assert!(matches!(refused(BurstOptions { max_spikes: 5000, ..base }), ConfigError::OutOfRange { .. }));
        assert!(matches!(refused(BurstOptions { min_isi_ms: 0.25, ..base }), ConfigError::NotWholeSteps { .. }));
        assert!(matches!(refused(BurstOptions { max_isi_ms: Some(1.0), ..base }), ConfigError::OutOfRange { .. }));
        assert!(matches!(refused(BurstOptions { max_isi_ms: Some(99.0), ..base }), ConfigError::PatternTooLong { .. }));
        assert!(matches!(refused(BurstOptions { max_spikes: 60, ..base }), ConfigError::PatternTooLong { .. }));
        assert!(pattern(BurstOptions { max_spikes: 1, ..base }).is_ok());
    }
}
