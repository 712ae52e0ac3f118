//! The three hands of an experiment: the device, and the bench's cloud and network.

use std::future::Future;

use nanorig_trace::DutIdentity;

use crate::{Call, CallSpec, Capabilities, Outcome};

/// Names one started call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// The harness could not do its job. What a device does wrong is never one of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandError {
    /// The device cannot be reached at all.
    #[error("the device cannot be reached: {0}")]
    Unreachable(String),
    /// The bench or the adapter failed.
    #[error("the bench failed: {0}")]
    Bench(String),
    /// The call is not one that this hand knows.
    #[error("no call `{0}` here")]
    UnknownCall(&'static str),
}

/// Performs calls, several at once if asked to.
pub trait Performer {
    /// Begins `call` and returns at once.
    ///
    /// # Errors
    /// The harness cannot begin it at all. A device that refuses is a [`Failure`](crate::Failure) in the outcome.
    fn start(&mut self, call: Call) -> Result<CallId, HandError>;

    /// Waits for the next call to end. Must be safe to drop and call again. Pending while no call runs.
    fn finished(&mut self) -> impl Future<Output = Result<(CallId, Outcome), HandError>>;

    /// Gives up waiting for a call; its outcome is never reported.
    fn abandon(&mut self, id: CallId);
}

/// A device under test, simulated or physical. It records its own events in the run's trace.
pub trait Device: Performer {
    /// Who it is.
    fn identity(&self) -> &DutIdentity;

    /// What it claims to support; steps and requirements that need more are not applicable.
    fn capabilities(&self) -> &Capabilities;
}

/// What surrounds the device. It records what its servers and its network see in the run's trace.
pub trait Bench: Performer {
    /// False when this bench cannot do it, for example a link fault on a board that has its own radio.
    fn supports(&self, spec: &CallSpec) -> bool;
}
