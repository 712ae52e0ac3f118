//! Polls under an operation id of its own.

use crate::habits::OperationIdUse;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "new-operation-id",
    summary: "polls under an operation id of its own",
    source: "clients that mix up the ids",
    fails: &["DPS-POLL-01"],
    apply: |habits| habits.cloud.dps.operation_id = OperationIdUse::Invented,
};
