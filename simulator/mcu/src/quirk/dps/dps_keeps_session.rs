//! Connects to DPS with CleanSession 0.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "dps-keeps-session",
    summary: "connects to DPS with CleanSession 0",
    source: "DPS keeps no sessions",
    fails: &["DPS-REG-02"],
    apply: |habits| habits.cloud.dps.keeps_session = true,
};
