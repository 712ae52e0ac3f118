//! The firmware's starts.

use nanorig_trace::event::DeviceEvent;
use nanorig_trace::{Event, Time, Trace};

use super::At;

/// The firmware's life from one start to the next.
#[derive(Clone, Debug)]
pub struct Boot<'t> {
    /// When it started.
    pub at: At,
    /// `power-on`, `reset`, `deep-sleep`, `software` or `watchdog`.
    pub reason: &'t str,
    /// Boots since power-on, counted from 1.
    pub count: u32,
    /// The next start, if there is one.
    pub until: Option<At>,
    /// When it ended: the next start or the end of the trace.
    pub ended: Time,
}

impl Boot<'_> {
    /// True when `at` lies in this life.
    #[must_use]
    pub fn contains(&self, at: At) -> bool {
        self.at <= at && self.until.is_none_or(|until| at < until)
    }
}

pub(super) fn boots(trace: &Trace) -> Vec<Boot<'_>> {
    let mut boots: Vec<Boot<'_>> = Vec::new();
    for (record, entry) in trace.records.iter().enumerate() {
        if let Event::Device(DeviceEvent::Boot { reason, count }) = &entry.event {
            let at = At { record, time: entry.at };
            if let Some(before) = boots.last_mut() {
                before.until = Some(at);
                before.ended = at.time;
            }
            boots.push(Boot { at, reason, count: *count, until: None, ended: trace.end() });
        }
    }
    boots
}
