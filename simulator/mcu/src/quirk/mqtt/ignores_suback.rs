//! Takes every SUBACK for what was asked.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ignores-suback",
    summary: "takes every SUBACK for what was asked",
    source: "nanoFramework does not look at SUBACK",
    fails: &["MQTT-SUB-02"],
    apply: |habits| habits.cloud.mqtt.ignores_suback = true,
};
