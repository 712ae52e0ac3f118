//! Takes the new hub's twin for the one that it knows.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "keeps-twin-over-move",
    summary: "takes the new hub's twin for the one that it knows",
    source: "clients that compare versions only",
    fails: &["DPS-REPROV-02"],
    apply: |habits| habits.cloud.twin.keeps_version_over_move = true,
};
