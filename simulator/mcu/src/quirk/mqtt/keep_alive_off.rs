//! Announces Keep Alive 0.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "keep-alive-off",
    summary: "announces Keep Alive 0",
    source: "clients that turn it off to save power",
    fails: &["MQTT-KEEPALIVE-04", "MQTT-KEEPALIVE-02", "MQTT-KEEPALIVE-03"],
    apply: |habits| habits.cloud.mqtt.announced_keep_alive = Some(0),
};
