//! Sends the registration again instead of polling.

use crate::habits::OperationIdUse;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "registers-instead-of-polling",
    summary: "sends the registration again instead of polling",
    source: "clients without the second request",
    fails: &["DPS-POLL-01"],
    apply: |habits| habits.cloud.dps.operation_id = OperationIdUse::RegistersAgain,
};
