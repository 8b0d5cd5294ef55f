//! Bytes to neutral structs and back: arrays, tables, images and sound.
//!
//! | format | samples | features | streams |
//! |---|---|---|---|
//! | idx (`.idx`, `*-ubyte`, also gzip) | first axis | other axes | yes |
//! | [`npy`] (`.npy`, also gzip) | first axis | other axes | yes, C order |
//! | [`npz`] (`.npz`) | first axis of the chosen array | other axes | yes, C order |
//! | csv (`.csv`, also gzip) | rows | columns | yes |
//! | png (`.png`) | 1 | (height, width) or (height, width, channels) | no |
//! | wav (`.wav`) | 1 | (frames) or (frames, channels) | yes |
//!
//! Spikes have their own formats ([`spk`], [`spikes`], with SONATA), and so have camera events ([`events`]) and
//! networks ([`nir`], [`netx`]).
//! [`feed`] writes spikes as the input of simulators and reads what they recorded.
//!
//! Every reader of arrays yields a [`SampleSource`]: samples in order, as `f64`, in pieces of the size that the caller asks for.
//!
//! # Examples
//!
//! ```
//! use spike_io::{InputFormat, OpenOptions, from_bytes};
//!
//! let table = b"a,b\n1,2\n3,4\n".to_vec();
//! let mut source = from_bytes(table, Some(InputFormat::Csv), &OpenOptions::default())?;
//! assert_eq!(source.shape().num_samples(), 2);
//! let mut values = Vec::new();
//! assert_eq!(source.read_samples(10, &mut values)?, 2);
//! assert_eq!(values, [1.0, 2.0, 3.0, 4.0]);
//! # Ok::<(), spike_io::ReadError>(())
//! ```
//!
//! # What this crate does not do
//!
//! It does not normalise, judge or encode values: NaN and infinity pass through.
//! It trusts no length in a file: memory is bounded by the bytes that are really there and by what the caller asks for.

mod csv;
mod dense;
mod element;
mod error;
mod format;
mod hdf5;
mod idx;
mod input;
mod open;
mod png;
mod shape;
mod source;
mod stream;
mod wav;

pub mod events;
pub mod feed;
pub mod netx;
pub mod nir;
pub mod npy;
pub mod npz;
pub mod spikes;
pub mod spk;

pub use element::ElementType;
pub use error::{ReadError, WriteError};
pub use format::InputFormat;
pub use hdf5::Hdf5Error;
pub use open::{OpenOptions, from_bytes, open};
pub use shape::SampleShape;
pub use source::SampleSource;
