//! Sends an empty client id with CleanSession 0.

use crate::habits::ConnectForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "empty-client-id",
    summary: "sends an empty client id with CleanSession 0",
    source: "against MQTT-3.1.3-7",
    fails: &["MQTT-CONN-04"],
    apply: |habits| habits.cloud.mqtt.connect = ConnectForm::EmptyIdKeepsSession,
};
