//! `spike transcode`: a file of camera events, or of spikes, in another format.

use super::events::{Recording, left_out_text, refused};
use super::transcode_spikes::{SpikeOptions, is_for_spikes};
use crate::error::CliError;
use crate::output::{Output, is_stream};
use crate::terminal::{remark, say, say_json};
use clap::Args;
use serde::Serialize;
use spike_core::CameraEvent;
use spike_io::events::{Compression, EventFormat, EventHeader, EventWriter, LeftOut};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Instant;

/// Turn a file of spikes or camera events into another format.
///
/// Spikes: spk, sonata (.h5), npz, csv; input or output is a .spk or .h5 (else give --input-format spk or sonata). A
/// SONATA file of another program needs --dt-ms. Camera events: eventcsv, eventnpz, evt2, evt3, dat, aedat2, aedat31, aedat4, es, nmnist, and evt21 to read. That of the
/// input is told by its content, that of the output by its extension. Coordinates and times are copied as they are;
/// what the output cannot hold is refused with the reason, what is no event of brightness is left out and counted.
#[derive(Debug, Args)]
pub(crate) struct Transcode {
    /// Input; `-` is standard input.
    input: PathBuf,
    /// Output; `-` is standard output.
    output: PathBuf,
    /// Format of the output, where its name does not tell, as for .raw and .aedat.
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Format of the input, where its content does not tell.
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<String>,
    /// Size of the sensor, such as 640x480, where the input does not say it.
    #[arg(long, value_name = "WxH")]
    size: Option<Size>,
    /// Subtract the time of the first event from all times.
    #[arg(long)]
    from_zero: bool,
    /// Compression of aedat4: none, lz4 or zstd [default: lz4].
    #[arg(long, value_name = "NAME")]
    compression: Option<String>,
    /// Of an input that is damaged or cut off, write the events before that place; the exit code is still 3.
    #[arg(long)]
    partial: bool,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    spikes: SpikeOptions,
}

/// Columns and rows.
#[derive(Debug, Clone, Copy)]
struct Size {
    width: u32,
    height: u32,
}

impl FromStr for Size {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let sides = text.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
        sides.map(|(width, height)| Self { width, height }).ok_or("a size is WIDTHxHEIGHT, such as 640x480")
    }
}

/// What was written.
#[derive(Debug, Serialize)]
struct Report {
    input_format: &'static str,
    output_format: &'static str,
    width: u32,
    height: u32,
    num_events: u64,
    num_on: u64,
    num_off: u64,
    start_us: i64,
    duration_us: i64,
    time_shift_us: i64,
    left_out: LeftOut,
    whole: bool,
    output_bytes: u64,
    wall_time_ms: f64,
}

impl Transcode {
    /// Runs the verb.
    pub(crate) fn run(self) -> Result<(), CliError> {
        if self.json && is_stream(&self.output) {
            return Err(CliError::Usage("--json and an output of - both write to standard output; choose a file"));
        }
        let (input_format, format) = (self.input_format.as_deref(), self.format.as_deref());
        if is_for_spikes(&self.input, input_format, &self.output, format) {
            if self.size.is_some() || self.from_zero || self.compression.is_some() || self.partial {
                return Err(CliError::Usage("--size, --from-zero, --compression and --partial are for camera events"));
            }
            return self.spikes.run(&self.input, input_format, &self.output, format, self.json);
        }
        let format = match &self.format {
            Some(name) => EventFormat::from_name(name)?,
            None => EventFormat::from_path(&self.output)?,
        };
        let compression = self.compression.as_deref().map(Compression::from_name).transpose()?;
        if compression.is_some() && format != EventFormat::Aedat4 {
            return Err(CliError::Usage("--compression is for aedat4 only"));
        }
        let started = Instant::now();
        let mut recording = Recording::open(&self.input, self.input_format.as_deref(), "transcode")?;
        let header = self.header(&recording)?;
        let (width, height) = (header.width, header.height);
        let failed = |error| refused(&self.input, &self.output, error);
        let output = Output::create(&self.output)?;
        let mut writer =
            EventWriter::with_compression(format, compression.unwrap_or_default(), output, header).map_err(failed)?;
        let (mut span_us, mut shift_us) = (None, 0);
        let mut shifted: Vec<CameraEvent> = Vec::new();
        let end = loop {
            let events = match recording.next_chunk() {
                Ok(Some(events)) => events,
                Ok(None) => break None,
                Err(error) if self.partial => break Some(error),
                Err(error) => return Err(error),
            };
            let (Some(first), Some(last)) = (events.first(), events.last()) else { continue };
            if self.from_zero {
                if span_us.is_none() {
                    shift_us = first.time_us;
                }
                shifted.clear();
                for event in events {
                    let far = "the times of the input lie farther apart than 64 bits can say";
                    let time_us = event.time_us.checked_sub(shift_us).ok_or(CliError::Usage(far))?;
                    shifted.push(CameraEvent { time_us, ..*event });
                }
                writer.push(&shifted).map_err(failed)?;
            } else {
                writer.push(events).map_err(failed)?;
            }
            let [start, _] = span_us.unwrap_or([first.time_us; 2]);
            span_us = Some([start, last.time_us]);
        };
        let span_us = recording.reader.span_us().or(span_us).unwrap_or_default().map(|t| t.saturating_sub(shift_us));
        let finish = if writer.get_ref().is_some_and(Output::is_file) {
            EventWriter::finish_indexed
        } else {
            EventWriter::finish
        };
        let (output, written) = finish(writer, span_us).map_err(failed)?;
        output.commit()?;
        let report = Report {
            input_format: recording.reader.info().format.name(),
            output_format: format.name(),
            width,
            height,
            num_events: written.num_events,
            num_on: written.num_on,
            num_off: written.num_events - written.num_on,
            start_us: span_us[0],
            duration_us: span_us[1].saturating_sub(span_us[0]),
            time_shift_us: -shift_us,
            left_out: recording.reader.left_out(),
            whole: end.is_none(),
            output_bytes: written.num_bytes,
            wall_time_ms: started.elapsed().as_secs_f64() * 1e3,
        };
        drop(recording);
        if self.json {
            say_json(&report);
        } else if is_stream(&self.output) {
            remark(&report.text());
        } else {
            say(&report.text());
        }
        end.map_or(Ok(()), Err)
    }

    fn header(&self, recording: &Recording) -> Result<EventHeader, CliError> {
        let info = recording.reader.info();
        let unknown = "the input does not say the size of its sensor; give --size, such as 640x480";
        let size = match (self.size, info.size) {
            (Some(Size { width, height }), Some([w, h])) if [width, height] != [w, h] => {
                return Err(CliError::Usage("--size contradicts the size that the input says; leave it out"));
            }
            (Some(Size { width, height }), _) => [width, height],
            (None, Some(size)) => size,
            (None, None) => return Err(CliError::Usage(unknown)),
        };
        let mut provenance = info.provenance.clone().unwrap_or_default();
        if info.provenance.is_none() {
            provenance.program = format!("spike {}", env!("CARGO_PKG_VERSION"));
            provenance.source = crate::data::name_of(&self.input);
        }
        // Shifted times are not those that the record would make again, but nothing else of it changes.
        Ok(EventHeader { width: size[0], height: size[1], record: info.record.clone(), provenance })
    }
}

impl Report {
    fn text(&self) -> String {
        let Self { input_format, output_format, width, height, num_events, num_on, .. } = self;
        let shift =
            if self.time_shift_us == 0 { String::new() } else { format!(", times {:+} us", self.time_shift_us) };
        format!(
            "{input_format} to {output_format}: {num_events} events ({num_on} ON), {width} x {height} pixels, \
             {} us from {}{shift}, left out: {}, {} bytes",
            self.duration_us,
            self.start_us,
            left_out_text(&self.left_out),
            self.output_bytes
        )
    }
}
