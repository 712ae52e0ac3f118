//! How a call ended.

use serde_json::{Map, Value};

/// Named results of a call, or fields of an event.
pub type Fields = Map<String, Value>;

/// Why a call did not do what it should. A finding about the device, not an error of the harness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// A word that a scenario can expect, such as `out-of-memory`, `no-socket`, `unauthorized`, `timeout`.
    pub kind: String,
    /// More, for people.
    pub message: String,
}

/// How a call ended: its results, or a failure. A scenario compares a failure's kind as the field `error`.
pub type Outcome = Result<Fields, Failure>;

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: kind.into(), message: message.into() }
    }
}
