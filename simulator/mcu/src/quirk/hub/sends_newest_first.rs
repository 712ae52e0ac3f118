//! Sends queued messages last in, first out.

use crate::habits::DropPolicy;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "sends-newest-first",
    summary: "sends queued messages last in, first out",
    source: "clients that use a stack",
    fails: &["HUB-D2C-06"],
    apply: |habits| habits.cloud.hub.queue = DropPolicy::LastInFirstOut,
};
