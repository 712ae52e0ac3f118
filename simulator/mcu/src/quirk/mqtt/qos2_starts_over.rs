//! Sends PUBLISH again although PUBREL was sent.

use crate::habits::Qos2Resume;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "qos2-starts-over",
    summary: "sends PUBLISH again although PUBREL was sent",
    source: "against MQTT-4.3.3-1",
    fails: &["MQTT-QOS2-01"],
    apply: |habits| habits.cloud.mqtt.qos2_resume = Qos2Resume::FromTheStart,
};
