//! Sends unacknowledged messages again under new identifiers.

use crate::habits::Resend;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "resends-with-new-id",
    summary: "sends unacknowledged messages again under new identifiers",
    source: "against MQTT-4.4.0-1",
    fails: &["MQTT-QOS1-03"],
    apply: |habits| habits.cloud.mqtt.resend = Resend::NewId,
};
