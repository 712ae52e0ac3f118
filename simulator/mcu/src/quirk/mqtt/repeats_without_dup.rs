//! Repeats an unacknowledged message every minute on the live connection, without DUP.

use std::time::Duration;

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "repeats-without-dup",
    summary: "repeats an unacknowledged message every minute on the live connection, without DUP",
    source: "Azure IoT SDK for C: publishTelemetryMsg of iothubtransport_mqtt_common.c, after 60 s; against MQTT-3.3.1-1",
    fails: &["MQTT-QOS1-04"],
    apply: |habits| {
        habits.cloud.mqtt.resend_live = Some(Duration::from_secs(60));
        habits.cloud.mqtt.resend_live_without_dup = true;
    },
};
