//! Uses one request id for all requests.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "one-dps-rid",
    summary: "uses one request id for all requests",
    source: "azure-sdk-for-c, nanoFramework",
    fails: &["DPS-POLL-01"],
    apply: |habits| habits.cloud.dps.one_rid = true,
};
