//! Recordings of event cameras, read piece by piece, and what they hold.

use crate::data::name_of;
use crate::error::CliError;
use crate::output::is_stream;
use crate::progress::Progress;
use crate::terminal::{say, say_json};
use serde::Serialize;
use spike_core::{CameraEvent, Polarity};
use spike_io::events::{EventFileError, EventFormat, EventReader, LeftOut};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

/// A recording and where it comes from.
pub(crate) struct Recording {
    pub(crate) reader: EventReader<Box<dyn Read>>,
    name: String,
    progress: Progress,
    shown: u64,
}

impl Recording {
    /// Opens any file of camera events; `-` is standard input.
    pub(crate) fn open(path: &Path, format: Option<&str>, what: &'static str) -> Result<Self, CliError> {
        let format = format.map(EventFormat::from_name).transpose()?;
        Self::of(path, format, what)?
            .ok_or(CliError::Usage("the content of the input tells no format of camera events; give --input-format"))
    }

    /// Opens a file of a camera; `None` if neither format nor content say that it is one.
    pub(crate) fn of_camera(path: &Path, format: Option<&str>) -> Result<Option<Self>, CliError> {
        let is_camera = |f: EventFormat| f != EventFormat::Csv && f != EventFormat::Npz;
        let named = format.and_then(|name| EventFormat::from_name(name).ok());
        if named.is_some_and(|f| !is_camera(f)) || (format.is_some() && named.is_none()) {
            return Ok(None);
        }
        if named.is_none() && is_stream(path) {
            return Ok(None);
        }
        Ok(Self::of(path, named, "inspect")?.filter(|recording| is_camera(recording.reader.info().format)))
    }

    fn of(path: &Path, format: Option<EventFormat>, what: &'static str) -> Result<Option<Self>, CliError> {
        let failed = |source| CliError::Open { path: path.to_owned(), source };
        let name = name_of(path);
        let (format, input, length): (_, Box<dyn Read>, _) = if is_stream(path) {
            let (found, input) = recognise_stream(io::stdin().lock()).map_err(failed)?;
            (format.or(found), input, 0)
        } else {
            let mut file = File::open(path).map_err(failed)?;
            let found = recognise_file(&mut file, path).map_err(failed)?;
            let length = file.metadata().map_err(failed)?.len();
            (format.or(found), Box::new(file), length)
        };
        let Some(format) = format else { return Ok(None) };
        let reader =
            EventReader::new(input, format).map_err(|source| CliError::Events { name: name.clone(), source })?;
        Ok(Some(Self { reader, name, progress: Progress::bytes(what, length), shown: 0 }))
    }

    /// The next events, `None` at the end.
    pub(crate) fn next_chunk(&mut self) -> Result<Option<&[CameraEvent]>, CliError> {
        let position = self.reader.position();
        self.progress.done(position - self.shown);
        self.shown = position;
        self.reader.next_chunk().map_err(|source| CliError::Events { name: self.name.clone(), source })
    }
}

/// The format of a file; one that tells nothing may have the extension of N-MNIST.
fn recognise_file(file: &mut File, path: &Path) -> io::Result<Option<EventFormat>> {
    // A pipe that cannot be sought through holds what its format says.
    let found = match file.stream_position() {
        Ok(_) => EventFormat::recognise(file)?,
        Err(_) => None,
    };
    Ok(found.or_else(|| EventFormat::from_path(path).ok().filter(|&f| f == EventFormat::Nmnist)))
}

/// The format of a stream and the stream from its start.
fn recognise_stream(mut input: impl Read + 'static) -> io::Result<(Option<EventFormat>, Box<dyn Read>)> {
    const FIRST_BYTES: u64 = 1 << 14;
    let mut first = Vec::new();
    input.by_ref().take(FIRST_BYTES).read_to_end(&mut first)?;
    let found = match EventFormat::from_first_bytes(&first) {
        None if first.starts_with(b"PK") => Some(EventFormat::Npz),
        other => other,
    };
    Ok((found, Box::new(Cursor::new(first).chain(input))))
}

/// What was found.
#[derive(Debug, Serialize)]
struct Report {
    format: &'static str,
    width: Option<u32>,
    height: Option<u32>,
    num_events: u64,
    num_on: u64,
    num_off: u64,
    on_share: Option<f64>,
    off_share: Option<f64>,
    start_us: i64,
    duration_us: i64,
    /// Events in a second, of all pixels.
    event_rate_hz: Option<f64>,
    /// Events in a second and pixel, where the size is known.
    pixel_rate_hz: Option<f64>,
    /// Pixels that sent any event.
    active_pixels: u64,
    /// Largest column and row of an event.
    max_x: u16,
    max_y: u16,
    /// Events that are earlier than the one before them.
    out_of_order: u64,
    left_out: LeftOut,
    /// Whether the file is whole.
    whole: bool,
}

/// Says what a recording holds, as far as it can be read.
pub(crate) fn inspect_recording(name: &str, mut recording: Recording, json: bool) -> Result<(), CliError> {
    let mut sums = Sums::default();
    let end = loop {
        match recording.next_chunk() {
            Ok(Some(events)) => sums.add(events),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    drop(std::mem::replace(&mut recording.progress, Progress::bytes("inspect", 0)));
    let report = sums.report(&recording, end.is_none());
    if json {
        say_json(&report)
    } else {
        say(&report.text(name))
    }
    end.map_or(Ok(()), Err)
}

/// Running sums over the events.
#[derive(Debug, Default)]
struct Sums {
    num_events: u64,
    num_on: u64,
    /// Earliest and latest time.
    span_us: Option<[i64; 2]>,
    last_us: Option<i64>,
    out_of_order: u64,
    max_x: u16,
    max_y: u16,
    /// Bits of 64 neighbours of a row: memory follows the events, whatever the sensor.
    active: HashMap<(u16, u16), u64>,
}

impl Sums {
    fn add(&mut self, events: &[CameraEvent]) {
        self.num_events += events.len() as u64;
        for event in events {
            let time_us = event.time_us;
            self.num_on += u64::from(event.polarity == Polarity::On);
            self.out_of_order += u64::from(self.last_us.is_some_and(|last| time_us < last));
            self.last_us = Some(time_us);
            let [start, end] = self.span_us.unwrap_or([time_us; 2]);
            self.span_us = Some([start.min(time_us), end.max(time_us)]);
            self.max_x = self.max_x.max(event.x);
            self.max_y = self.max_y.max(event.y);
            *self.active.entry((event.y, event.x / 64)).or_default() |= 1 << (event.x % 64);
        }
    }

    fn report(&self, recording: &Recording, whole: bool) -> Report {
        let info = recording.reader.info();
        let [start_us, end_us] = self.span_us.unwrap_or_default();
        let duration_us = end_us.saturating_sub(start_us);
        let share = |n: u64| (self.num_events > 0).then(|| n as f64 / self.num_events as f64);
        let rate = (duration_us > 0).then(|| self.num_events as f64 / duration_us as f64 * 1e6);
        let pixels = info.size.map(|[width, height]| f64::from(width) * f64::from(height));
        Report {
            format: info.format.name(),
            width: info.size.map(|[width, _]| width),
            height: info.size.map(|[_, height]| height),
            num_events: self.num_events,
            num_on: self.num_on,
            num_off: self.num_events - self.num_on,
            on_share: share(self.num_on),
            off_share: share(self.num_events - self.num_on),
            start_us,
            duration_us,
            event_rate_hz: rate,
            pixel_rate_hz: rate.zip(pixels).map(|(rate, pixels)| rate / pixels),
            active_pixels: self.active.values().map(|bits| u64::from(bits.count_ones())).sum(),
            max_x: self.max_x,
            max_y: self.max_y,
            out_of_order: self.out_of_order,
            left_out: recording.reader.left_out(),
            whole,
        }
    }
}

impl Report {
    fn text(&self, name: &str) -> String {
        let or_dash = |figure: Option<f64>| figure.map_or("-".to_owned(), |f| format!("{f:.4}"));
        let size = match (self.width, self.height) {
            (Some(width), Some(height)) => format!("{width} x {height}"),
            _ => format!("not said; events reach to ({}, {})", self.max_x, self.max_y),
        };
        let rows = [
            ("file", name.to_owned()),
            ("holds", format!("camera events, {}", self.format)),
            ("size", size),
            ("events", self.num_events.to_string()),
            ("ON", format!("{} ({})", self.num_on, or_dash(self.on_share))),
            ("OFF", format!("{} ({})", self.num_off, or_dash(self.off_share))),
            ("duration", format!("{} us from {}", self.duration_us, self.start_us)),
            ("rate", format!("{} Hz", or_dash(self.event_rate_hz))),
            ("pixel rate", format!("{} Hz", or_dash(self.pixel_rate_hz))),
            ("active pixels", self.active_pixels.to_string()),
            ("out of order", self.out_of_order.to_string()),
            ("left out", left_out_text(&self.left_out)),
        ];
        let lines: Vec<String> = rows.iter().map(|(key, value)| format!("{key:>13}  {value}")).collect();
        lines.join("\n")
    }
}

/// The counts that are not zero.
pub(crate) fn left_out_text(left_out: &LeftOut) -> String {
    let counts = [
        (left_out.triggers, "triggers"),
        (left_out.imu_samples, "inertial samples"),
        (left_out.frames, "frames"),
        (left_out.untimed, "events before the first time"),
        (left_out.invalid, "invalid events"),
        (left_out.other, "others"),
    ];
    let parts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

/// An error of writing events: the output's if the medium failed, else that of the data of the input.
pub(crate) fn refused(input: &Path, output: &Path, error: EventFileError) -> CliError {
    match error {
        EventFileError::Io(_) | EventFileError::Output(_) => crate::output::Output::failed(output, error),
        source => CliError::Events { name: name_of(input), source },
    }
}
