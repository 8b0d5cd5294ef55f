//! Integrals of a density that is known by its logarithm: adaptive Gauss–Kronrod quadrature on panels.
//!
//! The range is cut into panels at every point where the density may jump or bend. On each panel the integral is
//! the 15-point Kronrod rule; where it differs from the 7-point Gauss rule inside it by more than 10⁻⁵ of the whole
//! mass, the panel is halved. For smooth densities the error of the Kronrod rule is then below 10⁻⁸ of the mass.
//!
//! Source: Kronrod (1965), Nodes and Weights of Quadrature Formulas; as used in Piessens, de Doncker-Kapenga,
//! Überhuber, Kahaner (1983), QUADPACK, DOI 10.1007/978-3-642-61786-7.

use crate::prior::Prior;

/// Nodes of a panel.
pub(crate) const NODES: usize = 15;
/// Nodes of the Kronrod rule on [−1, 1].
pub(crate) const NODE: [f64; NODES] = {
    let half = [
        0.991_455_371_120_812_6,
        0.949_107_912_342_758_5,
        0.864_864_423_359_769_1,
        0.741_531_185_599_394_4,
        0.586_087_235_467_691_1,
        0.405_845_151_377_397_2,
        0.207_784_955_007_898_47,
        0.0,
    ];
    mirrored(half, -1.0)
};
/// Weights of the Kronrod rule.
pub(crate) const KRONROD: [f64; NODES] = mirrored(
    [
        0.022_935_322_010_529_224,
        0.063_092_092_629_978_55,
        0.104_790_010_322_250_18,
        0.140_653_259_715_525_92,
        0.169_004_726_639_267_9,
        0.190_350_578_064_785_4,
        0.204_432_940_075_298_9,
        0.209_482_141_084_727_82,
    ],
    1.0,
);
/// Weights of the Gauss rule on the same nodes.
pub(crate) const GAUSS: [f64; NODES] = mirrored(
    [
        0.0,
        0.129_484_966_168_869_7,
        0.0,
        0.279_705_391_489_276_64,
        0.0,
        0.381_830_050_505_118_9,
        0.0,
        0.417_959_183_673_469_4,
    ],
    1.0,
);
/// Difference of the two rules, as a share of the whole mass, beyond which a panel is halved.
pub(crate) const TOLERANCE: f64 = 1e-5;
/// Distance below which edges of panels are the same.
const SAME: f64 = 1e-12;
/// Logarithm below which a number is 0.
const LN_NOTHING: f64 = -745.0;
/// Halvings of a panel: 2⁻⁴⁰ of it is below the spacing of numbers near 1.
const ROUNDS: usize = 40;

/// The whole from its first half: `sign` is that of the first half against the second.
const fn mirrored(half: [f64; 8], sign: f64) -> [f64; NODES] {
    let mut whole = [0.0; NODES];
    let mut i = 0;
    while i < 8 {
        whole[i] = sign * half[i];
        whole[NODES - 1 - i] = half[i];
        i += 1;
    }
    whole
}

/// A part of [0, 1] on which the prior is constant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Panel {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Logarithm of the prior's density.
    pub(crate) ln_prior: f64,
}

impl Panel {
    pub(crate) fn middle(&self) -> f64 {
        0.5 * (self.low + self.high)
    }

    pub(crate) fn half(&self) -> f64 {
        0.5 * (self.high - self.low)
    }

    pub(crate) fn node(&self, k: usize) -> f64 {
        self.middle() + self.half() * NODE[k]
    }
}

/// Panels of at most 1/`per_unit`, cut at the edges of the prior's bins and at `kinks`; where the prior is 0 there
/// is none.
pub(crate) fn panels(prior: &Prior, kinks: &[f64], per_unit: usize) -> Vec<Panel> {
    let bins = prior.bins();
    let mut edges: Vec<f64> = (0..=bins.len()).map(|i| i as f64 / bins.len() as f64).collect();
    // Edges that differ by rounding alone are one.
    edges.extend(kinks.iter().copied().filter(|x| SAME < *x && *x < 1.0 - SAME));
    edges.sort_by(f64::total_cmp);
    edges.dedup_by(|b, a| *b - *a < SAME);
    let mut panels = Vec::new();
    for [low, high] in edges.array_windows() {
        let density = prior.density(0.5 * (low + high));
        if density > 0.0 {
            let parts = ((high - low) * per_unit as f64 - 1e-9).ceil().max(1.0) as usize;
            let at = |i: usize| if i == parts { *high } else { low + (high - low) * i as f64 / parts as f64 };
            panels.extend((0..parts).map(|i| Panel { low: at(i), high: at(i + 1), ln_prior: density.ln() }));
        }
    }
    panels
}

/// A panel with the logarithm of the density at its nodes, the prior included.
#[derive(Debug, Clone, Copy)]
struct Leaf {
    panel: Panel,
    ln: [f64; NODES],
    top: f64,
}

impl Leaf {
    fn new(panel: Panel, ln: [f64; NODES]) -> Self {
        Self { panel, ln, top: ln.iter().copied().fold(f64::NEG_INFINITY, f64::max) }
    }

    fn on(panel: Panel, ln: impl Fn(f64) -> f64) -> Self {
        Self::new(panel, std::array::from_fn(|k| ln(panel.node(k)) + panel.ln_prior))
    }

    /// Σ weight·density·g(u) over the nodes u of [−1, 1], in units of the density exp(`top`).
    fn sum(&self, top: f64, weights: &[f64; NODES], g: impl Fn(f64) -> f64) -> f64 {
        if self.top - top < LN_NOTHING {
            return 0.0;
        }
        (0..NODES).map(|k| weights[k] * (self.ln[k] - top).exp() * g(NODE[k])).sum::<f64>() * self.panel.half()
    }
}

/// A density on panels that are fine enough for its integrals.
pub(crate) struct Density<F> {
    leaves: Vec<Leaf>,
    /// Logarithm of the density without the prior.
    ln: F,
    top: f64,
    mass: f64,
}

impl<F: Fn(f64) -> f64> Density<F> {
    /// The density with the logarithm `ln` (without the prior); `None` if it is 0 on all nodes of the panels.
    pub(crate) fn new(panels: &[Panel], ln: F) -> Option<Self> {
        Self::refined(panels.iter().map(|&panel| Leaf::on(panel, &ln)).collect(), ln)
    }

    /// The same from logarithms that are known: those of node k of panel i, the prior included, at k·P + i.
    pub(crate) fn from_nodes(panels: &[Panel], nodes: &[f64], ln: F) -> Option<Self> {
        let of = |(i, panel): (usize, &Panel)| Leaf::new(*panel, std::array::from_fn(|k| nodes[k * panels.len() + i]));
        let mut leaves: Vec<Leaf> = panels.iter().enumerate().map(of).collect();
        let top = leaves.iter().map(|l| l.top).fold(f64::NEG_INFINITY, f64::max);
        // Panels without mass would be carried through every round.
        leaves.retain(|l| l.top - top >= LN_NOTHING);
        Self::refined(leaves, ln)
    }

    fn refined(mut leaves: Vec<Leaf>, ln: F) -> Option<Self> {
        let (mut top, mut mass) = (f64::NEG_INFINITY, 0.0);
        for _ in 0..ROUNDS {
            top = leaves.iter().map(|l| l.top).fold(f64::NEG_INFINITY, f64::max);
            if top == f64::NEG_INFINITY {
                return None;
            }
            let masses: Vec<[f64; 2]> =
                leaves.iter().map(|l| [&KRONROD, &GAUSS].map(|rule| l.sum(top, rule, |_| 1.0))).collect();
            mass = masses.iter().map(|m| m[0]).sum();
            let coarse = |[kronrod, gauss]: [f64; 2]| (kronrod - gauss).abs() > TOLERANCE * mass;
            if !masses.iter().any(|&m| coarse(m)) {
                break;
            }
            leaves = leaves
                .iter()
                .zip(masses)
                .flat_map(|(leaf, mass)| {
                    let (panel, middle) = (leaf.panel, leaf.panel.middle());
                    let halves = [Panel { high: middle, ..panel }, Panel { low: middle, ..panel }];
                    let split = coarse(mass);
                    let kept = (!split).then_some(*leaf);
                    kept.into_iter().chain(halves.into_iter().filter(move |_| split).map(|half| Leaf::on(half, &ln)))
                })
                .collect();
        }
        Some(Self { leaves, ln, top, mass })
    }

    /// Mean and variance.
    pub(crate) fn moments(&self) -> (f64, f64) {
        let first = |l: &Leaf| l.sum(self.top, &KRONROD, |u| l.panel.middle() + l.panel.half() * u);
        let mean = self.leaves.iter().map(first).sum::<f64>() / self.mass;
        let second = |l: &Leaf| l.sum(self.top, &KRONROD, |u| (l.panel.middle() - mean + l.panel.half() * u).powi(2));
        (mean, self.leaves.iter().map(second).sum::<f64>() / self.mass)
    }

    /// Where the density is highest.
    pub(crate) fn mode(&self) -> f64 {
        let tops = || self.leaves.iter().flat_map(|l| (0..NODES).map(move |k| (l.panel, k, l.ln[k])));
        let (panel, k, _) = tops().max_by(|a, b| a.2.total_cmp(&b.2)).expect("a density that is not 0 has a panel");
        highest(&self.leaves.iter().map(|l| l.panel).collect::<Vec<_>>(), panel, k, &self.ln)
    }

    /// The value below which the share `q` of the mass lies.
    pub(crate) fn quantile(&self, q: f64) -> f64 {
        let mut below = 0.0;
        let wanted = q * self.mass;
        let masses: Vec<f64> = self.leaves.iter().map(|l| l.sum(self.top, &KRONROD, |_| 1.0)).collect();
        let Some(i) = masses.iter().position(|mass| {
            let here = below + mass >= wanted;
            below += if here { 0.0 } else { *mass };
            here
        }) else {
            return self.leaves.last().map_or(1.0, |l| l.panel.high);
        };
        let Panel { low, high, ln_prior } = self.leaves[i].panel;
        let density = |x: f64| ((self.ln)(x) + ln_prior - self.top).exp();
        // Newton's method on the mass from `low` to x, kept in a bracket that shrinks.
        let (mut left, mut right) = (low, high);
        let mut x = low + (high - low) * ((wanted - below) / masses[i]).clamp(0.0, 1.0);
        for _ in 0..30 {
            let part = Panel { low, high: x, ln_prior };
            let mass: f64 = (0..NODES).map(|k| KRONROD[k] * density(part.node(k))).sum::<f64>() * part.half();
            let error = below + mass - wanted;
            *(if error < 0.0 { &mut left } else { &mut right }) = x;
            let newton = x - error / density(x);
            let next = if left < newton && newton < right { newton } else { 0.5 * (left + right) };
            if (next - x).abs() < 1e-9 * (high - low) {
                return next;
            }
            x = next;
        }
        x
    }
}

/// The highest point of a density near node `k` of `panel`, whose node it is, and in the neighbour if the node is the
/// outermost.
pub(crate) fn highest(panels: &[Panel], panel: Panel, k: usize, ln: impl Fn(f64) -> f64) -> f64 {
    let around = |p: Panel, k: usize| {
        let low = if k == 0 { p.low } else { p.node(k - 1) };
        let high = if k == NODES - 1 { p.high } else { p.node(k + 1) };
        let (x, y) = golden_section(low, high, &ln);
        (x, y + p.ln_prior)
    };
    let mut best = around(panel, k);
    let neighbour = |at: f64, end: fn(&Panel) -> f64| panels.iter().find(|p| end(p) == at);
    let beside = match k {
        0 => neighbour(panel.low, |p| p.high).map(|p| around(*p, NODES - 1)),
        k if k == NODES - 1 => neighbour(panel.high, |p| p.low).map(|p| around(*p, 0)),
        _ => None,
    };
    if let Some(other) = beside.filter(|other| other.1 > best.1) {
        best = other;
    }
    best.0
}

/// The maximum of a function with one peak in [low, high] to 10⁻⁹, and its height; an end if that is as high.
fn golden_section(low: f64, high: f64, f: impl Fn(f64) -> f64) -> (f64, f64) {
    /// (√5 − 1)/2.
    const SHARE: f64 = 0.618_033_988_749_894_9;
    let (mut a, mut b) = (low, high);
    let (mut left, mut right) = (b - SHARE * (b - a), a + SHARE * (b - a));
    let (mut at_left, mut at_right) = (f(left), f(right));
    while b - a > 1e-9 {
        if at_left >= at_right {
            (b, right, at_right) = (right, left, at_left);
            left = b - SHARE * (b - a);
            at_left = f(left);
        } else {
            (a, left, at_left) = (left, right, at_right);
            right = a + SHARE * (b - a);
            at_right = f(right);
        }
    }
    let inside = if at_left >= at_right { (left, at_left) } else { (right, at_right) };
    [(low, f(low)), (high, f(high))].into_iter().fold(inside, |best, end| if end.1 >= best.1 { end } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_integrate_polynomials_of_their_degree() {
        for (rule, degree) in [(&KRONROD, 22), (&GAUSS, 13)] {
            for power in 0..=degree {
                let found: f64 = (0..NODES).map(|k| rule[k] * NODE[k].powi(power)).sum();
                let exact = if power % 2 == 0 { 2.0 / f64::from(power + 1) } else { 0.0 };
                assert!((found - exact).abs() < 1e-14, "{power}: {found} {exact}");
            }
        }
    }

    #[test]
    fn gaussians_of_any_width_have_their_moments_and_quantiles() {
        for sd in [0.02, 1e-3, 1e-5, 1e-7] {
            for mean in [0.123_456_789, 0.5, 0.75] {
                let ln = |x: f64| -0.5 * ((x - mean) / sd).powi(2);
                let density = Density::new(&panels(&Prior::uniform(), &[], 16), ln).unwrap();
                let (found, variance) = density.moments();
                assert!((found - mean).abs() < 1e-8 * sd + 1e-15, "{sd}: {found}");
                assert!((variance / sd.powi(2) - 1.0).abs() < 1e-6, "{sd}: {variance}");
                assert!((density.mode() - mean).abs() < 2e-9, "{}", density.mode());
                for (q, z) in [(0.025, -1.959_963_984_540_054), (0.975, 1.959_963_984_540_054), (0.5, 0.0)] {
                    assert!((density.quantile(q) - mean - z * sd).abs() < 1e-6 * sd + 1e-15);
                }
            }
        }
    }

    #[test]
    fn truncated_and_bent_densities_are_exact() {
        // ln x³: Beta(4, 1). Mean 4/5, variance 4/(25·6), q-quantile q^(1/4).
        let density = Density::new(&panels(&Prior::uniform(), &[], 8), |x: f64| 3.0 * x.ln()).unwrap();
        let (mean, variance) = density.moments();
        assert!((mean - 0.8).abs() < 1e-12 && (variance - 4.0 / 150.0).abs() < 1e-12);
        assert!((density.quantile(0.025) - 0.025f64.powf(0.25)).abs() < 1e-9);
        assert_eq!(density.mode(), 1.0);
        // A tent with its kink on an edge: mean of both sides, variance 1/(6·16) of the half-width 1/4.
        let tent = |x: f64| (1.0 - 4.0 * (x - 0.3).abs()).max(0.0).ln();
        let density = Density::new(&panels(&Prior::uniform(), &[0.05, 0.3, 0.55], 8), tent).unwrap();
        let (mean, variance) = density.moments();
        assert!((mean - 0.3).abs() < 1e-12 && (variance - 1.0 / 96.0).abs() < 1e-12);
        assert!((density.mode() - 0.3).abs() < 1e-12);
        // A prior with a jump: masses 1/4 and 3/4.
        let prior = Prior::from_weights(&[1.0, 3.0]).unwrap();
        let density = Density::new(&panels(&prior, &[], 3), |_| 0.0).unwrap();
        assert!((density.moments().0 - prior.mean()).abs() < 1e-12);
        assert!((density.moments().1 - prior.variance()).abs() < 1e-12);
        assert!((density.quantile(0.25) - 0.5).abs() < 1e-9);
        assert!(density.mode() >= 0.5);
    }

    #[test]
    fn impossible_values_have_no_density() {
        assert!(Density::new(&panels(&Prior::uniform(), &[], 8), |_| f64::NEG_INFINITY).is_none());
        let prior = Prior::from_weights(&[0.0, 1.0]).unwrap();
        assert!(panels(&prior, &[], 8).iter().all(|p| p.low >= 0.5));
    }
}
