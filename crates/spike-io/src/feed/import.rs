//! What a simulator recorded, as spikes on a grid.

use super::FeedError;
use crate::{InputFormat, OpenOptions, ReadError, from_bytes};
use spike_core::{Duplicates, Grid, GridReport, Rounding, SpikeBatch, SpikeChunk, TimeGrid};

/// Rows that a file may speak of beyond those with spikes: what it claims is not believed beyond.
const LIMIT_ROWS: u64 = 1 << 20;
/// Indices and counts are whole numbers below this, which doubles hold exactly.
const LIMIT: f64 = 9_007_199_254_740_992.0;

/// What a file of times does not say of itself, and the rule that puts them onto the grid.
///
/// A file that the script of a feed recorded says all of it but the rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimesOptions {
    /// Number of neurons.
    pub num_neurons: Option<u64>,
    /// The grid: window and step width.
    pub grid: Option<TimeGrid>,
    /// The unit of times in seconds.
    pub time_unit_s: Option<f64>,
    /// Where times between two steps go.
    pub rounding: Rounding,
    /// What happens to two spikes of a neuron in a step.
    pub duplicates: Duplicates,
}

impl Default for TimesOptions {
    /// Nothing is known besides the file; no spike moves and none merge.
    fn default() -> Self {
        let (rounding, duplicates) = (Rounding::Exact, Duplicates::Error);
        Self { num_neurons: None, grid: None, time_unit_s: None, rounding, duplicates }
    }
}

/// Spikes that were imported.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The samples, without the silent steps that a feed put before them.
    pub batch: SpikeBatch,
    /// What the rule did.
    pub report: GridReport,
}

/// What the arrays of one number say.
struct Description {
    num_samples: u64,
    num_neurons: u64,
    first_sample: u64,
    shift_steps: u32,
    in_sequence: bool,
    grid: TimeGrid,
    time_unit_s: f64,
}

/// Reads the arrays `indices` and `times` of an npz archive, in any order, onto a grid.
///
/// # Errors
/// [`FeedError`] for arrays that cannot be read or contradict each other, for something that neither the file nor
/// the options say, or both do, and for times that the rule refuses.
///
/// ```
/// use spike_core::TimeGrid;
/// use spike_io::feed::{TimesOptions, import_times};
/// use spike_io::npz::{NpzCompression, NpzWriter};
/// let mut archive = NpzWriter::new(Vec::new(), NpzCompression::Deflated);
/// archive.add("indices", &[3], &[1i64, 0, 1][..])?;
/// archive.add("times", &[3], &[0.0005, 0.0012, 0.0003][..])?;
/// let options = TimesOptions {
///     num_neurons: Some(2),
///     grid: Some(TimeGrid::from_ms(10.0, 0.1)?),
///     time_unit_s: Some(1.0),
///     ..TimesOptions::default()
/// };
/// let imported = import_times(archive.finish()?, &options)?;
/// assert_eq!(imported.batch.sample(0).neuron(1), &[3, 5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn import_times(bytes: Vec<u8>, options: &TimesOptions) -> Result<Imported, FeedError> {
    let archive = Archive(bytes);
    let (indices, mut times) = (archive.array("indices")?, archive.array("times")?);
    if indices.len() != times.len() {
        return Err(FeedError::Lengths { indices: indices.len(), times: times.len() });
    }
    let about = match archive.described()? {
        Some(about) => not_twice(about, options)?,
        None => described_by(options)?,
    };
    let Description { num_samples, num_neurons, shift_steps, in_sequence, grid, .. } = about;
    let (groups, windows) = if in_sequence { (1, num_samples) } else { (num_samples, 1) };
    let known = LIMIT_ROWS + 16 * indices.len() as u64;
    let refuse =
        |name, value: u64, allowed: String| FeedError::Value { name, position: 0, value: value as f64, allowed };
    let num_rows = groups.checked_mul(num_neurons).filter(|n| 0 < *n && *n <= known);
    let num_rows = num_rows.ok_or_else(|| refuse("num_neurons", num_neurons, format!("1 to {known} rows")))?;
    if num_samples.checked_mul(num_neurons).is_none_or(|n| known < n) {
        return Err(refuse("num_samples", num_samples, format!("1 to {known} rows of all samples")));
    }
    let mut rows: Vec<Vec<f64>> = vec![Vec::new(); num_rows as usize];
    for (position, (&index, time)) in indices.iter().zip(&mut times).enumerate() {
        let row = Some(index).filter(|i| i.fract() == 0.0 && 0.0 <= *i).and_then(|i| rows.get_mut(i as usize));
        let allowed = || format!("whole numbers from 0 to {}", num_rows - 1);
        let row =
            row.ok_or_else(|| FeedError::Value { name: "indices", position, value: index, allowed: allowed() })?;
        row.push(*time * (about.time_unit_s * 1e3));
    }
    let total = windows.saturating_mul(u64::from(grid.num_steps())).saturating_add(u64::from(shift_steps));
    let total = u32::try_from(total).map_err(|_| refuse("num_steps", total, "fewer than 2^32 steps".to_owned()))?;
    let rule =
        Grid { grid: TimeGrid::new(grid.dt_ns(), total)?, rounding: options.rounding, duplicates: options.duplicates };
    let (train, report) = rule.import_ms(&rows)?;
    let mut chunk = SpikeChunk::with_capacity((num_samples * num_neurons) as usize, train.num_spikes() as usize);
    for sample in 0..num_samples {
        for neuron in 0..num_neurons {
            let row = if in_sequence { neuron } else { sample * num_neurons + neuron } as usize;
            let steps = train.view().neuron(row);
            if let Some(&step) = steps.first().filter(|&&s| s < shift_steps) {
                return Err(FeedError::BeforeSamples { row, step, shift_steps });
            }
            let start = u64::from(shift_steps) + if in_sequence { sample * u64::from(grid.num_steps()) } else { 0 };
            let end = start + u64::from(grid.num_steps());
            let from = steps.partition_point(|&s| u64::from(s) < start);
            let to = steps.partition_point(|&s| u64::from(s) < end);
            chunk.append_rows(|out, ends| {
                out.extend(steps[from..to].iter().map(|&s| (u64::from(s) - start) as u32));
                ends.push(out.len() as u64);
            });
        }
    }
    let mut batch = SpikeBatch::new(grid, num_neurons as usize, about.first_sample);
    batch.push(chunk)?;
    Ok(Imported { batch, report })
}

fn not_twice(about: Description, options: &TimesOptions) -> Result<Description, FeedError> {
    for (given, what, option) in [
        (options.num_neurons.is_some(), "the number of neurons", "--neurons"),
        (options.grid.is_some(), "window and step width", "--window-ms and --dt-ms"),
        (options.time_unit_s.is_some(), "the unit of time", "--unit"),
    ] {
        if given {
            return Err(FeedError::Described { what, option });
        }
    }
    Ok(about)
}

fn described_by(options: &TimesOptions) -> Result<Description, FeedError> {
    let unknown = |what, option| FeedError::Unknown { what, option };
    Ok(Description {
        num_samples: 1,
        num_neurons: options.num_neurons.ok_or(unknown("the number of neurons", "--neurons"))?,
        first_sample: 0,
        shift_steps: 0,
        in_sequence: false,
        grid: options.grid.ok_or(unknown("window and step width", "--window-ms and --dt-ms"))?,
        time_unit_s: options.time_unit_s.ok_or(unknown("the unit of time", "--unit"))?,
    })
}

/// The bytes of an npz archive.
struct Archive(Vec<u8>);

impl Archive {
    fn array(&self, name: &'static str) -> Result<Vec<f64>, FeedError> {
        let refused = |source| FeedError::Array { name, source };
        let options = OpenOptions { npz_array: Some(name.to_owned()), ..OpenOptions::default() };
        let mut source = match from_bytes(self.0.clone(), Some(InputFormat::Npz), &options) {
            // A silent network recorded nothing.
            Err(ReadError::Empty { .. }) => return Ok(Vec::new()),
            other => other.map_err(refused)?,
        };
        let mut values = Vec::new();
        while source.read_samples(1 << 16, &mut values).map_err(refused)? > 0 {}
        Ok(values)
    }

    fn number(&self, name: &'static str) -> Result<f64, FeedError> {
        let values = self.array(name)?;
        let [value] = values[..] else {
            let value = values.len() as f64;
            return Err(FeedError::Value { name, position: 0, value, allowed: "arrays of one number".to_owned() });
        };
        Ok(value)
    }

    fn whole(&self, name: &'static str, limit: f64) -> Result<u64, FeedError> {
        let value = self.number(name)?;
        if value.fract() != 0.0 || !(0.0 <= value && value < limit) {
            let allowed = format!("whole numbers from 0 to below {limit}");
            return Err(FeedError::Value { name, position: 0, value, allowed });
        }
        Ok(value as u64)
    }

    /// What the file says of itself, if it says anything.
    fn described(&self) -> Result<Option<Description>, FeedError> {
        let num_samples = match self.whole("num_samples", LIMIT) {
            Err(FeedError::Array { source: ReadError::NpzMissing { .. }, .. }) => return Ok(None),
            other => other?,
        };
        let steps = 4_294_967_296.0;
        let num_steps = self.whole("num_steps", steps)? as u32;
        let time_unit_s = self.number("time_unit_s")?;
        if !(0.0 < time_unit_s && time_unit_s.is_finite()) {
            let allowed = "positive numbers of seconds".to_owned();
            return Err(FeedError::Value { name: "time_unit_s", position: 0, value: time_unit_s, allowed });
        }
        Ok(Some(Description {
            num_samples,
            num_neurons: self.whole("num_neurons", steps)?,
            first_sample: self.whole("first_sample", LIMIT)?,
            shift_steps: self.whole("shift_steps", steps)? as u32,
            in_sequence: self.whole("in_sequence", 2.0)? == 1,
            grid: TimeGrid::new(self.whole("dt_ns", LIMIT)?, num_steps)?,
            time_unit_s,
        }))
    }
}
