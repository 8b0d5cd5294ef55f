//! Arrays as time series: which axis is time, and which columns are channels.

use crate::error::CliError;
use crate::options::Columns;
use spike_io::{ElementType, ReadError, SampleShape, SampleSource};

/// Samples that are whole recordings, of shape (time) or (time, channel).
///
/// A source of several samples of one axis is one recording whose samples are its rows: a table, or an array of
/// shape (time, channel). A single sample of one axis is a recording of one channel: a mono wav file, or an array of
/// shape (time). Samples of two axes are recordings of shape (time, channel): a stereo wav file, or an array of shape
/// (recording, time, channel).
#[derive(Debug)]
pub(super) struct RecordingSource {
    inner: Box<dyn SampleSource>,
    shape: SampleShape,
    /// Whether all samples of the inner source are one recording.
    rows: bool,
    columns: Option<Vec<usize>>,
    channels: usize,
    values: Vec<f64>,
}

impl RecordingSource {
    pub(super) fn new(inner: Box<dyn SampleSource>, name: &str, columns: Option<&Columns>) -> Result<Self, CliError> {
        let found = inner.shape();
        let rows = found.num_samples() > 1 && found.feature_shape().len() <= 1;
        let mut axes = found.feature_shape().to_vec();
        if rows {
            axes.insert(0, found.num_samples());
        }
        if !(1..=2).contains(&axes.len()) {
            let shape = [&[found.num_samples()], found.feature_shape()].concat();
            let needs = "time series: (time), (time, channel) or (recording, time, channel)";
            return Err(CliError::Shape { name: name.to_owned(), shape, scheme: "a code of signals", needs });
        }
        let channels = axes.get(1).copied().unwrap_or(1);
        if let Some(Columns(columns)) = columns {
            if let Some(&found) = columns.iter().find(|&&c| c >= channels) {
                return Err(CliError::Column { name: name.to_owned(), found, columns: channels });
            }
            axes = vec![axes[0], columns.len()];
        }
        let recordings = if rows { 1 } else { found.num_samples() };
        let read = |source| CliError::Read { name: name.to_owned(), source };
        let shape = SampleShape::new(recordings, axes).map_err(read)?;
        let columns = columns.map(|Columns(columns)| columns.clone());
        Ok(Self { inner, shape, rows, columns, channels, values: Vec::new() })
    }
}

impl SampleSource for RecordingSource {
    fn shape(&self) -> &SampleShape {
        &self.shape
    }

    fn element(&self) -> ElementType {
        self.inner.element()
    }

    fn sample_rate_hz(&self) -> Option<f64> {
        self.inner.sample_rate_hz()
    }

    fn rewind(&mut self) -> Result<(), ReadError> {
        self.inner.rewind()
    }

    fn skip_samples(&mut self, num_samples: usize) -> Result<(), ReadError> {
        let each = if self.rows { self.inner.shape().num_samples() } else { 1 };
        self.inner.skip_samples(num_samples * each)
    }

    fn read_samples(&mut self, max_samples: usize, into: &mut Vec<f64>) -> Result<usize, ReadError> {
        self.values.clear();
        let wanted = if self.rows { self.inner.shape().num_samples() } else { max_samples };
        let mut got = 0;
        while got < wanted && max_samples > 0 {
            match self.inner.read_samples(wanted - got, &mut self.values)? {
                0 => break,
                n => got += n,
            }
        }
        match &self.columns {
            None => into.extend_from_slice(&self.values),
            Some(columns) => {
                for row in self.values.chunks_exact(self.channels) {
                    into.extend(columns.iter().map(|&c| row[c]));
                }
            }
        }
        Ok(if self.rows { usize::from(got > 0) } else { got })
    }
}
