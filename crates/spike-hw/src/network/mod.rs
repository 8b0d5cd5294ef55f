//! Integer networks of one dialect, as data and as an event-driven emulation.

mod evaluate;
mod file;
mod input;
mod model;
mod population;
mod projection;
mod run;
mod wiring;

pub use evaluate::{IntegerEvaluation, Progress};
pub use file::LAVA_SCRIPT;
pub(crate) use input::check_values;
pub use input::regular_spikes;
pub use model::{Drive, IntegerNetwork};
pub(crate) use population::limits;
pub use population::{Population, Role};
pub use projection::{Image, Pattern, Projection, Source};
pub use run::{IntegerSimulation, IntegerState, Peak};
pub(crate) use wiring::Wiring;
