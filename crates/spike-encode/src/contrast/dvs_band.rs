//! A band of pixels between two frames: which of them moved, and the events that they send.

use spike_core::{DvsPixelOptions, Polarity, ln};

/// An interval between two frames.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start_us: i64,
    pub(super) length_us: u32,
    pub(super) refractory_us: u32,
}

/// An event with its time from the start of the interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) offset_us: u32,
    pub(super) pixel: u32,
    pub(super) polarity: Polarity,
}

/// Consecutive pixels. A pixel with the reference R stands between `fall` = R − θ_off and `rise` = R + θ_on; one that
/// is held in reset has them crossed, so that the same comparison finds it.
#[derive(Debug, Clone)]
pub(super) struct Band {
    first_pixel: usize,
    /// Log intensity at the last frame.
    level: Vec<f64>,
    /// Log intensity at the frame in work.
    next: Vec<f64>,
    rise: Vec<f64>,
    fall: Vec<f64>,
    thresholds: Vec<[f64; 2]>,
    /// End of the reset; [`FREE`] if there is none. Empty without a refractory period.
    held_until_us: Vec<i64>,
    /// Pixels whose events are to be found.
    moved: Vec<u32>,
}

const FREE: i64 = i64::MIN;

impl Band {
    pub(super) fn new(first_pixel: usize, values: &[f64], thresholds: &[[f64; 2]], options: DvsPixelOptions) -> Self {
        let level: Vec<f64> = values.iter().map(|x| ln(x + options.log_offset)).collect();
        let held = if options.refractory_us > 0 { level.len() } else { 0 };
        Self {
            first_pixel,
            rise: level.iter().zip(thresholds).map(|(l, [on, _])| l + on).collect(),
            fall: level.iter().zip(thresholds).map(|(l, [_, off])| l - off).collect(),
            next: level.clone(),
            thresholds: thresholds.to_vec(),
            held_until_us: vec![FREE; held],
            moved: Vec::new(),
            level,
        }
    }

    pub(super) fn advance(&mut self, values: &[f64], offset: f64, span: Span) -> Vec<Change> {
        let mut moved = std::mem::take(&mut self.moved);
        moved.clear();
        let (next, rise, fall) = (&mut self.next, &self.rise, &self.fall);
        pulp::Arch::new().dispatch(FindMoved { values, offset, next, rise, fall, moved: &mut moved });
        let mut changes = Vec::new();
        for &pixel in &moved {
            self.pixel(pixel as usize, span, &mut changes);
        }
        self.moved = moved;
        std::mem::swap(&mut self.level, &mut self.next);
        changes
    }

    /// Number of pixels.
    pub(super) fn len(&self) -> usize {
        self.level.len()
    }

    fn set_reference(&mut self, i: usize, reference: f64) {
        let [on, off] = self.thresholds[i];
        self.rise[i] = reference + on;
        self.fall[i] = reference - off;
    }

    /// The events of one pixel; the equations of [`DvsPixelEncoder`](super::dvs_pixel::DvsPixelEncoder) in order of time.
    fn pixel(&mut self, i: usize, span: Span, changes: &mut Vec<Change>) {
        let (from, to, length) = (self.level[i], self.next[i], f64::from(span.length_us));
        // L at an offset; at the end it is the level of the frame, whatever the rounding.
        let level_at = |offset: u32| match offset == span.length_us {
            true => to,
            false => from + (to - from) * (f64::from(offset) / length),
        };
        let mut earliest = 1u32;
        if let Some(until) = self.held_until_us.get_mut(i).filter(|until| **until != FREE) {
            let Some(offset) = u32::try_from(*until - span.start_us).ok().filter(|o| *o <= span.length_us) else {
                return;
            };
            *until = FREE;
            earliest = offset.max(1);
            self.set_reference(i, level_at(offset));
        }
        loop {
            let (crossed, polarity) = if to >= self.rise[i] {
                (self.rise[i], Polarity::On)
            } else if to <= self.fall[i] {
                (self.fall[i], Polarity::Off)
            } else {
                return;
            };
            let offset = ((crossed - from) / (to - from) * length).ceil().clamp(f64::from(earliest), length) as u32;
            changes.push(Change { offset_us: offset, pixel: (self.first_pixel + i) as u32, polarity });
            if span.refractory_us == 0 {
                self.set_reference(i, crossed);
                continue;
            }
            let end = u64::from(offset) + u64::from(span.refractory_us);
            if end > u64::from(span.length_us) {
                self.held_until_us[i] = span.start_us.saturating_add(end as i64);
                (self.rise[i], self.fall[i]) = (f64::NEG_INFINITY, f64::INFINITY);
                return;
            }
            earliest = end as u32;
            self.set_reference(i, level_at(earliest));
        }
    }
}

/// Log intensities of a frame, and the pixels that reached a threshold: almost always none.
struct FindMoved<'a> {
    values: &'a [f64],
    offset: f64,
    next: &'a mut [f64],
    rise: &'a [f64],
    fall: &'a [f64],
    moved: &'a mut Vec<u32>,
}

impl pulp::WithSimd for FindMoved<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        /// Pixels that are looked at one by one when any of them moved.
        const BLOCK: usize = 64;
        let Self { values, offset, next, rise, fall, moved } = self;
        let blocks = next.chunks_mut(BLOCK).zip(values.chunks(BLOCK)).zip(rise.chunks(BLOCK).zip(fall.chunks(BLOCK)));
        for (block, ((next, values), (rise, fall))) in blocks.enumerate() {
            let n = next.len();
            let (values, rise, fall) = (&values[..n], &rise[..n], &fall[..n]);
            let mut any = 0u64;
            for i in 0..n {
                let level = ln(values[i] + offset);
                next[i] = level;
                any |= u64::from((level >= rise[i]) | (level <= fall[i]));
            }
            if any != 0 {
                let moved_here = (0..n).filter(|&i| (next[i] >= rise[i]) | (next[i] <= fall[i]));
                moved.extend(moved_here.map(|i| (block * BLOCK + i) as u32));
            }
        }
    }
}

/// Merges the changes of all bands: by time, and at the same time in the order of the bands, which is that of pixels.
pub(super) fn in_order_of_time(parts: &[Vec<Change>], length_us: u32) -> Vec<Change> {
    let count: usize = parts.iter().map(Vec::len).sum();
    if length_us as usize / 4 > count {
        let mut changes: Vec<Change> = parts.concat();
        changes.sort_by_key(|change| change.offset_us);
        return changes;
    }
    // A counting sort is stable and takes no comparison.
    let mut position = vec![0usize; length_us as usize + 1];
    for change in parts.iter().flatten() {
        position[change.offset_us as usize] += 1;
    }
    let mut next = 0;
    for place in &mut position {
        next += std::mem::replace(place, next);
    }
    let mut sorted = vec![Change { offset_us: 0, pixel: 0, polarity: Polarity::Off }; count];
    for &change in parts.iter().flatten() {
        let place = &mut position[change.offset_us as usize];
        sorted[*place] = change;
        *place += 1;
    }
    sorted
}
