//! Maximum pools over spikes.

use crate::plan::PoolUnit;
use crate::spiking::MaxPooling;
use spike_sim::Real;

/// What a pool remembers of a sample.
#[derive(Debug, Clone)]
pub(super) struct PoolState<F> {
    /// Cumulative amplitude of each source.
    sums: Vec<F>,
    /// Largest sum of each window that has been passed on.
    passed: Vec<F>,
    /// The source that each window follows; `u32::MAX` before the first spike.
    leader: Vec<u32>,
    /// Windows touched in this step.
    touched: Vec<u32>,
    is_touched: Vec<bool>,
}

impl<F: Real> PoolState<F> {
    pub(super) fn new(pool: &PoolUnit) -> Self {
        let (sources, windows) = (pool.windows_of.len(), pool.members.len());
        Self {
            sums: vec![F::default(); sources],
            passed: vec![F::default(); windows],
            leader: vec![u32::MAX; windows],
            touched: Vec::new(),
            is_touched: vec![false; windows],
        }
    }

    pub(super) fn reset(&mut self) {
        self.sums.fill(F::default());
        self.passed.fill(F::default());
        self.leader.fill(u32::MAX);
    }

    /// Passes the events of a step on.
    pub(super) fn step(
        &mut self,
        pool: &PoolUnit,
        rule: MaxPooling,
        events: (&[u32], &[F]),
        result: (&mut Vec<u32>, &mut Vec<F>),
    ) {
        for (&source, &amplitude) in events.0.iter().zip(events.1) {
            self.sums[source as usize] += amplitude;
            for &window in &pool.windows_of[source as usize] {
                if !self.is_touched[window as usize] {
                    self.is_touched[window as usize] = true;
                    self.touched.push(window);
                }
            }
        }
        match rule {
            MaxPooling::Cumulative => self.rises(pool, result),
            MaxPooling::MostActive | MaxPooling::Earliest => self.follow(pool, rule, events, result),
        }
        self.touched.drain(..).for_each(|window| self.is_touched[window as usize] = false);
    }

    /// The rise or fall of the largest sum of each window.
    fn rises(&mut self, pool: &PoolUnit, (windows, amplitudes): (&mut Vec<u32>, &mut Vec<F>)) {
        for &window in &self.touched {
            let members = &pool.members[window as usize];
            let sums = members.iter().map(|&member| self.sums[member as usize]);
            let largest = sums.reduce(|a, b| if a < b { b } else { a }).unwrap_or_default();
            let passed = &mut self.passed[window as usize];
            if largest != *passed {
                windows.push(window);
                amplitudes.push(largest - *passed);
                *passed = largest;
            }
        }
    }

    /// The spikes of one unit of each window.
    fn follow(
        &mut self,
        pool: &PoolUnit,
        rule: MaxPooling,
        events: (&[u32], &[F]),
        (windows, amplitudes): (&mut Vec<u32>, &mut Vec<F>),
    ) {
        for &window in &self.touched {
            let leader = &mut self.leader[window as usize];
            let members = &pool.members[window as usize];
            match rule {
                MaxPooling::MostActive => {
                    let best = members.iter().copied().reduce(|a, b| {
                        let (ahead, other) = (self.sums[a as usize], self.sums[b as usize]);
                        if ahead < other { b } else { a }
                    });
                    *leader = best.unwrap_or(u32::MAX);
                }
                _ if *leader == u32::MAX => {
                    let fired = |member: &&u32| self.sums[**member as usize] != F::default();
                    *leader = members.iter().find(fired).copied().unwrap_or(u32::MAX);
                }
                _ => {}
            }
        }
        for (&source, &amplitude) in events.0.iter().zip(events.1) {
            for &window in &pool.windows_of[source as usize] {
                if self.leader[window as usize] == source {
                    windows.push(window);
                    amplitudes.push(amplitude);
                }
            }
        }
    }
}
