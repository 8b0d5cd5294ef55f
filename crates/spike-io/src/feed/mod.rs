//! Feeds: spikes as the input of a simulator, in the shape, type and unit that it wants, with a script that runs it.
//!
//! | target | arrays of the npz | unit | rule |
//! |---|---|---|---|
//! | [`brian2`] | `indices` i64, `times` f64, one of each a spike | s | at most one spike of a neuron in a step |
//! | [`nest`] | `indices` i64, `times` f64 | ms | sorted, on the grid, later than 0 |
//! | [`pynn`] | `indices` i64, `times` f64 | ms | sorted, later than the delay of one step |
//! | [`lava`] | `data` i32 or f64, (sample, neuron, time) | step | time is the last axis |
//! | [`nengo`] | `inputs` f64, (time, neuron) | 1/s | a spike has the area 1: its height is 1/dt |
//! | [`torch`] | `spikes` f32, (time, sample, neuron) | step | time is the first axis |
//!
//! Every archive also describes itself, in arrays of one number: `num_samples`, `num_neurons`, `num_steps`,
//! `first_sample`, `shift_steps`, `in_sequence`, `dt_ns`, `dt_ms`, `duration_ms` and, with times, `time_unit_s`.
//! The script of a target is always the same text and reads everything from the archive beside it.
//!
//! Where the step width of the simulator differs from that of the spikes, the rule by which they move is the
//! caller's ([`spike_core::Grid`]), and what it did is in the [`FeedReport`]. Times are computed from whole steps.
//!
//! What a simulator recorded comes back as spikes by [`import_times`].
//!
//! Memory: one block of the input, and 64 MiB for a dense array; the input is read once for each array, and once
//! more for each 2²⁶ cells of a dense one.
//!
//! # Example
//! ```
//! use spike_core::{SpikeTrain, TimeGrid};
//! use spike_io::feed::{Feed, FeedOptions, FeedTarget};
//! use spike_io::spikes::{SpikeFormat, SpikeWriter, open_spikes};
//! use spike_io::spk::{Provenance, SpkHeader};
//!
//! let grid = TimeGrid::from_ms(10.0, 0.1)?;
//! let header = SpkHeader { grid, num_neurons: 2, encoding: None, provenance: Provenance::default() };
//! let mut writer = SpikeWriter::new(SpikeFormat::Spk, Vec::new(), header, 0)?;
//! writer.push(SpikeTrain::from_neurons(grid, &[vec![0, 7], vec![]])?.view())?;
//! let (bytes, _) = writer.finish()?;
//! let mut spikes = open_spikes(std::io::Cursor::new(bytes), SpikeFormat::Spk)?;
//!
//! let mut feed = Feed::new(spikes.as_mut(), 0..1, FeedOptions::new(FeedTarget::Nest))?;
//! // NEST refuses a spike at time 0, so that all spikes come one step later.
//! assert_eq!(feed.report().shift_steps, 1);
//! let npz = feed.write(Vec::new())?;
//! assert!(npz.starts_with(b"PK"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod array;
mod error;
mod form;
mod import;
mod options;
mod report;
mod target;
mod writer;

pub mod brian2;
pub mod lava;
pub mod nengo;
pub mod nest;
pub mod pynn;
pub mod torch;

pub use error::FeedError;
pub use import::{Imported, TimesOptions, import_times};
pub use options::{Arrangement, FeedOptions, LavaElement};
pub use report::FeedReport;
pub use target::FeedTarget;
pub use writer::Feed;
