//! Sets DUP in PUBREL.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "dup-on-pubrel",
    summary: "sets DUP in PUBREL",
    source: "nanoFramework m2mqtt does so with MQTT 3.1; against MQTT-3.6.1-1",
    fails: &["MQTT-QOS2-03"],
    apply: |habits| habits.cloud.mqtt.dup_on_pubrel = true,
};
