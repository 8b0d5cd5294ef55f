//! Where decoded values go: npy of the shape of the input, or csv.

use crate::data::name_of;
use crate::error::CliError;
use crate::output::{Output, is_stream};
use spike_io::ElementType;
use spike_io::npy::NpyWriter;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where decoded values go.
pub(super) enum Sink {
    Npy { writer: NpyWriter<Output>, path: PathBuf },
    Csv { output: Output, path: PathBuf },
}

impl Sink {
    /// Starts an output of values of a shape, which npy keeps.
    pub(super) fn create(path: &Path, shape: &[usize]) -> Result<Self, CliError> {
        let csv = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
        let npy = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("npy")) || is_stream(path);
        if !csv && !npy {
            let found = name_of(path);
            return Err(spike_core::NameError { what: "format of values", found, allowed: ".npy, .csv" }.into());
        }
        let output = Output::create(path)?;
        if csv {
            return Ok(Self::Csv { output, path: path.to_owned() });
        }
        let writer = NpyWriter::create(output, shape, ElementType::F64).map_err(|e| Output::failed(path, e))?;
        Ok(Self::Npy { writer, path: path.to_owned() })
    }

    /// Appends values, in csv as lines of `columns` fields.
    pub(super) fn push(&mut self, values: &[f64], columns: usize) -> Result<(), CliError> {
        match self {
            Self::Npy { writer, path } => writer.push(values).map_err(|e| Output::failed(path, e)),
            Self::Csv { output, path } => {
                let mut text = String::new();
                for line in values.chunks_exact(columns) {
                    let fields: Vec<String> = line.iter().map(f64::to_string).collect();
                    text += &fields.join(",");
                    text.push('\n');
                }
                output.write_all(text.as_bytes()).map_err(|e| Output::failed(path, e))
            }
        }
    }

    /// Gives the output its name.
    pub(super) fn commit(self) -> Result<(), CliError> {
        match self {
            Self::Npy { writer, path } => writer.finish().map_err(|e| Output::failed(&path, e))?.commit(),
            Self::Csv { output, .. } => output.commit(),
        }
    }
}
