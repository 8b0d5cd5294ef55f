//! A reference that follows each channel in steps of a threshold: what send-on-delta and step-forward share.

use super::lanes::{Block, ChannelRule, StepSpikes, bits};
use super::{MIN_THRESHOLD, in_range};
use spike_core::{ConfigError, EncoderConfig, TimeGrid};

/// The rule. The signal is held for `events_per_sample` steps; in each of them the reference may move by θ, with a
/// spike. `INCLUSIVE` says whether a distance of exactly θ is enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tracking<const INCLUSIVE: bool> {
    grid: TimeGrid,
    threshold: f64,
    events_per_sample: u32,
    dead_steps: u32,
}

impl<const INCLUSIVE: bool> Tracking<INCLUSIVE> {
    pub(super) fn new(config: &EncoderConfig, threshold: f64, events_per_sample: u32) -> Result<Self, ConfigError> {
        config.validate()?;
        let grid = config.grid()?;
        in_range("threshold", threshold, MIN_THRESHOLD, 1.0)?;
        in_range("events_per_sample", f64::from(events_per_sample), 1.0, f64::from(grid.num_steps()))?;
        if !grid.num_steps().is_multiple_of(events_per_sample) {
            let (value_ms, dt_ms) = (config.time_window_ms, grid.dt_ms() * f64::from(events_per_sample));
            let nearest_ms = f64::from(grid.num_steps().div_ceil(events_per_sample)) * dt_ms;
            return Err(ConfigError::NotWholeSteps { name: "time_window_ms", value_ms, dt_ms, nearest_ms });
        }
        Ok(Self { grid, threshold, events_per_sample, dead_steps: config.refractory_steps()? })
    }

    pub(super) fn grid(&self) -> TimeGrid {
        self.grid
    }

    /// The spikes, with or without a refractory period: the count of dead steps costs a third of the time.
    #[inline(always)]
    fn follow<const N: usize, const REFRACTORY: bool>(&self, block: Block<'_, N>, spikes: &mut [StepSpikes]) {
        let threshold = self.threshold;
        let dead_steps = u64::from(self.dead_steps);
        let mut reference = *block.row(0);
        let mut dead = [0u64; N];
        for (time, steps) in spikes.chunks_exact_mut(self.events_per_sample as usize).enumerate() {
            let x = block.row(time);
            for step in steps {
                let (mut on, mut off) = ([false; N], [false; N]);
                for i in 0..N {
                    let (above, below) = (reference[i] + threshold, reference[i] - threshold);
                    let free = !REFRACTORY | (dead[i] == 0);
                    on[i] = free & if INCLUSIVE { x[i] >= above } else { x[i] > above };
                    off[i] = free & if INCLUSIVE { x[i] <= below } else { x[i] < below };
                    let risen = if on[i] { above } else { reference[i] };
                    reference[i] = if off[i] { below } else { risen };
                    if REFRACTORY {
                        let left = dead[i].saturating_sub(1);
                        dead[i] = if on[i] | off[i] { dead_steps } else { left };
                    }
                }
                *step = StepSpikes { on: bits(on), off: bits(off) };
            }
        }
    }
}

impl<const INCLUSIVE: bool> ChannelRule for Tracking<INCLUSIVE> {
    fn events_per_sample(&self) -> usize {
        self.events_per_sample as usize
    }

    #[inline(always)]
    fn spikes<const N: usize>(&self, block: Block<'_, N>, spikes: &mut [StepSpikes]) {
        if self.dead_steps == 0 {
            self.follow::<N, false>(block, spikes);
        } else {
            self.follow::<N, true>(block, spikes);
        }
    }
}
