//! Looks for events in the trace.

use std::collections::BTreeSet;

use nanorig_scenario::{EventPattern, Mismatch};
use nanorig_trace::{Event, Record, Recorder};
use serde_json::Value;

/// Where expectations look: everything since the last step that did something began.
/// An event that fulfilled one expectation does not fulfil another.
#[derive(Debug, Default)]
pub(crate) struct Window {
    start: usize,
    used: BTreeSet<usize>,
}

impl Window {
    /// Moves the window's start to the present end of the trace.
    pub(crate) fn restart(&mut self, recorder: &Recorder) {
        self.start = recorder.len();
        self.used.clear();
    }

    /// A search that begins at the window's start, or at record `from` if that is later.
    pub(crate) fn search_from(&self, from: usize) -> Search {
        Search { next: self.start.max(from), found: 0 }
    }
}

/// An unfinished search for an event.
#[derive(Debug)]
pub(crate) struct Search {
    next: usize,
    found: u32,
}

impl Search {
    /// Looks at the records that came since the last call; true once `times` events were found.
    pub(crate) fn advance(
        &mut self,
        recorder: &Recorder,
        window: &mut Window,
        pattern: &EventPattern,
        times: u32,
    ) -> bool {
        while self.found < times {
            let Some((index, _)) = recorder.find_from(self.next, |record| pattern.matches(&record.event))
            else {
                self.next = recorder.len();
                return false;
            };
            self.next = index + 1;
            if window.used.insert(index) {
                self.found += 1;
            }
        }
        true
    }

    pub(crate) const fn found(&self) -> u32 {
        self.found
    }
}

/// What came nearest to a pattern that was not fulfilled.
pub(crate) fn nearest(recorder: &Recorder, window: &Window, pattern: &EventPattern) -> String {
    let mut near: Option<Record> = None;
    let mut last: Option<Record> = None;
    recorder.visit_from(window.start, |record| {
        if pattern.same_kind(&record.event) {
            near = Some(record.clone());
        }
        if !matches!(record.event, Event::Run(_)) {
            last = Some(record.clone());
        }
    });
    match (near, last) {
        (Some(record), _) => describe_near(&record, pattern),
        (None, Some(record)) => {
            let (source, name) = (record.event.source(), record.event.name());
            format!("no such event; last seen at {}: {source} {name}, then silence", record.at)
        }
        (None, None) => "nothing was seen at all".into(),
    }
}

fn describe_near(record: &Record, pattern: &EventPattern) -> String {
    let fields = match serde_json::to_value(&record.event) {
        Ok(Value::Object(fields)) => fields,
        _ => return format!("last seen at {}", record.at),
    };
    let wrong = pattern.fields.mismatches(&fields);
    if wrong.is_empty() {
        return format!("last seen at {}, not often enough", record.at);
    }
    let one = |Mismatch { field, wanted, found }: &Mismatch| match found {
        Some(found) => format!("with `{field}: {found}`, expected `{wanted}`"),
        None => format!("without `{field}`"),
    };
    format!("last seen at {} {}", record.at, wrong.iter().map(one).collect::<Vec<_>>().join("; "))
}
