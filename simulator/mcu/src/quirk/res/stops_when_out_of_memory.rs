//! Stops for good when memory runs out.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "stops-when-out-of-memory",
    summary: "stops for good when memory runs out",
    source: "unhandled OutOfMemoryException",
    fails: &["RES-OOM-01", "MQTT-MAL-07"],
    apply: |habits| {
        habits.cloud.leaks.gives_up_on_out_of_memory = true;
        habits.cloud.mqtt.max_inbound = None;
    },
};
