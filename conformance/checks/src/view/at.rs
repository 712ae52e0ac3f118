//! Places in a trace.

use std::time::Duration;

use nanorig_trace::Time;

/// A record of the trace and its time. Ordered as the trace is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// Index of the record, counted from 0.
    pub record: usize,
    /// When it was recorded.
    pub time: Time,
}

impl At {
    /// The time from `earlier` to this place, zero when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.time.since(earlier.time)
    }
}
