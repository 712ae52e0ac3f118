//! Asks a busy DPS again after delays that do not grow.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "dps-constant-backoff",
    summary: "asks a busy DPS again after delays that do not grow",
    source: "clients with a fixed interval",
    fails: &["DPS-ERR-02"],
    apply: |habits| habits.cloud.dps.constant_backoff = true,
};
