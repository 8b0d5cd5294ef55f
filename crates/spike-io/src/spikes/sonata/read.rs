//! A file as spikes: as it was written here, or by a rule onto a grid.

use super::{RECORD, Record, SonataError};
use crate::hdf5::{Hdf5Group, Values};
use crate::spikes::{Held, SpikeSource, believable_rows};
use crate::spk::{Provenance, SpkError, SpkHeader};
use spike_core::{Duplicates, Grid, GridReport, Rounding, TimeGrid};
use std::io::Read;
use std::sync::Arc;

/// What a file does not say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SonataOptions {
    /// The population, needed if the file has several.
    pub population: Option<String>,
    /// How spikes of other programs go onto a grid; files that were written here know it.
    pub grid: Option<SonataGrid>,
}

/// How spikes of other programs go onto a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SonataGrid {
    /// Length of a step in nanoseconds.
    pub dt_ns: u64,
    /// Number of steps; if not given, the window ends with the step of the last spike.
    pub num_steps: Option<u32>,
    /// Where times between steps go.
    pub rounding: Rounding,
    /// What happens to two spikes of a node in one step.
    pub duplicates: Duplicates,
}

/// The spikes of a file: its nodes, and its times in milliseconds.
struct Spikes {
    node_ids: Vec<i64>,
    times_ms: Vec<f64>,
}

/// Reads a file: what was written here exactly as it was, other spikes as one sample by the rule of the options.
///
/// The report says what the rule did; it is empty for files that were written here.
///
/// # Errors
/// [`SpkError`] with a [`SonataError`] that says what is missing or wrong.
///
/// # Examples
/// ```
/// use spike_core::{SpikeTrain, TimeGrid};
/// use spike_io::spikes::sonata::{SonataOptions, SonataWriter, open_sonata};
/// use spike_io::spk::{Provenance, SpkHeader};
///
/// let train = SpikeTrain::from_neurons(TimeGrid::from_ms(10.0, 0.1)?, &[vec![4, 90], vec![7]])?;
/// let provenance = Provenance::default();
/// let header = SpkHeader { grid: train.view().grid(), num_neurons: 2, encoding: None, provenance };
/// let mut writer = SonataWriter::new(Vec::new(), header, 0);
/// writer.push(train.view())?;
/// let (bytes, _) = writer.finish()?;
/// let (mut spikes, _) = open_sonata(&bytes[..], &SonataOptions::default())?;
/// assert_eq!(spikes.read(0..1)?.sample(0).neuron(0), [4, 90]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open_sonata(
    mut input: impl Read,
    options: &SonataOptions,
) -> Result<(Box<dyn SpikeSource>, GridReport), SpkError> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let root = Hdf5Group::root(&bytes).map_err(SonataError::from)?;
    let spikes = spikes(&root, options)?;
    if let Some(record) = record(&root)? {
        return Ok((Box::new(written_here(record, &spikes)?), GridReport::default()));
    }
    let rule = options.grid.ok_or(SonataError::NoGrid)?;
    let (held, report) = imported(&spikes, rule)?;
    Ok((Box::new(held), report))
}

fn record(root: &Hdf5Group) -> Result<Option<Record>, SpkError> {
    let Some((_, values)) = root.ints(RECORD).map_err(SonataError::from)? else { return Ok(None) };
    let json: Option<Vec<u8>> = values.into_iter().map(|value| u8::try_from(value).ok()).collect();
    let json = json.ok_or_else(|| SonataError::from(root.refuse(RECORD, "an array of numbers", "bytes")))?;
    let record: Record = serde_json::from_slice(&json)?;
    record.header.check()?;
    Ok(Some(record))
}

fn spikes(root: &Hdf5Group, options: &SonataOptions) -> Result<Spikes, SonataError> {
    let group = root.needed_group("spikes")?;
    let found = group.groups()?;
    let name = match (&options.population, &found[..]) {
        (Some(asked), _) if found.contains(asked) => asked,
        (Some(asked), _) => return Err(SonataError::NoPopulation { asked: asked.clone(), found }),
        (None, [only]) => only,
        (None, _) => return Err(SonataError::Populations { found }),
    };
    let population = group.needed_group(name)?;
    let factor = match population.attribute_text("timestamps", "units")?.as_deref() {
        None | Some("ms" | "milliseconds") => 1.0,
        Some("s" | "seconds") => 1e3,
        Some(found) => return Err(SonataError::Units { found: found.to_owned() }),
    };
    let mut times_ms = match population.array("timestamps")? {
        None => return Err(population.missing("timestamps").into()),
        Some((_, Values::F64(times))) => times,
        Some((_, Values::F32(times))) => times.into_iter().map(f64::from).collect(),
        Some((_, Values::Ints(times))) => times.into_iter().map(|time| time as f64).collect(),
        Some(_) => return Err(population.refuse("timestamps", "no array of numbers", "real numbers").into()),
    };
    if factor != 1.0 {
        times_ms.iter_mut().for_each(|time| *time *= factor);
    }
    let (_, node_ids) = population.ints("node_ids")?.ok_or_else(|| population.missing("node_ids"))?;
    if node_ids.len() != times_ms.len() {
        return Err(SonataError::Lengths { timestamps: times_ms.len(), node_ids: node_ids.len() });
    }
    if let Some(negative) = node_ids.iter().find(|&&node| node < 0) {
        return Err(population.refuse("node_ids", negative.to_string(), "numbers from 0 to 2^63 - 1").into());
    }
    Ok(Spikes { node_ids, times_ms })
}

fn written_here(record: Record, spikes: &Spikes) -> Result<Held, SpkError> {
    let Record { first_sample, num_samples, header } = record;
    let (window, neurons) = (u64::from(header.grid.num_steps()), header.num_neurons as u64);
    let num_spikes = spikes.node_ids.len();
    let rows = believable_rows(num_samples, neurons, num_spikes)
        .ok_or(SonataError::Rows { rows: num_samples.saturating_mul(neurons), num_spikes })?;
    let dt_ns = header.grid.dt_ns() as f64;
    let mut placed: Vec<(u64, u32)> = Vec::with_capacity(num_spikes);
    for (index, (&node_id, &time_ms)) in spikes.node_ids.iter().zip(&spikes.times_ms).enumerate() {
        let step = (time_ms * 1e6 / dt_ns).round();
        // A time that was written here is the nearest double to a step, and no other is.
        let exact = 0.0 <= step && step * dt_ns <= (1u64 << 53) as f64 && step * dt_ns / 1e6 == time_ms;
        let (node, step) = (node_id as u64, step as u64);
        let (sample, within) = (step / window, step % window);
        if !exact || num_samples <= sample || neurons <= node {
            return Err(SonataError::Contradiction { index, node_id, time_ms }.into());
        }
        placed.push((sample * neurons + node, within as u32));
    }
    // The file is in order of time, so that the spikes of a row are; a stable count keeps them so.
    let mut offsets = vec![0u64; rows + 1];
    placed.iter().for_each(|(row, _)| offsets[*row as usize + 1] += 1);
    (0..rows).for_each(|row| offsets[row + 1] += offsets[row]);
    let mut next = offsets.clone();
    let mut steps = vec![0; num_spikes];
    for (row, step) in placed {
        let at = &mut next[row as usize];
        steps[*at as usize] = step;
        *at += 1;
    }
    Held::new(header, first_sample, offsets, steps)
}

fn imported(spikes: &Spikes, rule: SonataGrid) -> Result<(Held, GridReport), SpkError> {
    let num_spikes = spikes.node_ids.len();
    let last_node = spikes.node_ids.iter().copied().max().unwrap_or(0);
    let nodes = (last_node as u64).saturating_add(1);
    let rows = believable_rows(1, nodes, num_spikes).ok_or(SonataError::Rows { rows: nodes, num_spikes })?;
    let num_steps = match rule.num_steps {
        Some(num_steps) => num_steps,
        None => {
            let end_ms = spikes.times_ms.iter().copied().fold(0.0, f64::max);
            let dt_ms = rule.dt_ns as f64 / 1e6;
            let last = (end_ms / dt_ms).ceil() + 1.0;
            if f64::from(u32::MAX) < last {
                return Err(SonataError::Window { end_ms, dt_ms }.into());
            }
            last as u32
        }
    };
    let grid = TimeGrid::new(rule.dt_ns, num_steps)?;
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); rows];
    for (&node, &time_ms) in spikes.node_ids.iter().zip(&spikes.times_ms) {
        times[node as usize].push(time_ms);
    }
    let rule = Grid { grid, rounding: rule.rounding, duplicates: rule.duplicates };
    let (train, report) = rule.import_ms(&times).map_err(SonataError::from)?;
    let provenance = Provenance { source_samples: 1, ..Provenance::default() };
    let header = SpkHeader { grid, num_neurons: rows, encoding: None, provenance };
    let view = train.view();
    let mut offsets = vec![0u64];
    view.neurons().for_each(|row| offsets.push(offsets[offsets.len() - 1] + row.len() as u64));
    Ok((Held::new(header, 0, offsets, view.steps().to_vec())?, report))
}

impl Held {
    fn new(header: SpkHeader, first_sample: u64, offsets: Vec<u64>, steps: Vec<u32>) -> Result<Self, SpkError> {
        spike_core::SpikeChunk::from_rows(header.grid, offsets.clone(), steps.clone())?;
        let encoding = header.encoding.clone().map(Arc::new);
        Ok(Self { header, encoding, first_sample, offsets, steps })
    }
}
