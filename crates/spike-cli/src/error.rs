//! What can go wrong on the command line, and the exit code of each.

use crate::figure::FigureError;
use spike::BenchmarkError;
use spike_convert::{ConvertError, ImportError, SpikenetError};
use spike_core::{ConfigError, DecodeError, DecodingMethod, EncodeError, NameError};
use spike_decode::OptimiseError;
use spike_hw::{BoardError, QuantiseError, RecordError};
use spike_io::ReadError;
use spike_io::events::EventFileError;
use spike_io::feed::FeedError;
use spike_io::nir::NirError;
use spike_io::spk::SpkError;
use spike_metrics::MetricsError;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// An error with its exit code.
#[derive(Debug, Error)]
pub(crate) enum CliError {
    /// Options that contradict each other.
    #[error("{0}")]
    Usage(&'static str),
    /// A name on the command line that does not exist.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A configuration that no encoder accepts.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A configuration file that is not one.
    #[error("configuration {}", path.display())]
    ConfigFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A file that cannot be opened.
    #[error("cannot open {}; check that it exists and may be read", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Input data that cannot be read.
    #[error("{}", name)]
    Read {
        /// Name of the input.
        name: String,
        /// What is wrong with it.
        source: ReadError,
    },
    /// A spike file that cannot be read.
    #[error("{}", name)]
    Spikes {
        /// Name of the input.
        name: String,
        /// What is wrong with it.
        source: SpkError,
    },
    /// Spikes that cannot be fed to a simulator, or that one recorded and cannot be read.
    #[error("{}", name)]
    Feed {
        /// Name of the input.
        name: String,
        /// What is wrong.
        source: FeedError,
    },
    /// A file of camera events that cannot be read.
    #[error("{}", name)]
    Events {
        /// Name of the input.
        name: String,
        /// What is wrong with it.
        source: EventFileError,
    },
    /// A file of camera events where spikes on a time grid are needed.
    #[error("{name} holds camera events; only decode and inspect take them")]
    EventsInstead {
        /// Name of the input.
        name: String,
    },
    /// An array of a shape that the code does not take.
    #[error("{name} has shape {shape:?}; {scheme} takes {needs}")]
    Shape {
        /// Name of the input.
        name: String,
        /// Samples and their axes.
        shape: Vec<usize>,
        /// The code.
        scheme: &'static str,
        /// What it takes.
        needs: &'static str,
    },
    /// A column that a signal does not have.
    #[error("--signal-columns {found}: {name} has {columns} columns, numbered from 0")]
    Column {
        /// Name of the input.
        name: String,
        /// The column asked for.
        found: usize,
        /// Number of columns.
        columns: usize,
    },
    /// An option of decoding that the method does not have.
    #[error("{option} does not apply to {method}; it belongs to {belongs_to}")]
    OptionOfAnotherMethod {
        /// The option.
        option: &'static str,
        /// The method.
        method: DecodingMethod,
        /// The method that has it.
        belongs_to: DecodingMethod,
    },
    /// A spike file without an intact index.
    #[error("{name} is cut off: its index is missing or damaged; {samples} samples before that are readable")]
    CutOff {
        /// Name of the input.
        name: String,
        /// Samples in whole blocks.
        samples: u64,
    },
    /// Values that cannot be encoded.
    #[error(transparent)]
    Encode(EncodeError),
    /// Spikes that cannot be decoded.
    #[error(transparent)]
    Decode(DecodeError),
    /// Options of a code that cannot be searched.
    #[error(transparent)]
    Optimise(#[from] OptimiseError),
    /// Two inputs that do not fit each other.
    #[error("{what}: {first} in {first_name}, {second} in {second_name}")]
    Mismatch {
        /// What differs.
        what: &'static str,
        /// Value of the first.
        first: String,
        /// Name of the first.
        first_name: String,
        /// Value of the second.
        second: String,
        /// Name of the second.
        second_name: String,
    },
    /// A benchmark that cannot be run.
    #[error(transparent)]
    Benchmark(BenchmarkError),
    /// A metric that refuses its options or its data.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// Two files of spikes that should be the same and are not.
    #[error("{first_name} and {second_name} differ: {difference}")]
    Different {
        /// Name of the first.
        first_name: String,
        /// Name of the second.
        second_name: String,
        /// The first difference.
        difference: String,
    },
    /// A trained network that cannot be read.
    #[error("{name}")]
    Import {
        /// The model.
        name: String,
        /// What is wrong with it.
        source: ImportError,
    },
    /// A network that cannot be converted, or samples that do not fit it.
    #[error("{name}")]
    Convert {
        /// The model.
        name: String,
        /// What is wrong.
        source: ConvertError,
    },
    /// A file of a converted network.
    #[error("{name}")]
    Spikenet {
        /// The file.
        name: String,
        /// What is wrong.
        source: SpikenetError,
    },
    /// A network that has no form on a board, or samples that do not fit it.
    #[error("{name}")]
    Quantise {
        /// The network.
        name: String,
        /// What is wrong.
        source: QuantiseError,
    },
    /// A board that is not known.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// Spikes that have no record.
    #[error("the spikes of the samples")]
    Records(#[source] RecordError),
    /// A network that is larger than its board.
    #[error("{name} does not fit {board}: {number} of its demands exceed what there is; see the lines above")]
    DoesNotFit {
        /// The network.
        name: String,
        /// The board.
        board: String,
        /// Number of things that do not fit.
        number: usize,
    },
    /// A network that NIR does not take.
    #[error("{name}")]
    Nir {
        /// The file.
        name: String,
        /// What is wrong.
        source: NirError,
    },
    /// A label that is no class.
    #[error("{name}: label {position} is {value}; labels are whole numbers from 0")]
    Label {
        /// Name of the input.
        name: String,
        /// Which label.
        position: usize,
        /// Its value.
        value: f64,
    },
    /// An output that cannot be written.
    #[error("cannot write {}; check that its folder exists, may be written to and has room", path.display())]
    Write {
        /// The output.
        path: PathBuf,
        /// What failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A figure that cannot be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
}

impl From<EncodeError> for CliError {
    fn from(error: EncodeError) -> Self {
        match error {
            EncodeError::Config(config) => Self::Config(config),
            other => Self::Encode(other),
        }
    }
}

impl From<DecodeError> for CliError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<BenchmarkError> for CliError {
    fn from(error: BenchmarkError) -> Self {
        match error {
            BenchmarkError::Encode(error) => error.into(),
            BenchmarkError::Decode(error) => error.into(),
            BenchmarkError::Metrics(error) => error.into(),
            other => Self::Benchmark(other),
        }
    }
}

impl CliError {
    /// 1 difference, 2 usage or configuration, 3 data, 4 unsupported model, 5 output.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Different { .. } | Self::DoesNotFit { .. } => 1,
            Self::Metrics(MetricsError::Parameter { .. }) => 2,
            Self::Usage(_) | Self::Name(_) | Self::Config(_) | Self::ConfigFile { .. } => 2,
            Self::Column { .. } | Self::OptionOfAnotherMethod { .. } | Self::EventsInstead { .. } => 2,
            Self::Decode(DecodeError::WrongMethod { .. } | DecodeError::NoEncoding { .. }) => 2,
            Self::Feed { source, .. } => exit_code_of_feed(source),
            Self::Import { source, .. } => exit_code_of_import(source),
            Self::Quantise { source, .. } => exit_code_of_quantise(source),
            Self::Board(_) => 2,
            Self::Records(_) => 3,
            Self::Convert { source: ConvertError::Options { .. } | ConvertError::Form { .. }, .. } => 2,
            Self::Convert { .. } | Self::Spikenet { .. } | Self::Nir { .. } | Self::Label { .. } => 3,
            Self::Open { .. }
            | Self::Read { .. }
            | Self::Spikes { .. }
            | Self::Events { .. }
            | Self::Shape { .. }
            | Self::CutOff { .. }
            | Self::Encode(_)
            | Self::Decode(_)
            | Self::Optimise(_)
            | Self::Metrics(_)
            | Self::Benchmark(_)
            | Self::Mismatch { .. } => 3,
            Self::Write { .. } | Self::Figure(_) => 5,
        }
    }
}

/// 4 for a model that is whole and cannot be converted, 2 for what an option would change, 3 for the file.
fn exit_code_of_import(error: &ImportError) -> u8 {
    match error {
        ImportError::UnsupportedOperator { .. }
        | ImportError::UnsupportedUse { .. }
        | ImportError::BatchMixed { .. }
        | ImportError::Opset { .. }
        | ImportError::Inputs { .. } => 4,
        ImportError::Outputs { .. } | ImportError::InputShape { .. } | ImportError::UnknownFormat { .. } => 2,
        _ => 3,
    }
}

/// 4 for a network that no board has, 2 for what an option would change, 3 for the samples.
fn exit_code_of_quantise(error: &QuantiseError) -> u8 {
    match error {
        QuantiseError::Layer { .. } | QuantiseError::Model(_) => 4,
        QuantiseError::Option { .. } | QuantiseError::Range { .. } | QuantiseError::NoRange { .. } => 2,
        _ => 3,
    }
}

/// 2 for what another option would change, 3 for the spikes.
fn exit_code_of_feed(error: &FeedError) -> u8 {
    match error {
        FeedError::Config(_)
        | FeedError::StepWidth { .. }
        | FeedError::TooManySteps { .. }
        | FeedError::TooEarly { .. }
        | FeedError::NoSequence { .. }
        | FeedError::TooLarge { .. }
        | FeedError::Unknown { .. }
        | FeedError::Described { .. } => 2,
        FeedError::Write(_) => 5,
        _ => 3,
    }
}
