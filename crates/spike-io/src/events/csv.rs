//! Camera events as text: one `t_us,x,y,polarity` line for each event.

use super::chunk::Chunk;
use super::reader::{Decoder, Opening};
use super::{EventFileError, EventFormat, EventHeader, LeftOut, RecordingInfo};
use serde::{Deserialize, Serialize};
use spike_core::{CameraEvent, Polarity};
use std::io::{self, Write};

pub(super) const FIRST: &str = "# event csv 1 ";
const LAST: &str = "# end ";
const COLUMNS: &str = "t_us,x,y,polarity";
/// Longest header: it holds the scaling of every pixel.
const LONGEST_HEADER: usize = 1 << 28;
/// Longest line of the table.
const LONGEST_LINE: usize = 1 << 10;

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

pub(super) fn open(bytes: &[u8], ended: bool) -> Opening {
    if !FIRST.as_bytes().starts_with(&bytes[..bytes.len().min(FIRST.len())]) || (ended && bytes.len() < FIRST.len()) {
        return Err(table(1, "it does not start with '# event csv 1'"));
    }
    let Some(first) = bytes.iter().position(|&b| b == b'\n') else {
        return if bytes.len() > LONGEST_HEADER { Err(table(1, "the line has no end")) } else { Ok(None) };
    };
    let Some(second) = bytes[first + 1..].iter().position(|&b| b == b'\n') else {
        let known = bytes.len() - first > LONGEST_LINE || ended;
        return if known { Err(table(2, COLUMNS_REASON)) } else { Ok(None) };
    };
    let header: EventHeader = serde_json::from_slice(&bytes[FIRST.len()..first])?;
    header.check()?;
    if bytes[first + 1..][..second].trim_ascii_end() != COLUMNS.as_bytes() {
        return Err(table(2, COLUMNS_REASON));
    }
    let info = RecordingInfo {
        format: EventFormat::Csv,
        size: Some([header.width, header.height]),
        record: header.record,
        provenance: Some(header.provenance),
    };
    let decoder = CsvDecoder { line: 2, num_events: 0, span_us: None };
    Ok(Some((info, Box::new(decoder), first + second + 2)))
}

const COLUMNS_REASON: &str = "the columns are not t_us,x,y,polarity";

fn table(line: u64, reason: &'static str) -> EventFileError {
    EventFileError::Table { line, reason }
}

#[derive(Debug)]
struct CsvDecoder {
    line: u64,
    num_events: u64,
    /// Known when the last line was read.
    span_us: Option<[i64; 2]>,
}

impl CsvDecoder {
    fn last_line(&mut self, totals: &[u8]) -> Result<(), EventFileError> {
        let Totals { num_events, span_us } = serde_json::from_slice(totals)?;
        if num_events != self.num_events {
            return Err(table(self.line, "the number of events does not fit the lines"));
        }
        self.span_us = Some(span_us);
        Ok(())
    }
}

impl Decoder for CsvDecoder {
    fn decode(&mut self, bytes: &[u8], _: u64, chunk: &mut Chunk) -> Result<usize, EventFileError> {
        let mut done = 0;
        while chunk.room() > 0 {
            let rest = &bytes[done..];
            let Some(length) = rest.iter().take(LONGEST_LINE).position(|&b| b == b'\n') else {
                if rest.len() >= LONGEST_LINE {
                    return Err(table(self.line + 1, "the line has no end"));
                }
                break;
            };
            let line = &rest[..length];
            self.line += 1;
            done += length + 1;
            if self.span_us.is_some() {
                return Err(table(self.line, "text follows the last line"));
            }
            if let Some(totals) = line.strip_prefix(LAST.as_bytes()) {
                self.last_line(totals)?;
                continue;
            }
            let text = std::str::from_utf8(line.trim_ascii_end()).ok();
            let reason = "it is not time, column, row and polarity (1 or 0)";
            chunk.push(text.and_then(event).ok_or(table(self.line, reason))?);
            self.num_events += 1;
        }
        Ok(done)
    }

    fn end(&self, rest: &[u8], _: u64) -> Result<(), EventFileError> {
        match self.span_us {
            None => Err(table(self.line + 1, "the file is cut off: its last line, '# end …', is missing")),
            Some(_) if !rest.is_empty() => Err(table(self.line + 1, "text follows the last line")),
            Some(_) => Ok(()),
        }
    }

    fn left_out(&self) -> LeftOut {
        LeftOut::default()
    }

    fn span_us(&self) -> Option<[i64; 2]> {
        self.span_us
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
