//! Sends the will with QoS 0 and without retain, whatever is configured.

use crate::habits::WillForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "loses-will-qos",
    summary: "sends the will with QoS 0 and without retain, whatever is configured",
    source: "against MQTT-3.1.2-9",
    fails: &["MQTT-CONN-08"],
    apply: |habits| habits.cloud.mqtt.will = WillForm::WithoutQos,
};
