//! The evidence of a run: typed, versioned, byte-exact events with virtual time.
//!
//! Everything that takes part in a run (device, servers, network, the harness)
//! writes [`Event`]s through a [`Recorder`]. Checks judge the finished [`Trace`]
//! and nothing else, so a trace can be written to a file and judged again by a
//! later version. Logs made with `tracing` are for people and are never evidence.
//!
//! This crate knows no clock, no I/O device and no protocol: it stores bytes.

mod body;
pub mod event;
mod header;
mod hex;
mod reader;
mod recorder;
mod time;
mod trace;
pub mod watch;
mod writer;

pub use body::Body;
pub use event::Event;
pub use header::{ClockKind, ConfiguredWill, DutIdentity, FORMAT, Header};
pub use hex::HexBytes;
pub use reader::{End, ReadError, Stored, read};
pub use recorder::{Recorder, TimeSource};
pub use time::{Time, Utc};
pub use trace::{Record, Trace};
pub use writer::write;
