//! Sends unacknowledged messages again without DUP.

use crate::habits::Resend;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "resends-without-dup",
    summary: "sends unacknowledged messages again without DUP",
    source: "against MQTT-3.3.1-1",
    fails: &["MQTT-QOS1-03"],
    apply: |habits| habits.cloud.mqtt.resend = Resend::WithoutDup,
};
