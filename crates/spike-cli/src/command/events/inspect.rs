//! What a file of camera events holds.

use crate::terminal::{say, say_json};
use serde::Serialize;
use spike_core::Polarity;
use spike_io::events::{EventFile, EventRecord};

/// What was found.
#[derive(Debug, Serialize)]
struct Report {
    scheme: Option<&'static str>,
    seed: Option<u64>,
    width: u32,
    height: u32,
    num_events: u64,
    num_on: u64,
    num_off: u64,
    on_share: Option<f64>,
    off_share: Option<f64>,
    start_us: i64,
    duration_us: i64,
    /// Events in a second, of all pixels.
    event_rate_hz: Option<f64>,
    /// Events in a second and pixel.
    pixel_rate_hz: Option<f64>,
    /// Pixels that sent any event.
    active_pixels: u64,
    record: Option<EventRecord>,
    source: String,
    program: String,
}

/// Says what a file holds.
pub(crate) fn inspect(name: &str, file: &EventFile, json: bool) {
    let report = Report::of(file);
    if json {
        say_json(&report);
    } else {
        say(&report.text(name));
    }
}

impl Report {
    fn of(file: &EventFile) -> Self {
        let header = &file.header;
        // A list, not a picture: its memory is that of the events, whatever the header says of the size.
        let mut active: Vec<(u16, u16)> = file.stream.iter().map(|event| (event.y, event.x)).collect();
        active.sort_unstable();
        active.dedup();
        let num_events = file.stream.num_events();
        let num_on = file.stream.iter().filter(|event| event.polarity == Polarity::On).count() as u64;
        let [start, end] = file.span_us;
        let duration_us = end.saturating_sub(start);
        let share = |n: u64| (num_events > 0).then(|| n as f64 / num_events as f64);
        let rate = (duration_us > 0).then(|| num_events as f64 / duration_us as f64 * 1e6);
        let record = header.record.clone();
        Self {
            scheme: record.as_ref().map(|_| spike_core::CodingScheme::ContrastDvsPixel.name()),
            seed: record.as_ref().map(|r| r.seed.0),
            width: header.width,
            height: header.height,
            num_events,
            num_on,
            num_off: num_events - num_on,
            on_share: share(num_on),
            off_share: share(num_events - num_on),
            start_us: start,
            duration_us,
            event_rate_hz: rate,
            pixel_rate_hz: rate.map(|r| r / (f64::from(header.width) * f64::from(header.height))),
            active_pixels: active.len() as u64,
            record,
            source: header.provenance.source.clone(),
            program: header.provenance.program.clone(),
        }
    }

    fn text(&self, name: &str) -> String {
        let or_dash = |figure: Option<f64>| figure.map_or("-".to_owned(), |f| format!("{f:.4}"));
        let rows = [
            ("file", name.to_owned()),
            ("holds", "camera events".to_owned()),
            ("scheme", self.scheme.unwrap_or("-").to_owned()),
            ("seed", self.seed.map_or("-".to_owned(), |s| s.to_string())),
            ("source", self.source.clone()),
            ("size", format!("{} x {}", self.width, self.height)),
            ("events", self.num_events.to_string()),
            ("ON", format!("{} ({})", self.num_on, or_dash(self.on_share))),
            ("OFF", format!("{} ({})", self.num_off, or_dash(self.off_share))),
            ("duration", format!("{} us from {}", self.duration_us, self.start_us)),
            ("rate", format!("{} Hz", or_dash(self.event_rate_hz))),
            ("pixel rate", format!("{} Hz", or_dash(self.pixel_rate_hz))),
            ("active pixels", self.active_pixels.to_string()),
        ];
        let lines: Vec<String> = rows.iter().map(|(key, value)| format!("{key:>13}  {value}")).collect();
        lines.join("\n")
    }
}
