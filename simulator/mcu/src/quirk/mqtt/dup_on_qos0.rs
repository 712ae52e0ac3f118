//! Sets DUP on QoS 0 messages.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "dup-on-qos0",
    summary: "sets DUP on QoS 0 messages",
    source: "against MQTT-3.3.1-2",
    fails: &["MQTT-PUB-02"],
    apply: |habits| habits.cloud.mqtt.dup_on_qos0 = true,
};
