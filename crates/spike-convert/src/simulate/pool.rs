//! Maximum pools over spikes.

use super::events::Events;
use crate::plan::PoolUnit;
use crate::spiking::MaxPooling;
use spike_sim::Real;

/// What a pool remembers of a sample.
#[derive(Debug, Clone)]
pub(super) struct PoolState<F> {
    /// Cumulative amplitude of each source.
    sums: Vec<F>,
    /// Cumulative amplitude that each window has passed on.
    passed: Vec<F>,
    /// The source that each window follows; `u32::MAX` before the first spike.
    leader: Vec<u32>,
}

impl<F: Real> PoolState<F> {
    pub(super) fn new(pool: &PoolUnit) -> Self {
        let (sources, windows) = (pool.windows_of.len(), pool.members.len());
        let zero = F::default();
        Self { sums: vec![zero; sources], passed: vec![zero; windows], leader: vec![u32::MAX; windows] }
    }

    pub(super) fn reset(&mut self) {
        self.sums.fill(F::default());
        self.passed.fill(F::default());
        self.leader.fill(u32::MAX);
    }

    /// Passes the events of a step on.
    pub(super) fn step(&mut self, pool: &PoolUnit, rule: MaxPooling, events: &Events<F>, result: &mut Events<F>) {
        match rule {
            MaxPooling::Cumulative => self.rises(pool, events, result),
            MaxPooling::MostActive | MaxPooling::Earliest => self.follow(pool, rule, events, result),
        }
    }

    /// What each event adds to the largest sum of its windows: Σ = max of the sums after every event.
    fn rises(&mut self, pool: &PoolUnit, events: &Events<F>, result: &mut Events<F>) {
        for (source, amplitude) in events.iter() {
            let before = self.sums[source as usize];
            let after = before + amplitude;
            self.sums[source as usize] = after;
            for &window in pool.windows_of.get(source) {
                let passed = &mut self.passed[window as usize];
                let largest = if *passed < after {
                    after
                } else if after < before && before == *passed {
                    // The largest fell: another may be the largest now.
                    let sums = pool.members.get(window).iter().map(|&member| self.sums[member as usize]);
                    sums.reduce(|a, b| if a < b { b } else { a }).unwrap_or_default()
                } else {
                    continue;
                };
                if largest != *passed {
                    result.push(window, largest - *passed);
                    *passed = largest;
                }
            }
        }
    }

    /// The spikes of one unit of each window.
    fn follow(&mut self, pool: &PoolUnit, rule: MaxPooling, events: &Events<F>, result: &mut Events<F>) {
        for (source, amplitude) in events.iter() {
            self.sums[source as usize] += amplitude;
        }
        for &source in &events.sources {
            for &window in pool.windows_of.get(source) {
                let leader = &mut self.leader[window as usize];
                let members = pool.members.get(window).iter().copied();
                if rule == MaxPooling::MostActive {
                    let sum = |member: u32| self.sums[member as usize];
                    *leader = members.reduce(|a, b| if sum(a) < sum(b) { b } else { a }).unwrap_or(u32::MAX);
                } else if *leader == u32::MAX {
                    let mut fired = members.filter(|&member| self.sums[member as usize] != F::default());
                    *leader = fired.next().unwrap_or(u32::MAX);
                }
            }
        }
        for (source, amplitude) in events.iter() {
            for &window in pool.windows_of.get(source) {
                if self.leader[window as usize] == source {
                    result.push(window, amplitude);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Lists;

    /// One window over four units, and the units that spike in each step.
    fn passed(rule: MaxPooling, steps: &[&[u32]]) -> Vec<f64> {
        let pool = PoolUnit { windows_of: Lists::new(&vec![vec![0]; 4]), members: Lists::new(&[vec![0, 1, 2, 3]]) };
        let mut state = PoolState::<f64>::new(&pool);
        let step = |sources: &&[u32]| {
            let (mut events, mut result) = (Events::default(), Events::default());
            sources.iter().for_each(|&source| events.push(source, 1.0));
            state.step(&pool, rule, &events, &mut result);
            result.amplitudes.iter().sum()
        };
        steps.iter().map(step).collect()
    }

    #[test]
    fn each_rule_passes_its_spikes() {
        let steps: [&[u32]; 5] = [&[1], &[2, 3], &[2], &[2], &[0, 1]];
        // Counts after each step: 0100, 0111, 0121, 0131, 1231.
        assert_eq!(passed(MaxPooling::Cumulative, &steps), [1.0, 0.0, 1.0, 1.0, 0.0]);
        // Units 1 and 2 tie after the second step: the first leads, and did not spike.
        assert_eq!(passed(MaxPooling::MostActive, &steps), [1.0, 0.0, 1.0, 1.0, 0.0]);
        assert_eq!(passed(MaxPooling::Earliest, &steps), [1.0, 0.0, 0.0, 0.0, 1.0]);
        assert_eq!(passed(MaxPooling::Earliest, &[&[3, 1], &[3], &[1]]), [1.0, 0.0, 1.0]);
    }

    #[test]
    fn cumulative_pooling_is_the_maximum_in_every_step() {
        let pool = PoolUnit {
            windows_of: Lists::new(&[vec![0], vec![0, 1], vec![0, 1], vec![1]]),
            members: Lists::new(&[vec![0, 1, 2], vec![1, 2, 3]]),
        };
        let mut state = PoolState::<f64>::new(&pool);
        let (mut sums, mut totals) = ([0.0f64; 4], [0.0; 2]);
        for step in 0..200u32 {
            let sources: Vec<u32> = (0..4).filter(|source| (step * 7 + source * 5) % 3 == 0).collect();
            let sign = |source: u32| if (step + source) % 4 == 3 { -0.5 } else { 0.5 };
            let amplitudes: Vec<f64> = sources.iter().map(|&source| sign(source)).collect();
            sources.iter().zip(&amplitudes).for_each(|(&source, a)| sums[source as usize] += a);
            let events = Events { sources, amplitudes, merged: Vec::new() };
            let mut result = Events::default();
            state.step(&pool, MaxPooling::Cumulative, &events, &mut result);
            result.iter().for_each(|(window, a)| totals[window as usize] += a);
            let largest = |members: [usize; 3]| members.into_iter().map(|m| sums[m]).fold(f64::NEG_INFINITY, f64::max);
            // A window that has only fallen below 0 still passes the maximum.
            assert_eq!(totals, [largest([0, 1, 2]), largest([1, 2, 3])], "{step}");
        }
    }
}
