//! Goes on sending after CONNACK has refused the connection.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "talks-after-refusal",
    summary: "goes on sending after CONNACK has refused the connection",
    source: "nanoFramework m2mqtt keeps its threads up after a refusal",
    fails: &["MQTT-CONN-05"],
    apply: |habits| habits.cloud.mqtt.talks_after_refusal = true,
};
