//! One step of all neurons: vector loops over potentials and currents.

use crate::flags::{BLOCK, collect};
use crate::lif::Schedule;
use crate::lif::dynamics::Dynamics;

/// The state of a population, one entry for each neuron; potentials are relative to rest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    pub(crate) v: Vec<f64>,
    /// Synaptic currents; empty with delta synapses.
    pub(crate) current: Vec<f64>,
    /// Input of the step; empty under a schedule that takes input after the test.
    pub(crate) input: Vec<f64>,
    /// First step in which the neuron may fire.
    pub(crate) free_from: Vec<i64>,
}

impl State {
    pub(crate) fn new(dynamics: &Dynamics, num_neurons: usize) -> Self {
        let row = |needed: bool| vec![0.0; if needed { num_neurons } else { 0 }];
        Self {
            v: vec![dynamics.initial; num_neurons],
            current: row(dynamics.exponential),
            input: row(dynamics.schedule.input_before_test()),
            free_from: vec![0; num_neurons],
        }
    }

    /// Integrates and tests one step, and appends the neurons that fire to `fired`. Input is used up.
    /// `raised` is what each threshold is raised by; empty if none is.
    pub(crate) fn sweep(
        &mut self,
        arch: pulp::Arch,
        dynamics: &Dynamics,
        raised: &[f64],
        step: i64,
        fired: &mut Vec<u32>,
    ) {
        arch.dispatch(Sweep { state: self, dynamics, raised, step, fired });
    }
}

struct Sweep<'a> {
    state: &'a mut State,
    dynamics: &'a Dynamics,
    raised: &'a [f64],
    step: i64,
    fired: &'a mut Vec<u32>,
}

impl pulp::WithSimd for Sweep<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        let Dynamics { schedule, exponential, step: map, gain, threshold, .. } = *self.dynamics;
        // Every variant is a loop of its own, without a branch inside.
        match (schedule, exponential) {
            (Schedule::Brian2, false) => {
                self.run::<false, false>(|v, i, _| (map.a * v + map.k, i), |v, h| threshold + h <= v);
            }
            (Schedule::Brian2, true) => {
                self.run::<true, false>(|v, i, _| (map.potential(v, i), map.b * i), |v, h| threshold + h <= v);
            }
            (Schedule::Nest, false) => {
                self.run::<false, true>(|v, i, input| (map.a * v + map.k + input, i), |v, h| threshold + h <= v);
            }
            (Schedule::Nest, true) => {
                self.run::<true, true>(
                    |v, i, input| (map.potential(v, i), map.b * i + input),
                    |v, h| threshold + h <= v,
                );
            }
            (Schedule::Lava, false) => {
                self.run::<false, true>(|v, i, input| (map.a * v + gain * input + map.k, i), |v, h| threshold + h < v);
            }
            (Schedule::Lava, true) => self.run::<true, true>(
                |v, i, input| {
                    let i = map.b * i + input;
                    (map.a * v + gain * i + map.k, i)
                },
                |v, h| threshold + h < v,
            ),
        }
    }
}

impl Sweep<'_> {
    /// The loop, for `update` of (v, I, input) and the test `fires` of (v, what the threshold is raised by).
    #[inline(always)]
    fn run<const CURRENT: bool, const INPUT: bool>(
        self,
        update: impl Fn(f64, f64, f64) -> (f64, f64),
        fires: impl Fn(f64, f64) -> bool,
    ) {
        if self.raised.is_empty() {
            self.run_raised::<CURRENT, INPUT, false>(update, fires);
        } else {
            self.run_raised::<CURRENT, INPUT, true>(update, fires);
        }
    }

    #[inline(always)]
    fn run_raised<const CURRENT: bool, const INPUT: bool, const RAISED: bool>(
        self,
        update: impl Fn(f64, f64, f64) -> (f64, f64),
        fires: impl Fn(f64, f64) -> bool,
    ) {
        let Sweep { state, dynamics, raised, step, fired } = self;
        let State { v, current, input, free_from } = state;
        let always = dynamics.moves_when_refractory();
        for start in (0..v.len()).step_by(BLOCK) {
            let end = (start + BLOCK).min(v.len());
            let v = &mut v[start..end];
            let n = v.len();
            let free_from = &free_from[start..end][..n];
            let current = if CURRENT { &mut current[start..end][..n] } else { &mut [][..] };
            let input = if INPUT { &mut input[start..end][..n] } else { &mut [][..] };
            let raised = if RAISED { &raised[start..end][..n] } else { &[][..] };
            let mut any = 0u64;
            for j in 0..n {
                let i = if CURRENT { current[j] } else { 0.0 };
                let x = if INPUT { input[j] } else { 0.0 };
                let (next, i) = update(v[j], i, x);
                let free = free_from[j] <= step;
                let next = if free | always { next } else { v[j] };
                v[j] = next;
                if CURRENT {
                    current[j] = i;
                }
                if INPUT {
                    input[j] = 0.0;
                }
                let h = if RAISED { raised[j] } else { 0.0 };
                any |= u64::from(free & fires(next, h));
            }
            if any != 0 {
                let mut flags = [0u8; BLOCK];
                for (j, ((flag, &v), &free)) in flags.iter_mut().zip(&*v).zip(free_from).enumerate() {
                    let h = if RAISED { raised[j] } else { 0.0 };
                    *flag = u8::from((free <= step) & fires(v, h));
                }
                collect(start as u32, &flags, fired);
            }
        }
    }
}
