//! A step that has begun.

use nanorig_trace::Time;

/// What is known of a step until it ends.
pub(crate) struct Begun {
    pub(crate) index: u32,
    pub(crate) label: String,
    pub(crate) started: Time,
    /// Name of the call that does not apply.
    pub(crate) skipped: Option<String>,
}

impl Begun {
    pub(crate) fn new(index: u32, label: String, started: Time) -> Self {
        Self { index, label, started, skipped: None }
    }
}
