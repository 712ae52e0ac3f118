//! Subscribes at each connection although the session was resumed.

use crate::habits::Resubscribe;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "always-resubscribes",
    summary: "subscribes at each connection although the session was resumed",
    source: "most SDKs; AWS Device Advisor fails it",
    fails: &[],
    apply: |habits| habits.cloud.mqtt.resubscribe = Resubscribe::Always,
};
