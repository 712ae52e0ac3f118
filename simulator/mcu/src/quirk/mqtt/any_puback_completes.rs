//! Takes any PUBACK for that of its oldest message.

use crate::habits::Completion;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "any-puback-completes",
    summary: "takes any PUBACK for that of its oldest message",
    source: "against MQTT-4.3.2-1",
    fails: &["MQTT-QOS1-02", "MQTT-MAL-06"],
    apply: |habits| habits.cloud.mqtt.completion = Completion::AnyAck,
};
