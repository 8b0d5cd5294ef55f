//! Pixels of a dynamic vision sensor: frames to events.

use super::dvs_band::{Band, Change, Span, in_order_of_time};
use super::frame_times::FrameTimes;
use crate::normal::Normal;
use crate::par;
use ndarray::{ArrayView2, ArrayView3, Axis};
use spike_core::{CameraEvent, ConfigError, Domain, DvsPixelOptions, EncodeError, EventStream, Seed, UnitValues};
use std::borrow::Cow;

/// Events of a dynamic vision sensor that looks at a video.
///
/// Each pixel sees L(t) = ln(I(t) + `log_offset`), linear between frames, and compares it with a reference R, at
/// first L of the first frame:
///
/// - it sends ON at the time when L − R reaches θ_on, OFF when R − L reaches θ_off, rounded up to a whole µs;
/// - without a refractory period R then moves by exactly the threshold, so that a steep change sends several events
///   between two frames and nothing is lost;
/// - with a refractory period of r µs the pixel is held in reset: until r µs after the event crossings are not sent
///   and R follows L; R is then L at the end of the period, so that what changes within is lost.
///
/// The thresholds of a pixel are θ·max(0.05, 1 + sd·N(0, 1)) with two numbers drawn from (seed, pixel): a property
/// of the sensor, the same for every video.
///
/// Input: frames of shape (row, column) with values in [0, 1], at increasing times. Output: events in order of time;
/// at the same time by row, then by column. The events between two frames lie in (earlier frame, later frame].
/// [`encode`](Self::encode) takes a video in memory; [`start`](Self::start) and [`advance`](Self::advance) take one
/// frame after the other.
///
/// # Errors
/// [`ConfigError`] for options out of range, [`EncodeError`] for frames of another size, out of order, or with
/// values outside [0, 1].
///
/// # Examples
/// ```
/// use ndarray::array;
/// use spike_core::{DvsPixelOptions, Polarity, Seed};
/// use spike_encode::{DvsPixelEncoder, FrameTimes};
/// let encoder = DvsPixelEncoder::new(DvsPixelOptions::default(), Seed(7))?;
/// // A pixel that gets 1.5 times as bright: ln 1.5 = 0.405, two thresholds of 0.2.
/// let video = array![[[0.4, 0.4]], [[0.4, 0.6]]];
/// let events = encoder.encode(video.view(), FrameTimes::IntervalUs(1000))?;
/// let found: Vec<_> = events.iter().map(|e| (e.time_us, e.x, e.y, e.polarity)).collect();
/// assert_eq!(found, [(494, 1, 0, Polarity::On), (988, 1, 0, Polarity::On)]);
/// # Ok::<(), spike_core::EncodeError>(())
/// ```
///
/// # References
/// Lichtsteiner, Posch, Delbruck (2008), A 128×128 120 dB 15 µs latency asynchronous temporal contrast vision sensor,
/// IEEE J Solid-State Circuits 43(2):566–576, DOI 10.1109/JSSC.2007.914337, section II. Hu, Liu, Delbruck (2021), v2e:
/// from video frames to realistic DVS events, CVPR Workshops, DOI 10.1109/CVPRW53098.2021.00144 (interpolation,
/// mismatch).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DvsPixelEncoder {
    options: DvsPixelOptions,
    seed: Seed,
}

/// What the pixels of a sensor remember between two frames.
#[derive(Debug, Clone)]
pub struct DvsPixelState {
    height: usize,
    width: usize,
    time_us: i64,
    frames: u64,
    bands: Vec<Band>,
}

/// Smallest threshold of a pixel as a share of the threshold of the sensor.
const THRESHOLD_FLOOR: f64 = 0.05;

/// Pixels that a thread takes at a time. A constant, so that nothing depends on threads.
const BAND_PIXELS: usize = 8192;

impl DvsPixelEncoder {
    /// A sensor.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] if a threshold is not in [0.01, 10], `threshold_sd` not in [0, 1] or `log_offset`
    /// not in [10⁻⁶, 1].
    pub fn new(options: DvsPixelOptions, seed: Seed) -> Result<Self, ConfigError> {
        for (name, value, min, max) in [
            ("on_threshold", options.on_threshold, 0.01, 10.0),
            ("off_threshold", options.off_threshold, 0.01, 10.0),
            ("threshold_sd", options.threshold_sd, 0.0, 1.0),
            ("log_offset", options.log_offset, 1e-6, 1.0),
        ] {
            if !(min <= value && value <= max) {
                return Err(ConfigError::OutOfRange { name, value, min, max });
            }
        }
        Ok(Self { options, seed })
    }

    /// The options.
    #[must_use]
    pub fn options(&self) -> DvsPixelOptions {
        self.options
    }

    /// The seed of the mismatch.
    #[must_use]
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// ON and OFF threshold of every pixel, row by row, for a sensor of `num_pixels`.
    #[must_use]
    pub fn thresholds(&self, num_pixels: usize) -> Vec<[f64; 2]> {
        let DvsPixelOptions { on_threshold: on, off_threshold: off, threshold_sd: sd, .. } = self.options;
        if sd == 0.0 {
            return vec![[on, off]; num_pixels];
        }
        let streams = self.seed.streams(0, Domain::Mismatch);
        let of_pixel = |pixel: usize| {
            let mut stream = streams.of(pixel as u32);
            let mut normal = Normal::new(&mut stream);
            [on, off].map(|threshold| threshold * (1.0 + sd * normal.next()).max(THRESHOLD_FLOOR))
        };
        (0..num_pixels).map(of_pixel).collect()
    }

    /// The state after the first frame, which sends no events.
    ///
    /// # Errors
    /// [`EncodeError`] if the frame is empty or larger than 65 536 × 65 536, or its values are not in [0, 1].
    pub fn start(&self, frame: ArrayView2<'_, f64>, time_us: i64) -> Result<DvsPixelState, EncodeError> {
        const SIDE: usize = 1 << 16;
        let (height, width) = frame.dim();
        if frame.is_empty() || height > SIDE || width > SIDE {
            let allowed = format!("1 x 1 to {SIDE} x {SIDE}");
            return Err(EncodeError::FrameSize { frame: 0, found_width: width, found_height: height, allowed });
        }
        let values = row_by_row(&frame);
        UnitValues::new(&values, 0)?;
        let thresholds = self.thresholds(values.len());
        let bands = values
            .chunks(BAND_PIXELS)
            .zip(thresholds.chunks(BAND_PIXELS))
            .enumerate()
            .map(|(i, (values, thresholds))| Band::new(i * BAND_PIXELS, values, thresholds, self.options))
            .collect();
        Ok(DvsPixelState { height, width, time_us, frames: 1, bands })
    }

    /// The events between the last frame of a state and the next frame.
    ///
    /// The rows are worked on in parallel with the feature `rayon`, which changes no event.
    ///
    /// # Errors
    /// [`EncodeError`] if the frame has another size than the first, is not 1 to 2³² − 1 µs after the last, or its
    /// values are not in [0, 1]. The state is then as it was.
    pub fn advance(
        &self,
        state: &mut DvsPixelState,
        frame: ArrayView2<'_, f64>,
        time_us: i64,
    ) -> Result<Vec<CameraEvent>, EncodeError> {
        let index = state.frames;
        if frame.dim() != (state.height, state.width) {
            let (found_height, found_width) = frame.dim();
            let allowed = format!("{} x {}, as the first", state.width, state.height);
            return Err(EncodeError::FrameSize { frame: index, found_width, found_height, allowed });
        }
        let length = time_us.checked_sub(state.time_us).and_then(|d| u32::try_from(d).ok()).filter(|d| *d > 0);
        let Some(length_us) = length else {
            return Err(EncodeError::FrameTime { frame: index, time_us, previous_us: state.time_us });
        };
        let values = row_by_row(&frame);
        UnitValues::new(&values, index)?;
        let span = Span { start_us: state.time_us, length_us, refractory_us: self.options.refractory_us };
        let offset = self.options.log_offset;
        let parts = par::map_mut(&mut state.bands, |i, band| {
            let values = &values[i * BAND_PIXELS..][..band.len()];
            band.advance(values, offset, span)
        });
        let changes = in_order_of_time(&parts, length_us);
        let width = state.width as u32;
        let event = |change: Change| CameraEvent {
            time_us: span.start_us + i64::from(change.offset_us),
            x: (change.pixel % width) as u16,
            y: (change.pixel / width) as u16,
            polarity: change.polarity,
        };
        let events = changes.into_iter().map(event).collect();
        (state.time_us, state.frames) = (time_us, index + 1);
        Ok(events)
    }

    /// The events of a video of shape (frame, row, column), one chunk for each interval that has any.
    ///
    /// # Errors
    /// [`EncodeError`] as [`start`](Self::start) and [`advance`](Self::advance), and for fewer than two frames.
    pub fn encode(&self, frames: ArrayView3<'_, f64>, times: FrameTimes<'_>) -> Result<EventStream, EncodeError> {
        let num_frames = frames.len_of(Axis(0));
        let num_times = if let FrameTimes::GivenUs(given) = times { given.len() } else { num_frames };
        if num_frames < 2 || num_times != num_frames {
            return Err(EncodeError::FrameCount { frames: num_frames, times: num_times });
        }
        let mut stream = EventStream::default();
        let mut state = self.start(frames.index_axis(Axis(0), 0), times.time_us(0)?)?;
        for (i, frame) in frames.axis_iter(Axis(0)).enumerate().skip(1) {
            stream.push_chunk(self.advance(&mut state, frame, times.time_us(i as u64)?)?)?;
        }
        Ok(stream)
    }
}

/// The pixels of a frame, copied only where they are not in order.
fn row_by_row<'a>(frame: &'a ArrayView2<'_, f64>) -> Cow<'a, [f64]> {
    frame.as_slice().map_or_else(|| frame.iter().copied().collect(), Cow::Borrowed)
}

impl DvsPixelState {
    /// Columns and rows of the sensor.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Time of the last frame.
    #[must_use]
    pub fn time_us(&self) -> i64 {
        self.time_us
    }

    /// Frames seen.
    #[must_use]
    pub fn num_frames(&self) -> u64 {
        self.frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array3, array};
    use spike_core::Polarity;

    const PLAIN: DvsPixelOptions = DvsPixelOptions {
        on_threshold: 0.2,
        off_threshold: 0.2,
        threshold_sd: 0.0,
        refractory_us: 0,
        log_offset: 0.001,
    };

    fn events(options: DvsPixelOptions, values: &[f64], times: &[i64]) -> Vec<(i64, bool)> {
        let encoder = DvsPixelEncoder::new(options, Seed(1)).unwrap();
        let video = Array3::from_shape_vec((values.len(), 1, 1), values.to_vec()).unwrap();
        let stream = encoder.encode(video.view(), FrameTimes::GivenUs(times)).unwrap();
        stream.iter().map(|e| (e.time_us, e.polarity == Polarity::On)).collect()
    }

    /// The intensity whose log intensity is `level`.
    fn at(level: f64) -> f64 {
        level.exp() - 0.001
    }

    #[test]
    fn events_by_hand() {
        // L rises by 0.9 in 900 us: ON at 0.2, 0.4, 0.6, 0.8; then R is at 0.8 and falls to 0.25: OFF at 0.6, 0.4.
        let levels = [at(-3.0), at(-2.1), at(-2.75)];
        let found = events(PLAIN, &levels, &[100, 1000, 1650]);
        let on = [301, 501, 701, 901].map(|t| (t, true));
        let off = [1301, 1501].map(|t| (t, false));
        // A crossing at a whole microsecond may fall to either side of it by rounding.
        for (found, expected) in found.iter().zip(on.iter().chain(&off)) {
            assert!(found.1 == expected.1 && (0..=1).contains(&(expected.0 - found.0)), "{found:?} {expected:?}");
        }
        assert_eq!(found.len(), 6);
    }

    #[test]
    fn a_refractory_pixel_follows_the_signal() {
        let options = DvsPixelOptions { refractory_us: 150, ..PLAIN };
        // ON at 0.2 (201 us), R = L(351 us) = 0.351, ON at 0.551 (552 us), held until 702 us: R = 0.702.
        let levels = [at(-3.0), at(-2.1)];
        assert_eq!(events(options, &levels, &[0, 900]), [(201, true), (552, true)]);
        // Held beyond the frame: R is the level of the second interval at its end.
        let options = DvsPixelOptions { refractory_us: 850, ..PLAIN };
        let levels = [at(-3.0), at(-2.1), at(-2.1), at(-2.4)];
        let found = events(options, &levels, &[0, 900, 1000, 1300]);
        // Held from 201 to 1051 us, where L = -2.151: OFF when it has fallen to -2.351, at 1251 us.
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], (201, true));
        assert!((found[1].0 - 1252).abs() <= 1 && !found[1].1, "{found:?}");
    }

    #[test]
    fn still_pictures_are_silent() {
        assert!(events(PLAIN, &[0.3; 9], &[0, 1, 2, 3, 4, 5, 6, 7, 8]).is_empty());
        assert!(events(PLAIN, &[0.0, 0.0002, 0.0], &[0, 1, 2]).is_empty());
    }

    #[test]
    fn each_bound_is_rejected() {
        for options in [
            DvsPixelOptions { on_threshold: 0.0, ..PLAIN },
            DvsPixelOptions { off_threshold: f64::NAN, ..PLAIN },
            DvsPixelOptions { threshold_sd: -0.1, ..PLAIN },
            DvsPixelOptions { log_offset: 0.0, ..PLAIN },
        ] {
            assert!(matches!(DvsPixelEncoder::new(options, Seed(0)), Err(ConfigError::OutOfRange { .. })));
        }
        let encoder = DvsPixelEncoder::new(PLAIN, Seed(0)).unwrap();
        let mut state = encoder.start(array![[0.5, 0.5]].view(), 10).unwrap();
        let before = format!("{state:?}");
        let good = array![[0.1, 0.9]];
        for (frame, time, word) in [
            (array![[0.5]], 20, "2 x 1"),
            (good.clone(), 10, "10 us"),
            (good.clone(), 9, "9 us"),
            (good.clone(), 1 << 33, "8589934592 us"),
            (array![[0.5, f64::NAN]], 20, "sample 1, channel 1 is NaN"),
            (array![[1.5, 0.5]], 20, "sample 1, channel 0 is 1.5"),
        ] {
            let error = encoder.advance(&mut state, frame.view(), time).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
        assert_eq!(format!("{state:?}"), before, "a refused frame changes nothing");
        assert_eq!(encoder.advance(&mut state, good.view(), 20).unwrap().len(), 10);
        assert_eq!((state.size(), state.time_us(), state.num_frames()), ((2, 1), 20, 2));
        let video = Array3::zeros((1, 2, 2));
        let error = encoder.encode(video.view(), FrameTimes::IntervalUs(5)).unwrap_err();
        assert_eq!(error, EncodeError::FrameCount { frames: 1, times: 1 });
        assert!(encoder.encode(Array3::zeros((3, 2, 2)).view(), FrameTimes::GivenUs(&[1, 2])).is_err());
        assert!(encoder.start(array![[], []].view(), 0).is_err());
    }
}
