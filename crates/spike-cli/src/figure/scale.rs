//! Where tick marks go, and what is written beside them.

/// A closed range of values, never empty and always finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Range {
    lo: f64,
    hi: f64,
}

/// The largest number that an axis shows.
const FARTHEST: f64 = 1e300;

impl Range {
    /// The range from `lo` to `hi`; one that is empty or not finite becomes one unit long.
    pub(crate) fn new(lo: f64, hi: f64) -> Self {
        // Far ends are cut, so that sums and multiples of what is left stay finite.
        let lo = if lo.is_finite() { lo.clamp(-FARTHEST, FARTHEST) } else { 0.0 };
        let hi = if hi.is_finite() { hi.min(FARTHEST) } else { lo };
        let usable = hi > lo && (hi - lo).is_finite() && hi - lo >= f64::MIN_POSITIVE;
        Self { lo, hi: if usable { hi } else { lo + lo.abs().max(1.0) } }
    }

    /// From zero to a little above the largest of `values`, for bars.
    pub(crate) fn from_zero(values: impl IntoIterator<Item = f64>) -> Self {
        let top = values.into_iter().filter(|value| value.is_finite()).fold(0.0, f64::max);
        Self::new(0.0, top * 1.06)
    }

    /// The lower end.
    pub(crate) fn lo(&self) -> f64 {
        self.lo
    }

    /// The upper end.
    pub(crate) fn hi(&self) -> f64 {
        self.hi
    }

    /// The position of `value`: 0 at the lower end, 1 at the upper; never outside.
    pub(crate) fn share(&self, value: f64) -> f64 {
        let share = (value - self.lo) / (self.hi - self.lo);
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
    }
}

/// A marked value and its text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark {
    /// The value at the mark.
    pub(crate) value: f64,
    /// How it is written.
    pub(crate) text: String,
}

/// About `most` (at least two, where the numbers can resolve them) round values of the range, in steps of 1, 2 or 5 times a power of ten.
///
/// With `whole`, the step is at least 1.
pub(crate) fn marks(range: Range, most: usize, whole: bool) -> Vec<Mark> {
    let length = range.hi - range.lo;
    let found = multiples(range, nice_step(length / most.max(2) as f64, whole));
    // A range from zero to just below the first multiple would have a single mark.
    if found.len() < 2 { multiples(range, nice_step(length / 4.0, whole)) } else { found }
}

fn multiples(range: Range, step: f64) -> Vec<Mark> {
    let first = (range.lo / step - 1e-9).ceil();
    let last = (range.hi / step + 1e-9).floor();
    // A range far from zero can be narrower than the numbers around it can resolve.
    let count = (last - first).clamp(0.0, 1000.0) as usize;
    (0..=count)
        .map(|index| {
            let value = (first + index as f64) * step;
            let text = written(value, step, range.hi.abs().max(range.lo.abs()));
            Mark { value, text }
        })
        .collect()
}

fn nice_step(rough: f64, whole: bool) -> f64 {
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough * (1.0 - 1e-9))
        .unwrap_or(rough);
    let step = if step.is_finite() && step > 0.0 { step } else { rough };
    if whole { step.max(1.0) } else { step }
}

fn written(value: f64, step: f64, largest: f64) -> String {
    const SUFFIXES: [(f64, &str); 3] = [(1e9, "G"), (1e6, "M"), (1e3, "k")];
    if largest >= 1e13 || step < 1e-6 {
        return if value == 0.0 { "0".to_owned() } else { format!("{value:.1e}") };
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    if largest >= 1e4 {
        for (unit, suffix) in SUFFIXES {
            if largest >= unit && step >= unit / 10.0 {
                return format!("{}{suffix}", plain(value / unit, step / unit));
            }
        }
    }
    plain(value, step)
}

fn plain(value: f64, step: f64) -> String {
    let decimals = (-(step.log10() + 1e-9).floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(lo: f64, hi: f64, most: usize, whole: bool) -> Vec<String> {
        marks(Range::new(lo, hi), most, whole).into_iter().map(|mark| mark.text).collect()
    }

    #[test]
    fn steps_are_one_two_or_five() {
        assert_eq!(texts(0.0, 100.0, 5, false), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(texts(0.0, 1.0, 4, false), ["0", "0.5", "1.0"]);
        assert_eq!(texts(0.0, 0.3, 3, false), ["0", "0.1", "0.2", "0.3"]);
        assert_eq!(texts(-1.0, 1.0, 4, false), ["-1.0", "-0.5", "0", "0.5", "1.0"]);
        assert_eq!(texts(0.0, 3.0, 10, true), ["0", "1", "2", "3"]);
        assert_eq!(texts(0.0, 45.0, 2, false), ["0", "20", "40"]);
    }

    #[test]
    fn large_and_small_numbers_stay_short() {
        assert_eq!(texts(0.0, 20_000.0, 4, false), ["0", "5k", "10k", "15k", "20k"]);
        assert_eq!(texts(0.0, 2e6, 4, true), ["0", "0.5M", "1.0M", "1.5M", "2.0M"]);
        assert_eq!(texts(0.0, 2000.0, 4, true), ["0", "500", "1000", "1500", "2000"]);
        assert_eq!(texts(0.0, 2e-7, 2, false), ["0", "1.0e-7", "2.0e-7"]);
    }

    #[test]
    fn a_range_without_length_gets_one() {
        assert_eq!(Range::new(3.0, 3.0), Range { lo: 3.0, hi: 6.0 });
        assert_eq!(Range::new(f64::NAN, f64::INFINITY), Range { lo: 0.0, hi: 1.0 });
        assert_eq!(Range::new(1e308, 0.0), Range { lo: 1e300, hi: 2e300 });
        assert_eq!(Range::from_zero([]), Range { lo: 0.0, hi: 1.0 });
        assert_eq!(Range::from_zero([f64::NAN, 100.0]), Range { lo: 0.0, hi: 106.0 });
        assert_eq!(Range::new(0.0, 4.0).share(1.0), 0.25);
        assert_eq!(Range::new(0.0, 4.0).share(f64::NAN), 0.0);
    }

    proptest! {
        #[test]
        fn marks_are_few_and_finite(lo in any::<f64>(), hi in any::<f64>(), most in 0_usize..30, whole: bool) {
            let range = Range::new(lo, hi);
            let found = marks(range, most, whole);
            prop_assert!(found.len() <= 1001);
            prop_assert!(found.iter().all(|mark| mark.value.is_finite()));
        }
    }
}
