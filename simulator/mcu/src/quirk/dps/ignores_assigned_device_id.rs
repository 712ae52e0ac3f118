//! Connects to its hub under the registration id.

use crate::habits::AssignedUse;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ignores-assigned-device-id",
    summary: "connects to its hub under the registration id",
    source: "works until an enrollment names another id",
    fails: &["DPS-ASSIGN-01"],
    apply: |habits| habits.cloud.dps.assigned = AssignedUse::HubOnly,
};
