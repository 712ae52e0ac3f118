//! Asks DPS again at once after any refusal.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "hammers-dps",
    summary: "asks DPS again at once after any refusal",
    source: "clients that retry in a loop",
    fails: &["DPS-ERR-01", "DPS-ERR-02"],
    apply: |habits| habits.cloud.dps.hammers = true,
};
