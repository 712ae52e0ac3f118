//! Drops a message that comes before the SUBACK of its filter.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "drops-early-publish",
    summary: "drops a message that comes before the SUBACK of its filter",
    source: "against MQTT 3.8.4",
    fails: &["MQTT-SUB-04"],
    apply: |habits| habits.cloud.mqtt.drops_early_publish = true,
};
