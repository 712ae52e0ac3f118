//! Sends unacknowledged messages again, the last one first.

use crate::habits::Resend;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "resends-in-reverse",
    summary: "sends unacknowledged messages again, the last one first",
    source: "against MQTT-4.6.0-1",
    fails: &["MQTT-ORDER-01"],
    apply: |habits| habits.cloud.mqtt.resend = Resend::Reversed,
};
