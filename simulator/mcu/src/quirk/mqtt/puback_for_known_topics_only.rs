//! Acknowledges only messages on topics that it has subscribed to.

use crate::habits::Acknowledge;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "puback-for-known-topics-only",
    summary: "acknowledges only messages on topics that it has subscribed to",
    source: "against MQTT-4.3.2-2",
    fails: &["MQTT-QOS1-05"],
    apply: |habits| habits.cloud.mqtt.acknowledge = Acknowledge::KnownTopicsOnly,
};
