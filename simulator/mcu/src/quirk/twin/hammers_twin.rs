//! Repeats throttled twin requests at once.

use crate::habits::TwinStatusUse;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "hammers-twin",
    summary: "repeats throttled twin requests at once",
    source: "clients that retry in a loop",
    fails: &["TWIN-REP-01", "HUB-THROT-01"],
    apply: |habits| habits.cloud.twin.status = TwinStatusUse::Hammers,
};
