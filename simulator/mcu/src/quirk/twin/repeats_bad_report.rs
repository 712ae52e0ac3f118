//! Repeats a report that the hub found wrong.

use crate::habits::TwinStatusUse;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "repeats-bad-report",
    summary: "repeats a report that the hub found wrong",
    source: "clients that retry every failure alike",
    fails: &["TWIN-REP-01"],
    apply: |habits| habits.cloud.twin.status = TwinStatusUse::RepeatsBadRequest,
};
