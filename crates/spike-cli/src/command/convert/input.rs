//! The model, and samples with labels, as the library takes them.

use crate::data::{ArrayOptions, Samples};
use crate::error::CliError;
use spike_io::ElementType;
use std::path::Path;

/// Samples one after the other.
#[derive(Debug)]
pub(in crate::command) struct Set {
    pub(in crate::command) values: Vec<f32>,
    pub(in crate::command) num_samples: usize,
}

/// How numbers of a file become values of the input of the network.
#[derive(Debug, Clone, Copy)]
pub(in crate::command) struct Scale(pub(in crate::command) Option<f64>);

impl Scale {
    /// The factor for a type of numbers: 1 / largest value of unsigned integers, else 1.
    fn of(self, element: ElementType) -> f64 {
        match (self.0, element) {
            (Some(scale), _) => scale,
            (None, ElementType::U8) => 1.0 / 255.0,
            (None, ElementType::U16) => 1.0 / 65535.0,
            (None, _) => 1.0,
        }
    }
}

impl Set {
    /// Reads up to `most` samples of a file.
    pub(in crate::command) fn read(
        path: &Path,
        array: Option<&str>,
        scale: Scale,
        most: u64,
    ) -> Result<Self, CliError> {
        let options = ArrayOptions { array: array.map(str::to_owned), ..ArrayOptions::default() };
        let mut samples = Samples::open(path, &options)?;
        let scale = scale.of(samples.source.element());
        let (mut values, mut part, mut num_samples) = (Vec::new(), Vec::new(), 0u64);
        while num_samples < most {
            let batch = (samples.default_batch() as u64).min(most - num_samples) as usize;
            match samples.read(batch, &mut part)? {
                0 => break,
                number => num_samples += number as u64,
            }
            values.extend(part.iter().map(|&value| (value * scale) as f32));
        }
        Ok(Self { values, num_samples: num_samples as usize })
    }
}

/// Reads the first `number` labels; a file may hold more.
pub(in crate::command) fn labels(
    path: &Path,
    array: Option<&str>,
    number: Option<usize>,
) -> Result<Vec<u32>, CliError> {
    let options = ArrayOptions { array: array.map(str::to_owned), ..ArrayOptions::default() };
    let mut samples = Samples::open(path, &options)?;
    let (mut values, mut part) = (Vec::new(), Vec::new());
    while samples.read(samples.default_batch(), &mut part)? > 0 {
        values.extend_from_slice(&part);
    }
    if let Some(number) = number {
        values.truncate(number);
    }
    let label = |(position, &value): (usize, &f64)| {
        let whole = value >= 0.0 && value <= f64::from(u32::MAX) && value.fract() == 0.0;
        whole.then_some(value as u32).ok_or_else(|| CliError::Label { name: samples.name.clone(), position, value })
    };
    values.iter().enumerate().map(label).collect()
}
