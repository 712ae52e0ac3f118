//! Polls without a bound.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "polls-for-ever",
    summary: "polls without a bound",
    source: "nanoFramework with a default token",
    fails: &["DPS-POLL-03"],
    apply: |habits| habits.cloud.dps.overall = None,
};
