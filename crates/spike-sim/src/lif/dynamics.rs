//! One step of a leaky integrate-and-fire neuron as numbers: the exact solution of its equations over one step.

use crate::error::SimError;
use crate::lif::{LifOptions, PostsynapticEffect, Refractoriness, Reset, Schedule};
use spike_core::{TimeGrid, exp};

/// The affine map of (v, I) over a number of steps without input and without spike:
/// v ← a·v + c·I + k, I ← b·I.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Map {
    pub(crate) a: f64,
    pub(crate) b: f64,
    pub(crate) c: f64,
    pub(crate) k: f64,
}

impl Map {
    pub(crate) const IDENTITY: Self = Self { a: 1.0, b: 1.0, c: 0.0, k: 0.0 };

    #[inline(always)]
    pub(crate) fn potential(&self, v: f64, current: f64) -> f64 {
        self.a * v + self.c * current + self.k
    }

    /// This map, then `after`.
    pub(crate) fn then(&self, after: &Self) -> Self {
        Self {
            a: after.a * self.a,
            b: after.b * self.b,
            c: after.a * self.c + after.c * self.b,
            k: after.a * self.k + after.k,
        }
    }
}

/// Everything that a step needs, derived once. Potentials are relative to rest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dynamics {
    pub(crate) schedule: Schedule,
    pub(crate) refractoriness: Refractoriness,
    pub(crate) exponential: bool,
    pub(crate) step: Map,
    /// Factor of input that reaches the potential in its own step, under the schedule of Lava.
    pub(crate) gain: f64,
    pub(crate) threshold: f64,
    pub(crate) initial: f64,
    /// Steps from a spike to the first free step.
    pub(crate) until_free: i64,
    pub(crate) rest: f64,
    reset: ResetTo,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum ResetTo {
    Value(f64),
    Less(f64),
}

impl Dynamics {
    pub(crate) fn new(options: &LifOptions, grid: TimeGrid) -> Result<Self, SimError> {
        options.validate()?;
        let LifOptions { schedule, rest, resistance, .. } = *options;
        let refractory = grid.steps_in("refractory_ms", options.refractory_ms).map_err(SimError::Config)?;
        let dt_ms = grid.dt_ms();
        let (exponential, tau_syn_ms) = match options.synapse {
            PostsynapticEffect::Delta => (false, None),
            PostsynapticEffect::Exponential { tau_ms } => (true, Some(tau_ms)),
        };
        let ratio = dt_ms / options.tau_ms;
        let syn_ratio = tau_syn_ms.map(|tau_ms| dt_ms / tau_ms);
        let step = match schedule {
            Schedule::Brian2 | Schedule::Nest => {
                let a = exp(-ratio);
                let (b, c) = syn_ratio.map_or((0.0, 0.0), |syn| (exp(-syn), resistance * coupling(ratio, syn)));
                Map { a, b, c, k: resistance * options.bias * (1.0 - a) }
            }
            Schedule::Lava => {
                euler("tau_ms", options.tau_ms, dt_ms, schedule)?;
                if let Some(tau_ms) = tau_syn_ms {
                    euler("synapse.tau_ms", tau_ms, dt_ms, schedule)?;
                }
                let b = syn_ratio.map_or(0.0, |syn| 1.0 - syn);
                Map { a: 1.0 - ratio, b, c: resistance * b, k: options.bias }
            }
        };
        let reset = match options.reset {
            Reset::Zero => ResetTo::Value(-rest),
            Reset::To(value) => ResetTo::Value(value - rest),
            Reset::Subtract => ResetTo::Less(options.threshold - rest),
        };
        Ok(Self {
            schedule,
            refractoriness: options.refractoriness,
            exponential,
            step,
            gain: resistance,
            threshold: options.threshold - rest,
            initial: options.initial - rest,
            until_free: schedule.steps_until_free(refractory),
            rest,
            reset,
        })
    }

    /// Whether a potential fires.
    #[inline(always)]
    pub(crate) fn fires(&self, v: f64) -> bool {
        if self.schedule == Schedule::Lava { self.threshold < v } else { self.threshold <= v }
    }

    /// The potential after a reset.
    #[inline(always)]
    pub(crate) fn after_reset(&self, v: f64) -> f64 {
        self.after_reset_from(v, 0.0)
    }

    /// The same for a threshold that is raised by `raised`.
    #[inline(always)]
    pub(crate) fn after_reset_from(&self, v: f64, raised: f64) -> f64 {
        match self.reset {
            ResetTo::Value(value) => value,
            ResetTo::Less(height) => v - (height + raised),
        }
    }

    /// Whether the potential moves and takes input although the neuron is refractory.
    #[inline(always)]
    pub(crate) fn moves_when_refractory(&self) -> bool {
        self.refractoriness == Refractoriness::Integrating
    }

    /// One step with input, for schedules that take it before the test: the new potential and current.
    #[inline(always)]
    pub(crate) fn with_input(&self, v: f64, current: f64, input: f64) -> (f64, f64) {
        let Map { a, b, k, .. } = self.step;
        match (self.schedule, self.exponential) {
            (Schedule::Lava, true) => {
                let current = b * current + input;
                (a * v + self.gain * current + k, current)
            }
            (Schedule::Lava, false) => (a * v + self.gain * input + k, 0.0),
            (_, true) => (self.step.potential(v, current), b * current + input),
            (_, false) => (a * v + k + input, 0.0),
        }
    }
}

fn euler(name: &'static str, tau_ms: f64, dt_ms: f64, schedule: Schedule) -> Result<(), SimError> {
    if tau_ms < dt_ms { Err(SimError::EulerStep { name, tau_ms, dt_ms, schedule }) } else { Ok(()) }
}

/// What a current of 1 at the start of a step adds to v by its end, for dt/τ and dt/τ_syn.
///
/// τ_syn/(τ_syn − τ)·(e^{−s} − e^{−r}) with r = dt/τ and s = dt/τ_syn, written as r·e^{−r}·(e^x − 1)/x with x = r − s,
/// which has no singularity at τ = τ_syn and does not cancel near it.
fn coupling(r: f64, s: f64) -> f64 {
    // The larger exponential is taken out, so that nothing overflows.
    if s < r { r * exp(-s) * relative_growth(s - r) } else { r * exp(-r) * relative_growth(r - s) }
}

/// (e^x − 1)/x for x ≤ 0.
fn relative_growth(x: f64) -> f64 {
    if x < -0.5 {
        return (exp(x) - 1.0) / x;
    }
    // Σ x^n/(n + 1)! by Horner; on [−0.5, 0] the rest after 15 terms is below 1e-18.
    (1..=15u32).rev().fold(1.0, |sum, n| 1.0 + x / f64::from(n + 1) * sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::ConfigError;

    #[test]
    fn coupling_is_the_closed_form_and_has_no_singularity() {
        for (tau, tau_syn) in [(20.0, 5.0), (5.0, 20.0), (10.0, 9.0), (0.05, 30.0), (30.0, 0.05)] {
            let (r, s): (f64, f64) = (0.1 / tau, 0.1 / tau_syn);
            let closed = tau_syn / (tau_syn - tau) * ((-s).exp() - (-r).exp());
            assert!((coupling(r, s) / closed - 1.0).abs() < 1e-12, "{tau} {tau_syn}");
        }
        let equal = 0.005 * (-0.005f64).exp();
        assert!((coupling(0.005, 0.005) / equal - 1.0).abs() < 1e-15);
        for near in [1e-3, 1e-6, 1e-9, 1e-12, 1e-15] {
            // First order in the difference: r·e^{−r}·(1 + x/2).
            let x = -0.005 * near;
            assert!((coupling(0.005, 0.005 - x) / (equal * (1.0 + x / 2.0)) - 1.0).abs() < 1e-10, "{near}");
        }
    }

    #[test]
    fn factors_are_those_of_the_references() {
        let grid = TimeGrid::from_ms(1.0, 0.1).unwrap();
        let synapse = PostsynapticEffect::Exponential { tau_ms: 5.0 };
        let dynamics = Dynamics::new(&LifOptions { synapse, ..LifOptions::default() }, grid).unwrap();
        assert_eq!(dynamics.step.a, 0.995_012_479_192_682_3);
        assert_eq!(dynamics.step.b, 0.980_198_673_306_755_3);
        // The reference subtracts two numbers near 1, and so is uncertain by a rounding of 1.
        assert!((dynamics.step.c - 0.004_937_935_295_309_022).abs() < f64::EPSILON);
    }

    #[test]
    fn refractory_periods_are_whole_steps_and_euler_steps_are_short() {
        let grid = TimeGrid::from_ms(1.0, 0.1).unwrap();
        let error = Dynamics::new(&LifOptions { refractory_ms: 0.25, ..LifOptions::default() }, grid).unwrap_err();
        assert!(matches!(error, SimError::Config(ConfigError::NotWholeSteps { .. })));
        let fast = LifOptions { tau_ms: 0.05, ..LifOptions::default() };
        assert!(Dynamics::new(&fast, grid).is_ok());
        let error = Dynamics::new(&LifOptions { schedule: Schedule::Lava, ..fast }, grid).unwrap_err();
        assert!(matches!(error, SimError::EulerStep { name: "tau_ms", .. }));
    }

    #[test]
    fn maps_compose() {
        let one = Map { a: 0.9, b: 0.7, c: 0.2, k: 0.01 };
        let three = one.then(&one).then(&one);
        let (mut v, mut current) = (0.3, 2.0);
        let expected = three.potential(v, current);
        for _ in 0..3 {
            v = one.potential(v, current);
            current *= one.b;
        }
        assert!((v - expected).abs() < 1e-15 && (current - three.b * 2.0).abs() < 1e-15);
        assert_eq!(Map::IDENTITY.then(&one), one);
    }
}
