//! Reports every failure as a network failure.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "hides-reasons",
    summary: "reports every failure as a network failure",
    source: "clients that return only true or false",
    fails: &["HUB-CONN-04", "DPS-ERR-01"],
    apply: |habits| {
        habits.cloud.hub.hides_reasons = true;
        habits.cloud.dps.hides_reasons = true;
    },
};
