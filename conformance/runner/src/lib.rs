//! Runs a plan: performs its steps against a device and its bench, waits for what it
//! expects, and says how each step ended.
//!
//! Expectations steer a run; they do not judge it. Checks judge the trace afterwards,
//! and this crate knows none of them. It never asks which device it has: what a device
//! cannot do is a capability that it does not claim.

mod begun;
mod expectation;
mod pending;
mod progress;
mod result;
mod runner;
mod waiting;

pub use progress::{Progress, Silent};
pub use result::{RunOutcome, RunResult, StepReport};
pub use runner::run;
