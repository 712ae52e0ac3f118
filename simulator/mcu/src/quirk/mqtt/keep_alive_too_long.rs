//! Announces a Keep Alive of 1800 s, more than IoT Hub honours.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "keep-alive-too-long",
    summary: "announces a Keep Alive of 1800 s, more than IoT Hub honours",
    source: "IoT Hub caps it at 1177 s",
    fails: &["MQTT-KEEPALIVE-04"],
    apply: |habits| habits.cloud.mqtt.announced_keep_alive = Some(1_800),
};
