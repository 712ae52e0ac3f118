//! Takes a first packet that is not CONNACK.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "takes-any-first-packet",
    summary: "takes a first packet that is not CONNACK",
    source: "against MQTT-3.2.0-1",
    fails: &["MQTT-CONN-07"],
    apply: |habits| habits.cloud.mqtt.any_first_packet = true,
};
