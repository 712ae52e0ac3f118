//! Queues messages of an outage without a bound.

use crate::habits::DropPolicy;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "unbounded-queue",
    summary: "queues messages of an outage without a bound",
    source: "nanoFramework m2mqtt: in-flight queue unlimited",
    fails: &["HUB-D2C-06"],
    apply: |habits| habits.cloud.hub.queue = DropPolicy::Unbounded,
};
