//! Camera events as NumPy arrays.

use super::collect::{Collector, EventFile};
use super::{EventFileError, EventHeader};
use crate::npz::{NpzCompression, NpzWriter};
use crate::{InputFormat, OpenOptions, ReadError};
use spike_core::{CameraEvent, Polarity};
use std::io::{self, Read, Seek, Write};

/// Holds events until the archive is written: an array says its length first.
#[derive(Debug)]
pub(super) struct NpzEvents<W: Write> {
    out: W,
    t: Vec<i64>,
    x: Vec<u16>,
    y: Vec<u16>,
    p: Vec<u8>,
}

/// Counts the bytes that pass.
struct Counted<W>(W, u64);

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.0.write(bytes)?;
        self.1 += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write> NpzEvents<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, t: Vec::new(), x: Vec::new(), y: Vec::new(), p: Vec::new() }
    }

    pub(super) fn push(&mut self, events: &[CameraEvent]) {
        for event in events {
            self.t.push(event.time_us);
            self.x.push(event.x);
            self.y.push(event.y);
            self.p.push(u8::from(event.polarity == Polarity::On));
        }
    }

    pub(super) fn finish(self, header: &EventHeader, span_us: [i64; 2]) -> Result<(W, u64), EventFileError> {
        let json = serde_json::to_vec(header)?;
        let n = [self.t.len()];
        let mut archive = NpzWriter::new(Counted(self.out, 0), NpzCompression::Deflated);
        archive.add("t", &n, &self.t[..])?;
        archive.add("x", &n, &self.x[..])?;
        archive.add("y", &n, &self.y[..])?;
        archive.add("p", &n, &self.p[..])?;
        archive.add("size", &[2], &[header.width, header.height][..])?;
        archive.add("span_us", &[2], &span_us[..])?;
        archive.add("header", &[json.len()], &json[..])?;
        let Counted(mut out, num_bytes) = archive.finish()?;
        out.flush()?;
        Ok((out, num_bytes))
    }
}

/// Whether an archive has the arrays of camera events.
pub(super) fn is_events(input: impl Read + Seek) -> bool {
    zip::ZipArchive::new(input).is_ok_and(|archive| {
        ["t.npy", "x.npy", "y.npy", "p.npy"].iter().all(|name| archive.index_for_name(name).is_some())
    })
}

pub(super) fn read(mut input: impl Read) -> Result<EventFile, EventFileError> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let json: Vec<u8> = array(&bytes, "header")?.into_iter().map(|x| x as u8).collect();
    let header: EventHeader = serde_json::from_slice(&json)?;
    header.check()?;
    if array(&bytes, "size")? != [f64::from(header.width), f64::from(header.height)] {
        return Err(EventFileError::Array { name: "size", reason: "it contradicts the header" });
    }
    let span = array(&bytes, "span_us")?;
    let [start, end] = span[..] else {
        return Err(EventFileError::Array { name: "span_us", reason: "it does not have two numbers" });
    };
    let t = array(&bytes, "t")?;
    let mut events = Collector::new(&header);
    let columns = [("x", array(&bytes, "x")?), ("y", array(&bytes, "y")?), ("p", array(&bytes, "p")?)];
    for (name, column) in &columns {
        if column.len() != t.len() {
            return Err(EventFileError::Array { name, reason: "it has another length than t" });
        }
    }
    let [(_, x), (_, y), (_, p)] = columns;
    for (((t, x), y), p) in t.into_iter().zip(x).zip(y).zip(p) {
        let polarity = match p {
            1.0 => Polarity::On,
            0.0 => Polarity::Off,
            _ => return Err(EventFileError::Array { name: "p", reason: "a polarity is neither 0 nor 1" }),
        };
        let side = 0.0..65_536.0;
        if !side.contains(&x) || !side.contains(&y) {
            let index = events.count;
            let (time_us, x, y) = (t as i64, x as u64, y as u64);
            return Err(EventFileError::Outside { index, time_us, x, y, allowed: "the sensor" });
        }
        events.push(CameraEvent { time_us: t as i64, x: x as u16, y: y as u16, polarity })?;
    }
    let span_us = [start as i64, end as i64];
    let stream = events.finish(span_us)?;
    Ok(EventFile { header, span_us, stream })
}

/// A named array of whole numbers below 2⁵³, which doubles hold exactly.
fn array(bytes: &[u8], name: &'static str) -> Result<Vec<f64>, EventFileError> {
    let options = OpenOptions { npz_array: Some(name.to_owned()), ..OpenOptions::default() };
    let mut source = match crate::from_bytes(bytes.to_vec(), Some(InputFormat::Npz), &options) {
        // A recording without events has empty arrays, which are no input of samples.
        Err(ReadError::Empty { .. }) => return Ok(Vec::new()),
        other => other?,
    };
    let mut values = Vec::new();
    while source.read_samples(1 << 16, &mut values)? > 0 {}
    if values.iter().any(|v| v.fract() != 0.0 || v.abs() > EXACT) {
        return Err(EventFileError::Array { name, reason: "it holds other than whole numbers below 2^53" });
    }
    Ok(values)
}

const EXACT: f64 = 9_007_199_254_740_992.0;
