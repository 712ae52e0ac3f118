//! Sends CONNECT twice.

use crate::habits::ConnectForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "connects-twice",
    summary: "sends CONNECT twice",
    source: "against MQTT-3.1.0-2",
    fails: &["MQTT-CONN-01"],
    apply: |habits| habits.cloud.mqtt.connect = ConnectForm::Twice,
};
