//! Asks for the time at once after boot.

use std::time::Duration;

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-first-time-delay",
    summary: "asks for the time at once after boot",
    source: "against RFC 4330 10",
    fails: &["SNTP-04"],
    apply: |habits| habits.net.sntp.first_query_within = Duration::ZERO,
};
