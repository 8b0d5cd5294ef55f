//! Files of camera events: recordings in the formats of cameras and data sets, text, and NumPy arrays.
//!
//! | format | extension | sensor | times in µs | read | write |
//! |---|---|---|---|---|---|
//! | csv, npz | `.csv`, `.npz` | to 65536 x 65536 | 64 bits, signed | yes | yes |
//! | EVT 2.0 | `.raw` | to 2048 x 2048 | to 2⁴⁴, wraps undone | yes | yes |
//! | EVT 2.1 | `.raw` | to 2048 x 2048 | wraps undone | yes | no |
//! | EVT 3.0 | `.raw` | to 2048 x 2048 | to 2³⁸, wraps undone | yes | single events |
//! | DAT, version 2 | `.dat` | to 16384 x 16384 | to 2³² | yes | yes |
//! | AEDAT 2.0, DAVIS | `.aedat` | to 1024 x 512 | to 2³¹ | yes | yes |
//! | AEDAT 3.1 | `.aedat` | to 32768 x 32768 | to 2⁶² | yes | yes |
//! | AEDAT 4.0 | `.aedat4` | to 32768 x 32768 | 63 bits | none, lz4, zstd | none, lz4, zstd |
//! | Event Stream 2 | `.es` | to 65535 x 65535 | to 2³⁴ | vision sensors | vision sensors |
//! | N-MNIST | `.bin` | to 256 x 256, without row 240 | to 2²³ | yes | yes |
//!
//! Our own csv is `# event csv 1 {header}`, `t_us,x,y,polarity`, a line for each event (polarity 1 is ON, 0 OFF),
//! `# end {totals}`; npz has the arrays `t` (i64, µs), `x`, `y` (u16), `p` (u8), `size` (u32: columns, rows),
//! `span_us` (i64), `header` (u8, JSON). Only they hold how events were made.
//!
//! [`EventReader`] and [`EventWriter`] work in pieces, in constant memory for all formats but npz. A reader gives
//! coordinates as they are in the file, in whatever order, and counts what it leaves out ([`LeftOut`]); a writer
//! refuses what the format cannot hold, with the reason.
//!
//! ```
//! use spike_core::{CameraEvent, Polarity};
//! use spike_io::events::{EventFormat, EventHeader, EventReader, EventWriter};
//! let header = EventHeader { width: 4, height: 3, record: None, provenance: Default::default() };
//! let mut writer = EventWriter::new(EventFormat::Aedat4, Vec::new(), header)?;
//! let event = CameraEvent { time_us: 5, x: 1, y: 2, polarity: Polarity::On };
//! writer.push(&[event])?;
//! let (bytes, summary) = writer.finish([0, 1000])?;
//! let mut reader = EventReader::new(&bytes[..], EventFormat::Aedat4)?;
//! assert_eq!((reader.info().size, summary.num_on), (Some([4, 3]), 1));
//! assert_eq!(reader.next_chunk()?, Some(&[event][..]));
//! assert_eq!(reader.next_chunk()?, None);
//! # Ok::<(), spike_io::events::EventFileError>(())
//! ```

mod aedat2;
mod aedat31;
mod aedat4;
mod aedat_text;
mod bytes;
mod chunk;
mod collect;
mod csv;
mod dat;
mod error;
mod es;
mod evt2;
mod evt21;
mod evt3;
mod format;
mod header;
mod nmnist;
mod npz;
mod prophesee;
mod reader;
mod time_high;
mod writer;

pub use aedat4::Compression;
pub use collect::EventFile;
pub use error::EventFileError;
pub use format::EventFormat;
pub use header::{EventHeader, EventRecord, LeftOut, RecordingInfo};
pub use reader::{EventReader, read_events};
pub use writer::{EventSummary, EventWriter};
