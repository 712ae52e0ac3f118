//! Sends PINGREQ before CONNACK has come.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "publish-before-connack",
    summary: "sends PINGREQ before CONNACK has come",
    source: "clients that do not wait for CONNACK; MQTT-3.1.4.5 allows it, constrained servers drop it",
    fails: &["MQTT-CONN-01"],
    apply: |habits| habits.cloud.mqtt.talks_before_connack = true,
};
