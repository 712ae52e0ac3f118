//! Gives the first twin answer to the oldest request.

use crate::habits::RidMatch;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "takes-first-twin-answer",
    summary: "gives the first twin answer to the oldest request",
    source: "nanoFramework never matches `$rid`",
    fails: &["TWIN-GET-01"],
    apply: |habits| habits.cloud.twin.rid = RidMatch::First,
};
