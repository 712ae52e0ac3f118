//! A finished trace.

use serde::{Deserialize, Serialize};

use crate::{Event, Header, Time};

/// One event and when it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When, since the run began.
    #[serde(rename = "t_us")]
    pub at: Time,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// All evidence of one run, in the order in which it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// What ran.
    pub header: Header,
    /// What happened.
    pub records: Vec<Record>,
}

impl Trace {
    /// Time of the last record, or zero.
    #[must_use]
    pub fn end(&self) -> Time {
        self.records.last().map_or(Time::ZERO, |record| record.at)
    }
}
