//! Camera events to frames, one frame at a time.

use super::super::sink::Sink;
use crate::data::{ArrayOptions, Frames, name_of};
use crate::error::CliError;
use crate::options::frame_times;
use crate::output::is_stream;
use crate::progress::Progress;
use crate::terminal::{remark, say, say_json};
use clap::Args;
use serde::Serialize;
use spike_core::{CodingScheme, DecodeError, DecodingMethod, NormalizeReport};
use spike_decode::{EventDecoder, FirstFrame, Score};
use spike_io::events::{EventFile, EventRecord};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Options of the frames that camera events become.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Camera events")]
pub(crate) struct FrameOptions {
    /// Frames per second.
    #[arg(long, value_name = "HZ")]
    frame_rate_hz: Option<f64>,
    /// Time between frames in µs, instead of a rate.
    #[arg(long, value_name = "US")]
    frame_interval_us: Option<u32>,
    /// The picture at the start, as an image or the first frame of an array; without it every pixel starts at mid-grey.
    #[arg(long, value_name = "FILE")]
    first_frame: Option<PathBuf>,
}

impl FrameOptions {
    /// Whether any was given.
    pub(crate) fn any(&self) -> bool {
        self.frame_rate_hz.is_some() || self.frame_interval_us.is_some() || self.first_frame.is_some()
    }
}

/// What is to be decoded, and where to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventJob<'a> {
    pub(crate) file: &'a EventFile,
    pub(crate) output: Option<&'a Path>,
    pub(crate) against: Option<&'a PathBuf>,
    pub(crate) json: bool,
}

/// What was decoded.
#[derive(Debug, Serialize)]
struct Report {
    method: &'static str,
    scheme: &'static str,
    seed: u64,
    num_frames: u64,
    width: usize,
    height: usize,
    num_events: u64,
    reconstruction_mse: Option<f64>,
    reconstruction_r2: Option<f64>,
    decode_wall_time_ms: f64,
}

/// Pixels of the largest sensor that is decoded: 16 384 x 16 384.
const MOST_PIXELS: usize = 1 << 28;

/// Integrates events to frames.
pub(crate) fn decode(options: &FrameOptions, array: &ArrayOptions, job: EventJob<'_>) -> Result<(), CliError> {
    let EventJob { file, output, against, json } = job;
    let method = DecodingMethod::Reconstruction;
    let record = file.header.record.as_ref().ok_or(DecodeError::NoEncoding { method })?;
    let times = "frames need their times: give --frame-rate-hz or --frame-interval-us";
    let times = frame_times(options.frame_rate_hz, options.frame_interval_us)?.ok_or(CliError::Usage(times))?;
    let (width, height) = (file.header.width as usize, file.header.height as usize);
    if width * height > MOST_PIXELS {
        return Err(CliError::Usage("a sensor of more than 2^28 pixels is not decoded"));
    }
    let mut decoder = start(record, (width, height), options.first_frame.as_ref(), array)?;
    let mut original = against.map(|path| Frames::open(std::slice::from_ref(path), array)).transpose()?;
    if let Some(frames) = original.as_ref().filter(|frames| frames.size() != (width, height)) {
        let (found_width, found_height) = frames.size();
        return Err(DecodeError::FrameSize { found_width, found_height, width, height }.into());
    }
    let [start_us, end_us] = file.span_us;
    let time_us = |k: u64| Ok::<_, CliError>(start_us.saturating_add(times.time_us(k)?));
    let num_frames = count_frames(end_us, time_us)?;
    if let Some(frames) = original.as_ref().filter(|frames| frames.len() != num_frames) {
        return Err(CliError::Mismatch {
            what: "number of frames",
            first: num_frames.to_string(),
            first_name: "the events".to_owned(),
            second: frames.len().to_string(),
            second_name: frames.name().to_owned(),
        });
    }
    let shape = [num_frames as usize, height, width];
    let mut sink = output.map(|path| Sink::create(path, &shape)).transpose()?;
    let progress = Progress::new("decode", num_frames);
    let started = Instant::now();
    let mut events = file.stream.iter().peekable();
    let mut score = Score::default();
    for k in 0..num_frames {
        let until = time_us(k)?;
        while let Some(event) = events.next_if(|event| event.time_us <= until) {
            decoder.integrate([event])?;
        }
        let mut frame: Vec<f64> = decoder.frame().into_iter().collect();
        for (channel, value) in frame.iter_mut().enumerate() {
            *value = record.normalizer.invert(*value, channel);
        }
        if let Some(values) = original.as_mut().map(Frames::next_frame).transpose()?.flatten() {
            score.add(values, &frame);
        }
        if let Some(sink) = &mut sink {
            sink.push(&frame, width * height)?;
        }
        progress.done(1);
    }
    drop(progress);
    if let Some(sink) = sink {
        sink.commit()?;
    }
    let report = Report {
        method: method.name(),
        scheme: CodingScheme::ContrastDvsPixel.name(),
        seed: record.seed.0,
        num_frames,
        width,
        height,
        num_events: decoder.num_events(),
        reconstruction_mse: score.mse(),
        reconstruction_r2: score.r2(),
        decode_wall_time_ms: started.elapsed().as_secs_f64() * 1e3,
    };
    if json {
        say_json(&report);
        return Ok(());
    }
    let mut text = format!(
        "{} of {}: {} events to {num_frames} frames of {width} x {height}, seed {}",
        report.method, report.scheme, report.num_events, report.seed
    );
    if let Some(mse) = report.reconstruction_mse {
        let r2 = report.reconstruction_r2.map_or("undefined".to_owned(), |r| format!("{r:.5}"));
        text += &format!("\nMSE {mse:.6}, R² {r2}");
    }
    if output.is_some_and(is_stream) {
        remark(&text)
    } else {
        say(&text)
    }
    Ok(())
}

/// The decoder before the first event.
fn start(
    record: &EventRecord,
    size: (usize, usize),
    first: Option<&PathBuf>,
    array: &ArrayOptions,
) -> Result<EventDecoder, CliError> {
    let Some(path) = first else {
        remark("without --first-frame every pixel starts at mid-grey: frames are right up to a factor for each pixel");
        return Ok(EventDecoder::new(record.options, size, FirstFrame::MidGrey)?);
    };
    let mut frames = Frames::open(std::slice::from_ref(path), array)?;
    let (found_width, found_height) = frames.size();
    let (width, height) = size;
    if (found_width, found_height) != size {
        return Err(DecodeError::FrameSize { found_width, found_height, width, height }.into());
    }
    let (mut scaled, mut report) = (Vec::new(), NormalizeReport::default());
    if let Some(values) = frames.next_frame()? {
        record.normalizer.apply(values, 0, &mut scaled, &mut report)?;
    }
    if report.clipped > 0 {
        remark(&format!(
            "{} pixels of {} outside the range of the normaliser were clipped",
            report.clipped,
            name_of(path)
        ));
    }
    Ok(EventDecoder::new(record.options, size, FirstFrame::Known(frames.image(&scaled)))?)
}

/// Frames from the start of the recording to its end, both included.
fn count_frames(end_us: i64, time_us: impl Fn(u64) -> Result<i64, CliError>) -> Result<u64, CliError> {
    // Times ascend: the first that is beyond the end is found by doubling and halving.
    let beyond = |k: u64| time_us(k).map_or(true, |t| t > end_us);
    time_us(0)?;
    let (mut inside, mut outside) = (0u64, 1u64);
    while !beyond(outside) {
        (inside, outside) = (outside, outside.saturating_mul(2));
        if inside == outside {
            break;
        }
    }
    while outside - inside > 1 {
        let middle = inside + (outside - inside) / 2;
        if beyond(middle) { outside = middle } else { inside = middle }
    }
    Ok(inside + 1)
}
