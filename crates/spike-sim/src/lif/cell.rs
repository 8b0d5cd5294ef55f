//! One neuron that moves from event to event: jumps over the steps in which nothing arrives.

use crate::lif::Refractoriness;
use crate::lif::dynamics::Dynamics;
use crate::lif::jumps::Jumps;

/// The state of one neuron at the end of step `at`, potential relative to rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cell {
    pub(crate) v: f64,
    pub(crate) current: f64,
    /// First step in which it may fire again.
    pub(crate) free_from: i64,
    pub(crate) at: i64,
    /// Input of the next step, for schedules that take input before the test.
    input: f64,
    has_input: bool,
    /// Input kept for the end of the refractory period.
    pub(crate) kept: f64,
    /// A spike at `at` whose reset waits for the input of that step.
    reset_due: bool,
}

impl Cell {
    pub(crate) fn new(v: f64, current: f64, free_from: i64, at: i64, kept: f64) -> Self {
        Self { v, current, free_from, at, input: 0.0, has_input: false, kept, reset_due: false }
    }

    /// One step without jump. Returns whether the neuron fired.
    ///
    /// The order of a schedule that takes input after the test is finished by [`take`](Self::take) and
    /// [`settle`](Self::settle).
    pub(crate) fn step(&mut self, dynamics: &Dynamics) -> bool {
        self.settle(dynamics);
        self.at += 1;
        let free = self.free_from <= self.at;
        let moves = free || dynamics.moves_when_refractory();
        let mut input = std::mem::replace(&mut self.input, 0.0);
        self.has_input = false;
        if self.at == self.free_from {
            input += std::mem::replace(&mut self.kept, 0.0);
        }
        let (v, current) = if dynamics.schedule.input_before_test() {
            dynamics.with_input(self.v, self.current, input)
        } else {
            (dynamics.step.potential(self.v, self.current), dynamics.step.b * self.current)
        };
        self.current = current;
        if moves {
            self.v = v;
        }
        let fired = free && dynamics.fires(self.v);
        if fired {
            self.fire(dynamics);
        }
        fired
    }

    /// Moves to the end of step `to`, and tells every spike on the way.
    pub(crate) fn advance(&mut self, dynamics: &Dynamics, jumps: &Jumps, to: i64, mut spike: impl FnMut(i64)) {
        while self.at < to {
            self.settle(dynamics);
            let next = self.at + 1;
            if self.has_input || (next == self.free_from && self.kept != 0.0) {
                if self.step(dynamics) {
                    spike(self.at);
                }
                continue;
            }
            if next < self.free_from && !dynamics.moves_when_refractory() {
                let held = to.min(self.free_from - 1) - self.at;
                self.current *= jumps.over(held as u64).b;
                self.at += held;
                continue;
            }
            let steps = (to - self.at) as u64;
            let from = (self.free_from - self.at).max(1) as u64;
            let crossing = jumps.first_crossing(dynamics, self.v, self.current, from, steps);
            let map = jumps.over(crossing.unwrap_or(steps));
            self.v = map.potential(self.v, self.current);
            self.current *= map.b;
            self.at += crossing.unwrap_or(steps) as i64;
            if crossing.is_some() {
                self.fire(dynamics);
                spike(self.at);
            }
        }
    }

    /// Takes the weight of a spike that arrives in step `at`, after the test of that step, or in step `at` + 1 under
    /// a schedule that takes input before the test.
    pub(crate) fn take(&mut self, dynamics: &Dynamics, jumps: &Jumps, weight: f64) {
        let before_test = dynamics.schedule.input_before_test();
        let step = self.at + i64::from(before_test);
        let takes = self.free_from <= step || dynamics.moves_when_refractory();
        match (dynamics.exponential, before_test) {
            (true, false) => self.current += weight,
            (false, false) if takes => self.v += weight,
            (false, true) if !takes => {
                if dynamics.refractoriness == Refractoriness::Accumulating {
                    self.kept += weight * jumps.over((self.free_from - step) as u64).a;
                }
            }
            (_, true) => {
                self.input += weight;
                self.has_input = true;
            }
            (false, false) => {}
        }
    }

    /// Ends step `at`: carries out a reset that waited for input.
    pub(crate) fn settle(&mut self, dynamics: &Dynamics) {
        if std::mem::replace(&mut self.reset_due, false) {
            self.v = dynamics.after_reset(self.v);
        }
    }

    fn fire(&mut self, dynamics: &Dynamics) {
        self.free_from = self.at + dynamics.until_free;
        if dynamics.schedule.input_before_test() {
            self.v = dynamics.after_reset(self.v);
        } else {
            self.reset_due = true;
        }
    }
}
