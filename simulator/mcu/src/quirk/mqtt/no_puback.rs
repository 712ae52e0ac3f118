//! Never acknowledges QoS 1 messages.

use crate::habits::Acknowledge;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-puback",
    summary: "never acknowledges QoS 1 messages",
    source: "against MQTT-4.3.2-2",
    fails: &["MQTT-QOS1-05", "MQTT-QOS1-06", "MQTT-SESS-01", "HUB-C2D-01"],
    apply: |habits| habits.cloud.mqtt.acknowledge = Acknowledge::Never,
};
