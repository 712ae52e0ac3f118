//! Counts a message as delivered when it was sent.

use crate::habits::Completion;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "delivered-when-sent",
    summary: "counts a message as delivered when it was sent",
    source: "nanoFramework reports a message as delivered although no PUBACK came (Home#935)",
    fails: &["MQTT-QOS1-02", "MQTT-QOS1-03"],
    apply: |habits| habits.cloud.mqtt.completion = Completion::WhenSent,
};
