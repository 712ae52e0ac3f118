//! Asks for the time every five seconds.

use std::time::Duration;

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "polls-time-too-fast",
    summary: "asks for the time every five seconds",
    source: "against RFC 4330 10",
    fails: &["SNTP-04"],
    apply: |habits| {
        habits.net.sntp.poll = Duration::from_secs(5);
        habits.net.sntp.least_gap = Duration::from_secs(1);
    },
};
