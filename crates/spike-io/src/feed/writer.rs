//! From a file of spikes to the archive of a feed.

use super::array::{DenseArray, Place};
use super::form::{Cell, Form, Layout};
use super::{Arrangement, FeedError, FeedOptions, FeedReport, FeedTarget, LavaElement};
use crate::ElementType;
use crate::npz::{NpzCompression, NpzWriter};
use crate::spikes::SpikeSource;
use spike_core::{Grid, GridReport, SpikeView, TimeGrid};
use std::io::Write;
use std::ops::Range;

/// Values that are handed to the archive at a time.
const PIECE: usize = 1 << 16;

/// The spikes of some samples on the way to a simulator.
///
/// [`new`](Self::new) reads the spikes once, refuses what the target cannot take and fills the report;
/// [`write`](Self::write) reads them again.
#[derive(Debug)]
pub struct Feed<'a> {
    source: &'a mut dyn SpikeSource,
    samples: Range<u64>,
    form: Form,
    place: Place,
    /// The rule, unless the simulator's steps are those of the spikes.
    rule: Option<Grid>,
    report: FeedReport,
    dt_ns: u64,
}

impl<'a> Feed<'a> {
    /// Looks at the samples of a range, by global index, and judges whether the target can take them.
    ///
    /// # Errors
    /// [`FeedError`] for spikes that cannot be read, that the rule refuses, or that the target cannot take.
    pub fn new(source: &'a mut dyn SpikeSource, samples: Range<u64>, options: FeedOptions) -> Result<Self, FeedError> {
        let FeedOptions { target, rounding, duplicates, arrangement, .. } = options;
        let form = form_of(&options);
        let from = source.header().grid;
        let num_neurons = source.header().num_neurons;
        let num_samples = samples.end.saturating_sub(samples.start);
        if num_samples == 0 {
            return Err(FeedError::NoSamples);
        }
        if arrangement == Arrangement::InSequence && !form.takes_sequences {
            return Err(FeedError::NoSequence { target });
        }
        let dt_ns = options.dt_ns.unwrap_or(from.dt_ns());
        if !dt_ns.is_multiple_of(form.dt_multiple_ns) {
            let multiple_ns = form.dt_multiple_ns;
            let nearest_ns = ((dt_ns + multiple_ns / 2) / multiple_ns).max(1) * multiple_ns;
            return Err(FeedError::StepWidth { target, dt_ns, multiple_ns, nearest_ns });
        }
        let rule = match dt_ns == from.dt_ns() {
            true => None,
            false => Some(Grid::covering(from, dt_ns, rounding, duplicates)?),
        };
        let grid = rule.map_or(from, |rule| rule.grid);
        let num_steps = grid.num_steps();
        let (windows, groups) = match arrangement {
            Arrangement::SideBySide => (1, num_samples),
            Arrangement::InSequence => (num_samples, 1),
        };
        let too_many = |found| FeedError::TooManySteps { target, found, max: form.max_steps };
        let steps_without_shift = windows.saturating_mul(u64::from(num_steps));
        let num_rows = groups.checked_mul(num_neurons as u64).filter(|n| *n <= 1 << 53);
        let num_rows = num_rows.ok_or(FeedError::TooLarge { cells: u128::MAX, limit: 1 << 53 })?;
        let mut this = Self {
            source,
            samples,
            form,
            place: Place {
                num_rows,
                total_steps: steps_without_shift,
                num_neurons: num_neurons as u64,
                num_steps: u64::from(num_steps),
                shift_steps: 0,
                arrangement,
            },
            rule,
            report: FeedReport {
                target,
                num_samples,
                num_neurons,
                num_rows,
                num_spikes: 0,
                dt_ms: grid.dt_ms(),
                num_steps,
                shift_steps: 0,
                duration_ms: 0.0,
                arrangement,
                shape: Vec::new(),
                grid_rule: rounding,
                duplicates,
                grid: GridReport::default(),
            },
            dt_ns,
        };
        let earliest = this.count()?;
        let shift_steps = shift(target, form, options.shift_steps, earliest)?;
        let total = steps_without_shift.saturating_add(u64::from(shift_steps));
        if total > u64::from(form.max_steps) {
            return Err(too_many(total));
        }
        this.place.total_steps = total;
        this.place.shift_steps = u64::from(shift_steps);
        this.report.shift_steps = shift_steps;
        this.report.duration_ms = TimeGrid::new(dt_ns, total as u32)?.duration_ms();
        this.report.shape = match form.layout {
            Layout::Times { .. } => vec![this.report.num_spikes],
            Layout::Dense(dense) => this.place.shape(dense.axes)?,
        };
        Ok(this)
    }

    /// What the feed holds.
    #[must_use]
    pub fn report(&self) -> &FeedReport {
        &self.report
    }

    /// Writes the archive.
    ///
    /// # Errors
    /// [`FeedError::Spikes`] if the spikes can no longer be read, [`FeedError::Write`] if the output fails.
    pub fn write<W: Write>(&mut self, out: W) -> Result<W, FeedError> {
        let mut archive = NpzWriter::new(out, NpzCompression::Deflated);
        match self.form.layout {
            Layout::Times { unit_ns } => {
                let (place, dt_ns) = (self.place, self.dt_ns);
                self.write_times(&mut archive, "indices", ElementType::I64, |sample, neuron, _| {
                    place.row(sample, neuron) as i64
                })?;
                self.write_times(&mut archive, "times", ElementType::F64, |sample, _, step| {
                    (u128::from(dt_ns) * u128::from(place.step(sample, step))) as f64 / unit_ns
                })?;
                archive.add("time_unit_s", &[1], &[unit_ns / 1e9][..])?;
            }
            Layout::Dense(dense) => {
                let shape: Vec<usize> = self.report.shape.iter().map(|&n| n as usize).collect();
                let mut array = DenseArray::begin(&mut archive, dense, &shape, self.dt_ns)?;
                while let Some(range) = array.next_piece() {
                    let place = self.place;
                    let samples = place.samples_in(&range, dense.axes);
                    self.each(samples, |sample, view| array.add(place, dense.axes, sample, view))?;
                    array.write_piece()?;
                }
                array.end()?;
            }
        }
        let FeedReport { num_samples, num_neurons, num_steps, shift_steps, .. } = self.report;
        let in_sequence = i64::from(self.report.arrangement == Arrangement::InSequence);
        for (name, value) in [
            ("num_samples", num_samples as i64),
            ("num_neurons", num_neurons as i64),
            ("num_steps", i64::from(num_steps)),
            ("first_sample", self.samples.start as i64),
            ("shift_steps", i64::from(shift_steps)),
            ("in_sequence", in_sequence),
            ("dt_ns", self.dt_ns as i64),
        ] {
            archive.add(name, &[1], &[value][..])?;
        }
        archive.add("dt_ms", &[1], &[self.report.dt_ms][..])?;
        archive.add("duration_ms", &[1], &[self.report.duration_ms][..])?;
        Ok(archive.finish()?)
    }

    /// Counts the spikes and returns the earliest step.
    fn count(&mut self) -> Result<Option<u64>, FeedError> {
        let (mut num_spikes, mut earliest, mut grid) = (0, None::<u64>, GridReport::default());
        let place = self.place;
        self.each_with_report(0..self.report.num_samples, |sample, view, report| {
            num_spikes += view.num_spikes();
            grid.add(report);
            if let Some(step) = view.first_spikes().into_iter().flatten().min() {
                let step = place.step(sample, step);
                earliest = Some(earliest.map_or(step, |e| e.min(step)));
            }
            Ok(())
        })?;
        self.report.num_spikes = num_spikes;
        self.report.grid = grid;
        Ok(earliest)
    }

    fn write_times<W: Write, T>(
        &mut self,
        archive: &mut NpzWriter<W>,
        name: &str,
        element: ElementType,
        value: impl Fn(u64, usize, u32) -> T,
    ) -> Result<(), FeedError>
    where
        for<'v> &'v [T]: Into<crate::npz::ArrayValues<'v>>,
    {
        archive.begin(name, &[self.report.num_spikes as usize], element)?;
        let mut values = Vec::with_capacity(PIECE);
        self.each(0..self.report.num_samples, |sample, view| {
            for (neuron, steps) in view.neurons().enumerate() {
                for &step in steps {
                    values.push(value(sample, neuron, step));
                    if values.len() == PIECE {
                        archive.push(&values[..])?;
                        values.clear();
                    }
                }
            }
            Ok(())
        })?;
        archive.push(&values[..])?;
        Ok(archive.end()?)
    }

    fn each(
        &mut self,
        samples: Range<u64>,
        mut visit: impl FnMut(u64, SpikeView<'_>) -> Result<(), FeedError>,
    ) -> Result<(), FeedError> {
        self.each_with_report(samples, |sample, view, _| visit(sample, view))
    }

    /// Visits samples, counted from the first of the feed, with their spikes on the simulator's grid.
    fn each_with_report(
        &mut self,
        samples: Range<u64>,
        mut visit: impl FnMut(u64, SpikeView<'_>, &GridReport) -> Result<(), FeedError>,
    ) -> Result<(), FeedError> {
        let at_a_time = self.source.header().samples_per_block() as u64;
        let mut next = samples.start;
        while next < samples.end {
            let end = samples.end.min(next + at_a_time);
            let first = self.samples.start;
            let batch = self.source.read(first + next..first + end)?;
            for (sample, view) in (next..end).zip(batch.samples()) {
                match &self.rule {
                    None => visit(sample, view, &GridReport::default())?,
                    Some(rule) => {
                        let refused = |source| FeedError::Grid { sample: first + sample, source };
                        let (train, report) = rule.import_steps(view).map_err(refused)?;
                        visit(sample, train.view(), &report)?;
                    }
                }
            }
            next = end;
        }
        Ok(())
    }
}

fn form_of(options: &FeedOptions) -> Form {
    let mut form = options.target.form();
    if let (FeedTarget::Lava, LavaElement::Float64, Layout::Dense(dense)) =
        (options.target, options.lava_element, &mut form.layout)
    {
        dense.cell = Cell::F64;
    }
    form
}

/// The silent steps before the window: those asked for, or as few as the target allows.
fn shift(target: FeedTarget, form: Form, asked: Option<u32>, earliest: Option<u64>) -> Result<u32, FeedError> {
    let first_step = form.first_step;
    let needed = earliest.map_or(0, |step| u64::from(first_step).saturating_sub(step)) as u32;
    match asked {
        None => Ok(needed),
        Some(asked) if asked >= needed => Ok(asked),
        Some(asked) => {
            let found = earliest.unwrap_or_default() + u64::from(asked);
            Err(FeedError::TooEarly { target, first_step, asked, found, needed })
        }
    }
}
