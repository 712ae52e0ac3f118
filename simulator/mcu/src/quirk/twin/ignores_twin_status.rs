//! Takes every twin answer for success.

use crate::habits::TwinStatusUse;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ignores-twin-status",
    summary: "takes every twin answer for success",
    source: "nanoFramework parses 429 as a twin",
    fails: &["TWIN-REP-01", "HUB-THROT-01"],
    apply: |habits| habits.cloud.twin.status = TwinStatusUse::AllSuccess,
};
