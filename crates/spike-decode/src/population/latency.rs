//! Posterior of a value given the latencies of a population.

use super::posterior::Posterior;
use super::quadrature::{Density, panels};
use crate::prior::Prior;
use spike_core::{CodeOptions, ConfigError, DecodeError, DecodingMethod, Encoding, SpikeView, Tuning};

/// Posterior of a value given the spikes of `population_latency`.
///
/// A spike in step s of T says that the response of its neuron lies in (1 − (s + 1)/T, 1 − s/T], silence that it
/// lies below the threshold; each is an interval of values, or two, on either side of the neuron's centre. The
/// posterior is the prior on the intersection of all of them, whose mean and variance are exact.
///
/// With jitter, a spike has a Gaussian likelihood around the latency T·(1 − r_j(x)), of variance
/// jitter² + dt²/6 (the roundings of latency and shift add dt²/12 each); spikes in the first or last step, where
/// jitter is clipped, have that of the tail. Silence stays exact.
///
/// Spikes that no value can cause (lost, added or moved ones without jitter in the record) say nothing: the answer is
/// the prior, with confidence 0.
///
/// Source: the inverse of the code of Bohte, Kok, La Poutré (2002), Neurocomputing 48:17,
/// DOI 10.1016/S0925-2312(01)00658-0.
#[derive(Debug, Clone)]
pub struct LatencyPosterior {
    tuning: Tuning,
    prior: Prior,
    num_steps: f64,
    silent_below: f64,
    jitter_steps: f64,
}

/// How far rounding may move the end of an interval of values.
const ROUNDING: f64 = 1e-11;
/// Panels in [0, 1] of the first level of the quadrature.
const PANELS: usize = 32;

type Interval = (f64, f64);

impl LatencyPosterior {
    /// The posterior for an encoding.
    ///
    /// # Errors
    /// [`DecodeError`] if the code is another one or its record is invalid.
    pub fn for_encoding(encoding: &Encoding, prior: &Prior) -> Result<Self, DecodeError> {
        let CodeOptions::PopulationLatency(options) = encoding.code else {
            let (method, scheme) = (DecodingMethod::BayesianMle, encoding.scheme());
            return Err(DecodeError::WrongMethod { method, scheme });
        };
        let (value, config) = (options.silent_below, &encoding.config);
        if !(0.0..=1.0).contains(&value) {
            return Err(ConfigError::OutOfRange { name: "silent_below", value, min: 0.0, max: 1.0 }.into());
        }
        config.validate()?;
        let grid = config.grid()?;
        Ok(Self {
            tuning: encoding.tuning_curves()?.clone(),
            prior: prior.clone(),
            num_steps: f64::from(grid.num_steps()),
            silent_below: value,
            jitter_steps: config.jitter_ms / grid.dt_ms(),
        })
    }

    pub(crate) fn num_neurons(&self) -> usize {
        self.tuning.len()
    }

    /// How early a spike is, in steps before the end of the window; 0 for silence.
    pub(crate) fn earliness(&self, row: &[u32]) -> f64 {
        row.first().map_or(0.0, |&step| self.num_steps - (f64::from(step) + 0.5))
    }

    /// The expected [`earliness`](Self::earliness) of neuron `j`.
    pub(crate) fn expected_earliness(&self, j: usize, x: f64) -> f64 {
        let r = self.tuning.response(j, x);
        if r >= self.silent_below { self.num_steps * r } else { 0.0 }
    }

    /// The values that cause these rows: disjoint intervals, ascending; none if no value does.
    ///
    /// # Errors
    /// [`DecodeError::ChannelMismatch`] if the population has another number of neurons.
    pub fn intervals(&self, rows: SpikeView<'_>) -> Result<Vec<(f64, f64)>, DecodeError> {
        self.check(rows)?;
        Ok(self.possible(rows))
    }

    /// The posterior given the rows of a channel.
    ///
    /// # Errors
    /// [`DecodeError::ChannelMismatch`] if the population has another number of neurons.
    pub fn of(&self, rows: SpikeView<'_>) -> Result<Posterior, DecodeError> {
        self.check(rows)?;
        let (mean, variance) = self.moments(rows);
        let mode = self.mode(rows);
        let all = [(0.0, 1.0)];
        let [low95, high95] = if self.jitter_steps > 0.0 {
            let density = self.jittered(rows);
            [0.025, 0.975]
                .map(|q| density.as_ref().map_or_else(|| self.prior.quantile_within(&all, q), |d| d.quantile(q)))
        } else {
            let possible = self.possible(rows);
            let within = if self.prior.within(&possible).is_some() { &possible[..] } else { &all };
            [0.025, 0.975].map(|q| self.prior.quantile_within(within, q))
        };
        Ok(Posterior { mean, variance, mode, low95, high95 })
    }

    fn check(&self, rows: SpikeView<'_>) -> Result<(), DecodeError> {
        let (expected, found) = (self.tuning.len(), rows.num_neurons());
        if expected == found { Ok(()) } else { Err(DecodeError::ChannelMismatch { expected, found }) }
    }

    pub(crate) fn moments(&self, rows: SpikeView<'_>) -> (f64, f64) {
        let found = if self.jitter_steps > 0.0 {
            self.jittered(rows).map(|density| density.moments())
        } else {
            self.prior.within(&self.possible(rows))
        };
        found.unwrap_or_else(|| (self.prior.mean(), self.prior.variance()))
    }

    /// The most probable value; the middle where several are equally probable.
    pub(crate) fn mode(&self, rows: SpikeView<'_>) -> f64 {
        let found = if self.jitter_steps > 0.0 {
            self.jittered(rows).map(|density| density.mode())
        } else {
            self.prior.mode_within(&self.possible(rows))
        };
        found.or_else(|| self.prior.mode_within(&[(0.0, 1.0)])).expect("a prior has mass")
    }

    /// Distance from the centre at which neuron `j` has the response `r`.
    fn distance(&self, j: usize, r: f64) -> f64 {
        if r > 0.0 { self.tuning.widths[j] * (-2.0 * r.min(1.0).ln()).sqrt() } else { f64::INFINITY }
    }

    fn possible(&self, rows: SpikeView<'_>) -> Vec<Interval> {
        let mut possible = vec![(0.0, 1.0)];
        for (j, row) in rows.neurons().enumerate() {
            let center = self.tuning.centers[j];
            let sides = match row.first() {
                None if self.silent_below > 0.0 => {
                    let near = self.distance(j, self.silent_below);
                    vec![(f64::NEG_INFINITY, center - near), (center + near, f64::INFINITY)]
                }
                None => Vec::new(),
                Some(&step) => {
                    let step = f64::from(step);
                    let least = if step + 1.0 < self.num_steps { 1.0 - (step + 1.0) / self.num_steps } else { 0.0 };
                    let (least, most) = (least.max(self.silent_below), 1.0 - step / self.num_steps);
                    let (near, far) = (self.distance(j, most), self.distance(j, least));
                    match least <= most {
                        true if near > 0.0 => vec![(center - far, center - near), (center + near, center + far)],
                        true => vec![(center - far, center + far)],
                        false => Vec::new(),
                    }
                }
            };
            possible = intersection(&possible, &sides);
        }
        possible
    }

    /// The density with jitter; `None` if no value can cause the rows.
    fn jittered(&self, rows: SpikeView<'_>) -> Option<Density<impl Fn(f64) -> f64>> {
        let sd = (self.jitter_steps * self.jitter_steps + 1.0 / 6.0).sqrt();
        let last = self.num_steps - 1.0;
        let first_spikes = rows.first_spikes();
        let ln = move |x: f64| -> f64 {
            let of = |(j, step): (usize, &Option<u32>)| {
                let r = self.tuning.response(j, x);
                let latency = self.num_steps * (1.0 - r);
                match step.map(f64::from) {
                    None if r < self.silent_below => 0.0,
                    None => f64::NEG_INFINITY,
                    Some(_) if r < self.silent_below => f64::NEG_INFINITY,
                    Some(0.0) => ln_normal((1.0 - latency) / sd),
                    Some(step) if step >= last => ln_normal((latency - last) / sd),
                    Some(step) => -0.5 * ((step + 0.5 - latency) / sd).powi(2),
                }
            };
            first_spikes.iter().enumerate().map(of).sum()
        };
        // Where a neuron falls silent, the density jumps.
        let jumps = (0..self.tuning.len()).flat_map(|j| {
            let (center, distance) = (self.tuning.centers[j], self.distance(j, self.silent_below));
            [center - distance, center + distance]
        });
        Density::new(&panels(&self.prior, &jumps.collect::<Vec<_>>(), PANELS), ln)
    }
}

/// What lies in both of two ascending lists of intervals, each widened by what rounding may move.
fn intersection(a: &[Interval], b: &[Interval]) -> Vec<Interval> {
    let mut both = Vec::new();
    for &(low, high) in a {
        for &(from, to) in b {
            let part = (low.max(from - ROUNDING), high.min(to + ROUNDING));
            if part.0 <= part.1 {
                both.push(part);
            }
        }
    }
    // Two sides that meet at a centre are one.
    both.dedup_by(|next, before| {
        let meet = next.0 <= before.1;
        if meet {
            before.1 = before.1.max(next.1);
        }
        meet
    });
    both
}

/// ln Φ(z) of the standard normal distribution.
///
/// Source: the series of Marsaglia (2004), Journal of Statistical Software 11(4), DOI 10.18637/jss.v011.i04, and
/// Laplace's continued fraction for the tail.
fn ln_normal(z: f64) -> f64 {
    let ln_density = |z: f64| -0.5 * z * z - 0.5 * std::f64::consts::TAU.ln();
    let tail = z.abs();
    let ln_tail = if tail < 3.0 {
        let (mut term, mut sum, mut k) = (tail, tail, 3.0);
        while term > 1e-17 * sum {
            term *= tail * tail / k;
            sum += term;
            k += 2.0;
        }
        (0.5 - sum * ln_density(tail).exp()).ln()
    } else {
        let fraction = (1..=80).rev().fold(tail, |below, k| tail + f64::from(k) / below);
        ln_density(tail) - fraction.ln()
    };
    if z < 0.0 { ln_tail } else { (-ln_tail.exp()).ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_has_its_tabulated_values() {
        // Φ(−1.959964) = 0.025; ln Φ(−10) and ln Φ(−3.5) from mpmath with 30 digits.
        assert!((ln_normal(-1.959_963_984_540_054) - 0.025f64.ln()).abs() < 1e-12);
        assert!((ln_normal(-10.0) + 53.231_285_150_512_47).abs() < 1e-9);
        assert!((ln_normal(0.0) - 0.5f64.ln()).abs() < 1e-15);
        assert!((ln_normal(1.959_963_984_540_054) - 0.975f64.ln()).abs() < 1e-13);
        for z in [-3.000_001, -2.999_999] {
            assert!((ln_normal(z) - 0.001_349_898_031_630_095f64.ln()).abs() < 1e-5, "both forms meet at 3");
        }
    }

    #[test]
    fn intervals_intersect() {
        let both = intersection(&[(0.0, 1.0)], &[(-1.0, 0.2), (0.4, 0.5)]);
        assert!(both.len() == 2 && (both[0].1 - 0.2).abs() < 1e-10 && (both[1].0 - 0.4).abs() < 1e-10);
        assert_eq!(intersection(&both, &[(0.25, 0.3)]), []);
        let touching = intersection(&[(0.0, 1.0)], &[(0.1, 0.3), (0.3, 0.6)]);
        assert!(touching.len() == 1 && (touching[0].1 - 0.6).abs() < 1e-10);
    }
}
