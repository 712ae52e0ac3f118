//! Sends the fields of the will without its flag.

use crate::habits::WillForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "will-without-flag",
    summary: "sends the fields of the will without its flag",
    source: "nanoFramework/Home#1720",
    fails: &["MQTT-CONN-08", "MQTT-CONN-03"],
    apply: |habits| habits.cloud.mqtt.will = WillForm::WithoutFlag,
};
