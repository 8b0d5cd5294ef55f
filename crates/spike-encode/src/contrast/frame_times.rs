//! When the frames of a video were taken.

use spike_core::ConfigError;

/// Times of the frames of a video, in microseconds.
///
/// ```
/// use spike_encode::FrameTimes;
/// let film = FrameTimes::RateHz(30.0);
/// assert_eq!((film.time_us(1)?, film.time_us(3)?), (33_333, 100_000));
/// assert_eq!(FrameTimes::GivenUs(&[5, 9]).time_us(1)?, 9);
/// # Ok::<(), spike_core::ConfigError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FrameTimes<'a> {
    /// Frame k at k/rate, rounded once to the nearest microsecond: rounding does not add up.
    RateHz(f64),
    /// Frame k at k times the interval.
    IntervalUs(u32),
    /// One time for each frame, ascending.
    GivenUs(&'a [i64]),
}

impl FrameTimes<'_> {
    /// Time of a frame.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] if the rate is not in (0, 10⁶] Hz or the interval is 0, if no time is given for
    /// the frame, or if its time has more than 53 bits.
    pub fn time_us(&self, frame: u64) -> Result<i64, ConfigError> {
        let refuse = |name, value, min, max| ConfigError::OutOfRange { name, value, min, max };
        match self {
            Self::RateHz(rate) => {
                if !(1e-3 <= *rate && *rate <= 1e6) {
                    return Err(refuse("frame_rate_hz", *rate, 1e-3, 1e6));
                }
                let time = (frame as f64 * 1e6 / rate).round();
                if time > MAX_US as f64 {
                    return Err(refuse("time of a frame in us", time, 0.0, MAX_US as f64));
                }
                Ok(time as i64)
            }
            Self::IntervalUs(0) => Err(refuse("frame_interval_us", 0.0, 1.0, f64::from(u32::MAX))),
            Self::IntervalUs(interval) => {
                let time = u128::from(frame) * u128::from(*interval);
                if time > u128::from(MAX_US) {
                    return Err(refuse("time of a frame in us", time as f64, 0.0, MAX_US as f64));
                }
                Ok(time as i64)
            }
            Self::GivenUs(times) => usize::try_from(frame).ok().and_then(|i| times.get(i).copied()).ok_or(refuse(
                "index of a frame with a time",
                frame as f64,
                0.0,
                times.len() as f64 - 1.0,
            )),
        }
    }
}

/// The largest time: whole microseconds up to here are exact as doubles.
const MAX_US: u64 = 1 << 53;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_is_rejected() {
        for times in [
            FrameTimes::RateHz(0.0),
            FrameTimes::RateHz(f64::NAN),
            FrameTimes::RateHz(2e6),
            FrameTimes::IntervalUs(0),
            FrameTimes::GivenUs(&[]),
        ] {
            assert!(times.time_us(0).is_err(), "{times:?}");
        }
        assert!(FrameTimes::IntervalUs(2).time_us(1 << 53).is_err());
        assert!(FrameTimes::RateHz(1e-3).time_us(1 << 40).is_err());
    }

    #[test]
    fn rounding_does_not_add_up() {
        let times = FrameTimes::RateHz(29.97);
        assert_eq!(times.time_us(2997).unwrap(), 100_000_000);
        assert_eq!(FrameTimes::IntervalUs(33_333).time_us(3).unwrap(), 99_999);
    }
}
