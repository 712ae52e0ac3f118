//! Waits for CONNACK for ever.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-connack-timeout",
    summary: "waits for CONNACK for ever",
    source: "clients with blocking reads and no time-out",
    fails: &["MQTT-CONN-06"],
    apply: |habits| habits.cloud.mqtt.connack_timeout = None,
};
