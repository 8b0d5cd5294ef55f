//! Pools over neurons in rows: all windows at once, from what every neuron emitted.

use super::events::Events;
use crate::plan::{RowRule, RowUnit};
use spike_sim::{IfNeurons, Real, each_spike};

/// Values that a vector loop handles together.
const LANES: usize = 16;

/// What windows in rows remember of a sample, and their results of a step.
#[derive(Debug, Clone)]
pub(super) struct RowState {
    /// Largest count so far, or the sum of the spikes of the step.
    values: Vec<i32>,
    /// Spikes of the step in each window, of either sign, if they are summed.
    num_spikes: Vec<i32>,
    /// Which windows have a result, and its sign if it is the step of a count.
    flags: Vec<i8>,
}

impl RowState {
    pub(super) fn new<F>(unit: &RowUnit<F>) -> Self {
        let number = unit.amplitudes.len();
        let num_spikes = vec![0; if unit.rule == RowRule::Sum { number } else { 0 }];
        Self { values: vec![0; number], num_spikes, flags: vec![0; number] }
    }

    pub(super) fn reset(&mut self) {
        self.values.fill(0);
    }

    /// Appends the results of a step, sums with the number of spikes behind each.
    pub(super) fn step<F: Real>(
        &mut self,
        arch: pulp::Arch,
        unit: &RowUnit<F>,
        neurons: &IfNeurons<F>,
        events: &mut Events<F>,
    ) {
        arch.dispatch(Pool { state: self, unit, neurons });
        match unit.rule {
            RowRule::Largest => each_spike(&self.flags, |window, sign| {
                events.push(window, F::from_i32(i32::from(sign)) * unit.amplitudes[window as usize]);
            }),
            RowRule::Sum => each_spike(&self.flags, |window, _| {
                let sum = F::from_i32(self.values[window as usize]);
                events.push(window, sum * unit.amplitudes[window as usize]);
                events.merged.push(self.num_spikes[window as usize].unsigned_abs());
            }),
        }
    }
}

struct Pool<'a, F> {
    state: &'a mut RowState,
    unit: &'a RowUnit<F>,
    neurons: &'a IfNeurons<F>,
}

impl<F: Real> pulp::WithSimd for Pool<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let windows = &self.unit.windows;
        for row in 0..windows.members.len() {
            let members = windows.members.get(row as u32);
            let first = row * windows.length;
            let mut at = 0;
            while at + LANES <= windows.length {
                self.state.run::<F, LANES>(self.unit.rule, self.neurons, members, at, first + at);
                at += LANES;
            }
            while at < windows.length {
                self.state.run::<F, 1>(self.unit.rule, self.neurons, members, at, first + at);
                at += 1;
            }
        }
    }
}

impl RowState {
    /// N windows from `window` on, which see the values from `at` on of each member.
    #[inline(always)]
    fn run<F: Real, const N: usize>(
        &mut self,
        rule: RowRule,
        neurons: &IfNeurons<F>,
        members: &[u32],
        at: usize,
        window: usize,
    ) {
        let values = &mut self.values[window..window + N];
        let flags = &mut self.flags[window..window + N];
        match rule {
            RowRule::Largest => {
                let mut largest = [i32::MIN; N];
                for &member in members {
                    let counts = &neurons.counts()[member as usize + at..][..N];
                    largest.iter_mut().zip(counts).for_each(|(largest, &count)| *largest = count.max(*largest));
                }
                for ((value, flag), largest) in values.iter_mut().zip(flags).zip(largest) {
                    *flag = (largest - *value) as i8;
                    *value = largest;
                }
            }
            RowRule::Sum => {
                let (mut sums, mut numbers) = ([0i32; N], [0i32; N]);
                for &member in members {
                    let spikes = &neurons.spikes()[member as usize + at..][..N];
                    for ((sum, number), &spike) in sums.iter_mut().zip(&mut numbers).zip(spikes) {
                        *sum += i32::from(spike);
                        *number += i32::from(spike).abs();
                    }
                }
                values.copy_from_slice(&sums);
                flags.iter_mut().zip(numbers).for_each(|(flag, number)| *flag = i8::from(number > 0));
                self.num_spikes[window..window + N].copy_from_slice(&numbers);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Link, Lists, Mapping, SiteUnit};
    use spike_sim::{Emission, IfNeuronsOptions};

    /// 4 windows of 2 positions each, over rows of 19 channels: one vector and a remainder. Windows 1 and 2 overlap.
    const LENGTH: usize = 19;
    const MEMBERS: [[usize; 2]; 4] = [[0, 1], [2, 4], [4, 5], [3, 6]];

    fn site() -> SiteUnit<f64> {
        let emission = Emission::Ternary { min_count: i32::MIN, max_count: i32::MAX };
        let options = IfNeuronsOptions { emission, ..IfNeuronsOptions::default() };
        let thresholds: Vec<f64> = (0..7 * LENGTH).map(|n| 0.5 + (n % LENGTH) as f64 / 8.0).collect();
        SiteUnit { options, amplitudes: thresholds.clone(), thresholds, charges: Vec::new() }
    }

    fn members(window: usize) -> impl Iterator<Item = usize> {
        MEMBERS[window / LENGTH].into_iter().map(move |position| position * LENGTH + window % LENGTH)
    }

    /// Runs 300 steps and calls `check` after each with what it gave, the neurons and their amplitudes.
    fn run(unit: &RowUnit<f64>, mut check: impl FnMut(&Events<f64>, &IfNeurons<f64>)) {
        let site = site();
        let mut neurons = IfNeurons::new(&site.options, site.thresholds).unwrap();
        let mut state = RowState::new(unit);
        let mut events = Events::default();
        for step in 0..300usize {
            let drive: Vec<f64> = (0..7 * LENGTH).map(|n| ((n * 37 + step * 11) % 50) as f64 / 25.0 - 1.0).collect();
            neurons.step(Some(&drive));
            events.clear();
            state.step(pulp::Arch::new(), unit, &neurons, &mut events);
            check(&events, &neurons);
        }
    }

    #[test]
    fn the_largest_count_passes() {
        let windows: Vec<Vec<u32>> =
            (0..4 * LENGTH).map(|window| members(window).map(|member| member as u32).collect()).collect();
        let site = site();
        let unit = RowUnit::largest(&Lists::new(&windows), &site).unwrap();
        assert_eq!(unit.windows.length, LENGTH);
        let mut totals = vec![0.0; 4 * LENGTH];
        run(&unit, |events, neurons| {
            events.iter().for_each(|(window, amplitude)| totals[window as usize] += amplitude);
            for (window, total) in totals.iter().enumerate() {
                let largest = members(window).map(|member| neurons.counts()[member]).max().unwrap();
                assert_eq!(*total, f64::from(largest) * site.amplitudes[window % LENGTH]);
            }
        });
        assert!(totals.iter().any(|total| *total != 0.0));
    }

    #[test]
    fn sums_pass_with_their_number_of_spikes() {
        let links = (0..4 * LENGTH).flat_map(|window| {
            members(window).map(move |member| Link { source: member as u32, target: window as u32, weight: 0.5 })
        });
        let site = site();
        let mapping = Mapping::new(7 * LENGTH, links.collect());
        let unit = RowUnit::sum(&mapping, 4 * LENGTH, &site).unwrap();
        let mut opposite = 0;
        run(&unit, |events, neurons| {
            let mut expected = Vec::new();
            for window in 0..4 * LENGTH {
                let spikes = || members(window).map(|member| i32::from(neurons.spikes()[member]));
                let (sum, number): (i32, i32) = (spikes().sum(), spikes().map(i32::abs).sum());
                if number > 0 {
                    expected.push((window as u32, f64::from(sum) * 0.5 * site.amplitudes[window % LENGTH], number));
                    opposite += i32::from(sum == 0);
                }
            }
            let found: Vec<_> =
                events.iter().zip(&events.merged).map(|((window, a), &number)| (window, a, number as i32)).collect();
            assert_eq!(found, expected);
        });
        assert!(opposite > 0, "spikes of both signs must meet");
    }
}
