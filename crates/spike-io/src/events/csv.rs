//! Camera events as text: one `t_us,x,y,polarity` line for each event.

use super::{Collector, EventFile, EventFileError, EventHeader};
use serde::{Deserialize, Serialize};
use spike_core::{CameraEvent, Polarity};
use std::io::{self, BufRead, BufReader, Read, Write};

pub(super) const FIRST: &str = "# event csv 1 ";
const LAST: &str = "# end ";
const COLUMNS: &str = "t_us,x,y,polarity";
/// A line of the table is short; only the header may be long.
const MAX_LINE: u64 = 1 << 28;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Totals {
    num_events: u64,
    span_us: [i64; 2],
}

#[derive(Debug)]
pub(super) struct CsvWriter<W: Write> {
    out: W,
    text: Vec<u8>,
    num_bytes: u64,
}

impl<W: Write> CsvWriter<W> {
    pub(super) fn new(mut out: W, header: &EventHeader) -> Result<Self, EventFileError> {
        let text = format!("{FIRST}{}\n{COLUMNS}\n", serde_json::to_string(header)?);
        out.write_all(text.as_bytes())?;
        Ok(Self { out, num_bytes: text.len() as u64, text: Vec::new() })
    }

    pub(super) fn push(&mut self, events: &[CameraEvent]) -> io::Result<()> {
        /// Events whose text is held at a time.
        const EVENTS: usize = 1 << 14;
        for part in events.chunks(EVENTS) {
            self.text.clear();
            for CameraEvent { time_us, x, y, polarity } in part {
                writeln!(self.text, "{time_us},{x},{y},{}", u8::from(*polarity == Polarity::On))?;
            }
            self.out.write_all(&self.text)?;
            self.num_bytes += self.text.len() as u64;
        }
        Ok(())
    }

    pub(super) fn finish(mut self, num_events: u64, span_us: [i64; 2]) -> Result<(W, u64), EventFileError> {
        let text = format!("{LAST}{}\n", serde_json::to_string(&Totals { num_events, span_us })?);
        self.out.write_all(text.as_bytes())?;
        self.out.flush()?;
        Ok((self.out, self.num_bytes + text.len() as u64))
    }
}

pub(super) fn read(input: impl Read) -> Result<EventFile, EventFileError> {
    let mut input = BufReader::new(input);
    let mut text = String::new();
    let mut line = 0;
    let mut next = |text: &mut String| {
        text.clear();
        line += 1;
        let found = (&mut input).take(MAX_LINE).read_line(text)?;
        Ok::<_, EventFileError>((line, found > 0))
    };
    let table = |line, reason| EventFileError::Table { line, reason };
    next(&mut text)?;
    let opening = text.strip_prefix(FIRST).ok_or(table(1, "it does not start with '# event csv 1'"))?;
    let header: EventHeader = serde_json::from_str(opening)?;
    header.check()?;
    next(&mut text)?;
    if text.trim_end() != COLUMNS {
        return Err(table(2, "the columns are not t_us,x,y,polarity"));
    }
    let mut events = Collector::new(&header);
    loop {
        let (line, found) = next(&mut text)?;
        if let Some(end) = text.strip_prefix(LAST) {
            let Totals { num_events, span_us } = serde_json::from_str(end)?;
            if num_events != events.count {
                return Err(table(line, "the number of events does not fit the lines"));
            }
            if next(&mut text)?.1 {
                return Err(table(line + 1, "text follows the last line"));
            }
            let stream = events.finish(span_us)?;
            return Ok(EventFile { header, span_us, stream });
        }
        if !found || !text.ends_with('\n') {
            return Err(table(line, "the file is cut off: its last line, '# end …', is missing"));
        }
        let event = event(text.trim_end()).ok_or(table(line, "it is not time, column, row and polarity (1 or 0)"))?;
        events.push(event)?;
    }
}

fn event(line: &str) -> Option<CameraEvent> {
    let mut fields = line.split(',');
    let time_us = fields.next()?.parse().ok()?;
    let (x, y) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let polarity = match (fields.next()?, fields.next()) {
        ("1", None) => Polarity::On,
        ("0", None) => Polarity::Off,
        _ => return None,
    };
    Some(CameraEvent { time_us, x, y, polarity })
}
