//! Special functions and quadrature that information estimates need beyond the standard library.

pub(crate) const LN_2: f64 = std::f64::consts::LN_2;

/// ln Γ(x) for x > 0.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// ln(Γ(x + n)/Γ(x)) for x > 0 and n ≥ 0, without the cancellation of two large logarithms.
pub(crate) fn ln_rising(x: f64, n: f64) -> f64 {
    if x < 1e4 {
        return ln_gamma(x + n) - ln_gamma(x);
    }
    // Stirling's series for both; the next term is below 1e-15.
    let y = x + n;
    (x - 0.5) * (n / x).ln_1p() + n * y.ln() - n + (1.0 / y - 1.0 / x) / 12.0
}

/// The digamma function ψ(x) = d ln Γ/dx for x > 0, by recurrence and the asymptotic series
/// (Abramowitz & Stegun 1964, 6.3.5 and 6.3.18), within 1e-14.
pub(crate) fn digamma(mut x: f64) -> f64 {
    let mut shift = 0.0;
    while x < 10.0 {
        shift -= 1.0 / x;
        x += 1.0;
    }
    let w = 1.0 / (x * x);
    let series = w
        * (1.0 / 12.0
            - w * (1.0 / 120.0
                - w * (1.0 / 252.0 - w * (1.0 / 240.0 - w * (1.0 / 132.0 - w * (691.0 / 32_760.0 - w / 12.0))))));
    shift + x.ln() - 0.5 / x - series
}

/// The trigamma function ψ′(x) for x > 0 (Abramowitz & Stegun 1964, 6.4.6 and 6.4.12), within 1e-14 relative.
pub(crate) fn trigamma(mut x: f64) -> f64 {
    let mut shift = 0.0;
    while x < 10.0 {
        shift += 1.0 / (x * x);
        x += 1.0;
    }
    let w = 1.0 / (x * x);
    let series = 1.0 / 6.0
        - w * (1.0 / 30.0
            - w * (1.0 / 42.0 - w * (1.0 / 30.0 - w * (5.0 / 66.0 - w * (691.0 / 2730.0 - w * 7.0 / 6.0)))));
    shift + 1.0 / x + 0.5 * w + series * w / x
}

/// The regularised upper incomplete gamma function Q(a, x) for a > 0, x ≥ 0: series below a + 1, Lentz's continued
/// fraction above (Abramowitz & Stegun 1964, 6.5.29 and 6.5.31).
pub(crate) fn gamma_q(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let scale = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > sum * 1e-17 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return (1.0 - scale * sum).max(0.0);
    }
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / TINY, 1.0 / b);
    let mut h = d;
    let mut i = 1.0;
    loop {
        let an = -i * (i - a);
        b += 2.0;
        d = 1.0 / nonzero(an * d + b);
        c = nonzero(b + an / c);
        let factor = d * c;
        h *= factor;
        i += 1.0;
        // The fraction converges within a few √a terms; the bound only guards against NaN.
        if (factor - 1.0).abs() < 1e-16 || !factor.is_finite() || i > 1e7 {
            return (scale * h).clamp(0.0, 1.0);
        }
    }
}

/// Lentz's guard against a division by zero.
fn nonzero(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

/// The standard normal distribution function.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// Nodes in (0, 1) and weights of the composite Gauss–Legendre rule with 16 points in each of `panels` panels.
pub(crate) fn gauss_legendre(panels: usize) -> Vec<(f64, f64)> {
    const POINTS: usize = 16;
    let mut nodes = Vec::with_capacity(POINTS * panels);
    let width = 1.0 / panels as f64;
    for panel in 0..panels {
        for k in 0..POINTS {
            // Newton's iteration on the Legendre polynomial from Tricomi's starting value.
            let mut z = (std::f64::consts::PI * (k as f64 + 0.75) / (POINTS as f64 + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..8 {
                let (mut p, mut before) = (1.0, 0.0);
                for j in 0..POINTS {
                    let j = j as f64;
                    (p, before) = (((2.0 * j + 1.0) * z * p - j * before) / (j + 1.0), p);
                }
                slope = POINTS as f64 * (z * p - before) / (z * z - 1.0);
                z -= p / slope;
            }
            let weight = width / ((1.0 - z * z) * slope * slope);
            nodes.push(((panel as f64 + 0.5 - 0.5 * z) * width, weight));
        }
    }
    nodes
}

/// −p·ln p, 0 for p = 0 and for the small negative numbers of cancellation.
pub(crate) fn neg_p_ln_p(p: f64) -> f64 {
    if p > 0.0 { -p * p.ln() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EULER: f64 = 0.577_215_664_901_532_9;

    #[test]
    fn polygammas_have_their_known_values() {
        assert!((digamma(1.0) + EULER).abs() < 1e-14);
        assert!((digamma(0.5) + EULER + 2.0 * LN_2).abs() < 1e-14);
        assert!((digamma(100.0) - 4.600_161_852_738_087).abs() < 1e-13);
        let pi2 = std::f64::consts::PI * std::f64::consts::PI;
        assert!((trigamma(1.0) - pi2 / 6.0).abs() < 1e-14);
        assert!((trigamma(0.5) - pi2 / 2.0).abs() < 1e-13);
        for x in [0.01, 0.7, 3.3, 9.9, 10.1, 500.0] {
            assert!((digamma(x + 1.0) - digamma(x) - 1.0 / x).abs() < 1e-12 / x.min(1.0));
            assert!((trigamma(x) - trigamma(x + 1.0) - 1.0 / (x * x)).abs() < 1e-12 / (x * x).min(1.0));
        }
    }

    #[test]
    fn rising_factorials_agree_with_their_product() {
        for x in [0.3, 12.0, 9_999.0, 10_001.0, 1e7, 1e12] {
            let product: f64 = (0..9).map(|k| (x + f64::from(k)).ln()).sum();
            assert!((ln_rising(x, 9.0) - product).abs() < 1e-9, "{x}");
        }
    }

    #[test]
    fn incomplete_gamma_is_the_poisson_tail() {
        for mu in [0.1f64, 1.0, 7.5, 60.0, 300.0] {
            let (mut term, mut below) = ((-mu).exp(), 0.0);
            for n in 0..400 {
                below += term;
                term *= mu / f64::from(n + 1);
                assert!((gamma_q(f64::from(n) + 1.0, mu) - below).abs() < 1e-12, "{mu} {n}");
            }
        }
        assert_eq!(gamma_q(2.0, 0.0), 1.0);
    }

    #[test]
    fn quadrature_is_exact_for_polynomials_of_degree_31() {
        for panels in [1, 3] {
            let nodes = gauss_legendre(panels);
            for degree in [0, 1, 8, 31] {
                let integral: f64 = nodes.iter().map(|(x, w)| w * x.powi(degree)).sum();
                assert!((integral - 1.0 / f64::from(degree + 1)).abs() < 1e-14, "{panels} {degree}");
            }
        }
        assert!((normal_cdf(1.96) - 0.975_002_104_851_779_5).abs() < 1e-14);
    }
}
