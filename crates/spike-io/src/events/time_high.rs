//! The upper bits of the time, which EVT words say on their own and which wrap.

/// Time that words of a number of bits build up.
#[derive(Debug)]
pub(super) struct TimeHigh {
    high_bits: u32,
    low_bits: u32,
    known: bool,
    /// Wraps, then the upper bits, then zeros for the lower ones.
    base_us: i64,
}

impl TimeHigh {
    pub(super) fn new(high_bits: u32, low_bits: u32) -> Self {
        Self { high_bits, low_bits, known: false, base_us: 0 }
    }

    /// The time without its low bits, once a word has said it.
    pub(super) fn base_us(&self) -> Option<i64> {
        self.known.then_some(self.base_us)
    }

    /// Takes a word: a fall by half of the range or more is a wrap, a smaller one a disorder that is kept.
    pub(super) fn set(&mut self, high: u32) {
        let half = 1 << (self.high_bits - 1);
        let wrap_bits = self.high_bits + self.low_bits;
        let last = (self.base_us >> self.low_bits & ((1 << self.high_bits) - 1)) as u32;
        let wraps = (self.base_us >> wrap_bits) + i64::from(last >= high && last - high >= half);
        self.known = true;
        self.base_us = wraps << wrap_bits | i64::from(high) << self.low_bits;
    }

    /// Takes the time that words without a wrap have led to.
    pub(super) fn advance_to(&mut self, base_us: i64) {
        self.base_us = base_us;
    }
}

/// A time of 32 bits that wraps: the same rule.
#[derive(Debug, Default)]
pub(super) struct Wrapping32 {
    last: u32,
    wraps: i64,
}

impl Wrapping32 {
    pub(super) fn unwrap(&mut self, time: u32) -> i64 {
        if self.last > time && self.last - time >= 1 << 31 {
            self.wraps += 1;
        }
        self.last = time;
        (self.wraps << 32) + i64::from(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_large_falls_are_wraps() {
        let mut time = TimeHigh::new(12, 12);
        assert_eq!(time.base_us(), None);
        for (high, base) in [(4095, 4095), (4094, 4094), (0, 4096), (2048, 6144), (1, 4097), (2047, 6143), (0, 4096)] {
            time.set(high);
            assert_eq!(time.base_us(), Some(base << 12), "{high}");
        }
        let mut time = Wrapping32::default();
        let times = [5, u32::MAX, 3, 2, 1 << 31, 0].map(|t| time.unwrap(t));
        let wrap = 1 << 32;
        assert_eq!(times, [5, wrap - 1, wrap + 3, wrap + 2, wrap + (1 << 31), 2 * wrap]);
    }
}
