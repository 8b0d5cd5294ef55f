//! Spikes as text: one `sample,neuron,step` line for each spike.

use super::Held;
use crate::spk::{SpkError, SpkHeader, SpkSummary};
use serde::{Deserialize, Serialize};
use spike_core::SpikeView;
use std::io::{BufRead, BufReader, Read, Write};
use std::sync::Arc;

const FIRST: &str = "# spike csv 1 ";
const LAST: &str = "# end ";
const COLUMNS: &str = "sample,neuron,step";
/// A line of the table is short; only the header may be long.
const MAX_LINE: u64 = 1 << 28;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    first_sample: u64,
    header: SpkHeader,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Totals {
    num_samples: u64,
    num_spikes: u64,
}

/// Writes spikes as text, sample by sample.
#[derive(Debug)]
pub struct CsvWriter<W: Write> {
    out: W,
    header: SpkHeader,
    next_sample: u64,
    line: Vec<u8>,
    summary: SpkSummary,
}

impl<W: Write> CsvWriter<W> {
    pub(super) fn new(mut out: W, header: SpkHeader, first_sample: u64) -> Result<Self, SpkError> {
        let opening = serde_json::to_string(&Opening { first_sample, header: header.clone() })?;
        let text = format!("{FIRST}{opening}\n{COLUMNS}\n");
        out.write_all(text.as_bytes())?;
        let summary = SpkSummary { num_bytes: text.len() as u64, ..SpkSummary::default() };
        Ok(Self { out, header, next_sample: first_sample, line: Vec::new(), summary })
    }

    pub(super) fn push(&mut self, sample: SpikeView<'_>) -> Result<(), SpkError> {
        super::npz::check(&self.header, sample)?;
        self.line.clear();
        for (neuron, row) in sample.neurons().enumerate() {
            for step in row {
                writeln!(self.line, "{},{neuron},{step}", self.next_sample)?;
            }
        }
        self.out.write_all(&self.line)?;
        self.next_sample += 1;
        self.summary.num_samples += 1;
        self.summary.num_spikes += sample.num_spikes();
        self.summary.num_bytes += self.line.len() as u64;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(W, SpkSummary), SpkError> {
        let SpkSummary { num_samples, num_spikes, .. } = self.summary;
        let text = format!("{LAST}{}\n", serde_json::to_string(&Totals { num_samples, num_spikes })?);
        self.out.write_all(text.as_bytes())?;
        self.out.flush()?;
        self.summary.num_bytes += text.len() as u64;
        Ok((self.out, self.summary))
    }
}

pub(super) fn read(input: impl Read) -> Result<Held, SpkError> {
    let mut lines = Lines { input: BufReader::new(input), text: String::new(), number: 0 };
    lines.next()?;
    let table = |line, reason| SpkError::Table { line, reason };
    let opening = lines.text.strip_prefix(FIRST).ok_or(table(1, "it does not start with '# spike csv 1'"))?;
    let Opening { first_sample, header } = serde_json::from_str(opening)?;
    header.check()?;
    lines.next()?;
    if lines.text.trim_end() != COLUMNS {
        return Err(table(2, "the columns are not sample,neuron,step"));
    }
    let rows = header.num_neurons as u64;
    let mut ends: Vec<u64> = vec![0];
    let mut steps: Vec<u32> = Vec::new();
    let mut row_of_last = 0u64;
    let totals: Totals = loop {
        if !lines.next()? {
            return Err(table(lines.number, "the file is cut off: its last line, '# end …', is missing"));
        }
        if let Some(end) = lines.text.strip_prefix(LAST) {
            break serde_json::from_str(end)?;
        }
        let mut fields = lines.text.trim_end().split(',').map(str::parse::<u64>);
        let (Some(Ok(sample)), Some(Ok(neuron)), Some(Ok(step)), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(table(lines.number, "a line is not three whole numbers"));
        };
        let row = sample
            .checked_sub(first_sample)
            .filter(|_| neuron < rows)
            .and_then(|s| s.checked_mul(rows)?.checked_add(neuron))
            .ok_or(table(lines.number, "sample or neuron is outside the file"))?;
        if row < row_of_last {
            return Err(table(lines.number, "lines are not sorted by sample and neuron"));
        }
        row_of_last = row;
        steps.push(u32::try_from(step).map_err(|_| table(lines.number, "the step is too large"))?);
        ends.push(row);
    };
    let num_rows = super::believable_rows(totals.num_samples, rows, steps.len());
    let num_rows = num_rows.ok_or(table(lines.number, "more silent rows than text can stand for"))?;
    if totals.num_spikes != steps.len() as u64 || (row_of_last >= num_rows as u64 && !steps.is_empty()) {
        return Err(table(lines.number, "the totals do not fit the lines"));
    }
    let mut offsets = vec![0u64; num_rows + 1];
    for row in &ends[1..] {
        offsets[*row as usize + 1] += 1;
    }
    for row in 1..offsets.len() {
        offsets[row] += offsets[row - 1];
    }
    spike_core::SpikeChunk::from_rows(header.grid, offsets.clone(), steps.clone())?;
    let encoding = header.encoding.clone().map(Arc::new);
    Ok(Held { header, encoding, first_sample, offsets, steps })
}

struct Lines<R> {
    input: BufReader<R>,
    text: String,
    number: u64,
}

impl<R: Read> Lines<R> {
    fn next(&mut self) -> Result<bool, SpkError> {
        self.text.clear();
        self.number += 1;
        Ok((&mut self.input).take(MAX_LINE).read_line(&mut self.text)? > 0)
    }
}
