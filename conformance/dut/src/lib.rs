//! The vocabulary of a device under test: what can be asked of it and of the world
//! around it, how the answers look, what it claims to support, and how a run is set up.
//!
//! A simulated device, a board behind a serial line and a program implement the same
//! [`Device`]; the cloud and the network implement [`Bench`]. This crate does not know
//! how any of them is built.

mod call;
mod capability;
mod hand;
mod outcome;
pub mod setup;
mod vocabulary;

pub use call::{Args, Call, CallSpec, Hand, Param, ParamKind};
pub use capability::{CAPABILITIES, Capabilities, CapabilitySpec};
pub use hand::{Bench, CallId, Device, HandError, Performer};
pub use outcome::{Failure, Fields, Outcome};
pub use vocabulary::{Named, Vocabulary};
