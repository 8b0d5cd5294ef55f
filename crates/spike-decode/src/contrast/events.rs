//! Frames from the events of a dynamic vision sensor.

use ndarray::{Array2, Array3, ArrayView2, Axis};
use spike_core::{CameraEvent, ConfigError, DecodeError, DvsPixelOptions, EventStream, Polarity, Seed, exp, ln};
use spike_encode::DvsPixelEncoder;

/// What is known of the picture before the first event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FirstFrame<'a> {
    /// The picture, of shape (row, column) with values in [0, 1].
    Known(ArrayView2<'a, f64>),
    /// Nothing: intensity ½ everywhere. Every frame is then off by a factor for each pixel.
    MidGrey,
}

/// Integrates camera events to log intensity, and that to frames.
///
/// R(0) = ln(I₀ + `log_offset`); an ON event adds θ_on, an OFF event subtracts θ_off; Î(t) = exp(R(t)) − `log_offset`,
/// clipped to [0, 1], from the events up to and including t.
///
/// If the first frame is known, the sensor has no refractory period and its thresholds are those assumed (no
/// mismatch, or [`with_mismatch`](Self::with_mismatch)), R is the reference of the pixel, so that at the times of
/// frames ln(I + `log_offset`) lies in (R − θ_off, R + θ_on). Unknown mismatch adds an error that grows with the number
/// of events; what a pixel misses in its refractory period is lost.
///
/// Input: events in order of time. Output: frames of shape (row, column) with values in [0, 1].
///
/// # Errors
/// [`DecodeError`] for options out of range, a first frame of another size or with values outside [0, 1], events
/// outside the sensor and times out of order.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use spike_core::{DvsPixelOptions, Seed};
/// use spike_decode::{EventDecoder, FirstFrame};
/// use spike_encode::{DvsPixelEncoder, FrameTimes};
/// let options = DvsPixelOptions { on_threshold: 0.01, off_threshold: 0.01, ..DvsPixelOptions::default() };
/// let video = array![[[0.2, 0.8]], [[0.6, 0.5]], [[0.1, 0.3]]];
/// let events = DvsPixelEncoder::new(options, Seed(7))?.encode(video.view(), FrameTimes::IntervalUs(1000))?;
/// let first = FirstFrame::Known(video.index_axis(ndarray::Axis(0), 0));
/// let frames = EventDecoder::new(options, (2, 1), first)?.frames(&events, &[0, 1000, 2000])?;
/// assert!((&frames / &video - 1.0).iter().all(|error| error.abs() < 0.011));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// The inverse of the pixel of Lichtsteiner, Posch, Delbruck (2008), IEEE J Solid-State Circuits 43(2):566–576, DOI
/// 10.1109/JSSC.2007.914337: each event stands for a change of log intensity by the threshold.
#[derive(Debug, Clone)]
pub struct EventDecoder {
    options: DvsPixelOptions,
    /// R, of shape (row, column).
    reference: Array2<f64>,
    thresholds: Array2<[f64; 2]>,
    reached_us: i64,
    num_events: u64,
}

impl EventDecoder {
    /// A decoder for a sensor of `size` (columns, rows) whose pixels have the thresholds of the options.
    ///
    /// # Errors
    /// [`DecodeError`] for options out of range, a size of 0, a first frame of another size or with values outside
    /// [0, 1].
    pub fn new(options: DvsPixelOptions, size: (usize, usize), first: FirstFrame<'_>) -> Result<Self, DecodeError> {
        DvsPixelEncoder::new(options, Seed(0))?;
        let (width, height) = size;
        let grey = Array2::from_elem((height, width), 0.5);
        let first = match first {
            FirstFrame::Known(frame) => frame,
            FirstFrame::MidGrey => grey.view(),
        };
        let (found_height, found_width) = first.dim();
        if (found_width, found_height) != size || first.is_empty() {
            return Err(DecodeError::FrameSize { found_width, found_height, width, height });
        }
        if let Some(&value) = first.iter().find(|x| !(0.0..=1.0).contains(*x)) {
            let name = "pixel of the first frame";
            return Err(ConfigError::OutOfRange { name, value, min: 0.0, max: 1.0 }.into());
        }
        let nominal = [options.on_threshold, options.off_threshold];
        Ok(Self {
            options,
            reference: first.mapv(|x| ln(x + options.log_offset)),
            thresholds: Array2::from_elem((height, width), nominal),
            reached_us: i64::MIN,
            num_events: 0,
        })
    }

    /// The same with the thresholds that the sensor of this seed has: of a simulated sensor they are known.
    ///
    /// # Errors
    /// [`DecodeError`] for options out of range.
    pub fn with_mismatch(mut self, seed: Seed) -> Result<Self, DecodeError> {
        let thresholds = DvsPixelEncoder::new(self.options, seed)?.thresholds(self.reference.len());
        self.thresholds.iter_mut().zip(thresholds).for_each(|(into, pixel)| *into = pixel);
        Ok(self)
    }

    /// Takes events into account, in order of time.
    ///
    /// # Errors
    /// [`DecodeError::EventOutside`] and [`DecodeError::TimeOrder`]; events before the wrong one are then integrated.
    pub fn integrate<'a>(&mut self, events: impl IntoIterator<Item = &'a CameraEvent>) -> Result<(), DecodeError> {
        for event in events {
            if event.time_us < self.reached_us {
                return Err(DecodeError::TimeOrder { asked_us: event.time_us, reached_us: self.reached_us });
            }
            let at = (usize::from(event.y), usize::from(event.x));
            let (Some(reference), Some([on, off])) = (self.reference.get_mut(at), self.thresholds.get(at)) else {
                let (height, width) = self.reference.dim();
                let CameraEvent { x, y, .. } = *event;
                return Err(DecodeError::EventOutside { index: self.num_events, x, y, width, height });
            };
            match event.polarity {
                Polarity::On => *reference += on,
                Polarity::Off => *reference -= off,
            }
            self.reached_us = event.time_us;
            self.num_events += 1;
        }
        Ok(())
    }

    /// Log intensity ln(Î + `log_offset`) after the events so far.
    #[must_use]
    pub fn log_intensity(&self) -> ArrayView2<'_, f64> {
        self.reference.view()
    }

    /// Intensity after the events so far, in [0, 1].
    #[must_use]
    pub fn frame(&self) -> Array2<f64> {
        self.reference.mapv(|r| (exp(r) - self.options.log_offset).clamp(0.0, 1.0))
    }

    /// Number of events so far.
    #[must_use]
    pub fn num_events(&self) -> u64 {
        self.num_events
    }

    /// Frames of shape (time, row, column) at ascending times; each holds the events up to and including its time.
    ///
    /// # Errors
    /// As [`integrate`](Self::integrate), and [`DecodeError::TimeOrder`] if times do not ascend.
    pub fn frames(mut self, stream: &EventStream, times_us: &[i64]) -> Result<Array3<f64>, DecodeError> {
        let (height, width) = self.reference.dim();
        let mut frames = Array3::zeros((times_us.len(), height, width));
        let mut events = stream.iter().peekable();
        for (mut into, &time_us) in frames.axis_iter_mut(Axis(0)).zip(times_us) {
            if time_us < self.reached_us {
                return Err(DecodeError::TimeOrder { asked_us: time_us, reached_us: self.reached_us });
            }
            while let Some(event) = events.next_if(|event| event.time_us <= time_us) {
                self.integrate([event])?;
            }
            self.reached_us = time_us;
            into.assign(&self.frame());
        }
        Ok(frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    const PLAIN: DvsPixelOptions = DvsPixelOptions {
        on_threshold: 0.3,
        off_threshold: 0.2,
        threshold_sd: 0.0,
        refractory_us: 0,
        log_offset: 0.01,
    };

    fn event(time_us: i64, x: u16, polarity: Polarity) -> CameraEvent {
        CameraEvent { time_us, x, y: 0, polarity }
    }

    #[test]
    fn integration_by_hand() {
        let mut stream = EventStream::default();
        let events = [event(10, 1, Polarity::On), event(20, 1, Polarity::Off), event(20, 0, Polarity::Off)];
        stream.push_chunk(events.to_vec()).unwrap();
        let decoder = EventDecoder::new(PLAIN, (2, 1), FirstFrame::MidGrey).unwrap();
        let frames = decoder.frames(&stream, &[9, 10, 19, 20, 5000]).unwrap();
        let value = |change: f64| 0.51 * change.exp() - 0.01;
        let expected = [[0.0, 0.0], [0.0, 0.3], [0.0, 0.3], [-0.2, 0.1], [-0.2, 0.1]];
        for (frame, expected) in frames.axis_iter(Axis(0)).zip(expected) {
            for (found, change) in frame.iter().zip(expected) {
                assert!((found - value(change)).abs() < 1e-12, "{frame} {expected:?}");
            }
        }
    }

    #[test]
    fn intensities_stay_in_their_range() {
        let mut decoder = EventDecoder::new(PLAIN, (1, 1), FirstFrame::Known(array![[1.0]].view())).unwrap();
        decoder.integrate(&[event(1, 0, Polarity::On)]).unwrap();
        assert_eq!(decoder.frame(), array![[1.0]]);
        assert!((decoder.log_intensity()[[0, 0]] - (1.01f64.ln() + 0.3)).abs() < 1e-12);
        decoder.integrate(&vec![event(1, 0, Polarity::Off); 100]).unwrap();
        assert_eq!((decoder.frame(), decoder.num_events()), (array![[0.0]], 101));
    }

    #[test]
    fn each_refusal() {
        let bad = DvsPixelOptions { on_threshold: 0.0, ..PLAIN };
        assert!(matches!(EventDecoder::new(bad, (1, 1), FirstFrame::MidGrey), Err(DecodeError::Config(_))));
        assert!(EventDecoder::new(PLAIN, (0, 1), FirstFrame::MidGrey).is_err());
        let first = array![[0.5, 1.5]];
        assert!(EventDecoder::new(PLAIN, (2, 1), FirstFrame::Known(first.view())).is_err());
        let error = EventDecoder::new(PLAIN, (1, 2), FirstFrame::Known(first.view())).unwrap_err();
        assert_eq!(error.to_string(), "the frame is 2 x 1, the sensor 1 x 2");
        let mut decoder = EventDecoder::new(PLAIN, (2, 1), FirstFrame::MidGrey).unwrap();
        decoder.integrate(&[event(5, 1, Polarity::On)]).unwrap();
        let late = decoder.clone().integrate(&[event(4, 1, Polarity::On)]);
        assert_eq!(late, Err(DecodeError::TimeOrder { asked_us: 4, reached_us: 5 }));
        let error = decoder.integrate(&[event(6, 2, Polarity::On)]).unwrap_err();
        assert_eq!(error.to_string(), "event 1 is at (2, 0), outside a sensor of 2 x 1");
        assert!(decoder.frames(&EventStream::default(), &[9, 8]).is_err());
    }
}
