//! Does not wait as long as the service asks.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ignores-retry-after",
    summary: "does not wait as long as the service asks",
    source: "clients that do not read retry-after",
    fails: &["DPS-POLL-02", "DPS-ERR-02"],
    apply: |habits| {
        habits.cloud.dps.heeds_retry_after = false;
        habits.cloud.reconnect.heeds_retry_after = false;
    },
};
