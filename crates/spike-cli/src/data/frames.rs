//! Frames of a video: several images, or the first axis of an array.

use super::{ArrayOptions, Samples};
use crate::error::CliError;
use crate::progress::Progress;
use ndarray::ArrayView2;
use spike_core::{EncodeError, Normalizer, NormalizerKind};
use std::path::PathBuf;

/// Frames in order, one at a time.
#[derive(Debug)]
pub(crate) struct Frames {
    files: Vec<Samples>,
    height: usize,
    width: usize,
    /// The file that is being read.
    current: usize,
    values: Vec<f64>,
}

impl Frames {
    /// Opens files, whose frames follow each other.
    pub(crate) fn open(paths: &[PathBuf], options: &ArrayOptions) -> Result<Self, CliError> {
        let mut files = Vec::new();
        let mut size = None;
        for path in paths {
            let file = Samples::open(path, options)?;
            let shape = file.source.shape();
            let &[height, width] = shape.feature_shape() else {
                let shape = [&[shape.num_samples()], shape.feature_shape()].concat();
                let needs = "frames of one channel: (frame, row, column), or grey images";
                return Err(CliError::Shape { name: file.name, shape, scheme: "contrast_dvs_pixel", needs });
            };
            let (expected_height, expected_width) = *size.get_or_insert((height, width));
            if (height, width) != (expected_height, expected_width) {
                let first = files.first().map_or(String::new(), |f: &Samples| f.name.clone());
                return Err(CliError::Mismatch {
                    what: "size of frames",
                    first: format!("{expected_width} x {expected_height}"),
                    first_name: first,
                    second: format!("{width} x {height}"),
                    second_name: file.name,
                });
            }
            files.push(file);
        }
        let (height, width) = size.ok_or(CliError::Usage("no frames were given"))?;
        Ok(Self { files, height, width, current: 0, values: Vec::new() })
    }

    /// Columns and rows.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Number of frames.
    pub(crate) fn len(&self) -> u64 {
        self.files.iter().map(Samples::len).sum()
    }

    /// The name of the first file.
    pub(crate) fn name(&self) -> &str {
        self.files.first().map_or("", |f| &f.name)
    }

    /// Goes back to the first frame.
    pub(crate) fn rewind(&mut self) -> Result<(), CliError> {
        self.current = 0;
        self.files.iter_mut().try_for_each(|file| file.seek(0))
    }

    /// The next frame, row by row; `None` is the end.
    pub(crate) fn next_frame(&mut self) -> Result<Option<&[f64]>, CliError> {
        while let Some(file) = self.files.get_mut(self.current) {
            if file.read(1, &mut self.values)? == 1 {
                return Ok(Some(&self.values));
            }
            self.current += 1;
        }
        Ok(None)
    }

    /// Fits a normaliser of all pixels, and goes back to the first frame.
    pub(crate) fn fit(&mut self, kind: NormalizerKind) -> Result<Normalizer, CliError> {
        let fitted: Result<Normalizer, CliError> = Normalizer::fit(kind, self.width * self.height, |each| {
            self.rewind()?;
            let progress = Progress::new("range", self.len());
            while let Some(frame) = self.next_frame()? {
                each(frame)?;
                progress.done(1);
            }
            Ok(())
        });
        self.rewind()?;
        fitted.map_err(|error| match error {
            CliError::Encode(EncodeError::Config(config)) => CliError::Config(config),
            other => other,
        })
    }

    /// Values of a frame as an image.
    pub(crate) fn image<'a>(&self, values: &'a [f64]) -> ArrayView2<'a, f64> {
        ArrayView2::from_shape((self.height, self.width), values).expect("a frame has a value for each pixel")
    }
}
