//! Frames to camera events, one frame at a time.

use crate::data::{ArrayOptions, Frames};
use crate::error::CliError;
use crate::options::Plan;
use crate::output::{Output, is_stream};
use crate::progress::Progress;
use crate::terminal::{remark, say, say_json};
use serde::Serialize;
use spike_core::{CodeOptions, CodingScheme, EncodeError, NormalizeReport};
use spike_encode::DvsPixelEncoder;
use spike_io::events::{EventFormat, EventHeader, EventRecord, EventWriter};
use spike_io::spk::Provenance;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Where events go, and how that is said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventOutput<'a> {
    pub(crate) path: &'a Path,
    pub(crate) format: Option<&'a str>,
    pub(crate) json: bool,
}

/// What was encoded.
#[derive(Debug, Serialize)]
struct Report {
    scheme: &'static str,
    seed: u64,
    num_frames: u64,
    width: usize,
    height: usize,
    num_events: u64,
    num_on: u64,
    num_off: u64,
    start_us: i64,
    duration_us: i64,
    /// Events in a second, of all pixels.
    event_rate_hz: f64,
    clipped_values: u64,
    output_bytes: u64,
    encode_wall_time_ms: f64,
}

impl EventOutput<'_> {
    pub(crate) fn event_format(&self) -> Result<EventFormat, CliError> {
        Ok(match self.format {
            Some(name) => EventFormat::from_name(name)?,
            None if is_stream(self.path) => EventFormat::Csv,
            None => EventFormat::from_path(self.path)?,
        })
    }
}

/// Encodes frames.
pub(crate) fn encode(
    inputs: &[PathBuf],
    array: &ArrayOptions,
    plan: &Plan,
    output: EventOutput<'_>,
) -> Result<(), CliError> {
    let CodeOptions::ContrastDvsPixel(options) = plan.code else {
        return Err(CliError::Usage("only contrast_dvs_pixel makes camera events"));
    };
    let times = "frames need their times: give --frame-rate-hz or --frame-interval-us";
    let times = plan.frame_times.ok_or(CliError::Usage(times))?;
    let format = output.event_format()?;
    let encoder = DvsPixelEncoder::new(options, plan.seed)?;
    let mut frames = Frames::open(inputs, array)?;
    let num_frames = frames.len();
    if num_frames < 2 {
        let frames = num_frames as usize;
        return Err(EncodeError::FrameCount { frames, times: frames }.into());
    }
    let normalizer = frames.fit(plan.norm)?;
    let (width, height) = frames.size();
    let header = EventHeader {
        width: width as u32,
        height: height as u32,
        record: Some(EventRecord { options, seed: plan.seed, normalizer: normalizer.clone() }),
        provenance: Provenance {
            program: format!("spike {}", env!("CARGO_PKG_VERSION")),
            source: frames.name().to_owned(),
            source_samples: num_frames,
        },
    };
    let failed = |e| Output::failed(output.path, e);
    let mut writer = EventWriter::new(format, Output::create(output.path)?, header).map_err(failed)?;
    let progress = Progress::new("encode", num_frames);
    let started = Instant::now();
    let (mut scaled, mut clipped, mut state) = (Vec::new(), NormalizeReport::default(), None);
    let (mut index, start_us) = (0, times.time_us(0)?);
    while let Some(values) = frames.next_frame()? {
        scaled.clear();
        normalizer.apply(values, index, &mut scaled, &mut clipped)?;
        let (frame, time_us) = (frames.image(&scaled), times.time_us(index)?);
        match &mut state {
            None => state = Some(encoder.start(frame, time_us)?),
            Some(state) => writer.push(&encoder.advance(state, frame, time_us)?).map_err(failed)?,
        }
        index += 1;
        progress.done(1);
    }
    drop(progress);
    if index != num_frames {
        return Err(EncodeError::SourceChanged { first: num_frames, second: index }.into());
    }
    let end_us = times.time_us(num_frames - 1)?;
    let finish =
        if writer.get_ref().is_some_and(Output::is_file) { EventWriter::finish_indexed } else { EventWriter::finish };
    let (file, written) = finish(writer, [start_us, end_us]).map_err(failed)?;
    file.commit()?;
    if clipped.clipped > 0 {
        remark(&format!("{} values outside the range of the normaliser were clipped", clipped.clipped));
    }
    let duration_us = end_us - start_us;
    let report = Report {
        scheme: CodingScheme::ContrastDvsPixel.name(),
        seed: plan.seed.0,
        num_frames,
        width,
        height,
        num_events: written.num_events,
        num_on: written.num_on,
        num_off: written.num_events - written.num_on,
        start_us,
        duration_us,
        event_rate_hz: written.num_events as f64 / duration_us as f64 * 1e6,
        clipped_values: clipped.clipped,
        output_bytes: written.num_bytes,
        encode_wall_time_ms: started.elapsed().as_secs_f64() * 1e3,
    };
    if output.json {
        say_json(&report);
        return Ok(());
    }
    let text = format!(
        "{}: {} frames of {} x {}, {} events ({} ON, {} OFF) in {} us, seed {}",
        report.scheme,
        report.num_frames,
        report.width,
        report.height,
        report.num_events,
        report.num_on,
        report.num_off,
        report.duration_us,
        report.seed
    );
    if is_stream(output.path) {
        remark(&text)
    } else {
        say(&text)
    }
    Ok(())
}
